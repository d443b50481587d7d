"""How rows are divided into slices: by the values of a column, by ranges of a number, by several columns together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, UsageError, nearest
from gnomon.schema.labels import numbers
from gnomon.schema.slices import MOST_SLICES, Slices, too_many
from gnomon.sources.base import Source

# A column of fractions with more values than this is divided into ranges, so many of them unless others are asked for.
FEW_VALUES, RANGES, MOST_RANGES = 20, 5, 20
# Values that ranges follow from: all of a column up to about so many, every so many of a longer one.
SURVEYED = 1 << 20


@dataclass(frozen=True, slots=True)
class Slicing:
    """One way to divide the rows.

    Attributes:
        columns: The column, or several whose values are taken together.
        edges: For each column the limits of its ranges, ascending; None where each value is a slice.
    """

    columns: tuple[str, ...]
    edges: tuple[tuple[float, ...] | None, ...]

    @property
    def name(self) -> str:
        """What the result calls it: the columns, joined by a colon."""
        return ":".join(self.columns)

    def of(self, table: Any) -> Slices:
        """The slices of an Arrow table's rows; values of several columns are joined by a colon, too.

        Raises:
            ColumnError: There are too many slices, or a column that has ranges holds no numbers.
        """
        parts = [
            Slices.of(table[column], column) if edges is None else Slices.of_ranges(table[column], column, edges)
            for column, edges in zip(self.columns, self.edges, strict=True)
        ]
        if len(parts) > 1:
            parts = [Slices(tuple(map(quoted, own.names)), own.codes) for own in parts]
        found = parts[0]
        for other in parts[1:]:
            codes = found.codes.astype(np.int64) * len(other.names) + other.codes
            occurring, places = np.unique(codes, return_inverse=True)
            if len(occurring) > MOST_SLICES:
                raise too_many(self.name)
            pairs = (divmod(int(code), len(other.names)) for code in occurring)
            names = tuple(f"{found.names[own]}:{other.names[more]}" for own, more in pairs)
            found = Slices(names, places.astype(np.uint16))
        return found


def quoted(name: str) -> str:
    """A value as it stands beside others: in quotes if it has a colon of its own."""
    return repr(name) if ":" in name or name.startswith(("'", '"')) else name


def slicings(asked: Sequence[Any], source: Source) -> tuple[Slicing, ...]:
    """The ways to divide the rows that a person asked for.

    Args:
        asked: Each a column's name; several names joined by a colon (or a tuple of them); after a name the limits of
            ranges (``"age=30,50"``) or the number of ranges of nearly equally many rows (``"age=4"``).
        source: Where the columns are: a name that is a column is taken whole.

    Raises:
        UsageError: One is asked for twice, or the limits are no ascending numbers.
        ColumnError: A column is missing, or holds no numbers.
    """
    found = tuple(slicing(own, source) for own in asked)
    names = [own.name for own in found]
    if len(set(names)) < len(names):
        raise UsageError(f"a column is named twice among the slices: {', '.join(names)}")
    return found


def slicing(asked: Any, source: Source) -> Slicing:
    """One of them."""
    whole = isinstance(asked, str) and asked in source.columns
    parts = [asked] if whole else asked.split(":") if isinstance(asked, str) else list(asked)
    columns, edges = [], []
    for part in parts:
        name, _, limits = (part, "", "") if part in source.columns else str(part).partition("=")
        if name not in source.columns:
            raise ColumnError(f"{source.name} has no column {name!r}: {nearest(name, source.columns)}")
        if name in columns:
            raise UsageError(f"column {name!r} is named twice in the slices {asked!r}")
        columns.append(name)
        edges.append(edges_of(name, limits, source))
    return Slicing(tuple(columns), tuple(edges))


def edges_of(column: str, limits: str, source: Source) -> tuple[float, ...] | None:
    """The limits of a column's ranges: those given, or such that ranges have nearly equally many rows.

    Raises:
        UsageError: The limits are no ascending numbers.
        ColumnError: There are to be ranges of a column that holds no numbers.
    """
    wanted = RANGES
    if limits:
        try:
            given = tuple(float(own) for own in limits.split(",") if own.strip())
        except ValueError:
            given = ()
        ascending = all(a < b for a, b in pairwise(given)) and bool(np.isfinite(given).all())
        if not given or not ascending:
            raise UsageError(f"{column}={limits}: say ascending limits (30,50), one limit (50,) or how many ranges (4)")
        if "," in limits:
            return given
        if not given[0].is_integer() or not 2 <= given[0] <= MOST_RANGES:
            raise UsageError(
                f"{column}={limits}: say 2 to {MOST_RANGES} ranges, or one limit with a comma: {column}={limits},"
            )
        wanted = int(given[0])
    elif source.text_columns([column]):
        return None
    values = surveyed(source, column)
    if values is None or not len(values):
        if limits:
            raise ColumnError(f"column {column!r} holds no numbers to divide into ranges")
        return None
    if not limits and (not (values % 1).any() or len(np.unique(values)) <= FEW_VALUES):
        return None
    inner = np.unique(np.quantile(values, np.arange(1, wanted) / wanted, method="inverted_cdf"))
    return tuple(map(float, round_limits(inner[inner > values.min()]))) or None


def round_limits(limits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ascending limits with as few digits as leave them apart by about what they are: easier to read."""
    gap = np.diff(limits).min() if len(limits) > 1 else abs(limits[0]) if len(limits) else 1.0
    if not gap > 0:
        return limits
    rounded = np.array([float(f"{limit:.{max(0, 1 - math.floor(math.log10(gap)))}f}") for limit in limits])
    return rounded if len(np.unique(rounded)) == len(limits) else limits


def surveyed(source: Source, column: str) -> NDArray[np.float64] | None:
    """The numbers of a column, every so many where they are very many; None if it holds something else."""
    import pyarrow as pa

    taken: list[NDArray[np.float64]] = []
    step, rows = 1, 0
    for part in source.parts({column: False}, 1):
        for piece in part:
            kind = piece.table[column].type
            if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
                return None
            own = piece.every(-rows % step, step)[column].drop_null()
            values = numbers(own.cast(pa.float64(), safe=False))
            taken.append(values[np.isfinite(values)])
            rows += len(piece.table)
            if sum(map(len, taken)) >= 2 * SURVEYED:
                taken = [np.concatenate(taken)[::2]]
                step *= 2
    return np.concatenate(taken) if taken else np.zeros(0)
