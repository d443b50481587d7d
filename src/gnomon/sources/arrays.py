"""Arrays and lists: NumPy, pandas or Polars series, Arrow arrays, Python sequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gnomon.errors import ColumnError
from gnomon.sources.base import Piece, table_glimpses, table_parts
from gnomon.sources.columns import is_text, to_arrow


class ArraySource:
    """Named one-dimensional arrays of one length.

    Args:
        arrays: Column name to array-like.

    Raises:
        ColumnError: An array is not one-dimensional, differs in length from the first, or holds what is
            neither numbers, text nor booleans.
    """

    name = "arrays"
    notes: tuple[str, ...] = ()

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._arrays = {name: to_arrow(values, name) for name, values in arrays.items()}
        lengths = {name: len(array) for name, array in self._arrays.items()}
        first = next(iter(lengths))
        for name, length in lengths.items():
            if length != lengths[first]:
                raise ColumnError(
                    f"{first!r} has {lengths[first]:,} rows but {name!r} has {length:,}: they must match row by row"
                )
        self.columns = tuple(self._arrays)
        self._rows = lengths[first]

    def text_columns(self, columns: Sequence[str]) -> frozenset[str]:
        """Those of the columns that hold text."""
        return frozenset(name for name in columns if is_text(self._arrays[name].type))

    @property
    def rows(self) -> int | None:
        """The number of rows."""
        return self._rows

    @property
    def row_limit(self) -> int:
        """The number of rows."""
        return self._rows

    def glimpses(self, columns: Mapping[str, bool], rows: int) -> Iterable[Piece]:
        """Every so many rows."""
        import pyarrow as pa

        return table_glimpses(pa.table({name: self._arrays[name] for name in columns}), rows)

    def whole_range(self, column: str) -> None:
        """Not known without reading."""

    def parts(self, columns: Mapping[str, bool], threads: int) -> Iterator[Iterable[Piece]]:
        """The rows in pieces."""
        import pyarrow as pa

        return table_parts(pa.table({name: self._arrays[name] for name in columns}))
