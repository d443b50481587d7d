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


def mean_and_error(
    weight: Weight, value: ExactSum, square: ExactSum, value2: ExactSum, square2: ExactSum
) -> MeanAndError:
    """From the exact sums of w * loss, w * loss^2, w^2 * loss and w^2 * loss^2; each result is rounded once.

    The larger of two variances, times n / (n - 1) with the effective number of rows n. One is that of a ratio of
    weighted sums, linearised: sum of (w (loss - mean))^2 over (sum of w)^2 (W. G. Cochran, Sampling Techniques, 3rd
    edition, section 2.11). Where the few rows that hold much of the weight are alike it is far too small, and the
    weighted variance of the losses over n stands in. Without weights both are the unbiased variance over the rows.
    """
    total = weight.total.fraction()
    mean = value.fraction() / total
    rows = weight.effective
    variance = None
    if square.finite and square2.finite and rows > 1:
        squares = weight.squares.fraction()
        spread = square2.fraction() - 2 * mean * value2.fraction() + mean * mean * squares
        alike = (square.fraction() - mean * value.fraction()) * squares / total
        variance = float(max(spread, alike, Fraction(0)) / total**2 * Fraction(rows) / (Fraction(rows) - 1))
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
    return mean_and_error(state.weight, state.value, state.square, state.value2, state.square2)


def mean_ratio(state: RatioLoss) -> MeanAndError:
    """The ratio of the means of two losses, its variance as that of a mean (:func:`mean_and_error`).

    Raises:
        ZeroDivisionError: The mean below is 0.
        OverflowError: A loss is not a number, or is too large.
    """
    weight, above, below = state.above.weight, state.above, state.below
    ratio = above.value.fraction() / below.value.fraction()
    rows, variance = weight.effective, None
    sums = (above.square, above.square2, below.square, below.square2, state.product, state.product2)
    if all(own.finite for own in sums) and rows > 1:
        above1, above2, below1, below2, product1, product2 = (own.fraction() for own in sums)
        spread = above2 - 2 * ratio * product2 + ratio * ratio * below2
        alike = above1 - 2 * ratio * product1 + ratio * ratio * below1
        alike *= weight.squares.fraction() / weight.total.fraction()
        scaled = max(spread, alike, Fraction(0)) / below.value.fraction() ** 2
        variance = float(scaled * Fraction(rows) / (Fraction(rows) - 1))
    return MeanAndError(float(ratio), variance, rows)


def shares_of(support: Sequence[float], average: str) -> NDArray[np.float64]:
    """What each ranking counts in the average."""
    if average == "weighted":
        return np.asarray(support) / sum(support)
    return np.full(len(support), 1 / len(support))
