"""Confusion counts: how often each class was predicted as each class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core
from gnomon.kernels.exact import ExactSum


def count_confusion(target: NDArray[Any], predicted: NDArray[Any], classes: int, threads: int) -> NDArray[np.int64]:
    """Counts of shape (classes, classes), rows true, columns predicted.

    Both arrays hold class codes and have one type: uint8, int32 or int64.

    Raises:
        ValueError: The arrays differ in length, or a code lies outside ``[0, classes)``.
    """
    return _core.confusion(target, predicted, classes, threads).reshape(classes, classes)


def count_confusion_at(
    target: NDArray[np.uint8], score: NDArray[Any], threshold: float, threads: int
) -> NDArray[np.int64]:
    """The 2 x 2 counts when a row is predicted positive at ``score >= threshold``.

    The threshold is taken in the scores' own type, as NumPy compares an array with a Python number.
    """
    return _core.confusion_at(target, score, threshold, threads).reshape(2, 2)


def sum_confusion_weights(
    target: NDArray[Any], predicted: NDArray[Any], weight: NDArray[np.float64], classes: int
) -> dict[int, tuple[ExactSum, ExactSum]]:
    """For every cell that occurs (``target * classes + predicted``): the sum of its weights, and of their squares."""
    return {
        cell: (ExactSum.from_core(total), ExactSum.from_core(squares))
        for cell, total, squares in _core.confusion_weights(target, predicted, weight, classes)
    }
