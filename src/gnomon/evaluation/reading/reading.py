"""Reading a source, as often as the plan asks for it, with its progress told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.plan import Plan
from gnomon.evaluation.reading.order import BinnedOrder, KeptOrder, Order, RangedOrder, against_the_rest, class_weights
from gnomon.evaluation.reading.summary import Summary
from gnomon.evaluation.reading.tally import Watch, read_range, read_rows
from gnomon.measures.registry import measure
from gnomon.schema.schema import Schema
from gnomon.sources.base import Source
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.reliability import Reliability
from gnomon.states.scores import Scores

# Told the number of rows read so far, and of all rows if it is known.
Progress = Callable[[int, int | None], None]


class Reading:
    """One evaluation's way to its rows."""

    def __init__(
        self, source: Source, schema: Schema, plan: Plan, threads: int, progress: Progress | None = None
    ) -> None:
        self.plan = plan
        self._source = source
        self._schema = schema
        self._threads = threads
        self._progress = progress
        self._rows = 0
        self._counting = threading.Lock()

    def summary(self) -> Summary:
        """The counting pass."""
        return read_rows(self._source, self._schema, self.plan, self._threads, self.begin)

    def of_slices(self) -> Reading:
        """The way of the slices: what of them was counted in bins is not read again."""
        return Reading(self._source, self._schema, replace(self.plan, exact=self.plan.keep), 1)

    def notes(self, estimates: Mapping[str, Estimate]) -> tuple[str, ...]:
        """How it was read, where that was not the plain way."""
        what = "errors" if self._schema.task == "regression" else "scores"
        if self.plan.keep:
            return ()
        if self.plan.exact:
            slices = "; slices of many rows are certain within their bounds" if self._schema.columns.slices else ""
            return (f"Exact, by reading the rows again in ranges of the scores{slices}.",)
        bounds = [f"{measure(name).title} ± {own.bound:.1g}" for name, own in estimates.items() if own.bound > 0]
        certain = f": {', '.join(bounds)}" if bounds else ", and no bin held several"
        slices = "; those of slices have wider bins" if self._schema.columns.slices else ""
        return (f"Certified: the {what} were counted in bins{certain}{slices}.",)

    def order(self, summary: Summary) -> Order:
        """The scores of a binary task in order, in the way of the plan."""
        scores, classes = summary.states["scores"], summary.states.get("classes")
        if isinstance(scores, Scores):
            return KeptOrder(scores, self._threads)
        assert isinstance(scores, ScoreHistogram)
        weights = None if classes is None else against_the_rest(class_weights(cast(Confusion, classes)), 1)
        if self.plan.exact:
            return RangedOrder(scores, weights, self._range, self.plan.rows, self._threads)
        return BinnedOrder(scores, weights, self._threads)

    def reliability(self, summary: Summary) -> Reliability:
        """The probabilities of a binary task in fine bins."""
        seen, scores = summary.states.get("reliability"), summary.states["scores"]
        if isinstance(seen, Reliability):
            return seen
        assert isinstance(scores, Scores)  # else they were counted as rows passed
        state = Reliability.empty(summary.rows if scores.weighted else None)
        for score, label, *weight in scores.chunks:
            state = state.plus(score, label, weight[0] if weight else None, self._threads)
        return state

    def _range(self, low: float, high: float) -> Scores:
        return read_range(self._source, self._schema, low, high, self._threads, self.begin())

    def begin(self) -> Watch:
        """Watches a new reading."""
        self._rows = 0
        return self._watch

    def _watch(self, rows: int) -> None:
        if self._progress is None:
            return
        with self._counting:
            self._rows += rows
            self._progress(self._rows, self._source.rows)
