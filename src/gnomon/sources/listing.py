"""Which files a path means: a file, a folder of files, a pattern, or several of these; and what their folders say."""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from gnomon.errors import SourceError

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
        where = f"the folder {paths[0]}" if len(paths) == 1 and paths[0].is_dir() else name_of(paths)
        raise SourceError(f"{where} mixes formats ({shown}): keep one format in it")
    return files


def files_of(path: Path) -> list[Path]:
    """The file itself, the data files in a folder, or those that a pattern matches.

    In a folder (and its subfolders) hidden files, and those that begin with _, are left out.

    Raises:
        SourceError: Nothing is there, or the folder holds no data.
    """
    if path.is_file():
        format_of(path)
        return [path]
    if path.is_dir():
        files = sorted(
            file
            for file in path.rglob("*")
            if file.is_file() and not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
        )
        if not files:
            raise SourceError(f"the folder {path} holds no files")
        return files
    if path.exists():
        raise SourceError(f"{path} is no ordinary file: save it to one, as gnomon may read it twice")
    if not glob.has_magic(str(path)):
        raise SourceError(f"there is no file or folder {path}")
    matches = [match for match in sorted(map(Path, glob.glob(str(path), recursive=True))) if match.name[0] != "_"]
    if not matches:
        raise SourceError(f"no file or folder matches {path}")
    return [file for match in matches for file in files_of(match)]


def name_of(paths: Sequence[Path]) -> str:
    """What to call the paths in a report."""
    return str(paths[0]) if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"


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
        f"cannot tell the format of {path}: its name should end with one of {known} (or these with .gz, .bz2 or .zst)"
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
    found = {file: partitions(file) for file in files}
    first = found[files[0]]
    for file, own in found.items():
        if own.keys() != first.keys():
            raise SourceError(
                f"{files[0]} lies in folders of {list(first)}, {file} in folders of {list(own)}: "
                "the files of one table need the same folders"
            )
    whole = {name for name in first if all(is_whole(own[name]) for own in found.values())}
    return {file: {name: typed(value, name in whole) for name, value in own.items()} for file, own in found.items()}


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
