"""The seam between the places that rows come from and everything that reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from gnomon.errors import ColumnError, nearest

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
        labels: What the rows of the whole are called, by place; None where they are called by their number.
    """

    table: Any
    origin: str
    start: int
    labels: Any = None

    def position(self, row: int) -> str:
        """Names one of the rows for a message."""
        place = self.start + row
        if self.labels is not None:
            return f"row {self.labels[place]!s}"
        return f"row {place}" + (f" of {self.origin}" if self.origin else "")

    def every(self, first: int, step: int) -> Any:
        """Every so many rows, from the first one on, as a table."""
        import numpy as np
        import pyarrow as pa

        return self.table.take(pa.array(np.arange(first, len(self.table), step)))


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
    def notes(self) -> tuple[str, ...]:
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

    def parts(self, columns: Mapping[str, Use], threads: int) -> Iterator[Iterable[Piece]]:
        """The rows in order, with these columns only, each read for its use.

        They come in parts, in order, that as many threads may read at the same time.
        """
        ...


# Rows of a piece of a table that is in memory.
PIECE_ROWS = 1 << 21


def table_parts(table: Any, labels: Any = None) -> Iterator[Iterable[Piece]]:
    """A table in memory, piece by piece, without copying; with what its rows are called, if they have labels."""
    for start in range(0, max(1, len(table)), PIECE_ROWS):
        yield [Piece(table.slice(start, PIECE_ROWS), "", start, labels)]


def table_glimpses(table: Any, rows: int) -> list[Piece]:
    """Every so many rows of a table in memory."""
    piece = Piece(table, "", 0)
    return [Piece(piece.every(0, max(1, len(table) // rows)), "", 0)]


def check_columns(wanted: Sequence[str], present: Sequence[str], where: str) -> None:
    """Raises ColumnError, with the nearest name, if a wanted column is not present (or is there twice)."""
    for name in wanted:
        count = list(present).count(name)
        if count == 0:
            raise ColumnError(f"{where} has no column {name!r}: {nearest(name, present)}")
        if count > 1:
            raise ColumnError(f"{where} has {count} columns named {name!r}: rename all but one")
