"""Measures of a ranking: from counts of pairs, or from bins of scores, to values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.ranking import Frame, PairCounts, ScoreBins, placements
from gnomon.measures.cells import ratio
from gnomon.measures.influence import auc_influence_by_bin, average_precision_influence, gap_influence
from gnomon.measures.measure import Measure, OfRanking, places
from gnomon.states.mean import Weight

Array = NDArray[np.float64]

# The measures along the axes of the curves, those of x first.
ROC_AXES, PR_AXES = ("false_positive_rate", "recall"), ("recall", "precision")
# Steps of each class's share along the curves, and in a table of thresholds: at most about twice as many points.
STEPS = 128
TABLE_STEPS = 512


def roc_auc(pairs: PairCounts) -> float:
    """The share of pairs (positive, negative) in which the positive scores higher; ties count half.

    A ratio of integers, rounded once. Equal to the area under the ROC curve (J. A. Hanley and
    B. J. McNeil, "The meaning and use of the area under a ROC curve", Radiology 143, 1982).
    """
    return pairs.wins / (2 * pairs.positives * pairs.negatives)


def average_precision(pairs: PairCounts) -> float:
    """The mean over positives of the precision at their own score: the step-wise area under the PR curve."""
    return pairs.precision_sum / pairs.positives


def area(x: Array, y: Array) -> float:
    """The area under the polygon through points of ascending ``x``, by the trapezoidal rule."""
    return float(np.dot(np.diff(x), y[1:] + y[:-1])) / 2


def partial_roc_auc(fall_out: Array, recall: Array, most: float) -> float:
    """The area under the ROC curve up to a false positive rate, scaled so that chance scores 0.5 and perfection 1.

    D. K. McClish, "Analyzing a portion of the ROC curve", Medical Decision Making 9 (1989).

    Args:
        fall_out: Of the points of the curve, ascending, from 0 to 1.
        recall: Of the same points.
        most: The greatest false positive rate, in (0, 1].
    """
    stop = int(np.searchsorted(fall_out, most, side="right"))
    x = np.append(fall_out[:stop], most)
    y = np.append(recall[:stop], np.interp(most, fall_out[stop - 1 : stop + 1], recall[stop - 1 : stop + 1]))
    guessing = most * most / 2
    return 0.5 * (1 + (area(x, y) - guessing) / (most - guessing))


def ks(pairs: PairCounts) -> float:
    """The largest distance between the two classes' score distributions: max \\|TPR - FPR\\|."""
    return max(pairs.gap_above, pairs.gap_below)


def delong_variance(pairs: PairCounts) -> Fraction:
    """DeLong's variance of the AUC, exact, from counts (rows without weights).

    S10 / m + S01 / n, the variances of the placements of m positives and n negatives (E. R. DeLong et al.,
    Biometrics 44, 1988, equation 5). Needs at least two rows of each class.
    """
    m, n = pairs.positives, pairs.negatives
    losses = 2 * m * n - pairs.wins
    positive = Fraction(m * pairs.positive_squares - pairs.wins**2, m * m * (m - 1) * 4 * n * n)
    negative = Fraction(n * pairs.negative_squares - losses**2, n * n * (n - 1) * 4 * m * m)
    return positive + negative


def auc_influence(
    score: NDArray[Any],
    label: NDArray[np.uint8],
    weight: NDArray[np.float64] | None,
    auc: float,
    threads: int,
    *,
    classes: tuple[Weight, Weight] | None = None,
    place: tuple[Frame, tuple[int, int]] | None = None,
) -> Array:
    """What each row contributes to the error of the AUC; the sum of squares is the variance.

    The deviation of the row's placement from the AUC, times the row's share of its class's weight: DeLong's
    structural components, linearised in the weights. Each class is corrected by n / (n - 1) with its effective
    number of rows, so that without weights the variance is DeLong's.

    Args:
        score: The rows' scores.
        label: 1 for a positive row, 0 for a negative.
        weight: Their weights, if any.
        auc: The AUC of all rows.
        threads: How many threads there may be.
        classes: The rows of the negatives and of the positives, if known.
        place: Where the rows lie if they are a stretch of the ranking; then ``classes`` must be those of all rows.
    """
    placed = placements(score, label, weight, threads, place)
    influence = (placed - auc) if weight is None else weight * (placed - auc)
    groups = classes or tuple(Weight.of_group(label == code, weight, threads) for code in (0, 1))
    return np.asarray(influence * np.array([influence_scale(group) for group in groups])[label])


def influence_scale(group: Weight) -> float:
    """By what a row's weighted deviation is multiplied to be its influence."""
    rows = group.effective
    return (math.sqrt(rows / (rows - 1)) if rows > 1 else 1.0) / float(group.total)


@dataclass(frozen=True, slots=True)
class Curve:
    """Cumulative weights from the highest score down; point 0 is the threshold above every score.

    Attributes:
        threshold: The lowest score that is predicted positive; the first is infinite.
        true_positives, false_positives: Weight predicted positive at that threshold, of each class.
    """

    threshold: Array
    true_positives: Array
    false_positives: Array

    @classmethod
    def of(cls, bins: ScoreBins) -> Curve:
        """The curve through the edges of the bins."""
        return cls(
            np.append(np.inf, bins.low[::-1]),
            cumulative(bins.positives),
            cumulative(bins.negatives),
        )

    @property
    def true_positive_rate(self) -> Array:
        """Share of the positives that is predicted positive (recall)."""
        return ratio(self.true_positives, self.true_positives[-1])

    @property
    def false_positive_rate(self) -> Array:
        """Share of the negatives that is predicted positive (false positive rate)."""
        return ratio(self.false_positives, self.false_positives[-1])

    @property
    def precision(self) -> Array:
        """Share of what is predicted positive that is positive; 1 at point 0, by convention."""
        flagged = self.true_positives + self.false_positives
        return np.where(flagged > 0, self.true_positives / np.where(flagged > 0, flagged, 1.0), 1.0)


@dataclass(frozen=True, slots=True)
class Steps:
    """Blocks of rows that the best non-decreasing map of the scores maps alike, from the highest score down.

    Attributes:
        threshold: The least score of each block.
        positives, negatives: Weight of each class in it.
    """

    threshold: Array
    positives: Array
    negatives: Array

    @property
    def share(self) -> Array:
        """What the rows of each block are mapped to."""
        return self.positives / (self.positives + self.negatives)


def upper_steps(hull: Curve) -> Steps:
    """The blocks between vertices of the upper side of a hull."""
    kept: list[int] = []
    p, q = hull.true_positives, hull.false_positives
    for place in range(len(p)):
        while len(kept) > 1:
            a, b = kept[-2], kept[-1]
            if (p[b] - p[a]) * (q[place] - q[b]) > (q[b] - q[a]) * (p[place] - p[b]):
                break
            kept.pop()
        kept.append(place)
    return Steps(hull.threshold[kept][1:], np.diff(p[kept]), np.diff(q[kept]))


def cumulative(weights: Array) -> Array:
    """Sums from the last bin down along the last axis, with a leading 0."""
    down = np.cumsum(weights[..., ::-1], axis=-1)
    return np.concatenate([np.zeros((*down.shape[:-1], 1)), down], axis=-1)


def binned_average_precision(positives: Array, negatives: Array, tied: NDArray[np.bool_]) -> Array:
    """Average precision of bins of scores, ascending along the last axis.

    In a bin of one score (``tied``) every positive has the precision at that score. In a wider bin the
    positives and negatives are taken as evenly mixed, and the precision is averaged along the way:
    with a, b the positives and the rows above the bin and c, d those in it, the integral of
    (a + c t) / (b + d t) over t from 0 to 1.
    """
    above, rows = cumulative(positives), cumulative(positives + negatives)
    a, b = above[..., :-1], rows[..., :-1]
    c, d = positives[..., ::-1], (positives + negatives)[..., ::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        at_end = (a + c) / (b + d)
        slope = c / d
        mixed = np.where(b > 0, slope + (a - b * slope) * np.log1p(d / b) / d, slope)
        precision = np.where(tied[::-1], at_end, mixed)
        return ratio(np.sum(np.where(c > 0, c * precision, 0.0), axis=-1), above[..., -1])


def left_out_average_precision(positives: Array, negatives: Array, unit: float) -> float:
    """Average precision with each positive left out of its own precision; bins are taken as tied.

    Of T positives among R rows at or above a positive's score the others are T - 1 of R - 1; a positive that is alone
    there counts as right.

    Args:
        positives: Weight of the positives in bins of scores, ascending, shape (bins,).
        negatives: The same of the negatives.
        unit: The weight of one (effective) positive.

    >>> left_out_average_precision(np.array([0.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0]), 1.0)
    0.75
    """
    mass = positives[::-1]
    above, rows = np.cumsum(mass) - unit, np.cumsum((positives + negatives)[::-1]) - unit
    alone = rows <= unit * 1e-9
    others = np.where(alone, 1.0, np.clip(above, 0.0, None) / np.where(alone, 1.0, rows))
    return float(mass @ np.minimum(others, 1.0) / mass.sum())


def binned_ks(positives: Array, negatives: Array) -> Array:
    """The largest |TPR - FPR| over the edges of bins of scores."""
    above, below = cumulative(positives), cumulative(negatives)
    with np.errstate(divide="ignore", invalid="ignore"):
        gaps = above / above[..., -1:] - below / below[..., -1:]
    return np.asarray(np.max(np.abs(gaps), axis=-1))


def binned_roc_auc(positives: Array, negatives: Array) -> Array:
    """The AUC as if the scores of a bin were one; bins ascend along the last axis."""
    below = np.cumsum(negatives, axis=-1) - negatives / 2
    return ratio((positives * below).sum(axis=-1), positives.sum(axis=-1) * negatives.sum(axis=-1))


def prevalence(positives: Array, negatives: Array) -> Array:
    """The share of positives, along the last axis."""
    positives_by_threshold = positives.sum(axis=-1)
    return ratio(positives_by_threshold, positives_by_threshold + negatives.sum(axis=-1))


ROC_AUC = Measure(
    name="roc_auc",
    title="ROC AUC",
    definition="share of pairs in which the positive scores higher, ties half",
    basis=OfRanking(lambda p, n, _: binned_roc_auc(p, n), auc_influence_by_bin, delong=True),
    aliases=("auc", "auroc"),
    guess=0.5,
    fewest=3,
    shown=places(
        headline=5, headline_macro=6, slices=1, slices_macro=7, class_table=4, ranks_slices=1, gap=1, gap_macro=2
    ),
)
AVERAGE_PRECISION = Measure(
    name="average_precision",
    title="average precision (AP)",
    definition="mean over positives of the precision at their own score",
    head="AP",
    basis=OfRanking(binned_average_precision, average_precision_influence),
    aliases=("ap", "pr_auc"),
    fewest=3,
    shown=places(headline=7, class_table=5),
)
# With fewer rows of a class, how much the largest gap varies is not known from the rows.
KS = Measure(
    name="ks",
    title="Kolmogorov-Smirnov",
    definition="largest distance between TPR and FPR over all thresholds",
    basis=OfRanking(lambda p, n, _: binned_ks(p, n), gap_influence),
    guess=0.0,
    fewest=30,
)
MEASURES = (ROC_AUC, AVERAGE_PRECISION, KS)
