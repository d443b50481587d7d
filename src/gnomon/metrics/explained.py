"""Shares of what a constant answer loses that a regression saves: R², explained variance, D²."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels.exact import ExactSum
from gnomon.measures.regression import unexplained
from gnomon.metrics.documentation import documented
from gnomon.metrics.inputs.amounts import AMOUNTS, Amounts, quantiles
from gnomon.metrics.inputs.parameters import flag, number
from gnomon.metrics.warning import warn_undefined

Array = NDArray[np.float64]
_WAYS = ("raw_values", "uniform_average", "variance_weighted")
_WEIGHTED = {
    "multioutput": "\"raw_values\" for each output, \"uniform_average\" for their mean, \"variance_weighted\" for that "
    "weighted by the outputs' variances, or weights of the outputs."
}  # fmt: skip


@documented(**AMOUNTS, **_WEIGHTED)
def r2_score(
    y_true: Any,
    y_pred: Any,
    *,
    sample_weight: Any = None,
    multioutput: Any = "uniform_average",
    force_finite: bool = True,
) -> Any:
    """The coefficient of determination: 1 - the sum of squared errors over that of the deviations from the mean.

    Both sums are exact: a target far from zero loses nothing.

    {parameters}

    Returns:
        A float up to 1, 0 for answering the mean, less for worse; an array for ``multioutput="raw_values"``. NaN with
        a warning for fewer than two rows.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> round(r2_score([3, -0.5, 2, 7], [2.5, 0.0, 2, 8]), 6)
    0.948608
    """
    flag("force_finite", force_finite)
    amounts = Amounts.of(y_true, y_pred, sample_weight, multioutput, _WAYS)
    if _too_few(amounts, "R^2"):
        return math.nan
    return _variance_explained(amounts, force_finite, centre_errors=False)


@documented(**AMOUNTS, **_WEIGHTED)
def explained_variance_score(
    y_true: Any,
    y_pred: Any,
    *,
    sample_weight: Any = None,
    multioutput: Any = "uniform_average",
    force_finite: bool = True,
) -> Any:
    """1 - the variance of the errors over that of the target: R² that forgives a constant bias.

    {parameters}

    Returns:
        A float up to 1; an array for ``multioutput="raw_values"``.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> round(explained_variance_score([3, -0.5, 2, 7], [2.5, 0.0, 2, 8]), 6)
    0.957173
    """
    flag("force_finite", force_finite)
    amounts = Amounts.of(y_true, y_pred, sample_weight, multioutput, _WAYS)
    return _variance_explained(amounts, force_finite, centre_errors=True)


def _variance_explained(amounts: Amounts, force_finite: bool, centre_errors: bool) -> Any:
    parts = [
        _unexplained(replace(amounts, target=[target], predicted=[predicted]), centre_errors)
        for target, predicted in zip(amounts.target, amounts.predicted, strict=True)
    ]
    values = np.array(
        [1 - left / whole if whole else _without_variance(left, force_finite) for left, whole, _, _ in parts]
    )
    if isinstance(amounts.multioutput, str) and amounts.multioutput == "variance_weighted":
        variances = [Fraction(whole, total.whole() ** 2) * Fraction(4) ** power for _, whole, total, power in parts]
        widest = max(variances)
        shares = np.array([float(variance / widest) for variance in variances]) if widest else None
        return float(np.average(values, weights=shares))
    return amounts.over_outputs(values)


# Squares of amounts outside this range lose digits, or overflow.
_LEAST, _MOST = 1e-100, 1e100


def _unexplained(amounts: Amounts, centre_errors: bool) -> tuple[int, int, ExactSum, int]:
    """What is left of the target's variation and the whole of it, in one unit.

    The whole over the square of the third, times 4 to the power of the fourth, is the variance of the target.
    """
    terms = ("e", "e2", "y", "y2") if centre_errors else ("e2", "y", "y2")
    try:
        total, sums = amounts.total, amounts.sums(0, terms)
        usual = all(_LEAST**2 < sums[term].over(total) < _MOST**2 for term in ("e2", "y2"))
    except OverflowError:
        usual = False
    power = 0
    if not usual:  # squares too large or too small for doubles (or zero): the same on a scale where they are not
        amounts.check()
        amounts, power = amounts.rescaled()
        total, sums = amounts.total, amounts.sums(0, terms)
    left, whole = unexplained(sums, total, centre_errors=centre_errors)
    return left, whole, total, power


def _without_variance(left: int, force_finite: bool) -> float:
    """What stands for a score where the target does not vary."""
    if force_finite:
        return 0.0 if left else 1.0
    return -math.inf if left else math.nan


def _too_few(amounts: Amounts, name: str) -> bool:
    if amounts.rows >= 2:
        return False
    warn_undefined(f"{name} score is not well-defined with less than two samples.")
    return True


@documented(**AMOUNTS, alpha="The quantile that is predicted, from 0 to 1.")
def d2_pinball_score(
    y_true: Any,
    y_pred: Any,
    *,
    sample_weight: Any = None,
    alpha: float = 0.5,
    multioutput: Any = "uniform_average",
) -> Any:
    """The share of the pinball loss of the target's own quantile that is saved.

    R. Koenker and J. A. F. Machado, "Goodness of fit and related inference processes for quantile regression", Journal
    of the American Statistical Association 94 (1999).

    {parameters}

    Returns:
        A float up to 1; an array for ``multioutput="raw_values"``. NaN with a warning for fewer than two rows.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> round(d2_pinball_score([1, 2, 3], [1, 2, 2.5], alpha=0.9), 6)
    -0.5
    """
    number("alpha", alpha, lambda value: 0 <= value <= 1, "from 0 to 1")
    amounts = Amounts.of(y_true, y_pred, sample_weight, multioutput)
    if _too_few(amounts, "D^2"):
        return math.nan
    amounts.check()
    loss = amounts.mean_of("pinball", float(alpha))
    answers = quantiles(amounts.target, amounts.weight, float(alpha))
    target = [own.astype(np.float64, copy=False) for own in amounts.target]
    constant = [np.full_like(own, answer) for own, answer in zip(target, answers, strict=True)]
    reference = replace(amounts, target=target, predicted=constant).mean_of("pinball", float(alpha))
    pairs = zip(loss, reference, strict=True)
    scores = [1 - own / other if other else _without_variance(own, True) for own, other in pairs]
    return amounts.over_outputs(np.array(scores))


@documented(**AMOUNTS)
def d2_absolute_error_score(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """The share of the mean absolute error of the target's median that is saved.

    {parameters}

    Returns:
        A float up to 1; an array for ``multioutput="raw_values"``. NaN with a warning for fewer than two rows.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> round(d2_absolute_error_score([3, -0.5, 2, 7], [2.5, 0.0, 2, 8]), 6)
    0.764706
    """
    return d2_pinball_score(y_true, y_pred, sample_weight=sample_weight, alpha=0.5, multioutput=multioutput)
