"""The seam between the places that rows come from and everything that reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gnomon.errors import ColumnError, nearest


@dataclass(frozen=True, slots=True)
class Piece:
    """Some consecutive rows: a pyarrow Table of the columns asked for, and where it begins.

    Attributes:
        table: The columns (``pyarrow.Table``).
        origin: The file that the rows came from; empty where there is but one place.
        start: The number of the first row, as a person counts rows there.
    """

    table: Any
    origin: str
    start: int

    def position(self, row: int) -> str:
        """Names one of the rows for a message."""
        return f"row {self.start + row}" + (f" of {self.origin}" if self.origin else "")


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

    def pieces(self, columns: Mapping[str, bool]) -> Iterator[Piece]:
        """The rows in order, with these columns only; a column mapped to True must be numbers."""
        ...


def check_columns(wanted: Sequence[str], present: Sequence[str], where: str) -> None:
    """Raises ColumnError, with the nearest name, if a wanted column is not present (or is there twice)."""
    for name in wanted:
        count = list(present).count(name)
        if count == 0:
            raise ColumnError(f"{where} has no column {name!r}: {nearest(name, present)}")
        if count > 1:
            raise ColumnError(f"{where} has {count} columns named {name!r}: rename all but one")
