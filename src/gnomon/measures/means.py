"""The mean of a loss, and the variance of the loss around it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gnomon.kernels.exact import ExactSum
from gnomon.states.mean import MeanLoss, Weight


@dataclass(frozen=True, slots=True)
class MeanAndSpread:
    """A weighted mean, the variance of a row's loss around it (unbiased), and the effective number of rows.

    ``variance`` is None where it is undefined (fewer than two effective rows) or was too large to sum.
    """

    mean: float
    variance: float | None
    rows: float


def mean_and_spread(weight: Weight, value: ExactSum, square: ExactSum) -> MeanAndSpread:
    """From the exact sums of w, w * loss and w * loss^2; each result is rounded once.

    With weights the unbiased variance divides by n_eff - 1, n_eff being Kish's effective number of rows.
    """
    total = weight.total.fraction()
    mean = value.fraction() / total
    rows = weight.effective
    variance = None
    if square.finite and rows > 1:
        spread = square.fraction() / total - mean * mean
        variance = float(max(spread, Fraction(0)) * Fraction(rows) / (Fraction(rows) - 1))
    return MeanAndSpread(float(mean), variance, rows)


def mean_loss(state: MeanLoss) -> MeanAndSpread:
    """The mean of the loss of a state with at least one row."""
    return mean_and_spread(state.weight, *state.sums)
