"""Intervals that allow for clusters: rows that belong together, such as those of one patient, vary together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.estimates.losses import skewed, with_tail
from gnomon.evaluation.estimates.ranking import left_out_of
from gnomon.evaluation.estimates.small_samples import CLUSTERS, few_of
from gnomon.evaluation.influence.influences import (
    DENSITY_LEVEL,
    Array,
    Influences,
    Spread,
    VarianceEstimator,
    jackknife_spread,
)
from gnomon.intervals.average_precision import average_precision_interval
from gnomon.intervals.difference import linearised_difference
from gnomon.intervals.interval import NO_INTERVAL, Interval, normal_quantile
from gnomon.intervals.ks import ks_interval
from gnomon.intervals.linearised import METHOD, linearised_interval
from gnomon.intervals.wilson import wilson
from gnomon.kernels.losses import sum_values
from gnomon.measures.influence import share_below_influence
from gnomon.measures.measure import POSITIVE, Formula, Share, ShareOfAll, Transformed
from gnomon.measures.probability import BRIER_SCORE
from gnomon.measures.quantiles import Ranks
from gnomon.measures.ranking import AVERAGE_PRECISION, KS, TABLE_STEPS
from gnomon.measures.registry import get_measure
from gnomon.measures.regression import MAX_ERROR, MEDIAN_ABSOLUTE_ERROR
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.paired import PairedRows

# With fewer clusters than this, how much they vary is known roughly.
FEW_CLUSTERS = 30
# Influences whose squares, of any number of rows, are doubles.
LARGEST = 1e140
# With fewer effective clusters, by their weight, than this the few large ones say too little (docs/coverage.md).
FEWEST_EFFECTIVE = 15
FEW_MATTER = Message("few_heavy_clusters", "interval is unreliable: a few clusters hold most of the rows")
FEWER_CLUSTERS = Message(
    "one_cluster_behind",
    "no interval: the rows that it rests on belong to one cluster, or have influences too large to sum",
)
ONE_CLUSTER = Message("one_cluster", "no interval: all rows belong to one cluster")


class Clustered:
    """One evaluation's rows by cluster.

    Args:
        rows: The rows, of one model.
        schema: What the columns mean.
        options: How estimates are made.
        formulas: Those of estimates that are not measures by themselves, such as a cost, by name.
    """

    def __init__(
        self, rows: PairedRows, schema: Schema, options: Options, formulas: Mapping[str, Formula] | None = None
    ) -> None:
        self.rows = rows
        self._formulas = formulas or {}
        self.variances = VarianceEstimator(self.rows, options.threads)
        self.influences = Influences(self.rows, self.rows.answers[0], schema, options.threads)
        self._schema = schema
        self._options = options
        self._last: tuple[tuple[str, int | None], Array | None] | None = None

    def widen(self, draft: Draft) -> None:
        """Gives every estimate of an evaluation an interval that allows for the clusters."""
        if self._options.intervals:
            draft.estimates = {name: self._estimate(name, own) for name, own in draft.estimates.items()}
            for code, label in enumerate(draft.per_class):
                draft.per_class[label] = {
                    name: self._estimate(name, own, code) for name, own in draft.per_class[label].items()
                }
        draft.notes += self._notes()

    def _estimate(self, name: str, estimate: Estimate, code: int | None = None) -> Estimate:
        if not estimate.defined or name == MAX_ERROR.name:
            return estimate
        if self.variances.number < 2:
            return NO_INTERVAL.of(estimate, ONE_CLUSTER)
        if estimate.reason is not None and math.isnan(estimate.low):  # where nothing varies, or the terms are too large
            return estimate
        made = self._interval(name, estimate.value, code)
        clustered = made.of(estimate, FEWER_CLUSTERS if math.isnan(made.low) else None)
        if not math.isnan(clustered.low) and self.variances.effective < FEWEST_EFFECTIVE:
            clustered = replace(clustered, warning=FEW_MATTER)
        return few_of(with_tail(clustered, self._tail(name)), self.variances.number, CLUSTERS)

    def _tail(self, name: str) -> float:
        """Degrees of freedom of the variance of an estimate of a regression, by its clusters."""
        if self._schema.task != "regression" or not skewed(name):
            return math.inf
        influence = self._influence(name, None)
        return math.inf if influence is None or not np.isfinite(influence).all() else self.variances.tail(influence)

    def _influence(self, name: str, code: int | None) -> Array | None:
        """Of the rows on an estimate; that of the last one is kept."""
        if self._last is None or self._last[0] != (name, code):
            if name in self._formulas:
                influence: Array | None = self.influences.of_formula(self._formulas[name])
            else:
                influence = self.influences.of(name) if code is None else self.influences.of_class(name, code)
            self._last = (name, code), influence
        return self._last[1]

    def cluster_influence(self, name: str) -> Array | None:
        """By how much an estimate changes where each cluster is left out; None where that is not known."""
        influence = self._influence(name, None)
        if influence is None or not (np.abs(influence) < LARGEST).all():
            return None
        return self.variances.cluster_influence(influence)

    def _interval(self, name: str, value: float, code: int | None) -> Interval:
        if name == MEDIAN_ABSOLUTE_ERROR.name:
            return self._of_median(value)
        influence = self._influence(name, code)
        if influence is None or not (np.abs(influence) < LARGEST).all():
            return NO_INTERVAL
        spread = self.variances.spread(influence)
        if spread.variance == 0:
            spread = Spread(0.0, self._having(name, POSITIVE if code is None else code) - 1.0)
        if name == KS.name:
            return self._of_ks(value, spread)
        if name == AVERAGE_PRECISION.name:
            alone = float(sum_values(influence, None, self._options.threads).square)
            alike = spread.variance / alone if alone > 0 else 1.0
            return self._of_average_precision(value, spread, alike, POSITIVE if code is None else code)
        measure = get_measure(name)
        high = 2.0 if name == BRIER_SCORE.name and self._schema.task == "multiclass" else measure.high
        units = min(spread.units, 1 + self._tail(name))
        return linearised_interval(value, spread.variance, units, self._options.level, measure.low, high)

    def _having(self, name: str, code: int) -> int:
        """The number of clusters with rows that a share rests on; of other measures, with rows of the rarest class.

        That is all that is known where nothing varies.
        """
        target, predicted = self.rows.target, self.rows.answers[0].prediction
        basis = get_measure(name).basis
        if self._schema.task == "regression" or isinstance(basis, ShareOfAll):
            return self.variances.number
        share = basis.share if isinstance(basis, Transformed) else basis
        if isinstance(share, Share) and predicted is not None:
            masks = [share.mask(target == code, predicted == code)]
        else:
            masks = [target == each for each in np.unique(target)]
        assert self.rows.clusters is not None  # else there is nothing to allow for
        return min(len(np.unique(self.rows.clusters[mask])) for mask in masks)

    def _of_ks(self, value: float, spread: Spread) -> Interval:
        """As of independent rows, of which there are fewer by the factor that clusters raise the variance by."""
        ranked = self.influences.ranked(POSITIVE)
        assert ranked is not None  # else there is no KS
        order = ranked[2]
        effective = order.positives.effective, order.negatives.effective
        if spread.variance == 0:  # clusters are all that is known to vary
            if not spread.units > 1:
                return NO_INTERVAL
            effective = spread.units, spread.units
        bins, options = order.bins(TABLE_STEPS), self._options
        return ks_interval(bins, effective, value, spread.variance, options.level, options.seed)

    def _of_average_precision(self, value: float, spread: Spread, alike: float, code: int) -> Interval:
        ranked = self.influences.ranked(code)
        assert ranked is not None  # else there is no average precision
        left_out = left_out_of(ranked[2], ranked[2].bins(TABLE_STEPS), alike)
        return average_precision_interval(value, left_out, spread.variance, spread.units, self._options.level)

    def _of_median(self, value: float) -> Interval:
        """The errors at the ends of the interval of the share that lies below the median."""
        rows = self.rows
        prediction = rows.answers[0].prediction
        assert prediction is not None  # a regression always has one
        errors = np.abs(rows.target - prediction)
        spread = self.variances.spread(share_below_influence(errors, value, rows.weight, self._options.threads))
        trials = 0.25 / spread.variance if spread.variance > 0 else spread.units
        shares = wilson(0.5, trials, self._options.level)
        ranks = Ranks(errors, rows.weight, self._options.threads)
        usual = wilson(0.5, trials, DENSITY_LEVEL)
        error = (ranks.quantile(usual.high) - ranks.quantile(usual.low)) / (2 * normal_quantile(DENSITY_LEVEL))
        low, high = min(value, ranks.quantile(shares.low)), max(value, ranks.quantile(shares.high))
        return Interval(low, high, METHOD, error, spread.freedom)

    def _notes(self) -> list[Message]:
        column, number = self._schema.columns.cluster, self.variances.number
        notes = [
            Message(
                "clustered",
                "Rows with the same {column} are not independent: intervals rest on {number:,} clusters.",
                column=column,
                number=number,
            )
        ]
        if number < FEW_CLUSTERS:
            notes.append(
                Message(
                    "few_clusters",
                    "With only {number:,} clusters (fewer than {enough}), the variation between them is poorly known.",
                    number=number,
                    enough=FEW_CLUSTERS,
                )
            )
        return notes

    def difference(self, plain: Difference, influence: Callable[[Influences], Array | None]) -> Difference:
        """A difference with the interval and the p-value that its influences by cluster give."""
        rows = influence(self.influences)
        spread = Spread(math.nan, math.nan) if rows is None else self.variances.spread(rows)
        return linearised_difference(plain.value, spread.variance, spread.units, plain.level, plain.n)


def spread_between(sides: tuple[Clustered, Clustered], name: str) -> Spread:
    """How much an estimate of some rows minus that of others varies, where both may have rows of the same clusters.

    Args:
        sides: The rows of the first value, and of the second; their clusters are numbered alike.
        name: Of the estimate.
    """
    first, second = (own.cluster_influence(name) for own in sides)
    if first is None or second is None:
        return Spread(math.nan, math.nan)
    occurring = np.zeros(max(len(first), len(second)), bool)
    for side in sides:
        assert side.rows.clusters is not None  # else there is nothing to allow for
        occurring[side.rows.clusters] = True
    both = np.zeros(len(occurring))
    both[: len(first)] += first
    both[: len(second)] -= second
    return jackknife_spread(both, int(occurring.sum()), 1)
