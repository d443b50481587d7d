"""A table in memory whose rows are called by their values in one of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gnomon.message import Message
from gnomon.sources.base import PIECE_ROWS, Piece, Source, Use, table_glimpses
from gnomon.sources.columns import is_text


@dataclass(frozen=True, slots=True)
class CalledPiece(Piece):
    """Some rows that are called by their ids.

    Attributes:
        ids: The id of each row: a pyarrow Table of one column.
    """

    ids: Any = None

    def position(self, row: int) -> str:
        """Names one of the rows for a message."""
        return f"the row of {self.ids.column_names[0]} {self.ids[0][row].as_py()}"


class TableSource:
    """Arrow columns of one length, by name.

    Args:
        name: What to call it in a report.
        columns: The columns.
        id: The column that says what rows are called.
        notes: Remarks on it.
    """

    def __init__(self, name: str, columns: Mapping[str, Any], id: str, notes: tuple[Message, ...] = ()) -> None:
        import pyarrow as pa

        table = pa.table(dict(columns))
        self.name = name
        self.notes = notes
        self.columns = tuple(table.column_names)
        self._table = table
        self._id = id

    def text_columns(self, columns: Sequence[str]) -> frozenset[str]:
        """Those of the columns that hold text or categories of it."""
        return frozenset(name for name in columns if is_text(self._table.schema.field(name).type))

    def untyped(self, column: str) -> bool:
        """Never: every column has a type."""
        return False

    @property
    def rows(self) -> int | None:
        """The number of rows."""
        return len(self._table)

    @property
    def row_limit(self) -> int:
        """The number of rows."""
        return len(self._table)

    def glimpses(self, columns: Mapping[str, Use], rows: int) -> Iterable[Piece]:
        """Every so many rows."""
        return table_glimpses(self._table.select(list(columns)), rows)

    def whole_range(self, column: str) -> None:
        """Not known without reading."""

    def partitions(self, columns: Mapping[str, Use], threads: int) -> Iterator[Iterable[Piece]]:
        """The rows in pieces."""
        for start in range(0, max(1, len(self._table)), PIECE_ROWS):
            part = self._table.slice(start, PIECE_ROWS)
            yield [CalledPiece(part.select(list(columns)), "", start, ids=part.select([self._id]))]


def table_of(source: Source, columns: Mapping[str, Use], threads: int) -> Any:
    """Some columns of a source as one pyarrow table.

    Args:
        source: The rows.
        columns: The columns, and what each is read for.
        threads: How many threads may read.
    """
    import pyarrow as pa

    pieces = [piece.table for partition in source.partitions(columns, threads) for piece in partition]
    return pa.concat_tables(pieces, promote_options="permissive").unify_dictionaries().combine_chunks()
