"""How rows are divided into slices: by the values of a column, by ranges of a number, by several columns together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.engines.base import Engine
from gnomon.errors import ColumnError, UsageError, nearest
from gnomon.message import Message
from gnomon.schema.labels import numbers
from gnomon.schema.sampling import Sampled
from gnomon.schema.slices import MOST_SLICES, Slices, too_many
from gnomon.sources.base import Piece, Source, Use
from gnomon.sources.columns import (
    MISSING,
    is_text,
    joint_use,
    spelled_numbers,
    spelled_use,
    spelled_whole,
    without_fraction,
)
from gnomon.wire import pack, refusing, unpack

# What the fields of a text file hold where they name slices: text as it stands, numbers, or whole numbers that are
# written as fractions. Columns that have a type are "text" here: their values need no reading.
Spelled = Literal["text", "number", "whole"]
# A column of fractions with more values than this is divided into ranges, so many of them unless others are asked for.
FEW_VALUES, RANGES, MOST_RANGES = 20, 5, 20
# Values that ranges follow from: all of a column up to about so many, some of a longer one.
SURVEYED = 1 << 20


@dataclass(frozen=True, slots=True)
class Slicing:
    """One way to divide the rows.

    Attributes:
        columns: The column, or several whose values are taken together.
        edges: For each column the limits of its ranges, ascending; None where each value is a slice.
        spelled: For each column what the fields of a text file hold.
    """

    columns: tuple[str, ...]
    edges: tuple[tuple[float, ...] | None, ...]
    spelled: tuple[Spelled, ...]

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
            Slices.of(named(table[column], spelled), column)
            if edges is None
            else Slices.of_ranges(table[column], column, edges)
            for column, edges, spelled in zip(self.columns, self.edges, self.spelled, strict=True)
        ]
        if len(parts) > 1:
            parts = [Slices(tuple(map(quoted, own.names)), own.codes) for own in parts]
        slices = parts[0]
        for other in parts[1:]:
            codes = slices.codes.astype(np.int64) * len(other.names) + other.codes
            occurring, places = np.unique(codes, return_inverse=True)
            if len(occurring) > MOST_SLICES:
                raise too_many(self.name)
            pairs = (divmod(int(code), len(other.names)) for code in occurring)
            names = tuple(f"{slices.names[own]}:{other.names[more]}" for own, more in pairs)
            slices = Slices(names, places.astype(np.uint16))
        return slices


def named(column: Any, spelled: Spelled) -> Any:
    """An Arrow column as names: among numbers NA is a missing value, and 3.0 is called 3 where all are whole."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if spelled == "text" or not is_text(column.type):  # what is a label or a weight as well is read as such
        return column
    column = pc.if_else(pc.is_in(column, value_set=pa.array(sorted(MISSING), column.type)), None, column)
    return without_fraction(column) if spelled == "whole" else column


def quoted(name: str) -> str:
    """A value as it stands beside others: in quotes if it has a colon of its own."""
    return repr(name) if ":" in name or name.startswith(("'", '"')) else name


def slicings(asked: Sequence[Any], source: Source, engine: Engine) -> tuple[Slicing, ...]:
    """The ways to divide the rows that a person asked for.

    Args:
        asked: Each a column's name; several names joined by a colon (or a tuple of them); after a name the limits of
            ranges (``"age=30,50"``) or the number of ranges of nearly equally many rows (``"age=4"``).
        source: Where the columns are: a name that is a column is taken whole.
        engine: What reads them.

    Raises:
        UsageError: One is asked for twice, or the limits are not ascending numbers.
        ColumnError: A column is missing, or holds no numbers.
    """
    made = tuple(slicing(own, source, engine) for own in asked)
    names = [own.name for own in made]
    if len(set(names)) < len(names):
        raise UsageError(
            Message(
                "slices_repeated",
                "a column is named twice among the slices: {names}",
                names=", ".join(names),
            )
        )
    return made


def slicing(asked: Any, source: Source, engine: Engine) -> Slicing:
    """One of them."""
    columns, edges, spelled = [], [], []
    for name, limits in parts_of(asked, source.columns, source.name):
        if name in columns:
            raise UsageError(
                Message(
                    "slice_repeated",
                    "column {name!r} is named twice in the slices {asked!r}",
                    name=name,
                    asked=asked,
                )
            )
        columns.append(name)
        surveyed = Surveyed.of(source, name, engine)
        edges.append(edges_of(name, limits, surveyed))
        spelled.append(surveyed.spelled)
    return Slicing(tuple(columns), tuple(edges), tuple(spelled))


def parts_of(asked: Any, known: Sequence[str], where: str) -> list[tuple[str, str]]:
    """The columns of one way to divide the rows, each with what was said of its ranges.

    Args:
        asked: What a person asked for.
        known: The columns that there are.
        where: What the source is called.

    Raises:
        ColumnError: A column is missing.
    """
    whole = isinstance(asked, str) and asked in known
    parts = [asked] if whole else asked.split(":") if isinstance(asked, str) else list(asked)
    made = []
    for part in parts:
        name, _, limits = (part, "", "") if part in known else str(part).partition("=")
        if name not in known:
            raise ColumnError(
                Message(
                    "no_such_column",
                    "{name} has no column {column!r}\n{hint}",
                    name=where,
                    column=name,
                    hint=nearest(name, known),
                )
            )
        made.append((name, limits))
    return made


def columns_asked(asked: Sequence[Any], known: Sequence[str], where: str) -> list[str]:
    """The columns that divide the rows, each once.

    Raises:
        ColumnError: A column is missing.
    """
    return list(dict.fromkeys(name for own in asked for name, _ in parts_of(own, known, where)))


def edges_of(column: str, limits: str, surveyed: Surveyed) -> tuple[float, ...] | None:
    """The limits of a column's ranges: those given, or such that ranges have nearly equally many rows.

    Raises:
        UsageError: The limits are not ascending numbers.
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
            raise UsageError(
                Message(
                    "range_limits",
                    "{column}={limits}\nexpected ascending limits (30,50), one limit (50,) or a number of ranges (4)",
                    column=column,
                    limits=limits,
                )
            )
        if "," in limits:
            return given
        if not given[0].is_integer() or not 2 <= given[0] <= MOST_RANGES:
            raise UsageError(
                Message(
                    "range_number",
                    "{column}={limits}\nexpected 2 to {most} ranges, or one limit followed by a comma: "
                    "{column}={limits},",
                    column=column,
                    limits=limits,
                    most=MOST_RANGES,
                )
            )
        wanted = int(given[0])
    values = surveyed.values
    if values is None or not len(values):
        if limits:
            raise ColumnError(
                Message(
                    "no_numbers",
                    "column {column!r} has no numbers to divide into ranges",
                    column=column,
                )
            )
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


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What a column holds that divides the rows.

    Attributes:
        values: Its numbers, some of them where they are very many; None if it holds something else.
        spelled: What the fields of a text file hold.
    """

    values: NDArray[np.float64] | None
    spelled: Spelled = "text"

    @classmethod
    def of(cls, source: Source, column: str, engine: Engine) -> Self:
        """From one reading of the column; from its first rows, where they hold text."""
        plan = ColumnPlan(column, source.untyped(column))
        if source.text_columns([column]) and not plan.untyped:
            return cls(None)
        first = plan.start()
        for piece in next(iter(source.partitions(plan.uses, 1)), ()):
            first.add(piece, engine.threads)
            break
        tally = first if first.other else engine.fold(source, plan)
        if tally.other:
            return cls(None)
        spelled: Spelled = "text" if tally.use == "any" else "whole" if tally.whole else "number"
        return cls(tally.values(), spelled)


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Looks at what a column holds.

    Attributes:
        column: The column.
        untyped: Whether its fields come as text without a type.
    """

    column: str
    untyped: bool

    @property
    def uses(self) -> Mapping[str, Use]:
        """The column, as names."""
        return {self.column: "text"}

    def start(self) -> ColumnTally:
        """An empty tally."""
        return ColumnTally(self, Sampled(SURVEYED), whole=self.untyped)

    @refusing
    def read(self, raw: bytes) -> ColumnTally:
        """The tally of these bytes."""
        header, arrays = unpack("column", raw)
        kept = [
            (table_of_numbers(own), drawn.astype(np.uint64))
            for own, drawn in zip(arrays[::2], arrays[1::2], strict=True)
        ]
        sampled = Sampled(SURVEYED, header["level"], kept)
        return ColumnTally(self, sampled, header["use"], whole=header["whole"], other=header["other"])


@dataclass(slots=True)
class ColumnTally:
    """What the rows of a column hold that were seen.

    Attributes:
        plan: Which column it is.
        sampled: Some of its numbers.
        use: What fields without a type spell.
        whole: Whether they are whole numbers, all of them.
        other: Whether there is something else than numbers.
    """

    plan: ColumnPlan
    sampled: Sampled
    use: Use = "any"
    whole: bool = False
    other: bool = False

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the values of a piece."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.other:
            return
        held = piece.table[self.plan.column]
        if self.plan.untyped:
            texts = pc.unique(held)
            self.use = joint_use((self.use, spelled_use(texts)))
            self.whole = self.whole and (spelled_whole(texts) or spelled_use(texts) == "any")
            self.other = self.use not in ("number", "any")
            held = None if self.other else spelled_numbers(held)
        else:
            kind = held.type
            self.other = not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind))
        if not self.other:
            values = numbers(held.cast(pa.float64(), safe=False).fill_null(math.nan))
            self.sampled.add(replace(piece, table=table_of_numbers(values)))

    def merge(self, other: Self) -> Self:
        """What both hold."""
        self.sampled.merge(other.sampled)
        self.use = joint_use((self.use, other.use))
        self.whole = self.whole and other.whole
        self.other = self.other or other.other or (self.plan.untyped and self.use not in ("number", "any"))
        return self

    def values(self) -> NDArray[np.float64]:
        """The numbers that are finite, of the sample."""
        parts = [numbers(table["value"]) for table in self.sampled.tables]
        whole = np.concatenate(parts) if parts else np.zeros(0)
        return whole[np.isfinite(whole)]

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        header = {"level": self.sampled.level, "use": self.use, "whole": self.whole, "other": self.other}
        arrays = [own for table, drawn in self.sampled.kept for own in (numbers(table["value"]), drawn)]
        return pack("column", header, arrays)


def table_of_numbers(values: NDArray[np.float64]) -> Any:
    """A pyarrow Table of one column, ``"value"``."""
    import pyarrow as pa

    return pa.table({"value": values})
