"""Sums over residuals, exact: everything that regression measures and their intervals need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core
from gnomon.kernels.exact import ExactSum

# With e = target - prediction, y = target, q = |e| / max(|y|, 2^-52); the order is the kernel's.
TERMS = ("e", "abs", "q", "q2", "y", "e2", "e3", "e4", "y2", "y3", "y4", "ey", "ey2", "e2y", "e2y2")


def sum_residuals(
    target: NDArray[np.float64],
    prediction: NDArray[np.float64],
    weight: NDArray[np.float64] | None,
    threads: int,
) -> tuple[dict[str, ExactSum], float]:
    """The weighted sum of every term in ``TERMS``, and the largest absolute residual."""
    sums, largest = _core.residual_sums(target, prediction, weight, threads)
    return dict(zip(TERMS, map(ExactSum.from_core, sums), strict=True)), largest
