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
    return _core.confusion(target, predicted, classes, threads).view(np.int64).reshape(classes, classes)


def count_confusion_at(
    target: NDArray[np.uint8], score: NDArray[Any], threshold: float, threads: int
) -> NDArray[np.int64]:
    """The 2 x 2 counts when a row is predicted positive at ``score >= threshold``.

    The threshold is taken in the scores' own type, as NumPy compares an array with a Python number.
    """
    return _core.confusion_at(target, score, threshold, threads).reshape(2, 2)


def count_labels(
    target: NDArray[Any], predicted: NDArray[Any], threads: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Counts of labels that are small whole numbers, as they came: one reading of the two arrays, no codes.

    Both arrays are non-empty and have one type: uint8, int8, int32 or int64.

    Returns:
        The labels that occur, ascending, and their counts of shape (labels, labels). None if the labels span more
        than 64 numbers.
    """
    table = _core.label_counts(target, predicted, threads)
    if table is None:
        return None
    labels, counts = table
    return labels.view(np.int64), counts.view(np.int64).reshape(len(labels), len(labels))


def sum_label_weights(
    target: NDArray[Any],
    predicted: NDArray[Any],
    weight: NDArray[np.float64],
    low: int,
    classes: int,
    threads: int,
) -> NDArray[np.float64]:
    """The weights in each cell for labels ``low + code``, shape (classes, classes), each rounded once."""
    table = np.zeros(classes * classes)
    for cell, total, _ in _core.confusion_weights(target, predicted, weight, low, classes, False, threads):
        table[cell] = float(ExactSum.from_core(total))
    return table.reshape(classes, classes)


def sum_confusion_weights(
    target: NDArray[Any], predicted: NDArray[Any], weight: NDArray[np.float64], classes: int, threads: int
) -> dict[int, tuple[ExactSum, ExactSum]]:
    """For every cell that occurs (``target * classes + predicted``): the sum of its weights, and of their squares."""
    return {
        cell: (ExactSum.from_core(total), ExactSum.from_core(squares))
        for cell, total, squares in _core.confusion_weights(target, predicted, weight, 0, classes, True, threads)
    }
