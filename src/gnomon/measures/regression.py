"""Measures of a regression, from exact moments of targets and errors. Definitions are scikit-learn's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import ClassVar

import numpy as np

from gnomon.kernels.exact import ExactSum
from gnomon.measures.cells import Array
from gnomon.measures.means import MeanAndError, mean_and_error
from gnomon.measures.measure import LOWER, ZERO, MeanLoss, Measure, Other, places
from gnomon.message import Message
from gnomon.states.residuals import Residuals

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
    reason: Message | None = None


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


def unexplained(sums: Mapping[str, ExactSum], total: ExactSum, *, centre_errors: bool) -> tuple[int, int]:
    """What R² leaves to 1, or the explained variance does if errors are centred: exact, as two whole numbers.

    The first is the squared weight times the mean square (or the variance) of the errors, the second the same times
    the variance of the target; both come in one unit, so their quotient is what is unexplained.

    Args:
        sums: Weighted sums of ``e2``, ``y``, ``y2``, and of ``e`` where errors are centred.
        total: The sum of the weights.
        centre_errors: Whether the errors' mean is taken off them first.

    Raises:
        OverflowError: A term was too large for a double.
    """

    def deviation(first: ExactSum | None, second: ExactSum) -> int:
        weighted = total.whole() * second.whole()
        return weighted - (0 if first is None else first.whole() ** 2)

    return deviation(sums["e"] if centre_errors else None, sums["e2"]), deviation(sums["y"], sums["y2"])


def explained(state: Residuals, *, centre_errors: bool) -> Explained | None:
    """R² (mean squared error over variance), or the explained variance (variance of the errors over it).

    The variance of log(A/B) follows from the influence of one row, (e - c)^2 / A - (y - mean)^2 / B, whose
    mean is 0 and whose mean square is made of fourth moments: with rows weighing w^2 as linearised, or w where that
    is more (:func:`gnomon.measures.means.mean_and_error` says why).

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
    open_ = Fraction(*unexplained(state.sums, state.weight.total, centre_errors=centre_errors))
    rows = state.weight.effective
    if rows <= 1:
        return Explained(open_, None, Message("too_few_rows", "too few rows"))
    if errors == 0:
        return Explained(open_, 0.0)
    centres = (y_mean**2 / spread, e_center**2 / errors)
    if max(centres) > FARTHEST:
        return Explained(
            open_,
            None,
            Message("digits_lost", "the target or the errors are too far from zero relative to their spread"),
        )
    try:
        influence = max(
            own.centred(4, 0, e_center, Fraction(0)) / errors**2
            - 2 * own.centred(2, 2, e_center, y_mean) / (errors * spread)
            + own.centred(0, 4, Fraction(0), y_mean) / spread**2
            for own in (moments, Moments(state.sums2, state.squares))
        )
    except OverflowError:
        return Explained(
            open_,
            None,
            Message("powers_too_large", "fourth powers of the values overflow double precision"),
        )
    return Explained(open_, float(max(influence, Fraction(0)) / Fraction(rows)))


def loss_error(state: Residuals, term: str, square: str) -> MeanAndError:
    """The mean of a term, whose square is another."""
    sums, sums2 = state.sums, state.sums2
    return mean_and_error(state.weight, sums[term], sums[square], sums2[term], sums2[square])


def squared_error(state: Residuals) -> MeanAndError:
    """The mean squared error."""
    return loss_error(state, "e2", "e4")


def absolute_error(state: Residuals) -> MeanAndError:
    """The mean absolute error."""
    return loss_error(state, "abs", "e2")


def mean_error(state: Residuals) -> MeanAndError:
    """The mean of prediction less target: below 0, predictions are too low."""
    error = loss_error(state, "e", "e2")
    return MeanAndError(-error.mean, error.variance, error.rows)


def relative_error(state: Residuals) -> MeanAndError:
    """The mean absolute percentage error, as a fraction: the mean of |e| / max(|y|, 2^-52)."""
    return loss_error(state, "q", "q2")


def target_mean_and_variance(state: Residuals) -> tuple[float, float]:
    """The mean of the target and its variance around that mean: what a constant prediction would cost."""
    moments = Moments(state.sums, state.weight.total)
    mean = moments.raw(0, 1)
    return float(mean), float(moments.centred(0, 2, Fraction(0), mean))


def squared_gain(state: Residuals) -> MeanAndError:
    """The mean squared error minus the variance of the target, row by row; None for its variance where unknown.

    The mean makes squared errors least among constant answers, so that it was found on the same rows changes the
    difference in the second order only.
    """
    moments = Moments(state.sums, state.weight.total)
    centre = moments.raw(0, 1)
    mean = moments.raw(2, 0) - moments.centred(0, 2, Fraction(0), centre)
    rows, spread = state.weight.effective, moments.centred(0, 2, Fraction(0), centre)
    if rows <= 1 or spread == 0 or centre**2 / spread > FARTHEST:
        return MeanAndError(float(mean), None, rows)
    try:
        around = max(
            own.centred(4, 0, Fraction(0), Fraction(0))
            - 2 * own.centred(2, 2, Fraction(0), centre)
            + own.centred(0, 4, Fraction(0), centre)
            - 2 * mean * (own.raw(2, 0) - own.centred(0, 2, Fraction(0), centre))
            + mean * mean
            for own in (moments, Moments(state.sums2, state.squares))
        )
    except OverflowError:
        return MeanAndError(float(mean), None, rows)
    around = max(around, Fraction(0))
    return MeanAndError(float(mean), float(around / (Fraction(rows) - 1)), rows)


def squared(target: Array, prediction: Array) -> Array:
    """The square of the error of each row."""
    return np.square(prediction - target)


def absolute(target: Array, prediction: Array) -> Array:
    """The size of the error of each row."""
    return np.abs(prediction - target)


def relative(target: Array, prediction: Array) -> Array:
    """The size of the error over that of the target, which counts as at least 2^-52."""
    return absolute(target, prediction) / np.maximum(np.abs(target), np.finfo(np.float64).eps)


def symmetric(target: Array, prediction: Array) -> Array:
    """Twice the size of the error over the sizes of target and prediction; 0 where both are 0 (S. Makridakis, 1993)."""
    sizes = np.abs(target) + np.abs(prediction)
    return np.asarray(np.divide(2 * absolute(target, prediction), sizes, out=np.zeros(len(target)), where=sizes > 0))


def squared_log(target: Array, prediction: Array) -> Array:
    """The square of log(1 + prediction) - log(1 + target); NaN where one of them is -1 or less."""
    with np.errstate(invalid="ignore", divide="ignore"):
        losses = np.square(np.log1p(prediction) - np.log1p(target))
    return np.where((target > -1) & (prediction > -1), losses, np.nan)


def pinball(alpha: float, name: str) -> Measure:
    """The pinball loss of a predicted quantile: ``pinball_0.9``."""

    def loss(target: Array, prediction: Array) -> Array:
        error = target - prediction
        return np.maximum(alpha * error, (alpha - 1) * error)

    title = f"pinball loss ({alpha:g})"
    return Measure(
        name=name,
        title=title,
        definition=f"mean of {alpha:g} (y - p) where y is greater, {1 - alpha:g} (p - y) where p is",
        basis=MeanLoss(loss, constant=alpha),
        high=math.inf,
        better=LOWER,
    )


TOO_LOW = Message("no_logarithm", "a target or a prediction is -1 or less, so the logarithm of 1 + x is undefined")
NO_TARGET = Message("all_targets_zero", "every target is 0")

MSE = Measure(
    name="mse",
    title="MSE",
    definition="mean of (p - y)²",
    basis=MeanLoss(squared, constant=None),
    aliases=("mean_squared_error",),
    high=math.inf,
    better=LOWER,
    shown=places("regression"),
)
RMSE = Measure(
    name="rmse",
    title="RMSE",
    definition="root of the MSE",
    basis=MeanLoss(squared, root=True, constant=None),
    aliases=("root_mean_squared_error",),
    high=math.inf,
    better=LOWER,
    shown=places("regression", headline=8, slices=10, ranks_slices=4, in_units=1),
)
MAE = Measure(
    name="mae",
    title="MAE",
    definition="mean of |p - y|",
    basis=MeanLoss(absolute),
    aliases=("mean_absolute_error",),
    high=math.inf,
    better=LOWER,
    shown=places("regression", headline=9, slices=12, in_units=2),
)
MEAN_ERROR = Measure(
    name="mean_error",
    title="mean error (bias)",
    definition="mean of p - y: below 0, predictions are too low",
    head="mean error",
    basis=MeanLoss(lambda target, prediction: prediction - target),
    aliases=("bias",),
    low=-math.inf,
    high=math.inf,
    better=ZERO,
    shown=places("regression", slices=11),
)
R2 = Measure(
    name="r2",
    title="R²",
    definition="1 - MSE / variance of y",
    basis=Other(),
    aliases=("r2_score",),
    low=-math.inf,
    guess=0.0,
    shown=places("regression", headline=10, slices=13, gap=3),
)
EXPLAINED_VARIANCE = Measure(
    name="explained_variance",
    title="explained variance",
    definition="1 - variance of p - y / variance of y",
    basis=Other(),
    low=-math.inf,
    guess=0.0,
    shown=places("regression"),
)
MEDIAN_ABSOLUTE_ERROR = Measure(
    name="median_absolute_error",
    title="median absolute error",
    definition="median of |p - y|",
    head="median error",
    basis=Other(),
    high=math.inf,
    better=LOWER,
    shown=places("regression", slices=14, in_units=3),
)
MAPE = Measure(
    name="mape",
    title="MAPE",
    definition="mean of |p - y| / |y|, a fraction",
    basis=MeanLoss(relative),
    aliases=("mean_absolute_percentage_error",),
    high=math.inf,
    better=LOWER,
    shown=places("regression"),
)
MAX_ERROR = Measure(
    name="max_error",
    title="maximum error",
    definition="largest |p - y|",
    basis=Other(compared=False),
    high=math.inf,
    better=LOWER,
    shown=places("regression"),
)
# Those that are asked for.
SMAPE = Measure(
    name="smape",
    title="sMAPE",
    definition="mean of 2 |p - y| / (|p| + |y|), 0 where both are 0",
    basis=MeanLoss(symmetric),
    high=2.0,
    better=LOWER,
)
WAPE = Measure(
    name="wape",
    title="WAPE",
    definition="mean of |p - y| / mean of |y|",
    basis=MeanLoss(absolute, per=lambda target, _: np.abs(target), reason=NO_TARGET),
    aliases=("wmape",),
    high=math.inf,
    better=LOWER,
)
MSLE = Measure(
    name="msle",
    title="MSLE",
    definition="mean of (log(1 + p) - log(1 + y))²",
    basis=MeanLoss(squared_log, reason=TOO_LOW),
    aliases=("mean_squared_log_error",),
    high=math.inf,
    better=LOWER,
)
RMSLE = Measure(
    name="rmsle",
    title="RMSLE",
    definition="root of the MSLE",
    basis=MeanLoss(squared_log, root=True, reason=TOO_LOW),
    aliases=("root_mean_squared_log_error",),
    high=math.inf,
    better=LOWER,
)
MEASURES = (
    MSE,
    RMSE,
    MAE,
    MEAN_ERROR,
    R2,
    EXPLAINED_VARIANCE,
    MEDIAN_ABSOLUTE_ERROR,
    MAPE,
    MAX_ERROR,
    SMAPE,
    WAPE,
    MSLE,
    RMSLE,
)
