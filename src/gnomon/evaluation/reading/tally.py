"""The counting pass: the rows of a source to one summary, their scores kept or counted in bins."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from gnomon.engines.threads import fold
from gnomon.errors import DataError, MissingValuesError
from gnomon.evaluation.arguments.plan import Plan
from gnomon.evaluation.reading.binned import SLICE_BINS, binned_columns, bins_wanted, histograms, most_open
from gnomon.evaluation.reading.order import class_weights
from gnomon.evaluation.reading.sample import Sample, every_so_many, glimpse
from gnomon.evaluation.reading.slices import GATHERED, SliceTally
from gnomon.evaluation.reading.summary import Summary, summarise
from gnomon.evaluation.reading.worst import worst_rows
from gnomon.schema.batch import (
    Batch,
    chosen_rows,
    encode,
    leave_out_incomplete,
    leave_out_weightless,
    outcomes,
    refuse_missing,
    weights,
)
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import Weight
from gnomon.states.reliability import Reliability
from gnomon.states.scores import Scores
from gnomon.states.worst import WorstRows

# The share of pairs that bins of equal mass leave open is about 1 over their number; so many times that is worth
# another reading for a better sample.
TOO_OPEN = 3
# How many of the most wrong rows are told.
WORST = 10

# Told the number of rows just read.
Watch = Callable[[int], None]


def read_rows(source: Source, schema: Schema, plan: Plan, threads: int, begin: Callable[[], Watch]) -> Summary:
    """The summary of all rows.

    Where rows are not kept, the bins of their scores follow from a glimpse of the source. If they turn out too wide,
    as in a file whose rows are sorted, the source is read once for a better sample, and counted again.

    Raises:
        DataError: There are no rows, or values are missing (then all of them are counted).
    """
    if plan.keep:
        return count(source, schema, Tallies(schema, plan, None, {}, {}, begin()), threads)
    classes = weigh(source, schema, threads)
    reliability = None
    if schema.probabilities and not plan.order_only:
        reliability = Reliability.empty(None if classes is None else classes[0].merge(classes[1]))
    hurried = glimpse(source, schema)
    sample = hurried or every_so_many(source, schema, threads)
    while True:
        empty = histograms(sample, schema, None if plan.exact else classes)
        of_slice = histograms(sample, schema, classes, SLICE_BINS) if schema.columns.slices else {}
        summary = count(source, schema, Tallies(schema, plan, reliability, empty, of_slice, begin()), threads, sample)
        if sample is not hurried or most_open(summary, empty, threads) <= TOO_OPEN / bins_wanted(len(empty)):
            return summary
        sample = every_so_many(source, schema, threads)


def weigh(source: Source, schema: Schema, threads: int) -> list[Weight] | None:
    """The weights of each class (of a regression: of all rows), from one reading; None where there are none."""
    if schema.columns.weight is None:
        return None
    used = (schema.columns.weight, *schema.columns.targets, *schema.part_column)
    columns = {name: use for name, use in schema.uses.items() if name in used}
    return fold(source.parts(columns, threads), lambda: WeightTally(schema), threads).weights()


class WeightTally:
    """The weights of the classes that a thread has seen."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._states = Confusion.empty(max(1, len(schema.labels)), weighted=True)

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the weights of a piece; rows that lack one, or their class, count later if at all."""
        name = self._schema.columns.weight
        assert name is not None  # asked for where there are weights
        rows = chosen_rows(piece, self._schema)
        leave_out_weightless(rows, name)
        leave_out_incomplete(rows, (name, *self._schema.columns.targets))
        weight = weights(rows, name)
        if self._schema.task == "regression":
            code = np.zeros(len(weight), np.uint8)
        else:
            code = outcomes(rows, self._schema.columns.targets, self._schema, threads)
        self._states = self._states.merge(Confusion.of_labels(code, code, weight, self._states.classes, threads))

    def merge(self, other: Self) -> Self:
        """The weights of both."""
        self._states = self._states.merge(other._states)
        return self

    def weights(self) -> list[Weight]:
        """The weights, by class."""
        return class_weights(self._states)


def count(source: Source, schema: Schema, tallies: Tallies, threads: int, sample: Sample | None = None) -> Summary:
    """The fold over the source.

    Raises:
        DataError: There are no rows, or values are missing (then all of them are counted).
    """
    try:
        tally = fold(source.parts(schema.uses, threads), tallies.start, threads)
    except MissingValuesError:
        refuse_missing(source, schema, threads)
        raise
    summary = tally.summary
    if summary is None or not summary.rows.n:
        left_out = " once rows with missing values are left out" if summary is not None and summary.dropped else ""
        part = schema.columns.part
        of_part = " to evaluate" if part is None else f" whose {part}"
        raise DataError(f"{source.name} has no rows{of_part}{left_out}")
    slices = {
        slicing.name: own.summaries(sample) for slicing, own in zip(schema.columns.slices, tallies.slices, strict=True)
    }
    return replace(summary, sample=sample, slices=slices)


class Tallies:
    """Where the rows of all threads go.

    Args:
        schema: What the columns mean.
        plan: What is kept of them.
        reliability: An empty state for probabilities that are counted as rows pass; None where they are kept.
        histograms: Empty ones for what is counted in bins; none where rows are kept.
        of_slice: The same for a slice.
        watch: Told the number of rows of each piece.
    """

    def __init__(
        self,
        schema: Schema,
        plan: Plan,
        reliability: Reliability | None,
        histograms: dict[str, ScoreHistogram],
        of_slice: dict[str, ScoreHistogram],
        watch: Watch,
    ) -> None:
        self.schema = schema
        self.plan = plan
        self.reliability = reliability
        self.histograms = histograms
        self.watch = watch
        self.slices = [SliceTally(schema, plan, number, of_slice) for number in range(len(schema.columns.slices))]

    def start(self) -> RowTally:
        """A tally for one thread."""
        return RowTally(self)


class RowTally:
    """The states of the rows that a thread has seen: a summary, and the histograms that it adds to."""

    def __init__(self, shared: Tallies) -> None:
        self._shared = shared
        self._histograms = {name: own.like() for name, own in shared.histograms.items()}
        self._columns = binned_columns(shared.schema) if self._histograms else {}
        self._gathered: list[Batch] = []
        self._held = 0
        self._worst = WorstRows(WORST)
        self._summary: Summary | None = None

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        self.take(encode(piece, self._shared.schema, threads), threads)
        self._shared.watch(len(piece.table))

    def take(self, batch: Batch, threads: int) -> None:
        """Takes in the rows of a batch."""
        schema = self._shared.schema
        own = summarise(batch, schema, self._shared.plan, threads, keep=not self._histograms)
        if not self._shared.plan.order_only:
            self._worst = self._worst.merge(worst_rows(batch, schema, WORST, self._worst.bound))
        if self._shared.reliability is not None:
            seen = self._shared.reliability.plus(batch.scores[0], batch.target, batch.weight, threads)
            own = replace(own, states={**own.states, "reliability": seen})
        self._summary = own if self._summary is None else self._summary.merge(own)
        for name, histogram in self._histograms.items():
            column = self._columns[name]
            weight = batch.weight if histogram.counts.units is not None else None
            histogram.add(column.value(batch), column.label(batch), weight)
        if self._shared.slices and batch.n:
            self._gathered.append(batch)
            self._held += batch.n
            if self._held >= GATHERED:
                self._sort()

    def _sort(self) -> None:
        """Hands what was gathered to its slices."""
        for own in self._shared.slices if self._gathered else ():
            own.add(self._gathered)
        self._gathered, self._held = [], 0

    def merge(self, other: Self) -> Self:
        """The states of the rows of both, in this one."""
        other._sort()
        for name, histogram in self._histograms.items():
            histogram.counts.merge(other._histograms[name].counts)
            histogram.n += other._histograms[name].n
        if self._summary is None or other._summary is None:
            self._summary = self._summary or other._summary
        else:
            self._summary = self._summary.merge(other._summary)
        self._worst = self._worst.merge(other._worst)
        return self

    @property
    def summary(self) -> Summary | None:
        """The states; None if there were no pieces. Nothing is added any more."""
        self._sort()
        if self._summary is None:
            return None
        return replace(self._summary, states={**self._summary.states, **self._histograms}, worst=self._worst)


def read_range(source: Source, schema: Schema, low: float, high: float, threads: int, watch: Watch) -> Scores:
    """The rows of a binary task whose scores lie in [low, high)."""
    return fold(source.parts(schema.uses, threads), lambda: RangeTally(schema, low, high, watch), threads).scores


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
