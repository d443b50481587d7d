"""How much is kept: every row that a ranking needs, or the bins of its scores, within a budget of memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from gnomon.engines.base import Engine
from gnomon.errors import UsageError
from gnomon.machine import available_memory
from gnomon.measures.measure import Measure
from gnomon.message import Message, word
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source, Use
from gnomon.wire import pack, refusing, unpack

# The share of the memory that is available which rows may take unless a budget is given.
SHARE = 0.5
# More than any machine has.
MOST_BYTES = 1 << 60
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?(?:e\d+)?)\s*([a-z]*)")
_UNITS = {"": 1, "b": 1} | {
    name: base**power
    for power, letter in enumerate("kmgt", 1)
    for name, base in ((letter, 1000), (f"{letter}b", 1000), (f"{letter}ib", 1024))
}


@dataclass(frozen=True, slots=True)
class Retention:
    """What happens to the scores, or to the sizes of a regression's errors.

    Attributes:
        keep: Every row is kept; else they are counted in bins.
        exact: Ranges of the scores are read again, so that the result is exact all the same.
        rows: How many rows may be kept at once.
        order_only: Nothing is asked for but the order of the scores.
        losses: Measures whose losses are summed as rows pass, besides those that the task always has.
    """

    keep: bool
    exact: bool
    rows: int
    order_only: bool = False
    losses: tuple[Measure, ...] = ()

    @property
    def ranking(self) -> str:
        """What to call it in the result."""
        return "exact" if self.keep else "exact, in ranges" if self.exact else "certified"


def losses_of(measures: Iterable[Measure], task: str) -> tuple[Measure, ...]:
    """The measures that are asked for, and whose losses have to be summed as the rows of a task pass."""

    def summed(measure: Measure) -> bool:
        if measure.row_loss is None:
            return False
        return (
            "regression" not in measure.shown
            if task == "regression"
            else task == "binary" and measure.row_loss.of_scores
        )

    return tuple(filter(summed, measures))


def retention_for(
    source: Source, schema: Schema, exact: bool | str, memory: int | str | None, engine: Engine
) -> Retention:
    """How much is kept. The rows of a text file are counted only where it may matter."""
    chosen = retention_of(schema, source.row_limit, exact, memory)
    if chosen.keep or source.rows is not None or (exact != "auto" and not exact):
        return chosen
    return retention_of(schema, counted_rows(source, schema, engine), exact, memory)


def counted_rows(source: Source, schema: Schema, engine: Engine) -> int:
    """The number of rows, from a reading where it is not known without one."""
    if source.rows is not None:
        return source.rows
    return engine.fold(source, RowPlan(schema.columns.target)).rows


@dataclass(frozen=True, slots=True)
class RowPlan:
    """Counts the rows.

    Attributes:
        column: One that all rows have.
    """

    column: str

    @property
    def uses(self) -> Mapping[str, Use]:
        """The column, whatever it holds."""
        return {self.column: "any"}

    def start(self) -> RowCount:
        """None yet."""
        return RowCount()

    @refusing
    def read(self, raw: bytes) -> RowCount:
        """The number of these bytes."""
        return RowCount(unpack("row_count", raw)[0]["rows"])


@dataclass(slots=True)
class RowCount:
    """The number of rows that were seen."""

    rows: int = 0

    def add(self, piece: Piece, threads: int) -> None:
        """Counts the rows of a piece."""
        self.rows += len(piece)

    def merge(self, other: Self) -> Self:
        """The rows of both."""
        self.rows += other.rows
        return self

    def to_bytes(self) -> bytes:
        """The number as bytes."""
        return pack("row_count", {"rows": self.rows})


def retention_of(schema: Schema, row_limit: int, exact: bool | str, memory: int | str | None) -> Retention:
    """Keeps the rows while they fit into the memory; beyond, ``exact`` decides.

    Args:
        schema: What the columns mean.
        row_limit: The number of rows, or what it is at most.
        exact: ``True``, ``False`` (certified), or ``"auto"``: exact if the rows fit, else certified.
        memory: A budget in bytes, or with a unit such as ``"2GiB"``; None for half of what is available.

    Raises:
        UsageError: ``exact`` or ``memory`` is none of these, or an exact result of this task needs more memory.
    """
    if exact not in (True, False, "auto"):
        raise UsageError(
            Message("unknown_exact", "exact={exact!r} is unknown\nexpected True, False or 'auto'", exact=exact)
        )
    exact = exact if isinstance(exact, str) else bool(exact)
    budget = budget_of(memory)
    per_row = bytes_per_row(schema)
    rows = max(1, budget // per_row) if per_row else row_limit
    fits = row_limit <= rows
    if per_row == 0 or (fits and exact is not False):
        return Retention(keep=True, exact=True, rows=rows)
    if schema.columns.cluster is not None:
        if exact is False:
            raise UsageError(
                Message(
                    "clusters_keep_rows",
                    "intervals by cluster need the rows in memory\nremove exact=False (--certified)",
                )
            )
        raise UsageError(
            Message(
                "clusters_memory",
                "intervals by cluster keep all rows in memory: up to {row_limit:,} rows take about {needed:,.0f} MB, "
                "more than the limit of {limit:,.1f} MB\nraise memory= (--memory)",
                row_limit=row_limit,
                needed=row_limit * per_row / 1000000.0,
                limit=budget / 1000000.0,
            )
        )
    if schema.task == "multilabel" and exact is False:
        raise UsageError(
            Message(
                "multilabel_keeps_rows",
                "multilabel rows are kept in memory\nremove exact=False (--certified)",
            )
        )
    if schema.task == "multilabel" or (exact is True and schema.task != "binary"):
        raise UsageError(
            Message(
                "exact_memory",
                "an exact {task} evaluation of up to {row_limit:,} rows takes about {needed:,.0f} MB, more than the "
                "limit of {limit:,.1f} MB for rows in memory\nraise memory= (--memory){instead}",
                task=word(schema.task),
                row_limit=row_limit,
                needed=row_limit * per_row / 1000000.0,
                limit=budget / 1000000.0,
                instead=""
                if schema.task == "multilabel"
                else Message("or_certified", ", or pass exact=False (--certified)"),
            )
        )
    return Retention(keep=False, exact=exact is True, rows=rows)


def bytes_per_row(schema: Schema) -> int:
    """About how much memory a row takes at the most, when it is kept and ranked; 0 where none is."""
    once = bytes_of_row(schema)
    again = len(schema.columns.slices) * (9 * max(1, len(schema.columns.scores)) + 20)
    together = 0 if schema.columns.cluster is None else 24
    return once + again + together if once or together else 0


def bytes_of_row(schema: Schema) -> int:
    """The same without slices."""
    weighted = schema.columns.weight is not None
    if schema.task == "regression":
        return 56 if weighted else 32
    if schema.task == "multilabel":
        return 30 * len(schema.names) + 16
    if not schema.columns.scores:
        return 0
    if schema.task == "binary":
        return 100 if weighted else 20
    return 10 * len(schema.names) + (140 if weighted else 80)


def budget_of(memory: int | str | None) -> int:
    """How many bytes kept rows may take."""
    return int(SHARE * available_memory()) if memory is None else bytes_of(memory)


def bytes_of(memory: int | str) -> int:
    """A number of bytes.

    Raises:
        UsageError: It is none.

    >>> bytes_of("2GiB"), bytes_of("1.5 MB"), bytes_of(4096)
    (2147483648, 1500000, 4096)
    """
    if isinstance(memory, (int, float)) and not isinstance(memory, bool) and 1 <= memory <= MOST_BYTES:
        return int(memory)
    match = _AMOUNT.fullmatch(memory.strip().lower()) if isinstance(memory, str) else None
    size = float(match[1]) * _UNITS[match[2]] if match is not None and match[2] in _UNITS else 0.0
    if not 0 < size <= MOST_BYTES:
        raise UsageError(
            Message(
                "memory_size",
                "memory={memory!r} is not a size\npass bytes, or a string such as '2GiB'",
                memory=memory,
            )
        )
    return max(1, int(size))
