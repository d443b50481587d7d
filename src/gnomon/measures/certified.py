"""Measures of a ranking of which only a histogram is known: the middle of what is possible, and half its width."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gnomon.kernels.histogram import RankingBounds, WeightUnits
from gnomon.kernels.ranking import PairCounts
from gnomon.measures import ranking as exact
from gnomon.states.mean import Weight

# Sums over the bins are rounded; there are fewer bins than this.
_ROUNDING = 2.0**22 * 2.0**-52


@dataclass(frozen=True, slots=True)
class Certified:
    """A value, and how far at most it lies from that of the rows themselves."""

    value: float
    bound: float = 0.0

    @classmethod
    def within(cls, value: float, half: float) -> Certified:
        """A value and half the width of what is possible, the rounding of both put on top where it is not 0."""
        return cls(value, math.nextafter(half + 2.0**-51 * abs(value), math.inf) if half > 0 else 0.0)

    @classmethod
    def between(cls, low: float, high: float, slack: float) -> Certified:
        """The middle of two limits, cut to [0, 1]; ``slack`` is what rounding may have cost them."""
        low, high = max(0.0, low - slack), min(1.0, high + slack)
        return cls.within((low + high) / 2, (high - low) / 2)


def certified(
    bounds: RankingBounds, pairs: PairCounts, positives: Weight, negatives: Weight, units: WeightUnits | None
) -> dict[str, Certified]:
    """AUC, average precision and KS.

    Pairs in different bins are decided. Of the pairs within a bin of several scores none may be won, or all: half of
    them is the middle. Precision and KS are as low, and as high, as any order of the rows in each bin makes them
    (core/histogram.cpp). Where no bin holds several scores, all three are exact. Weights were rounded to whole
    numbers of a unit; that is in the bound, too.

    Args:
        bounds: What is certain.
        pairs: Counts of pairs, all scores of a bin being taken as one.
        positives: The rows of the positive class.
        negatives: Those of the negative class.
        units: The units of the weights, if any.
    """
    if not pairs.positives or not pairs.negatives:  # the rows of a class weigh nothing beside those of others
        return dict.fromkeys(("roc_auc", "average_precision", "ks"), Certified(0.5, 0.5))
    low, high = (end / pairs.positives for end in bounds.precision_sum)
    slack = 0.0 if units is None else weight_rounding(positives, negatives, units)
    # A precision rests on the weights above it alone, the first ones on little.
    first = slack * (1.0 + math.log(positives.n + negatives.n))
    if not bounds.open_pairs and low == high:
        return {
            "roc_auc": Certified.within(exact.roc_auc(pairs), slack),
            "average_precision": Certified.within(exact.average_precision(pairs), first),
            "ks": Certified.within(exact.ks(pairs), slack),
        }
    half = bounds.open_pairs / (2 * pairs.positives * pairs.negatives)
    return {
        "roc_auc": Certified.within(exact.roc_auc(pairs), half + slack),
        "average_precision": Certified.between(low, high, _ROUNDING + first),
        "ks": Certified.between(*bounds.ks, 2.0**-50 + slack),
    }


def weight_rounding(positives: Weight, negatives: Weight, units: WeightUnits) -> float:
    """How much the rounding of weights can move a share of a class: at most 1."""
    shares = (units.rounding(code, group.n) / float(group.total) for code, group in ((1, positives), (0, negatives)))
    return min(1.0, 2.0 * sum(shares))
