"""The counting pass: the rows of a source to one summary, their scores kept or counted in bins."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from gnomon.engines.base import Engine
from gnomon.errors import DataError, MissingValuesError
from gnomon.evaluation.arguments.retention import Retention
from gnomon.evaluation.reading.binned import SLICE_BINS, binned_columns, bins_wanted, histograms, most_open
from gnomon.evaluation.reading.ranked_scores import class_weights
from gnomon.evaluation.reading.sample import Sample, from_all_over, glimpse
from gnomon.evaluation.reading.slices import GATHERED, SliceTally
from gnomon.evaluation.reading.summary import Summary, summarise
from gnomon.evaluation.reading.worst import worst_rows
from gnomon.message import Message
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
from gnomon.sources.base import Piece, Source, Use
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import Weight
from gnomon.states.reliability import Reliability
from gnomon.states.scores import Scores
from gnomon.states.worst import WorstRows
from gnomon.wire import Travelling, pack_all, refusing, unpack_all

# The share of pairs that bins of equal mass leave open is about 1 over their number; so many times that is worth
# another reading for a better sample.
TOO_OPEN = 3
# How many of the most wrong rows are kept.
WORST = 10


def read_rows(source: Source, schema: Schema, retention: Retention, engine: Engine) -> Summary:
    """The summary of all rows.

    Where rows are not kept, the bins of their scores follow from a glimpse of the source. If they turn out too wide,
    as in a file whose rows are sorted, the source is read once for a better sample, and counted again.

    Raises:
        DataError: There are no rows, or values are missing (then all of them are counted).
    """
    if retention.keep:
        return count(source, CountPlan(schema, retention), engine)
    classes = weigh(source, schema, engine)
    reliability = None
    if schema.probabilities and not retention.order_only:
        reliability = Reliability.empty(None if classes is None else classes[0].merge(classes[1]))
    hurried = glimpse(source, schema)
    sample = hurried or from_all_over(source, schema, engine)
    while True:
        empty = histograms(sample, schema, None if retention.exact else classes)
        of_slice = histograms(sample, schema, classes, SLICE_BINS) if schema.columns.slices else {}
        summary = count(source, CountPlan(schema, retention, reliability, empty, of_slice), engine, sample)
        wide = TOO_OPEN / bins_wanted(len(empty))
        if sample is not hurried or most_open(summary, empty, engine.threads) <= wide:
            return summary
        sample = from_all_over(source, schema, engine)


def weigh(source: Source, schema: Schema, engine: Engine) -> list[Weight] | None:
    """The weights of each class (of a regression: of all rows), from one reading; None where there are none."""
    if schema.columns.weight is None:
        return None
    return class_weights(engine.fold(source, WeightPlan(schema)).classes)


@dataclass(frozen=True, slots=True)
class WeightPlan:
    """Sums the weights of each class.

    Attributes:
        schema: What the columns mean.
    """

    schema: Schema

    @property
    def uses(self) -> Mapping[str, Use]:
        """The weights, the targets, and what says which rows take part."""
        columns = self.schema.columns
        used = (columns.weight, *columns.targets, *self.schema.subset_column)
        return {name: use for name, use in self.schema.uses.items() if name in used}

    def start(self) -> WeightTally:
        """An empty tally."""
        return WeightTally(self.schema, Confusion.empty(max(1, len(self.schema.labels)), weighted=True))

    @refusing
    def read(self, raw: bytes) -> WeightTally:
        """The tally of these bytes."""
        return WeightTally(self.schema, Confusion.from_bytes(raw))


@dataclass(slots=True)
class WeightTally:
    """The weights of the classes that were seen."""

    schema: Schema
    classes: Confusion

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the weights of a piece; rows that lack one, or their class, count later if at all."""
        name = self.schema.columns.weight
        assert name is not None  # asked for where there are weights
        rows = chosen_rows(piece, self.schema)
        leave_out_weightless(rows, name)
        leave_out_incomplete(rows, (name, *self.schema.columns.targets))
        weight = weights(rows, name)
        if self.schema.task == "regression":
            code = np.zeros(len(weight), np.uint8)
        else:
            code = outcomes(rows, self.schema.columns.targets, self.schema, threads)
        counts = Confusion.of_labels(code, code, weight, self.classes.classes, threads)
        self.classes = self.classes.merge(counts)

    def merge(self, other: Self) -> Self:
        """The weights of both."""
        self.classes = self.classes.merge(other.classes)
        return self

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        return self.classes.to_bytes()


def count(source: Source, plan: CountPlan, engine: Engine, sample: Sample | None = None) -> Summary:
    """The summary of all rows.

    Raises:
        DataError: There are no rows, or values are missing (then all of them are counted).
    """
    schema = plan.schema
    try:
        tally = engine.fold(source, plan)
    except MissingValuesError:
        refuse_missing(source, schema, engine.threads)
        raise
    summary = tally.summary
    if summary is None or not summary.rows.n:
        left_out = (
            Message("once_missing_left_out", " after rows with missing values are left out")
            if summary is not None and summary.dropped
            else ""
        )
        subset = schema.columns.subset
        of_part = (
            Message("to_evaluate", " to evaluate")
            if subset is None
            else Message("whose", " whose {subset}", subset=subset)
        )
        raise DataError(
            Message(
                "no_rows_left",
                "{name} has no rows{of_part}{left_out}",
                name=source.name,
                of_part=of_part,
                left_out=left_out,
            )
        )
    return replace(summary, sample=sample, slices=tally.slice_summaries(sample))


@dataclass(frozen=True, slots=True)
class CountPlan:
    """Counts rows.

    Attributes:
        schema: What the columns mean.
        retention: What is kept of them.
        reliability: An empty state for probabilities that are counted as rows pass; None where they are kept.
        histograms: Empty ones for what is counted in bins; none where rows are kept.
        of_slice: The same for a slice.
    """

    schema: Schema
    retention: Retention
    reliability: Reliability | None = None
    histograms: Mapping[str, ScoreHistogram] = field(default_factory=dict)
    of_slice: Mapping[str, ScoreHistogram] = field(default_factory=dict)

    @property
    def uses(self) -> Mapping[str, Use]:
        """All columns."""
        return self.schema.uses

    def start(self) -> RowTally:
        """An empty tally."""
        return RowTally(self)

    @refusing
    def read(self, raw: bytes) -> RowTally:
        """The tally of these bytes."""
        return RowTally(self).restore(raw)


class RowTally:
    """The states of the rows that were seen: a summary, the histograms that rows are added to, and the slices."""

    def __init__(self, plan: CountPlan) -> None:
        schema = plan.schema
        self._plan = plan
        self._histograms = {name: own.like() for name, own in plan.histograms.items()}
        self._columns = binned_columns(schema) if self._histograms else {}
        self._gathered: list[Batch] = []
        self._held = 0
        self._worst = WorstRows(WORST)
        self._summary: Summary | None = None
        self._slices = [
            SliceTally(schema, plan.retention, number, plan.of_slice) for number in range(len(schema.columns.slices))
        ]

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        self.take(encode(piece, self._plan.schema, threads), threads)

    def take(self, batch: Batch, threads: int) -> None:
        """Takes in the rows of a batch."""
        schema, reliability = self._plan.schema, self._plan.reliability
        summary = summarise(batch, schema, self._plan.retention, threads, keep=not self._histograms)
        if not self._plan.retention.order_only:
            self._worst = self._worst.merge(worst_rows(batch, schema, WORST, self._worst.bound))
        if reliability is not None:
            seen = reliability.plus(batch.scores[0], batch.target, batch.weight, threads)
            summary = replace(summary, states={**summary.states, "reliability": seen})
        self._summary = summary if self._summary is None else self._summary.merge(summary)
        for name, histogram in self._histograms.items():
            column = self._columns[name]
            weight = batch.weight if histogram.counts.units is not None else None
            histogram.add(column.value(batch), column.label(batch), weight)
        if self._slices and batch.n:
            self._gathered.append(batch)
            self._held += batch.n
            if self._held >= GATHERED:
                self._sort()

    def _sort(self) -> None:
        """Hands what was gathered to its slices."""
        for slice_rows in self._slices if self._gathered else ():
            slice_rows.add(self._gathered)
        self._gathered, self._held = [], 0

    def merge(self, other: Self) -> Self:
        """The states of the rows of both, in this one."""
        for mine, theirs in zip(self.slices, other.slices, strict=True):
            mine.merge(theirs)
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
        if self._summary is None:
            return None
        return replace(self._summary, states={**self._summary.states, **self._histograms}, worst=self._worst)

    @property
    def slices(self) -> list[SliceTally]:
        """The slices of each column."""
        self._sort()
        return self._slices

    def slice_summaries(self, sample: Sample | None) -> dict[str, dict[str, Summary]]:
        """The states of each slice, by the name of the column and of its value."""
        slicings = self._plan.schema.columns.slices
        return {own.name: tally.summaries(sample) for own, tally in zip(slicings, self.slices, strict=True)}

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        known = [] if self._summary is None else [self._summary]
        states: list[Travelling] = [*known, *self._histograms.values(), self._worst, *self.slices]
        return pack_all("rows", {"known": len(known)}, [own.to_bytes() for own in states])

    def restore(self, raw: bytes) -> Self:
        """The tally whose bytes these are, in this one, which is empty."""
        header, parts = unpack_all("rows", raw)
        rest = iter(parts)
        self._summary = Summary.from_bytes(next(rest)) if header["known"] else None
        self._histograms = {name: ScoreHistogram.from_bytes(next(rest)) for name in self._histograms}
        self._worst = WorstRows.from_bytes(next(rest))
        self._slices = [own.restore(next(rest)) for own in self._slices]
        return self


def read_range(source: Source, schema: Schema, low: float, high: float, engine: Engine) -> Scores:
    """The rows of a binary task whose scores lie in [low, high)."""
    return engine.fold(source, RangePlan(schema, low, high)).scores


@dataclass(frozen=True, slots=True)
class RangePlan:
    """Keeps the rows within a range of the scores.

    Attributes:
        schema: What the columns mean.
        low, high: The range, from the one up to below the other.
    """

    schema: Schema
    low: float
    high: float

    @property
    def uses(self) -> Mapping[str, Use]:
        """All columns."""
        return self.schema.uses

    def start(self) -> RangeTally:
        """An empty tally."""
        return RangeTally(self)

    @refusing
    def read(self, raw: bytes) -> RangeTally:
        """The tally of these bytes."""
        return RangeTally(self, Scores.from_bytes(raw))


@dataclass(slots=True)
class RangeTally:
    """The rows within a range of the scores that were seen."""

    plan: RangePlan
    scores: Scores = field(default_factory=Scores)

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        batch = encode(piece, self.plan.schema, threads)
        score = batch.scores[0]
        inside = np.ones(len(score), bool)
        if not math.isinf(self.plan.low):
            inside &= score >= np.float64(self.plan.low)
        if not math.isinf(self.plan.high):
            inside &= score < np.float64(self.plan.high)
        weight = None if batch.weight is None else batch.weight[inside]
        self.scores = self.scores.merge(Scores.of(score[inside], batch.target[inside], weight))

    def merge(self, other: Self) -> Self:
        """The rows of both."""
        self.scores = self.scores.merge(other.scores)
        return self

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        return self.scores.to_bytes()
