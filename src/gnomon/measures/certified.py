"""Measures of a ranking of which only a histogram is known: the middle of what is possible, and half its width."""

from __future__ import annotations

from dataclasses import dataclass

from gnomon.kernels.histogram import RankingBounds
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
    def between(cls, low: float, high: float, slack: float) -> Certified:
        """The middle of two limits, cut to [0, 1]; ``slack`` is what rounding may have cost them."""
        low, high = max(0.0, low - slack), min(1.0, high + slack)
        return cls((low + high) / 2, (high - low) / 2)


def certified(bounds: RankingBounds, pairs: PairCounts, positives: Weight, negatives: Weight) -> dict[str, Certified]:
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
    """
    low, high = (end / pairs.positives for end in bounds.precision_sum)
    weighted = pairs.weighted_precisions is not None
    slack = weight_rounding(positives, negatives) if weighted else 0.0
    if not bounds.open_pairs and low == high:
        return {
            "roc_auc": Certified(exact.roc_auc(pairs), slack),
            "average_precision": Certified(exact.average_precision(pairs), slack),
            "ks": Certified(exact.ks(pairs), slack),
        }
    half = bounds.open_pairs / (2 * pairs.positives * pairs.negatives)
    return {
        "roc_auc": Certified(exact.roc_auc(pairs), half + slack),
        "average_precision": Certified.between(low, high, _ROUNDING + slack),
        "ks": Certified.between(*bounds.ks, 2.0**-50 + slack),
    }


def weight_rounding(positives: Weight, negatives: Weight) -> float:
    """How much rounding each weight by less than 2^-61 of all weight can move a share of a class."""
    total = float(positives.total) + float(negatives.total)
    rows = positives.n + negatives.n
    return rows * 2.0**-61 * sum(total / float(group.total) for group in (positives, negatives))
