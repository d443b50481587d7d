"""Arrays and lists: NumPy, pandas or Polars series, Arrow arrays, Python sequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gnomon.errors import ColumnError, UsageError
from gnomon.message import Message
from gnomon.sources.base import Piece, Use, table_glimpses, table_partitions
from gnomon.sources.columns import is_text, to_arrow


def check_aligned(values: Mapping[str, Any]) -> None:
    """Refuse pandas objects that label the same rows but have them in different orders.

    Arrays are paired by place. Labels of rows that are the same in another order say that this would pair the wrong
    ones; labels of other rows say nothing.

    Args:
        values: By name, what is to be paired; only what has an index of row labels is looked at.

    Raises:
        UsageError: Two have the same labels in another order.
    """
    labelled = {name: index for name, own in values.items() if (index := row_labels(own)) is not None}
    first = next(iter(labelled), "")
    for name, index in labelled.items():
        labels = labelled[first]
        if len(index) != len(labels) or index.nlevels != labels.nlevels or index.equals(labels) or not index.is_unique:
            continue
        if index.isin(labels).all():
            raise UsageError(
                Message(
                    "index_order",
                    "{first!r} and {name!r} have the same index labels in a different order\nalign them by label "
                    "({name}.loc[{first}.index]), or, if their order is right, pass {name}.to_numpy()",
                    first=first,
                    name=name,
                )
            )


def pairing_notes(values: Mapping[str, Any]) -> list[Message]:
    """What to say of pandas objects that label some of the same rows, but not all: they are paired by place."""
    labelled = {name: index for name, own in values.items() if (index := row_labels(own)) is not None}
    first = next(iter(labelled), "")
    notes = []
    for name, index in labelled.items():
        labels = labelled[first]
        if (
            len(index) == len(labels)
            and index.nlevels == labels.nlevels
            and not index.equals(labels)
            and index.isin(labels).any()
        ):
            text = "{first} and {name} have different index labels: their rows are paired by position."
            notes.append(Message("paired_by_position", text, first=first, name=name))
    return notes


def row_labels(values: Any) -> Any:
    """The index of a pandas series or data frame; None for anything else."""
    index = getattr(values, "index", None)
    return index if hasattr(index, "is_unique") and hasattr(index, "equals") else None


def telling_labels(values: Any) -> Any:
    """The index of a pandas object; None where it only numbers the rows, from 0 on, or for anything else."""
    index = row_labels(values)
    if index is None or (getattr(index, "start", None) == 0 and getattr(index, "step", None) == 1):
        return None
    return index


class ArraySource:
    """Named one-dimensional arrays of one length.

    Args:
        arrays: Column name to array-like.

    Raises:
        ColumnError: An array is not one-dimensional, differs in length from the first, or holds what is
            neither numbers, text nor booleans.
    """

    name = "arrays"

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._arrays = {name: to_arrow(values, name) for name, values in arrays.items()}
        lengths = {name: len(array) for name, array in self._arrays.items()}
        first = next(iter(lengths))
        for name, length in lengths.items():
            if length != lengths[first]:
                raise ColumnError(
                    Message(
                        "lengths_differ",
                        "{first!r} has {rows:,} rows but {name!r} has {others:,}: they must match row by row",
                        first=first,
                        rows=lengths[first],
                        name=name,
                        others=length,
                    )
                )
        self.columns = tuple(self._arrays)
        self._rows = lengths[first]
        self._labels = telling_labels(arrays[first])
        self.notes = tuple(pairing_notes(arrays))

    def text_columns(self, columns: Sequence[str]) -> frozenset[str]:
        """Those of the columns that hold text."""
        return frozenset(name for name in columns if is_text(self._arrays[name].type))

    def untyped(self, column: str) -> bool:
        """Never: every column has a type."""
        return False

    @property
    def rows(self) -> int | None:
        """The number of rows."""
        return self._rows

    @property
    def row_limit(self) -> int:
        """The number of rows."""
        return self._rows

    def glimpses(self, columns: Mapping[str, Use], rows: int) -> Iterable[Piece]:
        """Every so many rows."""
        import pyarrow as pa

        return table_glimpses(pa.table({name: self._arrays[name] for name in columns}), rows)

    def whole_range(self, column: str) -> None:
        """Not known without reading."""

    def partitions(self, columns: Mapping[str, Use], threads: int) -> Iterator[Iterable[Piece]]:
        """The rows in pieces."""
        import pyarrow as pa

        return table_partitions(pa.table({name: self._arrays[name] for name in columns}), self._labels)
