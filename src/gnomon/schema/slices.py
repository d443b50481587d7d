"""The slices that rows belong to: the values of a column, by name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, time
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError
from gnomon.message import Message
from gnomon.schema.labels import numbers, without_views
from gnomon.sources.columns import is_text, spelled_numbers

# A column with more values than this divides the rows into no slices that anyone looks at.
MOST_SLICES = 10_000
# What the slice of the rows without a value is called.
NO_VALUE = "(missing)"


@dataclass(frozen=True, slots=True)
class Slices:
    """For each row the number of its slice, and what the slices are called.

    Attributes:
        names: Of the slices that occur.
        codes: Positions in ``names`` (uint16), one for each row.
    """

    names: tuple[str, ...]
    codes: NDArray[np.uint16]

    @classmethod
    def of(cls, column: Any, name: str) -> Self:
        """The slices of an Arrow column of text, whole numbers, booleans, dates or few other values.

        Raises:
            ColumnError: There are too many values.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        column = without_views(column).combine_chunks()
        if isinstance(column, pa.ChunkedArray):  # no rows, or more text than one array holds
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        try:
            coded = pc.dictionary_encode(column, null_encoding="encode")
        except pa.ArrowNotImplementedError:
            raise ColumnError(
                Message(
                    "slice_type",
                    "column {name!r} holds {type}\nslices need a column of text, numbers, booleans or dates",
                    name=name,
                    type=column.type,
                )
            ) from None
        if len(coded.dictionary) > MOST_SLICES:
            raise too_many(name)
        return cls(
            tuple(map(slice_name, coded.dictionary.to_pylist())),
            numbers(coded.indices).astype(np.uint16),
        )

    @classmethod
    def of_ranges(cls, column: Any, name: str, edges: tuple[float, ...]) -> Self:
        """The ranges that the numbers of an Arrow column lie in.

        Raises:
            ColumnError: It holds no numbers.
        """
        import pyarrow as pa

        if is_text(column.type):  # a text file's column that names other slices, too
            column = spelled_numbers(column)
        if not (
            pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)
        ):
            raise ColumnError(
                Message(
                    "range_type",
                    "column {name!r} holds {type}\nranges need numbers",
                    name=name,
                    type=column.type,
                )
            )
        values = numbers(column.cast(pa.float64(), safe=False).fill_null(math.nan))
        codes = np.searchsorted(edges, values, side="right")
        codes[np.isnan(values)] = len(edges) + 1
        names = (
            f"< {plain(edges[0])}",
            *(f"[{plain(low)}, {plain(high)})" for low, high in pairwise(edges)),
            f">= {plain(edges[-1])}",
            NO_VALUE,
        )
        return cls(names, codes.astype(np.uint16))


def plain(number: float) -> str:
    """A number in as few digits as tell it from every other."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def slice_name(value: Any) -> str:
    """What the slice of a value is called; a whole number the same whatever its type, as text files have floats.

    >>> slice_name(2.0), slice_name(0.5), slice_name("EU"), slice_name(float("nan"))
    ('2', '0.5', 'EU', '(missing)')
    """
    if value == NO_VALUE:
        return repr(value)  # text that is spelt so is a value
    if isinstance(value, datetime) and value.time() == time() and value.tzinfo is None:
        return value.date().isoformat()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NO_VALUE
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def too_many(name: str) -> ColumnError:
    """What to say of a column with too many values."""
    return ColumnError(
        Message(
            "too_many_slices",
            "column {name!r} has more than {most:,} values\ndivide numbers into ranges (age=30,50), or make a column "
            "with fewer values, such as the day or the month of a date",
            name=name,
            most=MOST_SLICES,
        )
    )
