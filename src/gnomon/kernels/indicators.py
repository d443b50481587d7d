"""Counts of a multilabel task from matrices of 0 and 1, for each label and for each row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core


def label_margins(target: NDArray[np.uint8], predicted: NDArray[np.uint8], threads: int) -> NDArray[np.int64]:
    """Rows that have a label both ways, that have it predicted, that have it true: shape (3, labels)."""
    return _core.label_margins(target, predicted, threads).view(np.int64).reshape(3, -1)


def row_margins(target: NDArray[np.uint8], predicted: NDArray[np.uint8], threads: int) -> NDArray[np.float64]:
    """The same of the labels of each row: shape (3, rows)."""
    return _core.row_margins(target, predicted, threads).reshape(3, -1)
