"""The mean of a loss, and the variance of that mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import total_of
from gnomon.states.mean import MeanLoss, RatioLoss, Weight


@dataclass(frozen=True, slots=True)
class MeanAndError:
    """A weighted mean, its variance, and the effective number of rows behind it.

    ``variance`` is None where it is undefined (fewer than two effective rows) or was too large to sum.
    """

    mean: float
    variance: float | None
    rows: float


def mean_and_error(weight: Weight, value: ExactSum, value2: ExactSum, square2: ExactSum) -> MeanAndError:
    """From the exact sums of w * loss, w^2 * loss and w^2 * loss^2; each result is rounded once.

    The variance of a ratio of weighted sums, linearised: sum of (w (loss - mean))^2 over (sum of w)^2 (W. G.
    Cochran, Sampling Techniques, 3rd edition, section 2.11), times n / (n - 1) with the effective number of
    rows. Without weights it is the unbiased variance over n.
    """
    total = weight.total.fraction()
    mean = value.fraction() / total
    rows = weight.effective
    variance = None
    if square2.finite and rows > 1:
        spread = square2.fraction() - 2 * mean * value2.fraction() + mean * mean * weight.squares.fraction()
        variance = float(max(spread, Fraction(0)) / total**2 * Fraction(rows) / (Fraction(rows) - 1))
    return MeanAndError(float(mean), variance, rows)


def mean_of(values: NDArray[np.float64], weight: NDArray[np.float64] | None, threads: int) -> float:
    """The weighted mean of a column, its sums exact, rounded once.

    Raises:
        ZeroDivisionError: The weights sum to 0.
    """
    total = ExactSum.of(len(values)) if weight is None else total_of(weight, None, threads)
    return total_of(values, weight, threads).over(total)


def mean_loss(state: MeanLoss) -> MeanAndError:
    """The mean of the loss of a state with at least one row."""
    return mean_and_error(state.weight, state.value, state.value2, state.square2)


def mean_ratio(state: RatioLoss) -> MeanAndError:
    """The ratio of the means of two losses, its variance linearised as that of a mean.

    Raises:
        ZeroDivisionError: The mean below is 0.
        OverflowError: A loss is not a number, or is too large.
    """
    weight, above, below = state.above.weight, state.above, state.below
    ratio = above.value.fraction() / below.value.fraction()
    rows, variance = weight.effective, None
    if above.square2.finite and below.square2.finite and state.product2.finite and rows > 1:
        spread = (
            above.square2.fraction() - 2 * ratio * state.product2.fraction() + ratio * ratio * below.square2.fraction()
        )
        scaled = max(spread, Fraction(0)) / below.value.fraction() ** 2
        variance = float(scaled * Fraction(rows) / (Fraction(rows) - 1))
    return MeanAndError(float(ratio), variance, rows)


def shares_of(support: Sequence[float], average: str) -> NDArray[np.float64]:
    """What each ranking counts in the average."""
    if average == "weighted":
        return np.asarray(support) / sum(support)
    return np.full(len(support), 1 / len(support))
