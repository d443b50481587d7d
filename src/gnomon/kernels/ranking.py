"""The exact ranking kernel: one sort of the scores, then cheap sweeps over groups of equal scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core
from gnomon.kernels.exact import ExactSum

# Fractional bits of the fixed-point sum of precisions (core/ranking.cpp).
_FRACTION_BITS = 86
# Sums of integer weights stay below this, so products of two fit in 128 bits.
_WEIGHT_BITS = 61


@dataclass(frozen=True, slots=True)
class PairCounts:
    """What the pairs of one positive and one negative say; weights are integers in a unit of their class.

    Attributes:
        positives, negatives: Number (or integer weight) of the rows of each class.
        wins: Twice the pairs in which the positive has the higher score, plus the tied pairs.
        positive_squares: Sum over positives of the square of (twice the negatives below, plus tied); counts only.
        negative_squares: Sum over negatives of the square of (twice the positives below, plus tied); counts only.
        precision_sum: Sum over positives of the precision at the threshold that is their own score.
        gap_above, gap_below: The largest TPR - FPR, and the largest FPR - TPR, over all thresholds.
    """

    positives: int
    negatives: int
    wins: int
    positive_squares: int
    negative_squares: int
    precision_sum: float
    gap_above: float
    gap_below: float


@dataclass(frozen=True, slots=True)
class ScoreBins:
    """Neighbouring scores gathered, ascending; with few rows every distinct score is a bin of its own.

    Attributes:
        low, high: Smallest and largest score in each bin (float64).
        positives, negatives: Weight of each class in each bin (float64).
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    positives: NDArray[np.float64]
    negatives: NDArray[np.float64]


class Ranking:
    """The rows in order of their scores, kept for as many sweeps as are asked for.

    Args:
        scores: Finite scores, float32 or float64, one array a chunk.
        labels: 1 for a positive row, 0 for a negative (uint8), chunk by chunk.
        weights: Positive weights (float64), chunk by chunk; None for none.
        threads: How many threads may sort and sweep; no result depends on it.

    Raises:
        ValueError: There are no rows, or more than 2^32 - 1, or the chunks do not match.
    """

    def __init__(
        self,
        scores: Sequence[NDArray[Any]],
        labels: Sequence[NDArray[np.uint8]],
        weights: Sequence[NDArray[np.float64]] | None,
        threads: int,
    ) -> None:
        self._units = class_units(labels, weights) if weights is not None else (0, 0)
        integers = [
            integer_weights(weight, label, self._units)
            for weight, label in zip(weights or (), labels, strict=weights is not None)
        ]
        self._core = _core.Ranking(list(scores), list(labels), integers, threads)
        self._weighted = weights is not None

    def pairs(self) -> PairCounts:
        """Counts of pairs, from which AUC, average precision, KS and DeLong's variance follow."""
        found = self._core.pairs(math.ldexp(1.0, self._units[1] - self._units[0]))
        weighted = float(ExactSum.from_core(found.pop("weighted_precisions")))
        counted = found.pop("precisions") / (1 << _FRACTION_BITS)
        return PairCounts(**found, precision_sum=weighted if self._weighted else counted)

    def bins(self, wanted: int) -> ScoreBins:
        """At most about ``2 * wanted`` bins of neighbouring scores, each with about 1/wanted of a class."""
        low, high, positives, negatives = self._core.bins(wanted)
        return ScoreBins(
            low,
            high,
            np.ldexp(positives.astype(np.float64), self._units[0]),
            np.ldexp(negatives.astype(np.float64), self._units[1]),
        )

    def curve(self, keep: str = "all") -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Every distinct score as a threshold, from the highest down.

        Args:
            keep: ``"all"``; ``"bends"`` leaves out points that lie on a straight line of the ROC curve between
                their neighbours; ``"gains"`` those that gain no positive and are followed by none.

        Returns:
            Thresholds, and the weights of the positives and of the negatives that score at least as high.
        """
        return self._core.curve(keep, math.ldexp(1.0, self._units[0]), math.ldexp(1.0, self._units[1]))

    def counts_at(self, thresholds: Sequence[float]) -> NDArray[np.float64]:
        """The 2 x 2 confusion counts (or weights) at each threshold: shape (thresholds, 2, 2), exact.

        A row is predicted positive at ``score >= threshold``; infinite thresholds are allowed.
        """
        total = self._core.below(math.inf)
        counts = np.empty((len(thresholds), 2, 2))
        for row, threshold in enumerate(thresholds):
            missed, spared = self._core.below(threshold)
            counts[row, 0] = spared, total[1] - spared
            counts[row, 1] = missed, total[0] - missed
        counts[:, 0] = np.ldexp(counts[:, 0], self._units[1])
        counts[:, 1] = np.ldexp(counts[:, 1], self._units[0])
        return counts


def placements(
    scores: NDArray[Any], labels: NDArray[np.uint8], weight: NDArray[np.float64] | None, threads: int
) -> NDArray[np.float64]:
    """For each row the share of the other class that it beats (positives) or that beats it (negatives).

    Ties count half. These are the structural components of E. R. DeLong, D. M. DeLong and
    D. L. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
    characteristic curves", Biometrics 44 (1988).
    """
    integers = None
    if weight is not None:
        integers = integer_weights(weight, labels, class_units([labels], [weight]))
    return _core.placements(scores, labels, integers, threads)


def class_units(labels: Sequence[NDArray[np.uint8]], weights: Sequence[NDArray[np.float64]]) -> tuple[int, int]:
    """Exponents of the units in which the weights of positives and of negatives become integers.

    Each class has its own power of two, chosen so that the class's integer weights sum to less than
    2^61: rounding a weight then changes it by less than 2^-60 of the class's total. Depends on the
    rows only, never on their order or chunks.
    """
    units = []
    for code in (1, 0):
        total = sum(
            (
                ExactSum.from_core(_core.mean_sums(weight * (label == code), None, False, 1)[0])
                for weight, label in zip(weights, labels, strict=True)
            ),
            ExactSum(),
        )
        units.append(math.frexp(float(total))[1] - _WEIGHT_BITS)
    return units[0], units[1]


def integer_weights(
    weight: NDArray[np.float64], labels: NDArray[np.uint8], units: tuple[int, int]
) -> NDArray[np.int64]:
    """Weights as integers in their class's unit."""
    if max(map(abs, units)) < 1000:
        scaled = weight * np.ldexp(1.0, [-units[1], -units[0]])[labels]
    else:  # the scale itself is beyond the doubles
        scaled = np.ldexp(weight, np.where(labels == 1, -units[0], -units[1]))
    return np.rint(scaled, out=scaled).astype(np.int64)
