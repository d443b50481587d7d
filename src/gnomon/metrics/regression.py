"""Mean losses of a regression: squared, absolute, relative, pinball; the median and the largest error."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gnomon.errors import DataError
from gnomon.kernels.residuals import largest_residual
from gnomon.kernels.threads import threads_for
from gnomon.metrics.documentation import documented
from gnomon.metrics.inputs.amounts import AMOUNTS, ONE_OUTPUT, Amounts, quantiles
from gnomon.metrics.inputs.parameters import number


def _mean_loss(
    term: str, y_true: Any, y_pred: Any, sample_weight: Any, multioutput: Any, parameter: float = 0.0
) -> Any:
    amounts = Amounts.of(y_true, y_pred, sample_weight, multioutput)
    return amounts.over_outputs(amounts.mean_of(term, parameter))


@documented(**AMOUNTS)
def mean_absolute_error(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """The mean of the absolute errors.

    {parameters}

    Returns:
        A float, or an array of shape (outputs,) for ``multioutput="raw_values"``.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> mean_absolute_error([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])
    0.5
    """
    return _mean_loss("abs", y_true, y_pred, sample_weight, multioutput)


@documented(**AMOUNTS)
def mean_squared_error(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """The mean of the squared errors.

    {parameters}

    Returns:
        A float, or an array of shape (outputs,) for ``multioutput="raw_values"``.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> mean_squared_error([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])
    0.375
    """
    return _mean_loss("e2", y_true, y_pred, sample_weight, multioutput)


@documented(**AMOUNTS)
def root_mean_squared_error(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """The square root of the mean of the squared errors, of each output before they are averaged.

    {parameters}

    Returns:
        A float, or an array of shape (outputs,) for ``multioutput="raw_values"``.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> root_mean_squared_error([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])
    0.6123724356957945
    """
    amounts = Amounts.of(y_true, y_pred, sample_weight, multioutput)
    return amounts.over_outputs(np.sqrt(amounts.mean_of("e2")))


@documented(**AMOUNTS)
def mean_absolute_percentage_error(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """The mean of the absolute errors over the size of the target, as a fraction: ``|e| / max(|y|, 2^-52)``.

    Where the target is 0 it is very large, not undefined.

    {parameters}

    Returns:
        A float, or an array of shape (outputs,) for ``multioutput="raw_values"``.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> round(mean_absolute_percentage_error([3, -0.5, 2, 7], [2.5, 0.0, 2, 8]), 6)
    0.327381
    """
    return _mean_loss("q", y_true, y_pred, sample_weight, multioutput)


@documented(**AMOUNTS)
def mean_squared_log_error(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """The mean of (log(1 + y_true) - log(1 + y_pred))^2.

    {parameters}

    Returns:
        A float, or an array of shape (outputs,) for ``multioutput="raw_values"``.

    Raises:
        ValueError: A value is -1 or less, the arrays differ in shape, or a value is not finite.

    >>> round(mean_squared_log_error([3, 5, 2.5, 7], [2.5, 5, 4, 8]), 6)
    0.03973
    """
    amounts = _above_minus_one("Mean", y_true, y_pred, sample_weight, multioutput)
    return amounts.over_outputs(amounts.mean_of("squared_log"))


@documented(**AMOUNTS)
def root_mean_squared_log_error(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """The square root of the mean of (log(1 + y_true) - log(1 + y_pred))^2.

    {parameters}

    Returns:
        A float, or an array of shape (outputs,) for ``multioutput="raw_values"``.

    Raises:
        ValueError: A value is -1 or less, the arrays differ in shape, or a value is not finite.

    >>> round(root_mean_squared_log_error([3, 5, 2.5, 7], [2.5, 5, 4, 8]), 6)
    0.199324
    """
    amounts = _above_minus_one("Root Mean", y_true, y_pred, sample_weight, multioutput)
    return amounts.over_outputs(np.sqrt(amounts.mean_of("squared_log")))


def _above_minus_one(what: str, y_true: Any, y_pred: Any, sample_weight: Any, multioutput: Any) -> Amounts:
    amounts = Amounts.of(y_true, y_pred, sample_weight, multioutput)
    if min(amounts.check()) <= -1:
        raise DataError(
            f"{what} Squared Logarithmic Error cannot be used when targets contain values less than or equal to -1."
        )
    return amounts


@documented(alpha="The quantile that is predicted, from 0 to 1.", **AMOUNTS)
def mean_pinball_loss(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, alpha: float = 0.5, multioutput: Any = "uniform_average"
) -> Any:
    """The mean of alpha e for errors e = y_true - y_pred from 0 on, and of (alpha - 1) e for negative ones.

    Least for the quantile ``alpha``: R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46 (1978).

    {parameters}

    Returns:
        A float, or an array of shape (outputs,) for ``multioutput="raw_values"``.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> round(mean_pinball_loss([1, 2, 3], [0, 2, 3], alpha=0.1), 6)
    0.033333
    """
    number("alpha", alpha, lambda value: 0 <= value <= 1, "from 0 to 1")
    return _mean_loss("pinball", y_true, y_pred, sample_weight, multioutput, float(alpha))


@documented(**AMOUNTS)
def median_absolute_error(
    y_true: Any, y_pred: Any, *, multioutput: Any = "uniform_average", sample_weight: Any = None
) -> Any:
    """The median of the absolute errors.

    {parameters}

    Returns:
        A float, or an array of shape (outputs,) for ``multioutput="raw_values"``.

    Raises:
        ValueError: The arrays differ in shape, or hold a value that is not finite.

    >>> median_absolute_error([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])
    0.5
    """
    amounts = Amounts.of(y_true, y_pred, sample_weight, multioutput)
    amounts.check()
    pairs = zip(amounts.target, amounts.predicted, strict=True)
    errors = (np.abs(own.astype(np.float64, copy=False) - other) for own, other in pairs)
    return amounts.over_outputs(quantiles(errors, amounts.weight, 0.5))


@documented(**ONE_OUTPUT)
def max_error(y_true: Any, y_pred: Any) -> float:
    """The largest absolute error.

    {parameters}

    Raises:
        ValueError: The arrays differ in length, have several outputs, or hold a value that is not finite.

    >>> max_error([3, 2, 7, 1], [4, 2, 7, 1])
    1.0
    """
    amounts = Amounts.of(y_true, y_pred, None).single("max_error")
    largest = largest_residual(amounts.target[0], amounts.predicted[0], threads_for(amounts.rows))
    if math.isnan(largest):
        amounts.check()
        return math.inf  # finite amounts whose distance is too large for a double
    return largest
