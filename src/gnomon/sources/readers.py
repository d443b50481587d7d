"""One file, read in batches: what columns it has, how many rows, and the rows of some columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from gnomon.errors import SourceError
from gnomon.message import Message
from gnomon.sources.base import Use
from gnomon.sources.columns import MISSING, is_number, is_text, reads_as_number
from gnomon.sources.listing import compressed

# Rows of a batch: the columns of one, and what is made of them, should stay in a processor's cache.
BATCH_ROWS = 1 << 17
# With fewer places than this a sample of their first rows says little.
FEW_PLACES = 8
# By how much a file may shrink when it is compressed.
MOST_COMPRESSED = 1000
# No buffer of a file that is whole has more bytes.
LARGEST = 1 << 44
HINTS = {
    "csv": Message("hint_csv", " (columns are separated by commas, in a .tsv file by tabs)"),
    "json": Message("hint_json", " (JSON lines are needed: one object per line)"),
}


class Reader(Protocol):
    """A file of some format.

    Attributes:
        schema: Its ``pyarrow.Schema``.
        rows: The number of rows, where the file says so without being read.
    """

    schema: Any
    rows: int | None

    def partitions(self, columns: Mapping[str, Use], threads: int) -> Iterator[tuple[int, Iterable[Any]]]:
        """Record batches of these columns, in partitions that may be read at the same time; with each its first row."""
        ...


def opened_parquet(file: Path, metadata: Any, buffer: int) -> Any:
    """A Parquet file whose metadata is known, its pages checked where they carry a checksum."""
    import pyarrow.parquet as pq

    return pq.ParquetFile(
        file, metadata=metadata, pre_buffer=False, buffer_size=buffer, page_checksum_verification=True
    )


@dataclass(frozen=True, slots=True)
class RowGroups:
    """The record batches of some row groups of a Parquet file, read where they are iterated.

    Attributes:
        file: The file.
        metadata: What its end says of it.
        numbers: Of the row groups.
        columns: The columns that are read.
        texts: Those of them that hold text.
        use_threads: Whether columns are decoded by several threads.
    """

    file: Path
    metadata: Any
    numbers: list[int]
    columns: tuple[str, ...]
    texts: tuple[str, ...]
    use_threads: bool

    def __iter__(self) -> Iterator[Any]:
        # Read through a buffer, a row group of any size takes little memory; it is not loaded as a whole.
        with opened_parquet(self.file, self.metadata, 1 << 20) as opened:
            for batch in opened.iter_batches(
                BATCH_ROWS, self.numbers, list(self.columns), use_threads=self.use_threads
            ):
                for name in self.texts:
                    batch.column(name).validate(full=True)  # text of a damaged file need not be UTF-8
                yield batch


class ParquetReader:
    """A Parquet file, by its row groups. Pages that carry a checksum are checked."""

    untyped = False

    def __init__(self, file: Path) -> None:
        import pyarrow.parquet as pq

        self._file = file
        with pq.ParquetFile(file) as opened:
            self._metadata = opened.metadata
            self.schema = opened.schema_arrow
        self.rows: int | None = self._metadata.num_rows

    def partitions(self, columns: Mapping[str, Use], threads: int) -> Iterator[tuple[int, Iterable[Any]]]:
        """A partition for each row group; where there are too few of them for the threads, for each batch."""
        groups = [self._metadata.row_group(number).num_rows for number in range(self._metadata.num_row_groups)]
        texts = tuple(name for name in columns if is_text(self.schema.field(name).type))

        def batches(numbers: list[int], use_threads: bool) -> RowGroups:
            return RowGroups(self._file, self._metadata, numbers, tuple(columns), texts, use_threads)

        row = 0
        if len(groups) < threads and (self.rows or 0) > BATCH_ROWS:
            for batch in batches(list(range(len(groups))), use_threads=True):
                yield row, [batch]
                row += batch.num_rows
            return
        for number, rows in enumerate(groups):
            yield row, batches([number], use_threads=False)
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
        with opened_parquet(self._file, self._metadata, 1 << 16) as opened:
            return next(opened.iter_batches(rows, [place], list(columns), use_threads=False))


class DatasetReader:
    """A CSV, JSON-lines or Feather/Arrow file, which Arrow decodes with threads of its own, one batch after another.

    A CSV has no types, so a column is read for its use: numbers as float64 throughout, as a column may begin with whole
    numbers and go on with fractions; names as the text that they are, of which only an empty field is missing. JSON
    lines have the types of their first block, but text that looks like a date stays text. Verbatim, every field of a
    CSV is text as it stands.
    """

    def __init__(self, file: Path, form: str, verbatim: bool = False) -> None:
        self._file = file
        self._form = form
        self._verbatim = verbatim
        self.rows: int | None = None
        self.untyped = form == "csv"
        self._counted: int | None = None
        if file.suffix.lower() == ".zst" and form != "csv":
            raise SourceError(
                Message(
                    "zstd",
                    "{file} is compressed with zstd, which is supported for CSV only\ncompress it with gzip",
                    file=file,
                )
            )
        self._zstd = file.suffix.lower() == ".zst"
        self.schema = self._zstd_csv({}, None).schema if self._zstd else self._fragment({}).physical_schema
        if form == "csv" and len(self.schema.names) == 1 and any(mark in self.schema.names[0] for mark in ";\t|"):
            raise SourceError(
                Message(
                    "single_column",
                    "{file} has a single column, {name!r}{hint}",
                    file=file,
                    name=self.schema.names[0],
                    hint=HINTS["csv"],
                )
            )
        if form == "ipc":
            self.rows = self._fragment({}).count_rows()

    def partitions(self, columns: Mapping[str, Use], threads: int) -> Iterator[tuple[int, Iterable[Any]]]:
        """A partition for each batch."""
        row = 0
        # Few batches ahead of the fold: enough to keep the decoding threads busy.
        batches = (
            self._zstd_csv(columns, list(columns))
            if self._zstd
            else self._fragment(columns).to_batches(
                schema=self._read_as(columns) if self._form == "json" else None,
                columns=list(columns),
                batch_size=BATCH_ROWS,
                batch_readahead=2 * threads,
            )
        )
        names = [name for name, use in columns.items() if use == "text" and self.untyped and not self._verbatim]
        for batch in batches:
            if self._form != "csv":
                batch.validate(full=True)  # offsets of a damaged file may lead anywhere, and JSON need not be UTF-8
            yield row, [empty_as_missing(batch, names)]
            row += batch.num_rows
        if self._counted not in (None, row):
            raise SourceError(
                Message(
                    "rows_changed",
                    "{file} had {before:,} rows when it was first read, now {now:,}",
                    file=self._file,
                    before=self._counted,
                    now=row,
                )
            )
        self._counted = row

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

    def _fragment(self, columns: Mapping[str, Use]) -> Any:
        import pyarrow.dataset as ds

        if self._form == "ipc":
            form: Any = "ipc"
        elif self._form == "csv":
            parse, convert = csv_options(self._file, self._types(columns), None)
            options = ds.CsvFragmentScanOptions(convert_options=convert)
            form = ds.CsvFileFormat(parse_options=parse, default_fragment_scan_options=options)
        else:
            form = json_format(self._types(columns))
        return next(iter(ds.dataset(self._file, format=form).get_fragments()))

    def _read_as(self, columns: Mapping[str, Use]) -> Any:
        """The schema of some columns of JSON lines, of which a type that is asked for wins over the first block's."""
        import pyarrow as pa

        types = self._types(columns)
        return pa.schema([pa.field(name, types.get(name, self.schema.field(name).type)) for name in columns])

    def _zstd_csv(self, columns: Mapping[str, Use], wanted: list[str] | None) -> Any:
        """A zstd CSV, which Arrow's datasets do not decompress."""
        import pyarrow as pa
        from pyarrow import csv

        parse, convert = csv_options(self._file, self._types(columns), wanted)
        stream = pa.CompressedInputStream(pa.OSFile(str(self._file)), "zstd")
        return csv.open_csv(stream, parse_options=parse, convert_options=convert)

    def _types(self, columns: Mapping[str, Use]) -> dict[str, Any]:
        """The type that each column is read as, where its use or its first block asks for one."""
        if self._verbatim and self._form == "ipc":
            return {}
        types = {name: self._type(name, use) for name, use in columns.items()}
        return {name: kind for name, kind in types.items() if kind is not None}

    def _type(self, name: str, use: Use) -> Any:
        import pyarrow as pa

        kind = self.schema.field(name).type
        if self._form == "csv":
            if self._verbatim or use == "text":
                return pa.string()
            if use == "boolean":
                return pa.bool_()
            return pa.float64() if use == "number" or is_number(kind) else None
        if self._verbatim:
            return None
        if pa.types.is_timestamp(kind):
            return pa.string()
        if use == "text" and pa.types.is_integer(kind):
            return pa.int64()  # a float would take neighbouring ids for one
        return pa.float64() if use == "number" or is_number(kind) else None


def csv_options(file: Path, types: Mapping[str, Any], columns: list[str] | None) -> tuple[Any, Any]:
    """How to read a CSV: tab-separated if its name says so; fields such as NA are missing numbers, but never text."""
    from pyarrow import csv

    parse = csv.ParseOptions(delimiter="\t" if ".tsv" in file.suffixes else ",", newlines_in_values=False)
    return parse, csv.ConvertOptions(
        column_types=dict(types), null_values=sorted(MISSING), strings_can_be_null=False, include_columns=columns
    )


def empty_as_missing(batch: Any, columns: Sequence[str]) -> Any:
    """A record batch whose empty fields in some columns of text are missing values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name in columns:
        place = batch.schema.get_field_index(name)
        empty = pc.equal(batch.column(place), "")
        if pc.any(empty).as_py():
            filled = pc.if_else(empty, pa.scalar(None, batch.column(place).type), batch.column(place))
            batch = batch.set_column(place, batch.schema.field(place), filled)
    return batch


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
        raise SourceError(Message("file_empty", "{file} is empty", file=file))
    try:
        reader = ParquetReader(file) if form == "parquet" else DatasetReader(file, form, verbatim)
        tuple(reader.schema.names)  # names that are not UTF-8 show here
        return reader
    except (SourceError, MemoryError):
        raise
    except UnicodeEncodeError:
        raise SourceError(
            Message("name_not_utf8", "the name of {file!r} is not valid UTF-8\nrename the file", file=str(file))
        ) from None
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise SourceError(
            Message(
                "cannot_read_as",
                "cannot read {file} as {form}: {error}{hint}",
                file=file,
                form=form,
                error=brief(error),
                hint=HINTS.get(form, ""),
            )
        ) from None


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
    if isinstance(error, UnicodeDecodeError) or any(word in text.lower() for word in ("utf8", "utf-8")):
        return Message("not_utf8", "it is not UTF-8 text: save it as UTF-8")
    if "straddling" in text:
        return Message("row_too_long", "a row is longer than 1 MiB: remove columns of long text")
    for start in (
        "Could not open",
        "Error creating dataset.",
    ):
        _, separator, rest = text.partition(start)
        if separator and "Invalid: " in rest:
            text = rest.split("Invalid: ", 1)[1]
    return text if len(text) <= 240 else text[:237] + "..."


def beyond_memory(error: MemoryError) -> bool:
    """Whether so much memory was asked for that only a damaged file can have done it."""
    sizes = re.findall(r"\d+", str(error))
    return any(int(size) > LARGEST for size in sizes)


def first_text(reader: DatasetReader | ParquetReader, name: str) -> tuple[int, str] | None:
    """The row (from 1) and the value of the first text in a column that is not a number."""
    for row, batches in reader.partitions({name: "text"}, 1):
        for batch in batches:
            for offset, value in enumerate(batch.column(0).to_pylist()):
                if value is not None and value not in MISSING and not reads_as_number(value):
                    return row + offset + 1, value
    return None


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
