"""The counting pass: the rows of a source to one summary, their scores kept or counted in bins."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.engines.threads import fold
from gnomon.errors import DataError, MissingValuesError
from gnomon.evaluation.plan import Plan
from gnomon.evaluation.sample import Sample, every_so_many, glimpse
from gnomon.evaluation.summary import Summary, summarise
from gnomon.kernels.histogram import WeightUnits
from gnomon.kernels.ranking import unit_of
from gnomon.schema.batch import Batch, Rows, encode, leave_out_weightless, refuse_missing, weights
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import Weight
from gnomon.states.scores import Scores

# About how many bins all histograms of an evaluation have together, and each of several at least.
BINS, FEWEST_BINS = 1 << 19, 1 << 12
# The share of pairs that bins of equal mass leave open is about 1 over their number; so many times that is worth
# another reading for a better sample.
TOO_OPEN = 3

# Told the number of rows just read.
Watch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Binned:
    """One column that is counted in bins: which values and which labels of a batch it takes."""

    value: Callable[[Batch], NDArray[Any]]
    label: Callable[[Batch], NDArray[np.uint8]]


def binned_columns(schema: Schema) -> dict[str, Binned]:
    """The columns that are counted in bins where rows are not kept, by the name of their state."""
    if schema.task == "regression":
        return {"errors": Binned(error_sizes, lambda batch: np.ones(batch.n, np.uint8))}
    if schema.task == "multiclass":
        return {
            f"scores {code}": Binned(
                lambda batch, code=code: batch.scores[code],  # type: ignore[misc]
                lambda batch, code=code: (batch.target == code).astype(np.uint8),  # type: ignore[misc]
            )
            for code in range(len(schema.columns.scores))
        }
    return {"scores": Binned(lambda batch: batch.scores[0], lambda batch: batch.target)}


def error_sizes(batch: Batch) -> NDArray[np.float64]:
    """The absolute errors of a regression."""
    assert batch.prediction is not None  # a regression always has one
    return np.asarray(np.abs(batch.target - batch.prediction))


def read_rows(source: Source, schema: Schema, plan: Plan, threads: int, watch: Watch) -> Summary:
    """The summary of all rows.

    Where rows are not kept, the bins of their scores follow from a glimpse of the source. If they turn out too wide,
    as in a file whose rows are sorted, the source is read once for a better sample, and counted again.

    Raises:
        DataError: There are no rows, or values are missing (then all of them are counted).
    """
    if plan.keep:
        return count(source, schema, lambda: RowTally(schema, {}, watch), threads)
    units = weight_units(source, schema, threads) if schema.columns.weight is not None else None
    hurried = glimpse(source, schema)
    sample = hurried or every_so_many(source, schema, threads)
    while True:
        empty = histograms(sample, schema, None if plan.exact else units)
        summary = count(source, schema, lambda: RowTally(schema, empty, watch), threads)  # noqa: B023
        summary = replace(summary, sample=sample)
        if sample is not hurried or most_open(summary, empty) <= TOO_OPEN / bins_wanted(len(empty)):
            return summary
        sample = every_so_many(source, schema, threads)


def histograms(sample: Sample, schema: Schema, units: WeightUnits | None) -> dict[str, ScoreHistogram]:
    """Empty histograms with bins that follow from the sample."""
    columns = binned_columns(schema)
    wanted = bins_wanted(len(columns))
    return {name: ScoreHistogram.empty(sample.column(own.value), wanted, units) for name, own in columns.items()}


def bins_wanted(histograms: int) -> int:
    """About how many bins one of so many histograms has."""
    return max(FEWEST_BINS, BINS // histograms)


def most_open(summary: Summary, names: Iterable[str]) -> float:
    """The greatest share of pairs that a histogram leaves open."""
    shares: list[float] = []
    for name in names:
        counts = cast(ScoreHistogram, summary.states[name]).counts
        bounds, frame = counts.bounds(1), counts.whole
        shares.append(bounds.open_pairs / max(1, frame.positives * frame.negatives))
    return max(shares)


def weight_units(source: Source, schema: Schema, threads: int) -> WeightUnits:
    """Units for the weights of all rows: one reading of their column."""
    name = schema.columns.weight
    assert name is not None  # asked for where there are weights
    total = fold(source.parts({name: True}, threads), lambda: WeightTally(name), threads).weight
    exponents = unit_of(total.total, total.squares)
    return WeightUnits((exponents[0], exponents[0]), exponents[1])


class WeightTally:
    """The weights that a thread has seen."""

    def __init__(self, name: str) -> None:
        self.weight = Weight()
        self._name = name

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the weights of a piece."""
        rows = Rows(piece)
        leave_out_weightless(rows, self._name)
        own = weights(rows, self._name)
        own = own[~np.isnan(own)]  # refused, or left out, when the rows are counted
        self.weight = self.weight.merge(Weight.of(len(own), own, threads))

    def merge(self, other: Self) -> Self:
        """The weights of both."""
        self.weight = self.weight.merge(other.weight)
        return self


def count(source: Source, schema: Schema, start: Callable[[], RowTally], threads: int) -> Summary:
    """The fold over the source.

    Raises:
        DataError: There are no rows, or values are missing (then all of them are counted).
    """
    try:
        summary = fold(source.parts(schema.numeric, threads), start, threads).summary
    except MissingValuesError:
        refuse_missing(source, schema, threads)
        raise
    if summary is None or not summary.rows.n:
        left_out = " once rows with missing values are left out" if summary is not None and summary.dropped else ""
        raise DataError(f"{source.name} has no rows to evaluate{left_out}")
    return summary


class RowTally:
    """The states of the rows that a thread has seen: a summary, and the histograms that it adds to."""

    def __init__(self, schema: Schema, histograms: dict[str, ScoreHistogram], watch: Watch) -> None:
        self._schema = schema
        self._histograms = {name: own.like() for name, own in histograms.items()}
        self._columns = binned_columns(schema) if histograms else {}
        self._watch = watch
        self._summary: Summary | None = None

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        batch = encode(piece, self._schema, threads)
        own = summarise(batch, self._schema, threads, keep=not self._histograms)
        self._summary = own if self._summary is None else self._summary.merge(own)
        for name, histogram in self._histograms.items():
            column = self._columns[name]
            weight = batch.weight if histogram.counts.units is not None else None
            histogram.add(column.value(batch), column.label(batch), weight)
        self._watch(len(piece.table))

    def merge(self, other: Self) -> Self:
        """The states of the rows of both, in this one."""
        for name, histogram in self._histograms.items():
            histogram.counts.merge(other._histograms[name].counts)
            histogram.n += other._histograms[name].n
        if self._summary is None or other._summary is None:
            self._summary = self._summary or other._summary
        else:
            self._summary = self._summary.merge(other._summary)
        return self

    @property
    def summary(self) -> Summary | None:
        """The states; None if there were no pieces."""
        if self._summary is None:
            return None
        return replace(self._summary, states={**self._summary.states, **self._histograms})


def read_range(source: Source, schema: Schema, low: float, high: float, threads: int, watch: Watch) -> Scores:
    """The rows of a binary task whose scores lie in [low, high)."""
    return fold(source.parts(schema.numeric, threads), lambda: RangeTally(schema, low, high, watch), threads).scores


@dataclass(slots=True)
class RangeTally:
    """The rows within a range of the scores that a thread has seen."""

    schema: Schema
    low: float
    high: float
    watch: Watch
    scores: Scores = field(default_factory=Scores)

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        batch = encode(piece, self.schema, threads)
        score = batch.scores[0]
        inside = np.ones(len(score), bool)
        if not math.isinf(self.low):
            inside &= score >= np.float64(self.low)
        if not math.isinf(self.high):
            inside &= score < np.float64(self.high)
        weight = None if batch.weight is None else batch.weight[inside]
        self.scores = self.scores.merge(Scores.of(score[inside], batch.target[inside], weight))
        self.watch(len(piece.table))

    def merge(self, other: Self) -> Self:
        """The rows of both."""
        self.scores = self.scores.merge(other.scores)
        return self
