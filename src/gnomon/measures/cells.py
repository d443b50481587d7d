"""The cells of a confusion matrix, as all its measures take them."""

from __future__ import annotations

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
        return self.apply(lambda sums: sums[..., code : code + 1])

    def apply(self, change: Callable[[Mass], Mass]) -> Cells:
        """The cells with one change applied to the hits, support and predicted of every class; the total stays."""
        return Cells(change(self.hits), change(self.support), change(self.predicted), self.total)

    def against_rest(self) -> Array:
        """The confusion matrix of each class against all others, shape (..., classes, 2, 2), the others first."""
        cells = (self.true_negatives, self.false_positives, self.false_negatives, self.hits)
        matrices = np.stack([np.asarray(cell, np.float64) for cell in cells], axis=-1)
        return matrices.reshape(*self.hits.shape, 2, 2)

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
