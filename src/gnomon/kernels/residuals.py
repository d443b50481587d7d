"""Sums over residuals, exact: everything that regression measures and their intervals need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core
from gnomon.kernels.exact import ExactSum

# With y = target, p = prediction, e = y - p, q = |e| / max(|y|, 2^-52); the order is the kernel's.
TERMS = ("e", "abs", "q", "q2", "y", "e2", "e3", "e4", "y2", "y3", "y4", "ey", "ey2", "e2y", "e2y2")
# Losses with formulas of their own, in the kernel's order, after the terms.
LOSSES = ("squared_log", "pinball", "poisson", "gamma", "tweedie")

_NUMBER = {term: number for number, term in enumerate((*TERMS, *LOSSES))}


def sum_residuals(
    target: NDArray[Any],
    prediction: NDArray[Any],
    weight: NDArray[np.float64] | None,
    threads: int,
    terms: Sequence[str] = TERMS,
    parameter: float = 0.0,
) -> dict[str, ExactSum]:
    """The sum of the weight times each of the terms.

    Args:
        target: Float32 or float64; what a loss needs (a target in its domain) is up to the caller.
        prediction: Of the same type.
        weight: None for rows that weigh 1.
        threads: How many threads there may be.
        terms: Of ``TERMS`` and ``LOSSES``.
        parameter: The quantile of ``pinball``, the power of ``tweedie``.
    """
    numbers = [_NUMBER[term] for term in terms]
    sums = _core.residual_sums(target, prediction, weight, numbers, parameter, threads)
    return dict(zip(terms, map(ExactSum.from_core, sums), strict=True))


def largest_residual(target: NDArray[Any], prediction: NDArray[Any], threads: int) -> float:
    """The largest absolute residual; 0.0 without rows, NaN where one is not finite."""
    return _core.largest_residual(target, prediction, threads)
