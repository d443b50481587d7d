"""Reading a source, as often as what is kept of it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from gnomon.engines.base import Engine
from gnomon.engines.threads import Threads
from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.retention import Retention
from gnomon.evaluation.reading.ranked_scores import (
    RankedScores,
    RankedScoresInBins,
    RankedScoresInMemory,
    RankedScoresOutOfCore,
    against_the_rest,
    class_weights,
)
from gnomon.evaluation.reading.summary import Summary
from gnomon.evaluation.reading.tally import read_range, read_rows
from gnomon.measures.registry import get_measure
from gnomon.message import Message, in_series, word
from gnomon.schema.schema import Schema
from gnomon.sources.base import Source
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.reliability import Reliability
from gnomon.states.scores import Scores


class Reading:
    """One evaluation's way to its rows."""

    def __init__(self, source: Source, schema: Schema, retention: Retention, engine: Engine) -> None:
        self.retention = retention
        self.source = source
        self.schema = schema
        self.engine = engine
        self._threads = engine.threads

    def summary(self) -> Summary:
        """The counting pass."""
        return read_rows(self.source, self.schema, self.retention, self.engine)

    def of_slices(self) -> Reading:
        """The way of the slices: what of them was counted in bins is not read again, and each has one thread."""
        return Reading(self.source, self.schema, replace(self.retention, exact=self.retention.keep), Threads(1))

    def notes(self, estimates: Mapping[str, Estimate]) -> tuple[Message, ...]:
        """How it was read, where that was not the plain way."""
        what = word("errors") if self.schema.task == "regression" else word("scores")
        if self.retention.keep:
            return ()
        if self.retention.exact:
            slices = (
                Message("large_slices_bounded", "; values of large slices are exact up to their bounds")
                if self.schema.columns.slices
                else ""
            )
            return (
                Message(
                    "exact_in_ranges",
                    "Exact: the rows were read again in ranges of the scores{slices}.",
                    slices=slices,
                ),
            )
        bounds = [
            Message("", "{measure} ± {bound:.1g}", measure=get_measure(name).title, bound=own.bound)
            for name, own in estimates.items()
            if own.bound > 0
        ]
        certain = (
            Message("", ": {bounds}", bounds=in_series(bounds))
            if bounds
            else Message("no_shared_bin", ", and no bin holds different scores")
        )
        slices = (
            Message("wider_bins_in_slices", "; those of slices have wider bins") if self.schema.columns.slices else ""
        )
        return (
            Message(
                "certified",
                "Certified: the {what} were counted in bins{certain}{slices}.",
                what=what,
                certain=certain,
                slices=slices,
            ),
        )

    def order(self, summary: Summary) -> RankedScores:
        """The scores of a binary task in order, in the way of the retention."""
        scores, classes = summary.states["scores"], summary.states.get("classes")
        if isinstance(scores, Scores):
            return RankedScoresInMemory(scores, self._threads)
        assert isinstance(scores, ScoreHistogram)
        weights = None if classes is None else against_the_rest(class_weights(cast(Confusion, classes)), 1)
        if self.retention.exact:
            return RankedScoresOutOfCore(scores, weights, self._range, self.retention.rows, self._threads)
        return RankedScoresInBins(scores, weights, self._threads)

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
        return read_range(self.source, self.schema, low, high, self.engine)
