"""Measures of a confusion matrix.

Every formula takes :class:`Cells` and works on arrays of any shape: one matrix, one class against the
rest, or thousands of bootstrap replicates at once; of floats, or of exact fractions. Where a denominator
is 0 the value is NaN. Definitions and names are scikit-learn's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Weights of cells: float64, or exact numbers (whole or fractions) in an array of objects.
Mass = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Cells:
    """What every measure of a confusion matrix is made of, for each class along the last axis.

    A confusion matrix enters all of them through its diagonal and its two margins only.

    Attributes:
        hits: Weight of the rows of the class that were predicted as it (TP).
        support: Weight of the rows of the class (TP + FN).
        predicted: Weight of the rows predicted as the class (TP + FP).
        total: Weight of all rows, with a last axis of length 1.
    """

    hits: Mass
    support: Mass
    predicted: Mass
    total: Mass

    @classmethod
    def of(cls, matrix: Mass) -> Cells:
        """From matrices of shape (..., classes, classes), rows true, columns predicted."""
        support = matrix.sum(axis=-1)
        return cls(
            np.diagonal(matrix, axis1=-2, axis2=-1),
            support,
            matrix.sum(axis=-2),
            support.sum(axis=-1, keepdims=True),
        )

    def of_class(self, code: int) -> Cells:
        """One class only; the last axis has length 1."""
        return self.each(lambda sums: sums[..., code : code + 1])

    def each(self, change: Callable[[Mass], Mass]) -> Cells:
        """The same with each class's three sums changed alike; the total stays."""
        return Cells(change(self.hits), change(self.support), change(self.predicted), self.total)

    @property
    def false_positives(self) -> Mass:
        """Rows of another class predicted as this one."""
        return self.predicted - self.hits

    @property
    def false_negatives(self) -> Mass:
        """Rows of this class predicted as another."""
        return self.support - self.hits

    @property
    def true_negatives(self) -> Mass:
        """Rows of another class predicted as another."""
        return self.total - self.support - self.predicted + self.hits


def ratio(top: Any, bottom: Any) -> Array:
    """``top / bottom`` as float64, NaN where ``bottom`` is 0; fractions are rounded once."""
    top, bottom = np.asarray(top), np.asarray(bottom)
    if top.dtype.kind == "O" or bottom.dtype.kind == "O":
        exact = np.frompyfunc(lambda t, b: float(Fraction(t) / Fraction(b)) if b else np.nan, 2, 1)
        return np.asarray(exact(top, bottom), np.float64)
    if bottom.all():
        return np.asarray(top / bottom)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom == 0, np.nan, top / bottom)


@dataclass(frozen=True, slots=True)
class Proportion:
    """A measure that is a share of some rows: ``successes`` of ``trials``, for one class against the rest.

    Attributes:
        successes, trials: Numerator and denominator from the cells.
        reason: Why the measure is undefined when there are no trials; ``{name}`` is the class.
    """

    successes: Callable[[Cells], Mass]
    trials: Callable[[Cells], Mass]
    reason: str

    def __call__(self, cells: Cells) -> Array:
        """The share; NaN where there are no trials."""
        return ratio(self.successes(cells), self.trials(cells))


NO_POSITIVE = "no row has the class {name}"
NO_NEGATIVE = "no row has another class than {name}"
NOTHING_PREDICTED = "nothing was predicted as {name}"
ALL_PREDICTED = "nothing was predicted as another class than {name}"

PROPORTIONS: dict[str, Proportion] = {
    "precision": Proportion(lambda c: c.hits, lambda c: c.predicted, NOTHING_PREDICTED),
    "recall": Proportion(lambda c: c.hits, lambda c: c.support, NO_POSITIVE),
    "specificity": Proportion(lambda c: c.true_negatives, lambda c: c.total - c.support, NO_NEGATIVE),
    "false_positive_rate": Proportion(lambda c: c.false_positives, lambda c: c.total - c.support, NO_NEGATIVE),
    "negative_predictive_value": Proportion(lambda c: c.true_negatives, lambda c: c.total - c.predicted, ALL_PREDICTED),
    # The Jaccard index: F1 is a monotone function of it, so its interval gives that of F1.
    "jaccard": Proportion(
        lambda c: c.hits,
        lambda c: c.support + c.predicted - c.hits,
        "no row has the class {name} and nothing was predicted as it",
    ),
}


def f1_of_jaccard(jaccard: Any) -> Any:
    """F1 = 2J / (1 + J), where J = TP / (TP + FN + FP)."""
    return 2.0 * jaccard / (1.0 + jaccard)


def fbeta(cells: Cells, beta: float) -> Array:
    """The mean of precision and recall that weighs recall beta times as much, for each class.

    (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP): C. J. van Rijsbergen, Information Retrieval (1979), chapter 7.
    """
    square = beta * beta
    if math.isinf(square):
        return PROPORTIONS["recall"](cells)
    return ratio((1 + square) * cells.hits, square * cells.support + cells.predicted)


def f1(cells: Cells) -> Array:
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN), for each class."""
    return fbeta(cells, 1)


def likelihood_ratios(cells: Cells) -> tuple[Array, Array]:
    """Recall over fall-out, and the miss rate over specificity, for each class.

    How much a prediction as the class, or as another, changes the odds of the class.
    """
    negatives = cells.total - cells.support
    return (
        ratio(cells.hits * negatives, cells.false_positives * cells.support),
        ratio(cells.false_negatives * negatives, cells.true_negatives * cells.support),
    )


def accuracy(cells: Cells) -> Array:
    """The share of rows predicted right."""
    return ratio(cells.hits.sum(axis=-1), cells.total[..., 0])


def error_rate(cells: Cells) -> Array:
    """The share of rows predicted wrong."""
    return ratio(cells.total[..., 0] - cells.hits.sum(axis=-1), cells.total[..., 0])


def exact_match(row: Cells) -> NDArray[np.bool_]:
    """Whether all labels of a row are right, from the cells of each row's labels (a row along the axis)."""
    return np.asarray((row.hits == row.support) & (row.hits == row.predicted))


def wrong_labels(row: Cells) -> Array:
    """The share of a row's labels that are wrong: its Hamming loss."""
    return np.asarray((row.support + row.predicted - 2 * row.hits) / row.total)


def balanced_accuracy(cells: Cells) -> Array:
    """The mean recall of the classes that occur."""
    return mean_defined(PROPORTIONS["recall"](cells))


def matthews_corrcoef(cells: Cells) -> Array:
    """The correlation of prediction and target, for any number of classes.

    J. Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient",
    Computational Biology and Chemistry 28 (2004). NaN where only one class is true, or only one predicted.
    """
    total = cells.total[..., 0]
    covariance = total * cells.hits.sum(axis=-1) - (cells.support * cells.predicted).sum(axis=-1)
    true = total * total - (cells.support * cells.support).sum(axis=-1)
    predicted = total * total - (cells.predicted * cells.predicted).sum(axis=-1)
    # Counted, not compared with the total, which a sum of fractions in another order misses by its rounding.
    one = ((cells.support > 0).sum(axis=-1) <= 1) | ((cells.predicted > 0).sum(axis=-1) <= 1)
    true, predicted = (np.where(one, 0.0, np.maximum(np.asarray(own, np.float64), 0.0)) for own in (true, predicted))
    spread = np.sqrt(true) * np.sqrt(predicted)
    return ratio(np.asarray(covariance, np.float64), spread)


def cohen_kappa(cells: Cells) -> Array:
    """Agreement beyond chance: (observed - expected) / (1 - expected).

    J. Cohen, "A coefficient of agreement for nominal scales" (1960). NaN where chance alone agrees always.
    """
    total = cells.total[..., 0]
    chance = (cells.support * cells.predicted).sum(axis=-1)
    certain = ((cells.support > 0) | (cells.predicted > 0)).sum(axis=-1) <= 1
    above, room = total * cells.hits.sum(axis=-1) - chance, total * total - chance
    return ratio(np.asarray(above, np.float64), np.where(certain, 0.0, np.asarray(room, np.float64)))


def weighted_kappa(matrix: Mass, power: int) -> float:
    """Agreement beyond chance on ordered classes: a disagreement counts by its distance, to a power.

    J. Cohen, "Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit"
    (1968). NaN where chance alone agrees always. The classes' places in the matrix are their ranks.
    """
    matrix = np.asarray(matrix, np.float64)
    ranks = np.arange(len(matrix))
    distance = np.abs(ranks[:, None] - ranks) ** power
    expected = np.outer(matrix.sum(axis=1), matrix.sum(axis=0)) / matrix.sum()
    return 1.0 - float(ratio((distance * matrix).sum(), (distance * expected).sum()))


def mean_defined(values: Array, weights: Mass | None = None) -> Array:
    """The mean over the last axis of the values that are not NaN; NaN if none is, or none has weight."""
    known = ~np.isnan(values)
    share = known.astype(np.float64) if weights is None else np.where(known, weights.astype(np.float64), 0.0)
    return ratio((np.where(known, values, 0.0) * share).sum(axis=-1), share.sum(axis=-1))


PER_CLASS: dict[str, Callable[[Cells], Array]] = {
    "precision": PROPORTIONS["precision"],
    "recall": PROPORTIONS["recall"],
    "f1": f1,
}


def averaged(name: str, average: str) -> Callable[[Cells], Array]:
    """The macro or weighted average over classes of a per-class measure.

    Classes for which the measure is undefined are left out, as scikit-learn does with
    ``zero_division=np.nan``; macro weighs classes alike, weighted by their support.
    """
    formula = PER_CLASS[name]

    def value(cells: Cells) -> Array:
        return mean_defined(formula(cells), cells.support if average == "weighted" else None)

    return value
