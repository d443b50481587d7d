"""Sums of losses, exact: what the mean of a loss and the variance of that mean are made of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core
from gnomon.kernels.exact import ExactSum


class MeanSums(NamedTuple):
    """The sums of ``w * v`` and of ``w * v**2``."""

    value: ExactSum
    square: ExactSum


def sum_values(values: NDArray[np.float64], weight: NDArray[np.float64] | None, threads: int) -> MeanSums:
    """The two sums of any column of losses."""
    return MeanSums(*map(ExactSum.from_core, _core.mean_sums(values, weight, threads)))


def sum_binary_losses(
    target: NDArray[np.uint8], score: NDArray[Any], weight: NDArray[np.float64] | None, threads: int
) -> tuple[MeanSums, MeanSums]:
    """Sums of the Brier loss ``(p - y)**2`` and of the log loss, for probabilities of the positive class.

    As in scikit-learn, a probability nearer to 0 or 1 than the resolution of its type is moved there
    before its logarithm is taken, so a certain mistake costs about 36 (float64), not infinity.
    """
    least, most = clipping(score.dtype)
    sums = [ExactSum.from_core(s) for s in _core.binary_losses(target, score, weight, least, most, threads)]
    return MeanSums(*sums[:2]), MeanSums(*sums[2:])


def log_losses(truth: NDArray[Any]) -> NDArray[np.float64]:
    """``-log(p)`` of the probability that each row gave to its true class, clipped as above."""
    least, most = clipping(truth.dtype)
    return _core.log_losses(np.ascontiguousarray(truth, np.float64), least, most)


def clipping(dtype: np.dtype[Any]) -> tuple[float, float]:
    """The least and the greatest probability whose logarithm is taken, for scores of a float type."""
    epsilon = np.finfo(dtype).eps
    return float(epsilon), float(dtype.type(1) - epsilon)
