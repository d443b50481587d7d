"""Estimates from one ranking of scores: AUC, average precision, KS, and the curves' points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.options import Options
from gnomon.intervals.auc import newcombe
from gnomon.intervals.bootstrap import ranking_intervals
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.logit import logit_interval
from gnomon.kernels.losses import sum_values
from gnomon.kernels.ranking import PairCounts, ScoreBins
from gnomon.measures import ranking as measures
from gnomon.states.mean import Weight
from gnomon.states.scores import Scores

# Steps of each class's share along the curves: at most about twice as many points.
STEPS = 128


@dataclass(frozen=True, slots=True)
class RankingEstimates:
    """The estimates of one ranking, the points of its curves, and whether every row has the same score."""

    estimates: dict[str, Estimate]
    curves: dict[str, Any]
    constant: bool


def ranking_estimates(state: Scores, label: str, options: Options) -> RankingEstimates:
    """AUC, average precision and KS of a score for one class."""
    labels = np.concatenate(state.column(1))
    positives, negatives = class_weights(state, labels, options.threads)
    if not positives.n or not negatives.n:
        missing = f"no row has the class {label!r}" if not positives.n else f"no row has another class than {label!r}"
        nothing = options.estimate(NAN, NO_INTERVAL, state.n, missing)
        return RankingEstimates(dict.fromkeys(("roc_auc", "average_precision", "ks"), nothing), {}, False)
    ranking = state.rank(options.threads)
    pairs, bins = ranking.pairs(), ranking.bins(STEPS)
    values = {
        "roc_auc": measures.roc_auc(pairs),
        "average_precision": measures.average_precision(pairs),
        "ks": measures.ks(pairs),
    }
    intervals = dict.fromkeys(values, NO_INTERVAL)
    constant = len(bins.low) == 1 and bins.low[0] == bins.high[0]
    if options.intervals:
        effective = positives.effective, negatives.effective
        intervals = ranking_intervals(bins, effective, values, options.level, options.seed)
        intervals["roc_auc"] = auc_interval(state, pairs, values["roc_auc"], effective, options)
        if constant:
            intervals["roc_auc"] = Interval(0.5, 0.5, "constant score")
    estimates = {name: options.estimate(value, intervals[name], state.n) for name, value in values.items()}
    return RankingEstimates(estimates, curve_points(bins), constant)


def class_weights(state: Scores, labels: np.ndarray[Any, Any], threads: int) -> tuple[Weight, Weight]:
    """The rows of the positive and of the negative class."""
    if not state.weighted:
        count = int(np.count_nonzero(labels))
        return Weight.of(count, None, threads), Weight.of(len(labels) - count, None, threads)
    weight = np.concatenate(state.column(2))
    return Weight.of_group(labels == 1, weight, threads), Weight.of_group(labels == 0, weight, threads)


def auc_interval(
    state: Scores, pairs: PairCounts, auc: float, effective: tuple[float, float], options: Options
) -> Interval:
    """DeLong's interval on the logit scale; Newcombe's where DeLong's variance is 0 or undefined."""
    if min(effective) > 1 and 0 < auc < 1:
        if state.weighted:
            score, label, weight = (np.concatenate(state.column(i)) for i in range(3))
            influence = measures.auc_influence(score, label, weight, auc, options.threads)
            variance = float(sum_values(influence, None, options.threads).square)
        else:
            variance = float(measures.delong_variance(pairs))
        if variance > 0:
            return logit_interval(auc, variance, options.level, "delong")
    return newcombe(auc, *effective, options.level)


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
