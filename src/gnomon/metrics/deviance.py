"""Deviances of a regression of counts and positive amounts: Tweedie, with Poisson and gamma among them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gnomon.errors import DataError
from gnomon.kernels.threads import threads_for
from gnomon.measures.means import mean_of
from gnomon.measures.probability import improvement
from gnomon.metrics.documentation import documented
from gnomon.metrics.inputs.amounts import ONE_OUTPUT, Amounts
from gnomon.metrics.inputs.parameters import number
from gnomon.metrics.warning import warn_undefined

_POWER = {
    "power": "The power of the mean that the variance goes with: 0 normal, 1 Poisson, 2 gamma, 3 inverse Gaussian; "
    "any number but those between 0 and 1."
}
_TERMS = {0: "e2", 1: "poisson", 2: "gamma"}


def _check_power(power: float) -> None:
    number("power", power, lambda value: (value <= 0 or value >= 1) and math.isfinite(value), "up to 0, or from 1 on")


def _check_domain(power: float, target: float, predicted: float) -> None:
    """Raises DataError if the smallest target or prediction has no deviance of this power."""
    if power < 0:
        wrong, domain = predicted <= 0, "strictly positive y_pred."
    elif power == 0:
        return
    elif power < 2:
        wrong, domain = target < 0 or predicted <= 0, "non-negative y and strictly positive y_pred."
    else:
        wrong, domain = target <= 0 or predicted <= 0, "strictly positive y and y_pred."
    if wrong:
        raise DataError(f"Mean Tweedie deviance error with power={power} can only be used on {domain}")


def _deviance(amounts: Amounts, power: float) -> float:
    return float(amounts.mean_of(_TERMS.get(power, "tweedie"), float(power))[0])  # type: ignore[call-overload]


@documented(**ONE_OUTPUT, **_POWER)
def mean_tweedie_deviance(y_true: Any, y_pred: Any, *, sample_weight: Any = None, power: float = 0) -> float:
    """The mean unit deviance of a variance that goes with a power of the mean.

    B. Jørgensen, The Theory of Dispersion Models (1997), chapter 4.

    {parameters}

    Raises:
        ValueError: A target or prediction lies outside the domain of the power, or is not finite.

    >>> round(mean_tweedie_deviance([2, 0, 1, 4], [0.5, 0.5, 2.0, 2.0], power=1), 4)
    1.426
    """
    _check_power(power)
    amounts = Amounts.of(y_true, y_pred, sample_weight).single("mean_tweedie_deviance")
    _check_domain(power, *amounts.check())
    return _deviance(amounts, power)


@documented(**ONE_OUTPUT)
def mean_poisson_deviance(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """The mean of 2 (y log(y / p) - y + p): the Tweedie deviance of power 1.

    {parameters}

    Raises:
        ValueError: A target is negative, a prediction not positive, or a value not finite.

    >>> round(mean_poisson_deviance([2, 0, 1, 4], [0.5, 0.5, 2.0, 2.0]), 4)
    1.426
    """
    return mean_tweedie_deviance(y_true, y_pred, sample_weight=sample_weight, power=1)


@documented(**ONE_OUTPUT)
def mean_gamma_deviance(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """The mean of 2 (log(p / y) + y / p - 1): the Tweedie deviance of power 2.

    {parameters}

    Raises:
        ValueError: A target or a prediction is not positive, or a value not finite.

    >>> round(mean_gamma_deviance([2, 0.5, 1, 4], [0.5, 0.5, 2.0, 2.0]), 4)
    1.0569
    """
    return mean_tweedie_deviance(y_true, y_pred, sample_weight=sample_weight, power=2)


@documented(**ONE_OUTPUT, **_POWER)
def d2_tweedie_score(y_true: Any, y_pred: Any, *, sample_weight: Any = None, power: float = 0) -> float:
    """The share of the deviance of the target's mean that is saved.

    {parameters}

    Returns:
        A float up to 1, 0 for answering the mean, less for worse. NaN with a warning for fewer than two rows.

    Raises:
        ValueError: A target or prediction lies outside the domain of the power, or is not finite.

    >>> round(d2_tweedie_score([0.5, 1, 2.5, 7], [1, 1, 5, 3.5], power=1), 4)
    0.4879
    """
    _check_power(power)
    amounts = Amounts.of(y_true, y_pred, sample_weight).single("d2_tweedie_score")
    if amounts.rows < 2:
        warn_undefined("D^2 score is not well-defined with less than two samples.")
        return math.nan
    _check_domain(power, *amounts.check())
    target = amounts.target[0].astype(np.float64, copy=False)
    mean = mean_of(target, amounts.weight, threads_for(amounts.rows))
    constant = Amounts([target], [np.full_like(target, mean)], amounts.weight, amounts.multioutput)
    return improvement(_deviance(amounts, power), _deviance(constant, power))
