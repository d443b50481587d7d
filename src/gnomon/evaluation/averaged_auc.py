"""The average of several AUCs on the same rows: of each class against the rest, or of each label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.options import Options
from gnomon.evaluation.order import BinnedOrder
from gnomon.intervals.auc import newcombe
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.logit import logit_interval
from gnomon.kernels.losses import sum_values
from gnomon.measures.ranking import auc_influence
from gnomon.states.mean import Weight


@dataclass(frozen=True, slots=True)
class LabelRanking:
    """One of the rankings: its AUC, which rows are positive (uint8), and their scores."""

    auc: Estimate
    positive: NDArray[np.uint8]
    score: NDArray[Any]


def averaged_auc(
    rankings: Sequence[LabelRanking], weight: NDArray[np.float64] | None, average: str, options: Options
) -> Estimate:
    """The macro or weighted average of the AUCs that are defined.

    Its interval is DeLong's for the average: a row's influence is the average of its influences on the
    AUCs, and the variance is the sum of their squares, made on the logit scale.
    """
    n = len(rankings[0].positive)
    defined = [own for own in rankings if own.auc.defined]
    if not defined:
        return options.estimate(NAN, NO_INTERVAL, n, "the AUC is undefined for every class")
    support = [float(Weight.of_group(own.positive == 1, weight, options.threads).total) for own in defined]
    shares = shares_of(support, average)
    value = float(sum(share * own.auc.value for share, own in zip(shares, defined, strict=True)))
    interval = _interval(defined, shares, weight, value, options) if options.intervals else NO_INTERVAL
    return options.estimate(value, interval, n)


def _interval(
    rankings: Sequence[LabelRanking],
    shares: NDArray[Any],
    weight: NDArray[np.float64] | None,
    value: float,
    options: Options,
) -> Interval:
    influence = np.zeros(len(rankings[0].positive))
    for own, share in zip(rankings, shares, strict=True):
        influence += share * auc_influence(own.score, own.positive, weight, own.auc.value, options.threads)
    variance = float(sum_values(influence, None, options.threads).square)
    effective = Weight.of(len(influence), weight, options.threads).effective
    return average_interval(value, variance, effective, len(rankings), options.level)


def shares_of(support: Sequence[float], average: str) -> NDArray[Any]:
    """What each AUC counts in the average."""
    if average == "weighted":
        return np.asarray(support) / sum(support)
    return np.full(len(support), 1 / len(support))


def average_interval(value: float, variance: float, effective: float, rankings: int, level: float) -> Interval:
    """DeLong's interval of an average on the logit scale; Newcombe's where the variance is 0."""
    if 0 < value < 1 and variance > 0:
        return logit_interval(value, variance, level, "delong")
    return newcombe(value, effective / rankings, effective * (1 - 1 / rankings), level)


@dataclass(frozen=True, slots=True)
class BinnedRanking:
    """One of the rankings where rows are counted in bins: its AUC, and some rows with their scores."""

    order: BinnedOrder
    auc: Estimate
    positive: NDArray[np.uint8]
    score: NDArray[np.float64]


def averaged_binned_auc(
    rankings: Sequence[BinnedRanking], weight: NDArray[np.float64] | None, average: str, options: Options
) -> Estimate:
    """The same average; its variance is made of those of the AUCs and of their correlations among some of the rows.

    An AUC of which these rows know nothing is taken to vary as each of the others does.
    """
    n = rankings[0].order.positives.n + rankings[0].order.negatives.n
    defined = [own for own in rankings if own.auc.defined]
    if not defined:
        return options.estimate(NAN, NO_INTERVAL, n, "the AUC is undefined for every class")
    shares = shares_of([float(own.order.positives.total) for own in defined], average)
    value = float(sum(share * own.auc.value for share, own in zip(shares, defined, strict=True)))
    bound = float(sum(share * own.auc.bound for share, own in zip(shares, defined, strict=True)))
    interval = NO_INTERVAL
    if options.intervals:
        spread = shares * np.sqrt([own.order.auc_variance(own.auc.value) for own in defined])
        variance = float(spread @ correlations(defined, weight, options) @ spread)
        effective = defined[0].order.positives.effective + defined[0].order.negatives.effective
        interval = average_interval(value, variance, effective, len(rankings), options.level)
    return options.estimate(value, interval, n, bound=bound)


def correlations(
    rankings: Sequence[BinnedRanking], weight: NDArray[np.float64] | None, options: Options
) -> NDArray[np.float64]:
    """How the AUCs vary together among the rows of the rankings."""
    influences = np.zeros((len(rankings), len(rankings[0].positive)))
    for row, own in zip(influences, rankings, strict=True):
        if 0 < own.positive.sum() < len(own.positive):
            row[:] = auc_influence(own.score, own.positive, weight, own.auc.value, options.threads)
    lengths = np.sqrt(np.einsum("ij,ij->i", influences, influences))
    found = influences @ influences.T / np.where(lengths > 0, np.outer(lengths, lengths), 1.0)
    found[lengths == 0] = 1.0
    found[:, lengths == 0] = 1.0
    return np.asarray(np.clip(found, -1.0, 1.0))
