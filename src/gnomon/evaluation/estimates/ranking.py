"""Estimates from one ranking of scores: AUC, average precision, KS, and the curves' points."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.arguments.options import BOOTSTRAPS, Options
from gnomon.evaluation.reading.ranked_scores import RankedScores
from gnomon.intervals.auc import newcombe
from gnomon.intervals.average_precision import average_precision_interval
from gnomon.intervals.bootstrap import ranking_intervals, separated
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.ks import ks_interval
from gnomon.intervals.linearised import linearised_interval
from gnomon.intervals.logit import logit_interval
from gnomon.intervals.wilson import wilson
from gnomon.kernels.ranking import PairCounts, ScoreBins
from gnomon.measures import ranking as measures
from gnomon.measures.certified import Certified, certified
from gnomon.measures.influence import average_precision_influence, gap_influence, precision_gain_influence
from gnomon.measures.measure import Measure
from gnomon.measures.ranking import AVERAGE_PRECISION, KS, ROC_AUC, Curve
from gnomon.measures.registry import shown
from gnomon.measures.threshold import Points
from gnomon.message import Message
from gnomon.states.paired import PairedRows
from gnomon.thresholds.cluster_spread import ClusterEvents, ClusterSpread, cluster_spread
from gnomon.thresholds.table import Thresholds

Array = NDArray[np.float64]

# Of replicates: docs/coverage.md.
KS_TOO_HIGH = Message(
    "ks_replicates",
    "interval is too high, as the largest gap of every replicate is biased upwards: interval='auto' corrects for it",
)
# With fewer rows of the rarer class DeLong's variance is too uncertain: intervals hold the truth too rarely.
ENOUGH_FOR_DELONG = 100
# What its interval is called: his variance, on the logit scale, so that it ends inside 0 and 1.
DELONG = "delong, logit"


@dataclass(frozen=True, slots=True)
class RankingEstimates:
    """What one ranking gives.

    Attributes:
        estimates: By name.
        bins: Steps of its curves; None where a class has no rows.
        constant: Whether every row has the same score.
        precision_gain: The interval of the average precision minus the share of positives.
    """

    estimates: dict[str, Estimate]
    bins: ScoreBins | None
    constant: bool
    precision_gain: Interval = NO_INTERVAL


# The measures of one ranking.
RANKINGS = (ROC_AUC.name, AVERAGE_PRECISION.name, KS.name)


def ranking_estimates(
    order: RankedScores, label: str, options: Options, wanted: Collection[str] = RANKINGS
) -> RankingEstimates:
    """Measures of a score for one class.

    Args:
        order: The rows in order.
        label: What the class is called.
        options: How estimates are made.
        wanted: Some of :data:`RANKINGS`.
    """
    n = order.positives.n + order.negatives.n
    if not order.positives.n or not order.negatives.n:
        missing = Message("no_row_of_class", "no row has the class {name!r}", name=label)
        if order.positives.n:
            missing = Message("no_row_of_others", "every row has the class {name!r}", name=label)
        nothing = options.estimate(NAN, NO_INTERVAL, n, missing)
        alone = dict.fromkeys(wanted, nothing)
        if order.positives.n:  # any ranking of positives alone is precise; it is hardly less so than their share
            share = wilson(1.0, order.positives.effective, options.level)
            alone[AVERAGE_PRECISION.name] = options.estimate(1.0, share, n)
        return RankingEstimates(alone, None, False)
    pairs, bins = order.pairs, order.bins(measures.STEPS)
    measured = values_of(order, pairs)
    values = {name: own.value for name, own in measured.items()}
    intervals = dict.fromkeys([*values, "precision_gain"], NO_INTERVAL)
    constant = len(bins.low) == 1 and bins.low[0] == bins.high[0]
    if options.intervals:
        effective = order.positives.effective, order.negatives.effective
        if options.interval in BOOTSTRAPS:
            intervals = ranking_intervals(bins, effective, values, options.level, options.seed, options.interval)
            if not 0 < values[ROC_AUC.name] < 1:
                intervals[ROC_AUC.name] = auc_interval(order, values[ROC_AUC.name], effective, options)
        else:
            intervals |= linearised_intervals(order, bins, values, options, wanted)
            intervals[ROC_AUC.name] = auc_interval(order, values[ROC_AUC.name], effective, options)
            intervals |= separated(effective, values, options.level)
        if constant:
            intervals |= {
                ROC_AUC.name: Interval(0.5, 0.5, "constant score", 0.0),
                KS.name: Interval(0.0, 0.0, "constant score", 0.0),
            }
    estimates = {
        name: options.estimate(own.value, intervals[name], n, bound=own.bound)
        for name, own in measured.items()
        if name in wanted
    }
    if KS.name in wanted and options.interval in BOOTSTRAPS and not constant and not math.isnan(estimates[KS.name].low):
        estimates[KS.name] = replace(estimates[KS.name], warning=KS_TOO_HIGH)
    return RankingEstimates(estimates, bins, constant, intervals["precision_gain"])


def linearised_intervals(
    order: RankedScores, bins: ScoreBins, values: dict[str, float], options: Options, wanted: Collection[str] = RANKINGS
) -> dict[str, Interval]:
    """Intervals from the influences of rows: of average precision, of its gain on the share of positives, of KS.

    What is known of the precision follows from the positives, so they give the degrees of freedom.
    """
    effective = order.positives.effective, order.negatives.effective
    level, rows = options.level, sum(effective)
    scale = rows / (rows - 1) if rows > 1 else 1.0
    masses = bins.positives, bins.negatives
    if not all(own.sum() > 0 for own in masses):  # weights so small that bins hold nothing of them
        return dict.fromkeys((*values, "precision_gain"), NO_INTERVAL)
    by_bin = (average_precision_influence, precision_gain_influence, *([gap_influence] if KS.name in wanted else []))
    of_average, of_gain, *of_gap = (
        scale * own for own in order.influence_squares(bins, [own(*masses) for own in by_bin])
    )
    average, share = values[AVERAGE_PRECISION.name], float(measures.prevalence(*masses))
    left_out = left_out_of(order, bins)
    gain = linearised_interval(average - share, of_gain, effective[0], level, -math.inf, math.inf)
    made = {
        AVERAGE_PRECISION.name: average_precision_interval(average, left_out, of_average, effective[0], level),
        "precision_gain": gain._replace(low=gain.low - max(0.0, average - left_out)),
    }
    if of_gap:
        made[KS.name] = ks_interval(bins, effective, values[KS.name], of_gap[0], level, options.seed)
    return made


def left_out_of(order: RankedScores, bins: ScoreBins, alike: float = 1.0) -> float:
    """The average precision with each positive left out of its own precision.

    Args:
        order: The rows in order.
        bins: Of their scores.
        alike: How many rows say what one independent row does.
    """
    unit = alike * float(order.positives.total) / order.positives.effective
    return measures.left_out_average_precision(bins.positives, bins.negatives, unit)


def values_of(order: RankedScores, pairs: PairCounts) -> dict[str, Certified]:
    """The measures, exact or certain within a bound."""
    if order.bounds is not None:
        return certified(order.bounds, pairs, order.positives, order.negatives, order.units)
    return {
        ROC_AUC.name: Certified(measures.roc_auc(pairs)),
        AVERAGE_PRECISION.name: Certified(measures.average_precision(pairs)),
        KS.name: Certified(measures.ks(pairs)),
    }


def auc_estimate(order: RankedScores, options: Options) -> Estimate | None:
    """The AUC alone; None where a class has no rows."""
    if not order.positives.n or not order.negatives.n:
        return None
    value = values_of(order, order.pairs)[ROC_AUC.name]
    effective = order.positives.effective, order.negatives.effective
    interval = auc_interval(order, value.value, effective, options) if options.intervals else NO_INTERVAL
    return options.estimate(value.value, interval, order.positives.n + order.negatives.n, bound=value.bound)


def auc_interval(order: RankedScores, auc: float, effective: tuple[float, float], options: Options) -> Interval:
    """DeLong's interval on the logit scale; Newcombe's where a class has too few rows for DeLong's variance."""
    if min(effective) >= ENOUGH_FOR_DELONG and 0 < auc < 1:
        variance = order.auc_variance(auc)
        if variance > 0:
            return logit_interval(auc, variance, options.level, DELONG)
    return newcombe(auc, *effective, options.level)


def threshold_table(
    order: RankedScores, chosen: Curve | None = None, clustered: PairedRows | None = None, more: Sequence[Measure] = ()
) -> Thresholds:
    """The thresholds that tell all of them apart: steps of each class's share, and the vertices of the hull.

    Args:
        order: The rows in order.
        chosen: Points of the curve that are to be among them.
        clustered: The same rows with their clusters; None where they are independent.
        more: Measures that are to have an interval by cluster besides those of an evaluation.
    """
    bins = order.bins(measures.TABLE_STEPS)
    (hull,) = order.curves("hull")
    parts = [hull, *([] if chosen is None else [chosen]), Curve.of(bins)]
    threshold = np.concatenate([own.threshold for own in parts])
    _, first = np.unique(-threshold, return_index=True)  # of equal ones that of the hull: summed without rounding
    # Sums of weights along the curve are rounded otherwise than those of the hull: counts must not fall all the same.
    tp, fp = (
        np.maximum.accumulate(np.concatenate([getattr(own, name) for own in parts])[first])
        for name in ("true_positives", "false_positives")
    )
    classes = order.positives, order.negatives
    points = Points(tp, fp, float(classes[0].total), float(classes[1].total))
    complete = bool((bins.low == bins.high).all())
    threshold = threshold[first]
    spread = None if clustered is None else spread_by_cluster(threshold, points, clustered, more)
    return Thresholds(threshold, points, classes[0].merge(classes[1]).effective, complete, spread)


def spread_by_cluster(threshold: Array, points: Points, rows: PairedRows, more: Sequence[Measure]) -> ClusterSpread:
    """How far measures vary at thresholds; of none of them is it known where all rows are of one cluster."""
    assert rows.clusters is not None  # they were asked for
    events = ClusterEvents.of(threshold, rows.answers[0].scores[0], rows.target, rows.weight, rows.clusters)
    if events.number < 2:
        return ClusterSpread(events.number, {}, {}, {})
    measures = {own.name: own for own in (*shown("binary"), *more) if own.of_cells}
    return cluster_spread(points, events, measures.values())


def curve_points(bins: ScoreBins) -> dict[str, Any]:
    """Points of the ROC and the precision-recall curve, from the highest threshold down, in JSON form.

    Each point is exact; with many rows they are thinned to steps of at most 1/128 of a class. The first
    threshold lies above every score and is None.
    """
    curve = measures.Curve.of(bins)
    threshold = [None, *curve.threshold[1:].tolist()]
    recall = curve.true_positive_rate.tolist()
    return {
        "roc": {
            "threshold": threshold,
            "false_positive_rate": curve.false_positive_rate.tolist(),
            "true_positive_rate": recall,
        },
        "precision_recall": {"threshold": threshold, "precision": curve.precision.tolist(), "recall": recall},
    }
