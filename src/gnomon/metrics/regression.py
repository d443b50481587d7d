"""Mean losses of a regression: squared, absolute, relative, pinball; the median and the largest error."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import total_of
from gnomon.kernels.residuals import largest_residual, sum_residuals
from gnomon.kernels.threads import threads_for
from gnomon.measures.quantiles import Ranks
from gnomon.metrics.documentation import documented
from gnomon.metrics.inputs.arrays import check_lengths, numbers, refuse_not_finite, same_float
from gnomon.metrics.inputs.parameters import ParameterError, number
from gnomon.metrics.inputs.weights import row_weights

Array = NDArray[np.float64]
AMOUNTS = {
    "y_true": "True amounts, array-like of shape (rows,) or (rows, outputs), finite.",
    "y_pred": "Predicted amounts, in the same form.",
}
_WAYS = ("raw_values", "uniform_average")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Targets and predictions of a regression, checked but for NaN and infinity.

    Those show in every sum: where one is not finite, :meth:`check` is asked whether a value is the cause.

    Attributes:
        target, predicted: For each output an array of shape (rows,), all of one float type.
        weight: The rows' weights, if any.
        multioutput: How outputs are averaged: a word, or their weights.
    """

    target: list[NDArray[Any]]
    predicted: list[NDArray[Any]]
    weight: Array | None
    multioutput: Any

    @classmethod
    def of(
        cls,
        y_true: Any,
        y_pred: Any,
        sample_weight: Any,
        multioutput: Any = "uniform_average",
        ways: tuple[str, ...] = _WAYS,
    ) -> Amounts:
        """Checks what was passed.

        Raises:
            ColumnError: The arrays differ in length or outputs.
            DataError: A value is not finite.
            ParameterError: ``multioutput`` is none of its words, and no weights of the outputs.
        """
        check_lengths(y_true, y_pred, sample_weight)
        target, predicted = same_float(numbers(y_true, "y_true", finite=False), numbers(y_pred, "y_pred", finite=False))
        weight = row_weights(sample_weight, len(target))
        targets, predictions = _columns(target), _columns(predicted)
        if len(targets) != len(predictions):
            raise ColumnError(f"y_true and y_pred have different number of output ({len(targets)}!={len(predictions)})")
        return cls(targets, predictions, weight, _output_weights(multioutput, len(targets), ways))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.target[0])

    @property
    def total(self) -> ExactSum:
        """The sum of the weights.

        Raises:
            ZeroDivisionError: It is 0, so that there is no mean.
        """
        if self.weight is None:
            return ExactSum.of(self.rows)
        total = total_of(self.weight, None, threads_for(self.rows))
        if not total.units:
            raise ZeroDivisionError("sample_weight sums to zero: there is no mean")
        return total

    def check(self) -> tuple[float, float]:
        """Raises DataError if a value is NaN or infinite; returns the smallest target and the smallest prediction."""
        low = [
            min(refuse_not_finite(own, name).low for own in columns)
            for columns, name in ((self.target, "y_true"), (self.predicted, "y_pred"))
        ]
        return low[0], low[1]

    def single(self, metric: str) -> Amounts:
        """Itself, if there is one output.

        Raises:
            ColumnError: There are several.
        """
        if len(self.target) > 1:
            raise ColumnError(f"Multioutput not supported in {metric}")
        return self

    def sums(self, output: int, terms: tuple[str, ...], parameter: float = 0.0) -> dict[str, ExactSum]:
        """Weighted sums of terms of one output."""
        threads = threads_for(self.rows)
        return sum_residuals(self.target[output], self.predicted[output], self.weight, threads, terms, parameter)

    def mean_of(self, term: str, parameter: float = 0.0) -> Array:
        """The mean of a term, for each output; infinite where a term is too large for a double."""
        total = self.total
        means = []
        for output in range(len(self.target)):
            found = self.sums(output, (term,), parameter)[term]
            if not found.finite:
                self.check()
            means.append(found.over(total) if found.finite else math.inf)
        return np.array(means)

    def over_outputs(self, values: Array) -> Any:
        """One number of the outputs', or all of them."""
        if isinstance(self.multioutput, str):
            if self.multioutput == "raw_values":
                return values
            return float(values[0]) if len(values) == 1 else float(np.mean(values))
        return float(np.average(values, weights=self.multioutput))


def _columns(array: NDArray[Any]) -> list[NDArray[Any]]:
    if array.ndim == 1:
        return [array]
    return [np.ascontiguousarray(array[:, output]) for output in range(array.shape[1])]


def _output_weights(multioutput: Any, outputs: int, ways: tuple[str, ...]) -> Any:
    if isinstance(multioutput, str):
        if multioutput not in ways:
            raise ParameterError(
                f"Allowed 'multioutput' string values are {ways}. You provided multioutput={multioutput!r}"
            )
        return multioutput
    if multioutput is None:
        return "uniform_average"
    weights = numbers(multioutput, "multioutput", high=1)
    if outputs == 1:
        raise ColumnError("Custom weights are useful only in multi-output cases.")
    if len(weights) != outputs:
        raise ColumnError(f"There must be equally many custom weights ({len(weights)}) as outputs ({outputs}).")
    return weights


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
    """The mean of the absolute errors over the size of the target, as a fraction: |e| / max(|y|, 2^-52).

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
    number("alpha", alpha, lambda own: 0 <= own <= 1, "from 0 to 1")
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
    errors = (np.abs(own - other) for own, other in zip(amounts.target, amounts.predicted, strict=True))
    return amounts.over_outputs(quantiles(errors, amounts.weight, 0.5))


def quantiles(columns: Iterable[NDArray[Any]], weight: Array | None, share: float) -> Array:
    """A quantile of each column; rows of weight 0 are no rows.

    Raises:
        DataError: A weight is negative.
    """
    if weight is None:
        return np.array([Ranks(own, None).quantile(share) for own in columns])
    if weight.min() < 0:
        raise DataError("sample_weight holds negative weights: a quantile takes none")
    kept = weight != 0
    return np.array([Ranks(own[kept], weight[kept]).quantile(share) for own in columns])


@documented(**AMOUNTS)
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
