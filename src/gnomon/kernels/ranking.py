"""The exact ranking kernel: one sort of the scores, then cheap sweeps over groups of equal scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core
from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import total_of

# Fractional bits of the fixed-point sum of precisions (core/ranking.cpp).
_FRACTION_BITS = 86
# Sums of integer weights stay below this, so products of two fit in 128 bits.
_WEIGHT_BITS = 61


class Frame(NamedTuple):
    """Where a stretch of a ranking lies: the rows (or integer weights) of each class below it, and all of them."""

    positives_below: int
    negatives_below: int
    positives: int
    negatives: int


@dataclass(frozen=True, slots=True)
class PairCounts:
    """What the pairs of one positive and one negative say; weights are integers in a unit of their class.

    Those of neighbouring stretches of one ranking are added.

    Attributes:
        positives, negatives: Number (or integer weight) of all rows of each class.
        wins: Twice the pairs in which the positive has the higher score, plus the tied pairs.
        positive_squares: Sum over positives of the square of (twice the negatives below, plus tied); counts only.
        negative_squares: Sum over negatives of the square of (twice the positives below, plus tied); counts only.
        precisions: Sum over positives of the precision at the threshold that is their own score, in units of
            2^-86; counts only.
        weighted_precisions: The same sum where rows have weights; else None.
        gap_above, gap_below: The largest TPR - FPR, and the largest FPR - TPR, over all thresholds.
    """

    positives: int
    negatives: int
    wins: int
    positive_squares: int
    negative_squares: int
    precisions: int
    weighted_precisions: ExactSum | None
    gap_above: float
    gap_below: float

    @classmethod
    def from_core(cls, core_counts: dict[str, Any], *, weighted: bool) -> PairCounts:
        """From the kernel's sums."""
        precisions = ExactSum.from_core(core_counts.pop("weighted_precisions"))
        return cls(**core_counts, weighted_precisions=precisions if weighted else None)

    @property
    def precision_sum(self) -> float:
        """Sum over positives of the precision at the threshold that is their own score."""
        if self.weighted_precisions is not None:
            return float(self.weighted_precisions)
        return self.precisions / (1 << _FRACTION_BITS)

    def __add__(self, other: PairCounts) -> PairCounts:
        precisions = self.weighted_precisions
        if precisions is not None and other.weighted_precisions is not None:
            precisions += other.weighted_precisions
        return replace(
            self,
            wins=self.wins + other.wins,
            positive_squares=self.positive_squares + other.positive_squares,
            negative_squares=self.negative_squares + other.negative_squares,
            precisions=self.precisions + other.precisions,
            weighted_precisions=precisions,
            gap_above=max(self.gap_above, other.gap_above),
            gap_below=max(self.gap_below, other.gap_below),
        )


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

    @classmethod
    def joined(cls, stretches: Sequence[Stretch], units: tuple[int, int]) -> ScoreBins:
        """The bins of neighbouring stretches; a bin that is open at the end of one goes on in the next."""
        low, high, positives, negatives, goes_on = stretches[0]
        for following in stretches[1:]:
            if not len(following[0]):
                continue
            if goes_on:
                high[-1] = following[1][0]
                positives[-1] += following[2][0]
                negatives[-1] += following[3][0]
            fresh = slice(int(goes_on), None)
            low, high, positives, negatives = (
                np.concatenate([mine, own[fresh]])
                for mine, own in zip((low, high, positives, negatives), following[:4], strict=True)
            )
            goes_on = following[4]
        return cls(
            low,
            high,
            np.ldexp(positives.astype(np.float64), units[0]),
            np.ldexp(negatives.astype(np.float64), units[1]),
        )


# Thresholds from the highest down, and the integer weights of the positives and of the negatives that reach each.
CurvePoints = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]


def convex_hull(points: CurvePoints) -> CurvePoints:
    """The vertices of a curve's convex hull, led by the infinite threshold that nothing reaches."""
    return _core.convex_hull(*points)


# Bins of a stretch as the kernel gives them: low, high, integer weights of each class, whether the last is open.
Stretch = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], bool]


# Where a class has fewer rows of the greatest weight than bins are wanted, so many times more may there be.
_FINER = 8


def step_of(total: int, wanted: int, largest: int) -> int:
    """About 1/wanted of a class, a whole number of its greatest weight: equal weights give the bins of no weights.

    Where that is less than one such weight the step is finer, so that lighter rows have bins of their own, too.
    """
    rows = total // wanted // largest
    return rows * largest if rows else max(1, total // (_FINER * wanted))


class Ranking:
    """The rows in order of their scores, kept for as many sweeps as are asked for.

    Args:
        scores: Finite scores, float32 or float64, one array a chunk.
        labels: 1 for a positive row, 0 for a negative (uint8), chunk by chunk.
        weights: Positive weights (float64), chunk by chunk; None for none.
        threads: How many threads may sort and sweep; no result depends on it.
        units: Exponents of the units of the weights, where these rows are but a stretch; see :func:`class_units`.

    Raises:
        ValueError: There are no rows, or more than 2^32 - 1, or the chunks do not match.
    """

    def __init__(
        self,
        scores: Sequence[NDArray[Any]],
        labels: Sequence[NDArray[np.uint8]],
        weights: Sequence[NDArray[np.float64]] | None,
        threads: int,
        units: tuple[int, int] | None = None,
    ) -> None:
        self.units = (0, 0)
        if weights is not None:
            self.units = class_units(labels, weights) if units is None else units
        integers = [
            integer_weights(weight, label, self.units)
            for weight, label in zip(weights or (), labels, strict=weights is not None)
        ]
        self._core = _core.Ranking(list(scores), list(labels), integers, threads)
        self._weighted = weights is not None

    @property
    def whole(self) -> Frame:
        """The frame of rows that are all there are."""
        return Frame(0, 0, *self._core.totals())

    @property
    def largest(self) -> tuple[int, int]:
        """The greatest integer weight of a positive and of a negative."""
        return self._core.largest()

    def pairs(self, frame: Frame | None = None) -> PairCounts:
        """Counts of pairs, from which AUC, average precision, KS and DeLong's variance follow."""
        unit = math.ldexp(1.0, self.units[1] - self.units[0])
        return PairCounts.from_core(self._core.pairs(frame or self.whole, unit), weighted=self._weighted)

    def bins(self, wanted: int) -> ScoreBins:
        """At most about ``2 * wanted`` bins of neighbouring scores, each with about 1/wanted of a class."""
        if wanted < 1:
            raise ValueError("bins must be at least 1")
        return ScoreBins.joined([self.stretch(wanted, self.whole, self.largest)], self.units)

    def stretch(self, wanted: int, frame: Frame, largest: tuple[int, int]) -> Stretch:
        """The bins of these rows alone, where they are a stretch of a ranking with these greatest weights."""
        steps = step_of(frame.positives, wanted, largest[0]), step_of(frame.negatives, wanted, largest[1])
        return self._core.bins(frame, *steps)

    def curve(self, keep: str = "all") -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Every distinct score as a threshold, from the highest down.

        Args:
            keep: ``"all"``; ``"bends"`` leaves out points that lie on a straight line of the ROC curve between
                their neighbours; ``"gains"`` those that gain no positive and are followed by none.

        Returns:
            Thresholds, and the weights of the positives and of the negatives that score at least as high.
        """
        return self._core.curve(keep, math.ldexp(1.0, self.units[0]), math.ldexp(1.0, self.units[1]))

    def hull(self) -> CurvePoints:
        """The vertices of the ROC curve's convex hull, of its upper and its lower side; weights are integers.

        The best threshold by any costs is one of them.
        """
        return self._core.hull()

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
        counts[:, 0] = np.ldexp(counts[:, 0], self.units[1])
        counts[:, 1] = np.ldexp(counts[:, 1], self.units[0])
        return counts


def placements(
    scores: NDArray[Any],
    labels: NDArray[np.uint8],
    weight: NDArray[np.float64] | None,
    threads: int,
    place: tuple[Frame, tuple[int, int]] | None = None,
) -> NDArray[np.float64]:
    """For each row the share of the other class that it beats (positives) or that beats it (negatives).

    Ties count half. Rows that are a stretch of a ranking are told their place: the frame, and the units of the weights
    of all rows. These are the structural components of E. R. DeLong, D. M. DeLong and
    D. L. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
    characteristic curves", Biometrics 44 (1988).
    """
    integers = None
    if weight is not None:
        integers = integer_weights(weight, labels, place[1] if place else class_units([labels], [weight]))
    return _core.placements(scores, labels, integers, place[0] if place else None, threads)


def class_units(labels: Sequence[NDArray[np.uint8]], weights: Sequence[NDArray[np.float64]]) -> tuple[int, int]:
    """Exponents of the units in which the weights of positives and of negatives become integers.

    Each class has its own power of two, chosen so that the class's integer weights sum to less than
    2^61: rounding a weight then changes it by less than 2^-60 of the class's total. Depends on the
    rows only, never on their order or chunks.
    """
    return unit_of(
        *(
            sum(
                (total_of(weight * (label == code), None, 1) for weight, label in zip(weights, labels, strict=True)),
                ExactSum(),
            )
            for code in (1, 0)
        )
    )


def unit_of(positives: ExactSum, negatives: ExactSum) -> tuple[int, int]:
    """The exponents for classes of these total weights."""
    positive, negative = (math.frexp(float(total))[1] - _WEIGHT_BITS for total in (positives, negatives))
    return positive, negative


def integer_weights(
    weight: NDArray[np.float64], labels: NDArray[np.uint8], units: tuple[int, int]
) -> NDArray[np.int64]:
    """Weights as integers in their class's unit."""
    if max(map(abs, units)) < 1000:
        scaled = weight * np.ldexp(1.0, [-units[1], -units[0]])[labels]
    else:  # the scale itself is beyond the doubles
        scaled = np.ldexp(weight, np.where(labels == 1, -units[0], -units[1]))
    return np.rint(scaled, out=scaled).astype(np.int64)
