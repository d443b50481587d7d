"""Measures of a regression, from exact moments of targets and errors. Definitions are scikit-learn's."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.exact import ExactSum
from gnomon.kernels.ranking import class_units, integer_weights
from gnomon.measures.means import MeanAndError, mean_and_error
from gnomon.states.residuals import ErrorSizes, Residuals

# Fourth powers are summed to about 106 bits. With (mean / deviation)^2 up to this much, what is left of
# them after centring is right to about six digits; beyond it, nothing is claimed.
FARTHEST = 10**13


@dataclass(frozen=True, slots=True)
class Explained:
    """A measure 1 - A / B of explained variation.

    Attributes:
        unexplained: A / B, exact.
        relative_variance: The variance of log(A / B) by the delta method, already divided by the effective
            number of rows; None where it is unknown.
        reason: Why it is unknown, in words.
    """

    unexplained: Fraction
    relative_variance: float | None
    reason: str | None = None


class Moments:
    """Means of e^i y^j over the rows, exact, and centred ones made from them."""

    _TERMS: ClassVar = {
        (0, 1): "y", (0, 2): "y2", (0, 3): "y3", (0, 4): "y4",
        (1, 0): "e", (1, 1): "ey", (1, 2): "ey2",
        (2, 0): "e2", (2, 1): "e2y", (2, 2): "e2y2",
        (3, 0): "e3", (4, 0): "e4",
    }  # fmt: skip

    def __init__(self, sums: dict[str, ExactSum], total: ExactSum) -> None:
        self._sums = sums
        self._total = total.fraction()

    def raw(self, e: int, y: int) -> Fraction:
        """The mean of ``error**e * target**y``.

        Raises:
            OverflowError: A term was too large for a double.
        """
        if e == y == 0:
            return Fraction(1)
        return self._sums[self._TERMS[e, y]].fraction() / self._total

    def centred(self, e: int, y: int, e_center: Fraction, y_center: Fraction) -> Fraction:
        """The mean of ``(error - e_center)**e * (target - y_center)**y``."""
        return sum(
            (
                comb(e, i) * comb(y, j) * (-e_center) ** (e - i) * (-y_center) ** (y - j) * self.raw(i, j)
                for i in range(e + 1)
                for j in range(y + 1)
                if (e_center or i == e) and (y_center or j == y)
            ),
            Fraction(0),
        )


def explained(state: Residuals, *, centre_errors: bool) -> Explained | None:
    """R² (mean squared error over variance), or the explained variance (variance of the errors over it).

    The variance of log(A/B) follows from the influence of one row, (e - c)^2 / A - (y - mean)^2 / B, whose
    mean is 0 and whose mean square is made of fourth moments.

    Returns:
        None where the target does not vary.
    """
    moments = Moments(state.sums, state.weight.total)
    y_mean = moments.raw(0, 1)
    e_center = moments.raw(1, 0) if centre_errors else Fraction(0)
    errors = moments.centred(2, 0, e_center, Fraction(0))
    spread = moments.centred(0, 2, Fraction(0), y_mean)
    if spread == 0:
        return None
    unexplained = errors / spread
    rows = state.weight.effective
    if rows <= 1:
        return Explained(unexplained, None, "too few rows")
    if errors == 0:
        return Explained(unexplained, 0.0)
    centres = (y_mean**2 / spread, e_center**2 / errors)
    if max(centres) > FARTHEST:
        return Explained(unexplained, None, "the target or the errors lie too far from zero for their spread")
    try:
        squared = Moments(state.sums2, state.weight.squares)  # rows weigh w^2 in a linearised variance
        fourth_e = squared.centred(4, 0, e_center, Fraction(0))
        mixed = squared.centred(2, 2, e_center, y_mean)
        fourth_y = squared.centred(0, 4, Fraction(0), y_mean)
    except OverflowError:
        return Explained(unexplained, None, "fourth powers of the values are too large for double precision")
    influence = fourth_e / errors**2 - 2 * mixed / (errors * spread) + fourth_y / spread**2
    return Explained(unexplained, float(max(influence, Fraction(0)) / Fraction(rows)))


def squared_error(state: Residuals) -> MeanAndError:
    """The mean squared error."""
    return mean_and_error(state.weight, state.sums["e2"], state.sums2["e2"], state.sums2["e4"])


def absolute_error(state: Residuals) -> MeanAndError:
    """The mean absolute error."""
    return mean_and_error(state.weight, state.sums["abs"], state.sums2["abs"], state.sums2["e2"])


def relative_error(state: Residuals) -> MeanAndError:
    """The mean absolute percentage error, as a fraction: the mean of |e| / max(|y|, 2^-52)."""
    return mean_and_error(state.weight, state.sums["q"], state.sums2["q"], state.sums2["q2"])


def target_mean_and_variance(state: Residuals) -> tuple[float, float]:
    """The mean of the target and its variance around that mean: what a constant guess would cost."""
    moments = Moments(state.sums, state.weight.total)
    mean = moments.raw(0, 1)
    return float(mean), float(moments.centred(0, 2, Fraction(0), mean))


class ErrorRanks:
    """Absolute errors by rank: quantiles, exact, without more sorting than they need."""

    def __init__(self, state: ErrorSizes) -> None:
        self._sizes: NDArray[np.float64] = np.concatenate(state.column(0))
        self._cumulative: NDArray[np.int64] | None = None
        if len(state.chunks[0]) > 1:
            self._sizes, weight = state.ordered()
            alike = np.ones(len(weight), np.uint8)
            self._cumulative = np.cumsum(integer_weights(weight, alike, class_units([alike], [weight])))

    def median(self) -> float:
        """The smallest error with at least half of the weight at or below it.

        Where exactly half lies at or below it, the mean of it and the next: the averaged inverted
        distribution function (R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", 1996,
        definition 2), which is the ordinary median where all rows weigh the same.
        """
        n = len(self._sizes)
        if self._cumulative is None:
            first, next_ = (n - 1) // 2, n // 2
        else:
            total = int(self._cumulative[-1])
            slack = total >> 50
            first = min(int(np.searchsorted(self._cumulative, total // 2 - slack)), n - 1)
            half = abs(2 * int(self._cumulative[first]) - total) <= 2 * slack + 1
            next_ = min(first + 1, n - 1) if half else first
        return (self._at(first) + self._at(next_)) / 2

    def at_rank(self, rank: int, rows: int) -> float:
        """The error of a rank, counted from 0 among ``rows`` rows that share the weight alike."""
        if self._cumulative is None:
            return self._at(rank)
        share = (rank + 0.5) / rows
        at = int(np.searchsorted(self._cumulative, share * float(self._cumulative[-1])))
        return self._at(min(at, len(self._sizes) - 1))

    def _at(self, index: int) -> float:
        if self._cumulative is None:
            self._sizes.partition(index)
        return float(self._sizes[index])
