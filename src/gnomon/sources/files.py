"""Files: CSV and JSON lines (also compressed), Parquet, Feather/Arrow IPC; one, a folder, a pattern or several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gnomon.errors import ColumnError
from gnomon.message import Message
from gnomon.sources.base import Piece, Use, check_columns
from gnomon.sources.columns import is_null, is_text
from gnomon.sources.listing import folder_values, format_of, list_files, name_of
from gnomon.sources.partition import FilePartition, Identity, check_unchanged, guarded, telling
from gnomon.sources.readers import ends_open, first_text, open_reader, with_constants

TEXT_FORMATS = ("csv", "json")
# From about so many places of the files a sample is taken.
GLIMPSES = 64


class FileSource:
    """Files of one format, in order, as one table.

    A path is a file, a folder (then all files in it and its subfolders count) or a pattern such as ``day=*/*.csv``.
    Folders named ``column=value`` are a column, unless the files hold one of that name. Rows are counted from 1 in
    each file, the header of a CSV not counted.

    Args:
        paths: The paths, at least one.
        verbatim: Take the fields of CSV files as the text that they are, to write them again unchanged.

    Raises:
        SourceError: A file does not exist, is empty, cut off, of no known format, or of another than the first.
        ColumnError: The files do not have the same columns.
    """

    def __init__(self, *paths: Path, verbatim: bool = False) -> None:
        self.name = name_of(paths)
        self._files = list_files(paths)
        self._seen = {file: Identity.of(file) for file in self._files}
        self._form = format_of(self._files[0])
        self._readers = {file: open_reader(file, self._form, verbatim) for file in self._files}
        first = self._files[0]
        held = self._readers[first].schema.names
        self._folders = {
            file: {name: value for name, value in own.items() if name not in held}
            for file, own in folder_values(self._files).items()
        }
        for file in self._files:
            names = self._readers[file].schema.names
            odd = sorted(set(names) ^ set(held))
            if odd:
                has, lacks = (file, first) if odd[0] in names else (first, file)
                raise ColumnError(
                    Message(
                        "different_columns",
                        "the files of {name} have different columns: {having} has {column!r}, {lacking} does not",
                        name=self.name,
                        having=has.name,
                        column=odd[0],
                        lacking=lacks.name,
                    )
                )
        self.columns = (*self._readers[first].schema.names, *self._folders[first])
        self.notes = tuple(
            Message(
                "no_line_break",
                "{name} does not end with a line break: check that it is not truncated.",
                name=file.name,
            )
            for file in self._files
            if self._form in TEXT_FORMATS and ends_open(file)
        )
        hidden = sorted({name for own in folder_values(self._files).values() for name in own if name in held})
        self.notes += tuple(
            Message(
                "folders_not_used",
                "Folders named {name}=... are ignored, as the files have a column {name!r}.",
                name=name,
            )
            for name in hidden
        )

    @property
    def rows(self) -> int | None:
        """The number of rows, where the files say so."""
        counts = [reader.rows for reader in self._readers.values()]
        return None if None in counts else sum(count or 0 for count in counts)

    @property
    def row_limit(self) -> int:
        """The number of rows, or what it is at most."""
        return sum(reader.row_limit for reader in self._readers.values())

    def glimpses(self, columns: Mapping[str, Use], rows: int) -> Iterator[Piece] | None:
        """Some rows of as many places as the files have, where they can be read from the middle."""
        of_file = {file: self._readers[file].places() for file in self._files}
        places = [(file, place) for file, own in of_file.items() for place in own]
        if not places or any(not own and self._readers[file].rows for file, own in of_file.items()):
            return None
        some = places[:: max(1, len(places) // GLIMPSES)]
        return self._read_glimpses(some, list(columns), -(-rows // len(some)))

    def _read_glimpses(self, places: list[tuple[Path, int]], columns: list[str], rows: int) -> Iterator[Piece]:
        for file, place in places:
            check_unchanged(file, self._seen[file])
            missing_columns = [name for name in columns if name not in self._folders[file]]
            for batch in guarded(file, [self._readers[file].glimpse(place, missing_columns, rows)]):
                yield Piece(with_constants(batch, self._folders[file], columns), file.name, 0)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files, in order."""
        return tuple(self._files)

    def untyped(self, column: str) -> bool:
        """Whether it comes from CSV files, and not from the names of their folders."""
        return column not in self._folders[self._files[0]] and self._readers[self._files[0]].untyped

    def text_columns(self, columns: Sequence[str]) -> frozenset[str]:
        """Those of the columns that hold text, in any of the files."""
        return frozenset(name for name in columns for file in self._files if is_text(self._type(file, name)))

    def whole_range(self, column: str) -> tuple[int, int] | None:
        """The least and the greatest of a column of whole numbers or booleans, where every file says them."""
        if column in self._folders[self._files[0]]:
            return None
        ends = [self._readers[file].whole_range(column) for file in self._files if self._readers[file].rows != 0]
        known = [end for end in ends if end is not None]
        if not known or len(known) < len(ends):
            return None
        return min(low for low, _ in known), max(high for _, high in known)

    def partitions(self, columns: Mapping[str, Use], threads: int) -> Iterator[Iterable[Piece]]:
        """The rows, file by file, with these columns only.

        Raises:
            ColumnError: A file lacks a column, has it with another type, or has text where numbers are needed.
            SourceError: A file is damaged.
        """
        for number, file in enumerate(self._files):
            check_columns(list(columns), self.columns, self.name if len(self._files) == 1 else str(file))
            self._check_types(file, columns)
            check_unchanged(file, self._seen[file])
            missing_columns = {name: use for name, use in columns.items() if name not in self._folders[file]}
            origin = file.name if len(self._files) > 1 else ""
            for row, batches in guarded(
                file, self._readers[file].partitions(missing_columns or self._any(file), threads)
            ):
                yield FilePartition(
                    file, self._seen[file], origin, row + 1, batches, self._folders[file], tuple(columns), number
                )

    def _any(self, file: Path) -> dict[str, Use]:
        """Some column of the file, where only columns of its folders are asked for: it knows the number of rows."""
        return {self._readers[file].schema.names[0]: "any"}

    def _type(self, file: Path, name: str) -> Any:
        import pyarrow as pa

        if name in self._folders[file]:
            values = [own[name] for own in self._folders.values()]
            return pa.string() if any(isinstance(value, str) for value in values) else pa.int64()
        return self._readers[file].schema.field(name).type

    def _check_types(self, file: Path, columns: Mapping[str, Use]) -> None:
        for name, use in columns.items():
            kind = self._type(file, name)
            usual = next((own for other in self._files if not is_null(own := self._type(other, name))), kind)
            if use == "number" and is_text(kind):
                with telling(file):
                    where = None if name in self._folders[file] else first_text(self._readers[file], name)
                types = (
                    ""
                    if where is None
                    else Message("row_holds", ": row {row} holds {value!r}", row=where[0], value=where[1])
                )
                raise ColumnError(
                    Message(
                        "text_for_numbers",
                        "column {name!r} of {file} holds text where numbers are needed{found}",
                        name=name,
                        file=file,
                        found=types,
                    )
                )
            if is_text(kind) != is_text(usual) and not is_null(kind) and not (use == "text" and self.untyped(name)):
                raise ColumnError(
                    Message(
                        "different_types",
                        "column {name!r} is {usual} in {first} but {kind} in {file}\nwrite all files of {source} with "
                        "one schema",
                        name=name,
                        usual=usual,
                        first=self._files[0].name,
                        kind=kind,
                        file=file.name,
                        source=self.name,
                    )
                )
