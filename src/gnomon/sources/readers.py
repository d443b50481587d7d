"""One file, read in batches: what columns it has, how many rows, and the rows of some columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from gnomon.errors import SourceError
from gnomon.sources.columns import is_number
from gnomon.sources.listing import compressed

# Rows of a batch: the columns of one, and what is made of them, should stay in a processor's cache.
BATCH_ROWS = 1 << 17
# With fewer places than this a sample of their first rows says little.
FEW_PLACES = 8
# By how much a file may shrink when it is compressed.
MOST_COMPRESSED = 1000
HINTS = {
    "csv": " (columns are separated by commas, in a .tsv by tabs)",
    "json": " (JSON lines are needed: one object a line)",
}


class Reader(Protocol):
    """A file of some format.

    Attributes:
        schema: Its ``pyarrow.Schema``.
        rows: The number of rows, where the file says so without being read.
    """

    schema: Any
    rows: int | None

    def parts(self, columns: Mapping[str, bool], threads: int) -> Iterator[tuple[int, Iterable[Any]]]:
        """Record batches of these columns in parts, which may be read at the same time; with each its first row."""
        ...


class ParquetReader:
    """A Parquet file, by its row groups."""

    def __init__(self, file: Path) -> None:
        import pyarrow.parquet as pq

        self._file = file
        with pq.ParquetFile(file) as opened:
            self._metadata = opened.metadata
            self.schema = opened.schema_arrow
        self.rows: int | None = self._metadata.num_rows

    def parts(self, columns: Mapping[str, bool], threads: int) -> Iterator[tuple[int, Iterable[Any]]]:
        """A part for each row group; where there are too few of them for the threads, for each batch."""
        groups = [self._metadata.row_group(number).num_rows for number in range(self._metadata.num_row_groups)]
        if len(groups) < threads and (self.rows or 0) > BATCH_ROWS:
            row = 0
            for batch in self._batches(columns, list(range(len(groups))), use_threads=True):
                yield row, [batch]
                row += batch.num_rows
            return
        row = 0
        for number, rows in enumerate(groups):
            yield row, self._batches(columns, [number], use_threads=False)
            row += rows

    def whole_range(self, column: str) -> tuple[int, int] | None:
        """The least and the greatest of a column of whole numbers or booleans, if the file says them.

        None where it does not, or where values are missing.
        """
        import pyarrow as pa

        kind = self.schema.field(column).type
        if not (pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
            return None
        ends: list[int] = []
        for number in range(self._metadata.num_row_groups):
            group = self._metadata.row_group(number)
            if not group.num_rows:
                continue
            chunks = (group.column(index) for index in range(group.num_columns))
            told = next((chunk.statistics for chunk in chunks if chunk.path_in_schema == column), None)
            if told is None or not told.has_min_max or not told.has_null_count or told.null_count:
                return None
            ends += [told.min, told.max]
        return (min(ends), max(ends)) if ends else None

    @property
    def row_limit(self) -> int:
        """The number of rows."""
        return int(self._metadata.num_rows)

    def places(self) -> Sequence[int]:
        """Where the file can be read from: its row groups, unless they are few."""
        groups = [
            number for number in range(self._metadata.num_row_groups) if self._metadata.row_group(number).num_rows
        ]
        return groups if len(groups) >= FEW_PLACES else ()

    def glimpse(self, place: int, columns: Sequence[str], rows: int) -> Any:
        """The first rows of a row group."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self._file, metadata=self._metadata, pre_buffer=False, buffer_size=1 << 16) as opened:
            return next(opened.iter_batches(rows, [place], list(columns), use_threads=False))

    def _batches(self, columns: Mapping[str, bool], groups: list[int], *, use_threads: bool) -> Iterator[Any]:
        import pyarrow.parquet as pq

        # Read through a buffer, a row group of any size takes little memory; it is not loaded as a whole.
        with pq.ParquetFile(self._file, metadata=self._metadata, pre_buffer=False, buffer_size=1 << 20) as opened:
            yield from opened.iter_batches(BATCH_ROWS, groups, list(columns), use_threads=use_threads)


class DatasetReader:
    """A CSV, JSON-lines or Feather/Arrow file, which Arrow decodes with threads of its own, one batch after another.

    Types of a text file come from its first block, so numbers are read as float64 throughout: a column may begin
    with whole numbers and go on with fractions. Verbatim, the fields of a CSV are text as they stand, and the numbers
    of JSON lines what its first block says.
    """

    def __init__(self, file: Path, form: str, verbatim: bool = False) -> None:
        self._file = file
        self._form = form
        self._verbatim = verbatim
        self.rows: int | None = None
        if file.suffix.lower() == ".zst" and form != "csv":
            raise SourceError(f"{file} is compressed with zstd, which is read of CSV only: compress it with gzip")
        self._zstd = file.suffix.lower() == ".zst"
        self.schema = self._zstd_csv({}, None).schema if self._zstd else self._fragment({}).physical_schema
        if form == "csv" and len(self.schema.names) == 1 and any(mark in self.schema.names[0] for mark in ";\t|"):
            raise SourceError(f"{file} has but the column {self.schema.names[0]!r}{HINTS['csv']}")
        if form == "ipc":
            self.rows = self._fragment({}).count_rows()

    def parts(self, columns: Mapping[str, bool], threads: int) -> Iterator[tuple[int, Iterable[Any]]]:
        """A part for each batch."""
        row = 0
        # Few batches ahead of the fold: enough to keep the decoding threads busy.
        batches = (
            self._zstd_csv(columns, list(columns))
            if self._zstd
            else self._fragment(columns).to_batches(
                columns=list(columns), batch_size=BATCH_ROWS, batch_readahead=2 * threads
            )
        )
        for batch in batches:
            yield row, [batch]
            row += batch.num_rows

    @property
    def row_limit(self) -> int:
        """The number of rows, or what it is at most: a row takes two bytes, which may be compressed."""
        size = self._file.stat().st_size
        return self.rows if self.rows is not None else size * (MOST_COMPRESSED if compressed(self._file) else 1) // 2

    def places(self) -> Sequence[int]:
        """None: such a file is read from its beginning."""
        return ()

    def glimpse(self, place: int, columns: Sequence[str], rows: int) -> Any:
        """There are no places."""
        raise NotImplementedError

    def whole_range(self, column: str) -> None:
        """No such file says it."""

    def _fragment(self, columns: Mapping[str, bool]) -> Any:
        import pyarrow.dataset as ds

        if self._form == "ipc":
            form: Any = "ipc"
        elif self._form == "csv":
            parse, convert = csv_options(self._file, self._numbers(columns), None, nulls=not self._verbatim)
            options = ds.CsvFragmentScanOptions(convert_options=convert)
            form = ds.CsvFileFormat(parse_options=parse, default_fragment_scan_options=options)
        else:
            form = json_format(self._numbers(columns))
        return next(iter(ds.dataset(self._file, format=form).get_fragments()))

    def _zstd_csv(self, columns: Mapping[str, bool], wanted: list[str] | None) -> Any:
        """A zstd CSV, which Arrow's datasets do not decompress."""
        import pyarrow as pa
        from pyarrow import csv

        parse, convert = csv_options(self._file, self._numbers(columns), wanted, nulls=not self._verbatim)
        stream = pa.CompressedInputStream(pa.OSFile(str(self._file)), "zstd")
        return csv.open_csv(stream, parse_options=parse, convert_options=convert)

    def _numbers(self, columns: Mapping[str, bool]) -> dict[str, Any]:
        """The type of each column that must hold numbers, or begins with them."""
        import pyarrow as pa

        if self._verbatim:
            return dict.fromkeys(columns, pa.string()) if self._form == "csv" else {}
        return {
            name: pa.float64()
            for name, numeric in columns.items()
            if numeric or is_number(self.schema.field(name).type)
        }


def csv_options(
    file: Path, types: Mapping[str, Any], columns: list[str] | None, *, nulls: bool = True
) -> tuple[Any, Any]:
    """How to read a CSV: tab-separated if its name says so; empty and NA-like fields are missing, unless not wanted."""
    from pyarrow import csv

    parse = csv.ParseOptions(delimiter="\t" if ".tsv" in file.suffixes else ",", newlines_in_values=False)
    return parse, csv.ConvertOptions(column_types=dict(types), strings_can_be_null=nulls, include_columns=columns)


def json_format(types: Mapping[str, Any]) -> Any:
    """How to read JSON lines: one object a line."""
    import pyarrow as pa
    import pyarrow.dataset as ds
    from pyarrow import json

    schema = pa.schema(list(types.items())) if types else None
    options = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer")
    return ds.JsonFileFormat(default_fragment_scan_options=ds.JsonFragmentScanOptions(parse_options=options))


def open_reader(file: Path, form: str, verbatim: bool = False) -> ParquetReader | DatasetReader:
    """A reader of a file.

    Raises:
        SourceError: The file is empty, damaged, or of another format than its name tells.
    """
    import pyarrow as pa

    if file.stat().st_size == 0:
        raise SourceError(f"{file} is empty")
    try:
        return ParquetReader(file) if form == "parquet" else DatasetReader(file, form, verbatim)
    except UnicodeDecodeError:
        raise SourceError(f"{file} is no UTF-8 text: save it as UTF-8") from None
    except SourceError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"cannot read {file} as {form}: {brief(error)}{HINTS.get(form, '')}") from None


def ends_open(file: Path) -> bool:
    """Whether an uncompressed text file lacks the line break at its end."""
    if compressed(file):
        return False  # a compressed file that was cut off does not decompress
    with file.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) not in (b"\n", b"\r")


def brief(error: BaseException) -> str:
    """The telling part of a long message from a reader, in one line."""
    lines = str(error).strip().splitlines()
    text = lines[0] if lines else type(error).__name__
    for start in ("Could not open", "Error creating dataset."):
        _, found, rest = text.partition(start)
        if found and "Invalid: " in rest:
            text = rest.split("Invalid: ", 1)[1]
    return text if len(text) <= 240 else text[:237] + "..."


def first_text(reader: DatasetReader | ParquetReader, name: str) -> tuple[int, str] | None:
    """The row (from 1) and the value of the first text in a column that is no number."""
    for row, batches in reader.parts({name: False}, 1):
        for batch in batches:
            for offset, value in enumerate(batch.column(0).to_pylist()):
                if value is not None and not reads_as_number(value):
                    return row + offset + 1, value
    return None


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


def with_constants(batch: Any, values: Mapping[str, Any], columns: Sequence[str]) -> Any:
    """A table of a batch and of columns that hold one value throughout, in the order wanted."""
    import pyarrow as pa

    table = pa.Table.from_batches([batch])
    for name in columns:
        if name in values:
            value = values[name]
            kind = pa.int64() if isinstance(value, int) else pa.string()
            table = table.append_column(name, pa.repeat(pa.scalar(value, kind), len(table)))
    return table.select(list(columns)) if values else table
