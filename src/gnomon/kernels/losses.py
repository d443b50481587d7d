"""Sums of losses, exact: what the mean of a loss and the variance of that mean are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core
from gnomon.kernels.exact import ExactSum


class MeanSums(NamedTuple):
    """The sums of ``w * v`` and of ``w * v**2``."""

    value: ExactSum
    square: ExactSum


class LossSums(NamedTuple):
    """The sums of ``w * v``, of ``w * v**2``, and of ``w * v`` over the rows with label 1."""

    value: ExactSum
    square: ExactSum
    positive: ExactSum


def sum_values(values: NDArray[np.float64], weight: NDArray[np.float64] | None, threads: int) -> MeanSums:
    """The two sums of any column of losses."""
    return MeanSums(*map(ExactSum.from_core, _core.mean_sums(values, weight, True, threads)))


def total_of(values: NDArray[np.float64], weight: NDArray[np.float64] | None, threads: int) -> ExactSum:
    """The sum of ``w * v`` alone."""
    return ExactSum.from_core(_core.mean_sums(values, weight, False, threads)[0])


def sum_binary_losses(
    target: NDArray[np.uint8], score: NDArray[Any], weight: NDArray[np.float64] | None, threads: int
) -> tuple[LossSums, LossSums]:
    """Sums of the Brier loss ``(p - y)**2`` and of the log loss, for probabilities of the positive class.

    As in scikit-learn, a probability nearer to 0 or 1 than the resolution of its type is moved there
    before its logarithm is taken, so a certain mistake costs about 36 (float64), not infinity.
    """
    brier = _core.brier_sums(target, score, weight, True, threads)  # with squares come those of the label 1
    log_loss = _core.log_loss_sums(target, score, weight, *clipping(score.dtype), True, threads)
    return LossSums(*map(ExactSum.from_core, brier)), LossSums(*map(ExactSum.from_core, log_loss))


def total_brier(
    target: NDArray[np.uint8], score: NDArray[Any], weight: NDArray[np.float64] | None, threads: int
) -> ExactSum:
    """The sum of the weighted Brier losses alone."""
    return ExactSum.from_core(_core.brier_sums(target, score, weight, False, threads)[0])


def total_log_loss(
    target: NDArray[np.uint8],
    score: NDArray[Any],
    weight: NDArray[np.float64] | None,
    threads: int,
    clip: np.dtype[Any],
) -> ExactSum:
    """The sum of the weighted log losses alone; the resolution of the type ``clip`` limits the probabilities."""
    return ExactSum.from_core(_core.log_loss_sums(target, score, weight, *clipping(clip), False, threads)[0])


def class_losses(
    target: NDArray[np.int32], scores: NDArray[Any], threads: int, clip: np.dtype[Any] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The log loss and the Brier loss of each row.

    Args:
        target: Class codes.
        scores: Probabilities of shape (rows, classes), float32 or float64.
        threads: How many threads there may be.
        clip: The float type whose resolution limits the probabilities, as above; that of the scores if None.

    Returns:
        ``-log(p)`` of the probability of the true class, and the sum over classes of the squared distance to the
        truth: from 0 to 2, as scikit-learn scales it for several classes.

    Raises:
        ValueError: A code lies outside the classes.
    """
    least, most = clipping(scores.dtype if clip is None else clip)
    return _core.class_losses(target, scores, least, most, threads)


@dataclass(frozen=True, slots=True)
class ClassScan:
    """What one pass over rows of scores saw: unusable values, the range, how far a row's sum strays from 1."""

    nans: int
    infinities: int
    low: float
    high: float
    off: float


def scan_classes(scores: NDArray[Any], threads: int) -> ClassScan:
    """Looks over scores of shape (rows, classes), float32 or float64."""
    return ClassScan(*_core.class_scan(scores, threads))


@cache
def clipping(dtype: np.dtype[Any]) -> tuple[float, float]:
    """The least and the greatest probability whose logarithm is taken, for scores of a float type."""
    epsilon = np.finfo(dtype).eps
    return float(epsilon), float(dtype.type(1) - epsilon)
