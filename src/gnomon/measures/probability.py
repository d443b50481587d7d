"""Losses of probabilities of several labels, and of margins; what a loss saves over another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.losses import clipping
from gnomon.measures.measure import LOWER, MeanLoss, Measure

Array = NDArray[np.float64]


def label_losses(truth: NDArray[np.uint8], probability: NDArray[Any], dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """For each row the log loss summed over its labels, and the squared distance summed over all labels.

    Args:
        truth: Which labels each row has: 0 and 1 of shape (rows, labels).
        probability: Of the labels, in the same shape.
        dtype: The float type whose resolution limits the probabilities.
    """
    least, most = clipping(dtype)
    given = probability.astype(np.float64)
    distance = given - truth
    return -(truth * np.log(np.clip(given, least, most))).sum(axis=1), (distance * distance).sum(axis=1)


def improvement(loss: float, reference: float) -> float:
    """The share of a reference loss that a model saves: D² = 1 - loss / reference.

    T. Hastie, R. Tibshirani and M. Wainwright, Statistical Learning with Sparsity (2015), equation 3.11. NaN or minus
    infinity where the reference loses nothing.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(1 - np.float64(loss) / np.float64(reference))


def hinge_losses(margin: Array) -> Array:
    """max(0, 1 - margin) for each row."""
    return np.maximum(1 - margin, 0)


def class_margins(scores: Array, codes: NDArray[Any]) -> Array:
    """The score of the true class minus the highest other score.

    K. Crammer and Y. Singer, "On the algorithmic implementation of multiclass kernel-based vector machines", JMLR 2
    (2001).
    """
    rows = np.arange(len(scores))
    true = scores[rows, codes]
    others = scores.copy()
    others[rows, codes] = -np.inf
    return np.asarray(true - others.max(axis=1))


LOG_LOSS = Measure(
    name="log_loss",
    title="log loss",
    definition="mean of -log p of the true class; p is clipped at the resolution of its type",
    basis=MeanLoss(),
    high=math.inf,
    better=LOWER,
)
BRIER_SCORE = Measure(
    name="brier_score",
    title="Brier score",
    definition="mean of (p - y)²; of several classes summed over them, from 0 to 2",
    basis=MeanLoss(),
    aliases=("brier",),
    better=LOWER,
)
MEASURES = (LOG_LOSS, BRIER_SCORE)
