"""Files and folders: CSV (also compressed), Parquet, Feather/Arrow IPC, JSON lines, read in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gnomon.errors import ColumnError, SourceError
from gnomon.sources.base import Piece, check_columns
from gnomon.sources.columns import is_text

BATCH_ROWS = 1 << 18

# File-name endings of each format, a compression ending left out.
FORMATS = {
    "csv": (".csv", ".tsv", ".txt"),
    "parquet": (".parquet", ".pq"),
    "ipc": (".feather", ".arrow", ".ipc"),
    "json": (".jsonl", ".ndjson", ".json"),
}
COMPRESSIONS = (".gz", ".bz2")
TEXT_FORMATS = ("csv", "json")
HINTS = {
    "csv": " (columns are separated by commas, in a .tsv by tabs)",
    "json": " (JSON lines are needed: one object a line)",
}


class FileSource:
    """One file, or all files of one format in a folder (and its subfolders), in the order of their names.

    Rows are counted from 1 in each file, the header of a CSV not counted.

    Args:
        path: The file or folder.

    Raises:
        SourceError: It does not exist, is empty, cut off, of no known format, or mixes formats.
        ColumnError: The files of a folder do not have the same columns.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._files = list_files(path)
        self._format = format_of(self._files[0])
        self._schemas: dict[Path, Any] = {}
        self.columns = tuple(self._schema(self._files[0]).names)
        for other in self._files[1:]:
            columns = set(self._schema(other).names)
            if columns != set(self.columns):
                odd = sorted(columns ^ set(self.columns))[0]
                has, lacks = (other, self._files[0]) if odd in columns else (self._files[0], other)
                raise ColumnError(
                    f"the files of {path} do not have the same columns: {has.name} has {odd!r}, {lacks.name} does not"
                )
        self.notes = tuple(
            f"{file.name} does not end with a line break: check that it was not cut off."
            for file in self._files
            if self._format in TEXT_FORMATS and ends_open(file)
        )

    def text_columns(self, columns: Sequence[str]) -> frozenset[str]:
        """Those of the columns that hold text, in any of the files."""
        return frozenset(
            name for name in columns for file in self._files if is_text(self._schema(file).field(name).type)
        )

    def pieces(self, columns: Mapping[str, bool]) -> Iterator[Piece]:
        """The rows, file by file, with these columns only.

        Raises:
            ColumnError: A file lacks a column, has it with another type, or has text where numbers are needed.
            SourceError: A file is damaged.
        """
        import pyarrow as pa

        for file in self._files:
            schema = self._schema(file)
            check_columns(list(columns), schema.names, self.name if len(self._files) == 1 else str(file))
            self._check_types(file, columns)
            start = 1
            try:
                fragment = next(iter(self._dataset(file, columns).get_fragments()))
                for batch in fragment.to_batches(columns=list(columns), batch_size=BATCH_ROWS):
                    origin = file.name if len(self._files) > 1 else ""
                    yield Piece(pa.Table.from_batches([batch]), origin, start)
                    start += batch.num_rows
            except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
                raise SourceError(f"cannot read {file}: {brief(error)}") from None

    def _check_types(self, file: Path, columns: Mapping[str, bool]) -> None:
        first = self._schema(self._files[0])
        for name, numeric in columns.items():
            kind = self._schema(file).field(name).type
            if numeric and is_text(kind):
                raise ColumnError(
                    f"column {name!r} of {file} holds text where numbers are needed{self._first_text(file, name)}"
                )
            if is_text(kind) != is_text(first.field(name).type) and not is_null(kind):
                raise ColumnError(
                    f"column {name!r} is {first.field(name).type} in {self._files[0].name} but {kind} in {file.name}: "
                    f"write all files of {self.name} with one schema"
                )

    def _first_text(self, file: Path, name: str) -> str:
        """Where the first value of a text column stands that is no number, for a message."""
        row = 0
        for batch in next(iter(self._dataset(file, {}).get_fragments())).to_batches(columns=[name]):
            for value in batch.column(0).to_pylist():
                row += 1
                if value is not None and not reads_as_number(value):
                    return f": row {row} holds {value!r}"
        return ""

    def _schema(self, file: Path) -> Any:
        import pyarrow as pa

        if file not in self._schemas:
            if file.stat().st_size == 0:
                raise SourceError(f"{file} is empty")
            try:
                fragment = next(iter(self._dataset(file, {}).get_fragments()))
                names = fragment.physical_schema.names
                self._schemas[file] = fragment.physical_schema
            except UnicodeDecodeError:
                raise SourceError(f"{file} is no UTF-8 text: save it as UTF-8") from None
            except (pa.ArrowException, OSError) as error:
                hint = HINTS.get(self._format, "")
                raise SourceError(f"cannot read {file} as {self._format}: {brief(error)}{hint}") from None
            if self._format == "csv" and len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
                raise SourceError(f"{file} has but the column {names[0]!r}{HINTS['csv']}")
        return self._schemas[file]

    def _dataset(self, file: Path, columns: Mapping[str, bool]) -> Any:
        """The file as a dataset.

        Types come from its first block, so numbers are read as float64 throughout: a column may begin
        with whole numbers and go on with fractions.
        """
        import pyarrow as pa
        import pyarrow.dataset as ds

        if self._format not in TEXT_FORMATS:
            return ds.dataset(file, format=self._format)
        known = self._schemas.get(file)
        types = {
            name: pa.float64()
            for name, numeric in columns.items()
            if known is not None and (numeric or is_number(known.field(name).type))
        }
        if self._format == "csv":
            return ds.dataset(file, format=csv_format(file, types))
        return ds.dataset(file, format=json_format(types))


def csv_format(file: Path, types: Mapping[str, Any]) -> Any:
    """How to read a CSV: tab-separated if its name says so; empty and NA-like fields are missing."""
    import pyarrow.dataset as ds
    from pyarrow import csv

    return ds.CsvFileFormat(
        parse_options=csv.ParseOptions(delimiter="\t" if ".tsv" in file.suffixes else ",", newlines_in_values=False),
        default_fragment_scan_options=ds.CsvFragmentScanOptions(
            convert_options=csv.ConvertOptions(column_types=dict(types), strings_can_be_null=True)
        ),
    )


def json_format(types: Mapping[str, Any]) -> Any:
    """How to read JSON lines: one object a line."""
    import pyarrow as pa
    import pyarrow.dataset as ds
    from pyarrow import json

    schema = pa.schema(list(types.items())) if types else None
    options = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer")
    return ds.JsonFileFormat(default_fragment_scan_options=ds.JsonFragmentScanOptions(parse_options=options))


def list_files(path: Path) -> list[Path]:
    """The file itself, or the data files in a folder; hidden ones, and those that begin with _, are left out.

    Raises:
        SourceError: Nothing is there, the folder holds no data, or files of several formats.
    """
    if path.is_file():
        format_of(path)
        return [path]
    if not path.exists():
        raise SourceError(f"there is no file or folder {path}")
    if not path.is_dir():
        raise SourceError(f"{path} is no ordinary file: save it to one, as gnomon may read it twice")
    files = sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
    )
    if not files:
        raise SourceError(f"the folder {path} holds no files")
    by_format: dict[str, Path] = {}
    for file in files:
        by_format.setdefault(format_of(file), file)
    if len(by_format) > 1:
        shown = ", ".join(file.name for file in by_format.values())
        raise SourceError(f"the folder {path} mixes formats ({shown}): keep one format in it")
    return files


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
    raise SourceError(f"cannot tell the format of {path}: its name should end with one of {known} (or these with .gz)")


def ends_open(file: Path) -> bool:
    """Whether an uncompressed text file lacks the line break at its end."""
    if file.suffix.lower() in COMPRESSIONS:
        return False  # a compressed file that was cut off does not decompress
    with file.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) not in (b"\n", b"\r")


def reads_as_number(text: str) -> bool:
    """Whether a text is a number.

    >>> reads_as_number("1e-3"), reads_as_number("0,5")
    (True, False)
    """
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_number(kind: Any) -> bool:
    """Whether an Arrow type, as inferred from text, is a number (or nothing but missing values)."""
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or is_null(kind))


def is_null(kind: Any) -> bool:
    """Whether an Arrow type stands for a column of missing values only."""
    import pyarrow as pa

    return bool(pa.types.is_null(kind))


def brief(error: BaseException) -> str:
    """The telling part of a long message from a reader, in one line."""
    lines = str(error).strip().splitlines()
    text = lines[0] if lines else type(error).__name__
    for start in ("Could not open", "Error creating dataset."):
        _, found, rest = text.partition(start)
        if found and "Invalid: " in rest:
            text = rest.split("Invalid: ", 1)[1]
    return text if len(text) <= 240 else text[:237] + "..."
