"""Which files a path means: a file, a folder of files, a pattern, or several of these; and what their folders say."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from gnomon.errors import SourceError
from gnomon.message import Message

# File-name endings of each format, a compression ending left out.
FORMATS = {
    "csv": (".csv", ".tsv", ".txt"),
    "parquet": (".parquet", ".pq"),
    "ipc": (".feather", ".arrow", ".ipc"),
    "json": (".jsonl", ".ndjson", ".json"),
}
COMPRESSIONS = (".gz", ".bz2", ".zst")
# What a partitioned folder calls a missing value.
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def list_files(paths: Sequence[Path]) -> list[Path]:
    """The files that the paths mean, each once, in the order of the paths and of their names.

    Raises:
        SourceError: A path means nothing, or the files are of several formats.
    """
    files = list({file.resolve(): file for path in reversed(paths) for file in reversed(files_of(path))}.values())[::-1]
    by_format: dict[str, Path] = {}
    for file in files:
        by_format.setdefault(format_of(file), file)
    if len(by_format) > 1:
        shown = ", ".join(file.name for file in by_format.values())
        where = (
            Message("folder", "the folder {paths}", paths=paths[0])
            if len(paths) == 1 and paths[0].is_dir()
            else name_of(paths)
        )
        raise SourceError(
            Message(
                "mixed_formats",
                "{where} mixes formats ({shown})\nkeep files of one format in it",
                where=where,
                shown=shown,
            )
        )
    return files


def files_of(path: Path) -> list[Path]:
    """The file itself, the data files in a folder, or those that a pattern matches.

    In a folder (and its subfolders, links to folders included) hidden files, and those that begin with _, are left
    out; nothing else is.

    Raises:
        SourceError: Nothing is there, the folder holds no data, or something in it cannot be read.
    """
    try:
        if path.is_file():
            format_of(path)
            return [path]
        if path.is_dir():
            files = sorted(files_in(path))
            if not files:
                raise SourceError(Message("folder_empty", "the folder {path} contains no files", path=path))
            return files
        if path.exists():
            raise SourceError(
                Message(
                    "not_regular_input",
                    "{path} is not a regular file (it is a pipe or a device)\nsave the data to a file first",
                    path=path,
                )
            )
        if path.is_symlink():
            raise SourceError(
                Message(
                    "broken_link",
                    "{path} is a link to {target}, which does not exist",
                    path=path,
                    target=os.readlink(path),
                )
            )
    except PermissionError as error:
        raise unreadable(error) from None
    if not glob.has_magic(str(path)):
        raise SourceError(Message("no_such_file", "there is no file or folder {path}", path=path))
    matching = [match for match in matches(path) if not match.name.startswith("_")]
    if not matching:
        raise SourceError(Message("no_match", "no file or folder matches {path}", path=path))
    return [file for match in matching for file in files_of(match)]


def folders_of(path: Path) -> list[Path]:
    """The folders whose files a path means, all of them: itself, or those that a pattern matches."""
    if path.is_dir():
        return [path]
    return [match for match in matches(path) if match.is_dir()] if glob.has_magic(str(path)) else []


def files_in(folder: Path, above: frozenset[tuple[int, int]] = frozenset()) -> Iterator[Path]:
    """The files in a folder and its subfolders, but for hidden ones and those that begin with _.

    Links are followed; a link to a folder that contains it is refused.

    Raises:
        SourceError: A folder may not be read, a link leads nowhere or in a circle, or a pipe or device is among them.
    """
    try:
        told = os.stat(folder)
        identity = (told.st_dev, told.st_ino)
        if identity in above:
            raise SourceError(
                Message(
                    "link_to_itself",
                    "{folder} is a link to a folder that contains it\nremove the link",
                    folder=folder,
                )
            )
        with os.scandir(folder) as scanned:
            entries = list(scanned)
        for entry in entries:
            place = folder / entry.name
            if entry.name.startswith((".", "_")):
                continue
            if entry.is_dir():
                yield from files_in(place, above | {identity})
            elif entry.is_file():
                yield place
            elif entry.is_symlink():
                raise SourceError(
                    Message(
                        "broken_link_inside",
                        "{place} is a link to {target}, which does not exist\nremove or repair it",
                        place=place,
                        target=os.readlink(place),
                    )
                )
            else:
                raise SourceError(
                    Message(
                        "not_regular_inside",
                        "{place} is not a regular file (it is a pipe or a device)\nmove it elsewhere",
                        place=place,
                    )
                )
    except PermissionError as error:
        raise unreadable(error) from None
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(
            Message(
                "cannot_list",
                "cannot list the folder {folder}: {reason}",
                folder=folder,
                reason=error.strerror or error,
            )
        ) from None


def matches(pattern: Path) -> list[Path]:
    """The files and folders that a pattern matches, in order: ``*``, ``?`` and ``[...]`` within a name, ``**`` for any.

    Unlike the standard library's, it does not pass over folders that may not be read.

    Raises:
        SourceError: A folder that the pattern leads through may not be read.
    """
    places = [Path(pattern.anchor)]
    for part in pattern.relative_to(pattern.anchor).parts:
        if part == "**":
            places = [below for place in places for below in (place, *subfolders(place))]
        elif glob.has_magic(part):
            places = [place / name for place in places for name in names_in(place) if matching(name, part)]
        else:
            places = [place / part for place in places if os.path.lexists(place / part)]
    return sorted(set(places) - {Path(pattern.anchor)})


def matching(name: str, pattern: str) -> bool:
    """Whether a name matches one part of a pattern; hidden names match only a pattern that begins with a dot."""
    return fnmatch.fnmatchcase(name, pattern) and (not name.startswith(".") or pattern.startswith("."))


def would_match(pattern: Path, path: Path) -> bool:
    """Whether a file of that name, once it is there, is among those that a pattern matches."""
    if not glob.has_magic(str(pattern)) or path.name.startswith("_") or not matching(path.name, pattern.name):
        return False
    folders = matches(pattern.parent) if glob.has_magic(str(pattern.parent)) else [pattern.parent]
    return os.path.realpath(path.parent) in {os.path.realpath(folder) for folder in folders if folder.is_dir()}


def names_in(folder: Path) -> list[str]:
    """The names in a folder; none where it is a file."""
    try:
        return os.listdir(folder)
    except (NotADirectoryError, FileNotFoundError):
        return []
    except OSError as error:
        raise unreadable(error) from None


def subfolders(folder: Path, above: frozenset[tuple[int, int]] = frozenset()) -> Iterator[Path]:
    """The folders in a folder, and in these, hidden ones aside; a circle of links is left after one turn."""
    if not folder.is_dir():
        return
    told = folder.stat()
    identity = (told.st_dev, told.st_ino)
    for name in names_in(folder) if identity not in above else ():
        if not name.startswith(".") and (folder / name).is_dir():
            yield folder / name
            yield from subfolders(folder / name, above | {identity})


def unreadable(error: OSError) -> SourceError:
    """What to say of a folder whose files cannot be listed: some of the rows would be missing."""
    return SourceError(
        Message(
            "cannot_list_inside",
            "cannot list the folder {folder}: {reason}; its rows would be missing",
            folder=error.filename,
            reason=error.strerror,
        )
    )


def name_of(paths: Sequence[Path]) -> str:
    """What to call the paths in a report."""
    return (
        str(paths[0])
        if len(paths) == 1
        else Message("path_and_more", "{path} and {number} more", path=paths[0], number=len(paths) - 1)
    )


def format_of(path: Path) -> str:
    """The format that a file's name tells.

    Raises:
        SourceError: The name has no known ending.

    >>> format_of(Path("predictions.csv.gz"))
    'csv'
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    for name, endings in FORMATS.items():
        if suffixes and suffixes[-1] in endings:
            return name
    known = ", ".join(ending for endings in FORMATS.values() for ending in endings)
    raise SourceError(
        Message(
            "unknown_format",
            "cannot tell the format of {path}\nits name should end with one of {known} (optionally followed by .gz, "
            ".bz2 or .zst)",
            path=path,
            known=known,
        )
    )


def compressed(path: Path) -> bool:
    """Whether the file's name tells of a compression."""
    return path.suffix.lower() in COMPRESSIONS


def folder_values(files: Sequence[Path]) -> dict[Path, dict[str, int | str | None]]:
    """For each file the columns that its folders hold, as in ``region=EU/day=7/part.parquet`` (Hive's way).

    A column whose values are all whole numbers, as they are usually written, holds numbers, else text.

    Raises:
        SourceError: Some files lie in such folders and others do not.

    >>> folder_values([Path("t/day=7/a.csv")])[Path("t/day=7/a.csv")]
    {'day': 7}
    """
    by_file = {file: partitions(file) for file in files}
    first = by_file[files[0]]
    for file, columns in by_file.items():
        if columns.keys() != first.keys():
            raise SourceError(
                Message(
                    "different_folders",
                    "{first} lies in folders of {columns}, {file} in folders of {others}\nthe files of one table need "
                    "the same folders",
                    first=files[0],
                    columns=list(first),
                    file=file,
                    others=list(columns),
                )
            )
    whole = {name for name in first if all(is_whole(own[name]) for own in by_file.values())}
    return {file: {name: typed(value, name in whole) for name, value in own.items()} for file, own in by_file.items()}


def partitions(file: Path) -> dict[str, str]:
    """The ``name=value`` folders of one file."""
    return {
        unquote(name): unquote(value)
        for part in file.parts[:-1]
        for name, equals, value in [part.partition("=")]
        if equals and name
    }


def is_whole(value: str) -> bool:
    """Whether a folder's value is a whole number, or missing."""
    return value == NO_VALUE or re.fullmatch(r"0|-?[1-9][0-9]{0,17}", value) is not None


def typed(value: str, whole: bool) -> int | str | None:
    """A folder's value as a column holds it."""
    return None if value == NO_VALUE else int(value) if whole else value
