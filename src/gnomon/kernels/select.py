"""The value of a rank, without sorting."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core


def select(values: NDArray[np.float64], weight: NDArray[np.int64] | None, goal: int, threads: int) -> tuple[float, int]:
    """The smallest value with at least the goal's weight at or below it, and the weight that lies there.

    The largest value if there is no such. None of the values is NaN, there is at least one, and whole weights are
    not negative; without weights each counts 1.
    """
    return _core.select(values, weight, goal, threads)


def next_above(values: NDArray[np.float64], limit: float, threads: int) -> float | None:
    """The smallest value greater than the limit; None if there is none."""
    above = _core.next_above(values, limit, threads)
    return None if math.isinf(above) else above
