"""The interval of KS, the largest gap between the score distributions of two classes."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from gnomon.intervals.bootstrap import ranking_replicates
from gnomon.intervals.interval import Interval, t_quantile
from gnomon.intervals.wilson import wilson
from gnomon.kernels.ranking import ScoreBins
from gnomon.measures.ranking import binned_ks

# Groups of scores in which the classes are taken as evenly mixed, so that the gaps of a sample are smooth.
GROUPS = 8
# The bias is a mean: fewer replicates than for an interval are enough.
REPLICATES = 200


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
    shares = [np.cumsum(own) / own.sum() for own in (bins.negatives, bins.positives)]
    at = int(np.argmax(np.abs(shares[0] - shares[1])))
    # The larger share below the threshold, and the smaller.
    (high, rows_high), (low, rows_low) = sorted(
        ((float(shares[0][at]), effective[1]), (float(shares[1][at]), effective[0])), reverse=True
    )
    expected = high * (1 - high) / rows_high + low * (1 - low) / rows_low
    fewer = variance / expected if expected > 0 and variance > 0 else 1.0
    wider = 2 * NormalDist().cdf(t_quantile(level, max(1.0, min(effective) / fewer - 1))) - 1
    wider = min(wider, 1 - 1e-12)
    of_high, of_low = wilson(high, rows_high / fewer, wider), wilson(low, rows_low / fewer, wider)
    bias = ks_bias(bins, (effective[0] / fewer, effective[1] / fewer), seed)
    lower = value - math.hypot(high - of_high.low, of_low.high - low) - bias
    upper = value + math.hypot(of_high.high - high, low - of_low.low) - bias / 2
    critical = math.sqrt(-math.log((1 - level) / 2) / 2 * sum(fewer / rows for rows in effective))
    lower = 0.0 if value <= critical else max(0.0, min(lower, value))
    return Interval(lower, min(1.0, max(upper, value)), "newcombe, less bias")


def ks_bias(bins: ScoreBins, effective: tuple[float, float], seed: int) -> float:
    """By how much, in the mean, the KS of a sample lies above that of the rows it is drawn from."""
    masses = bins.positives, bins.negatives
    # Groups of nearly equal shares of both classes, in which each is spread alike.
    spread = sum((own / own.sum() for own in masses), np.zeros(len(bins.low))) / 2
    group = np.minimum(((np.cumsum(spread) - spread / 2) * GROUPS).astype(np.intp), GROUPS - 1)
    whole = np.bincount(group, spread, GROUPS)
    positives, negatives = (np.bincount(group, own, GROUPS)[group] * spread / whole[group] for own in masses)
    smooth = replace(bins, positives=positives, negatives=negatives)
    drawn = ranking_replicates(smooth, effective, seed, REPLICATES)
    return float(binned_ks(*drawn).mean() - binned_ks(positives, negatives)) if len(drawn[0]) else 0.0
