"""The interval of KS, the largest gap between the score distributions of two classes."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.bootstrap import drawing_order, ranking_replicates
from gnomon.intervals.interval import Interval, t_quantile
from gnomon.intervals.wilson import wilson
from gnomon.kernels.ranking import ScoreBins
from gnomon.kernels.resampling import GREATEST_MEAN, ks_of_samples
from gnomon.measures.ranking import binned_ks

Array = NDArray[np.float64]

# Groups of scores in which the classes are taken as evenly mixed, so that the gaps of a sample are smooth.
GROUPS = 8
# The bias is a mean: fewer replicates than for an interval are enough; those of a few rows vary more, and come quickly.
REPLICATES, OF_FEW_ROWS = 200, 500


def ks_interval(
    bins: ScoreBins, effective: tuple[float, float], value: float, variance: float, level: float, seed: int
) -> Interval:
    """The interval of the gap where it is largest, less what choosing the largest adds.

    There KS is a difference of two proportions, whose Wilson limits combine by R. G. Newcombe, "Interval estimation for
    the difference between independent proportions", Statistics in Medicine 17 (1998), method 10, here with Student's t
    for the smaller class. A sample's largest gap lies above the population's, the more so the flatter the gaps are near
    it: that bias, of samples drawn from the same rows smoothed, is taken off the lower end, and half of it off the
    upper one. The lower end is 0 where the two-sample Kolmogorov-Smirnov test (asymptotic) sees no difference at this
    level. docs/coverage.md has what it achieves.

    Args:
        bins: Bins of scores, ascending.
        effective: Effective number of positives and of negatives.
        value: The exact KS.
        variance: Of the gap at the threshold where it is largest.
        level: The confidence level.
        seed: Seed of the draws.
    """
    (high, rows_high), (low, rows_low) = shares_at_gap(bins, effective)
    fewer, expected = inflation((high, rows_high), (low, rows_low), variance)
    wider = 2 * NormalDist().cdf(t_quantile(level, max(1.0, min(effective) / fewer - 1))) - 1
    wider = min(wider, 1 - 1e-12)
    of_high, of_low = wilson(high, rows_high / fewer, wider), wilson(low, rows_low / fewer, wider)
    bias = ks_bias(bins, (effective[0] / fewer, effective[1] / fewer), seed)
    lower = value - math.hypot(high - of_high.low, of_low.high - low) - bias
    upper = value + math.hypot(of_high.high - high, low - of_low.low) - bias / 2
    lower = 0.0 if ks_p_value(bins, effective, value, variance) >= 1 - level else max(0.0, min(lower, value))
    error = math.sqrt(max(variance, expected))
    return Interval(lower, min(1.0, max(upper, value)), "newcombe, bias-corrected", error)


def shares_at_gap(bins: ScoreBins, effective: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    """The shares of both classes below the threshold of the largest gap, with their rows, the larger share first."""
    shares = [np.cumsum(own) / own.sum() for own in (bins.negatives, bins.positives)]
    at = int(np.argmax(np.abs(shares[0] - shares[1])))
    both = (float(shares[0][at]), effective[1]), (float(shares[1][at]), effective[0])
    return (both[0], both[1]) if both[0] >= both[1] else (both[1], both[0])


def inflation(high: tuple[float, float], low: tuple[float, float], variance: float) -> tuple[float, float]:
    """By what factor a gap varies more than of so many independent rows, and its variance of those.

    Never less: effective rows are the fewest that there are.
    """
    expected = sum(share * (1 - share) / rows for share, rows in (high, low))
    return (max(1.0, variance / expected) if expected > 0 else 1.0), expected


def ks_p_value(bins: ScoreBins, effective: tuple[float, float], value: float, variance: float) -> float:
    """How often scores that do not tell the classes apart have so large a KS: the two-sample test, asymptotic.

    Args:
        bins: Bins of scores, ascending.
        effective: Effective number of positives and of negatives.
        value: The exact KS.
        variance: Of the gap at the threshold where it is largest.
    """
    from scipy.special import kolmogorov

    fewer, _ = inflation(*shares_at_gap(bins, effective), variance)
    return float(kolmogorov(value / math.sqrt(sum(fewer / rows for rows in effective))))


def ks_bias(bins: ScoreBins, effective: tuple[float, float], seed: int) -> float:
    """By how much, in the mean, the KS of a sample lies above that of the rows it is drawn from."""
    masses = bins.positives, bins.negatives
    # Groups of nearly equal shares of both classes, in which each is spread alike.
    spread = sum((own / own.sum() for own in masses), np.zeros(len(bins.low))) / 2
    group = np.minimum(((np.cumsum(spread) - spread / 2) * GROUPS).astype(np.intp), GROUPS - 1)
    whole = np.bincount(group, spread, GROUPS)
    positives, negatives = (np.bincount(group, own, GROUPS)[group] * spread / whole[group] for own in masses)
    drawn = smooth_replicates(replace(bins, positives=positives, negatives=negatives), effective, seed)
    return float(drawn.mean() - binned_ks(positives, negatives)) if len(drawn) else 0.0


def smooth_replicates(smooth: ScoreBins, effective: tuple[float, float], seed: int) -> Array:
    """The KS of samples drawn from bins, where both classes have rows.

    Args:
        smooth: The bins.
        effective: Effective number of positives and of negatives.
        seed: Seed of the draws.
    """
    means = [
        own * (rows / own.sum()) for own, rows in zip((smooth.positives, smooth.negatives), effective, strict=True)
    ]
    if max(float(own.max()) for own in means) > GREATEST_MEAN:
        return binned_ks(*ranking_replicates(smooth, effective, seed, REPLICATES))
    first, way = drawing_order(smooth, effective)
    drawn = ks_of_samples(means[first][::way], means[1 - first][::way], OF_FEW_ROWS, seed)
    return drawn[~np.isnan(drawn)]
