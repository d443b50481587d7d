"""The seam between the places that rows come from and everything that reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol

from gnomon.errors import ColumnError, nearest
from gnomon.message import Message

# What a column is read for. Only a file without types of its own, such as a CSV, has to be told: "number" for amounts,
# scores and weights, "boolean", "text" for whatever is used as a name, "any" where the values do not matter. A column
# of any source that is read as "number" must hold numbers.
Use = Literal["number", "boolean", "text", "any"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some consecutive rows: a pyarrow Table of the columns asked for, and where it begins.

    Attributes:
        table: The columns (``pyarrow.Table``).
        origin: The file that the rows came from; empty where there is but one place.
        start: The number of the first row, as a person counts rows there.
        labels: What the rows are called, by place; None where they are called by their number.
        file: Which of several files they came from, from 0 on.
    """

    table: Any
    origin: str
    start: int
    labels: Any = None
    file: int = 0

    def __len__(self) -> int:
        return len(self.table)

    def __reduce__(self) -> tuple[Any, ...]:
        return unpickled, (type(self), *(streamed(getattr(self, field.name)) for field in fields(self)))

    def position(self, row: int) -> str:
        """Names one of the rows for a message."""
        if self.labels is not None:
            return Message("row", "row {number}", number=self.labels[row])
        if not self.origin:
            return Message("row", "row {number}", number=self.start + row)
        return Message("row_of", "row {number} of {origin}", number=self.start + row, origin=self.origin)

    def every(self, first: int, step: int) -> Any:
        """Every so many rows, from the first one on, as a table."""
        import numpy as np
        import pyarrow as pa

        return self.table.take(pa.array(np.arange(first, len(self.table), step)))


def stream_of(table: Any) -> bytes:
    """A pyarrow Table as the bytes of an Arrow stream."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    raw: bytes = sink.getvalue().to_pybytes()
    return raw


def table_of_stream(raw: bytes) -> Any:
    """The inverse of :func:`stream_of`."""
    import pyarrow as pa

    return pa.ipc.open_stream(raw).read_all()


@dataclass(frozen=True, slots=True)
class Stream:
    """A table as an Arrow stream: a slice of a table would be pickled with all that it is a slice of."""

    raw: bytes


def streamed(value: Any) -> Any:
    """A pyarrow Table as a stream; anything else, and what holds types of other libraries, as it is."""
    import pyarrow as pa

    if not isinstance(value, pa.Table) or any(isinstance(own, pa.ExtensionType) for own in value.schema.types):
        return value  # the type of another library, such as pandas' periods, is known only where that is imported
    return Stream(stream_of(value))


def unpickled(kind: type[Piece], *values: Any) -> Piece:
    """A piece from what it was pickled as."""
    return kind(*(table_of_stream(own.raw) if isinstance(own, Stream) else own for own in values))


class Source(Protocol):
    """Rows with named columns.

    ``notes`` are remarks on the source itself that a reader of the result should see; they are complete
    once the pieces have been read.
    """

    @property
    def name(self) -> str:
        """What to call it in a report."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        ...

    @property
    def notes(self) -> tuple[Message, ...]:
        """Remarks on the source that belong in the result."""
        ...

    def text_columns(self, columns: Sequence[str]) -> frozenset[str]:
        """Those of the columns that hold text (or categories of it), judged by their types."""
        ...

    def untyped(self, column: str) -> bool:
        """Whether the column comes from text files without types, so that its values say what it holds."""
        ...

    @property
    def rows(self) -> int | None:
        """The number of rows, where it is known without reading them."""
        ...

    @property
    def row_limit(self) -> int:
        """The number of rows, or, where it is not known without reading them, what it is at most."""
        ...

    def glimpses(self, columns: Mapping[str, Use], rows: int) -> Iterable[Piece] | None:
        """About so many rows from all over, read without the rest; None where that cannot be done.

        What a row is called in a piece is of no account.
        """
        ...

    def whole_range(self, column: str) -> tuple[int, int] | None:
        """The least and the greatest of a column of whole numbers or booleans without missing values, if known.

        Both occur. None where they are not known without reading the rows.
        """
        ...

    def partitions(self, columns: Mapping[str, Use], threads: int) -> Iterator[Iterable[Piece]]:
        """The rows in order, with these columns only, each read for its use.

        They come in partitions, which as many threads may read at the same time. A partition can be pickled, and read
        in another process.
        """
        ...


# Rows of a piece of a table that is in memory.
PIECE_ROWS = 1 << 21


def table_partitions(table: Any, labels: Any = None) -> Iterator[Iterable[Piece]]:
    """A table in memory, piece by piece, without copying; with what its rows are called, if they have labels."""
    for start in range(0, max(1, len(table)), PIECE_ROWS):
        some_labels = None if labels is None else labels[start : start + PIECE_ROWS]
        yield [Piece(table.slice(start, PIECE_ROWS), "", start, some_labels)]


def table_glimpses(table: Any, rows: int) -> list[Piece]:
    """Every so many rows of a table in memory."""
    piece = Piece(table, "", 0)
    return [Piece(piece.every(0, max(1, len(table) // rows)), "", 0)]


def check_columns(wanted: Sequence[str], present: Sequence[str], where: str) -> None:
    """Raises ColumnError, with the nearest name, if a wanted column is not present (or is there twice)."""
    for name in wanted:
        count = list(present).count(name)
        if count == 0:
            raise ColumnError(
                Message(
                    "no_such_column",
                    "{name} has no column {column!r}\n{hint}",
                    name=where,
                    column=name,
                    hint=nearest(name, present),
                )
            )
        if count > 1:
            raise ColumnError(
                Message(
                    "columns_of_one_name",
                    "{where} has {count} columns named {name!r}\nrename all but one",
                    where=where,
                    count=count,
                    name=name,
                )
            )
