"""Targets and predictions of a regression, and what is summed over them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import total_of
from gnomon.kernels.residuals import sum_residuals
from gnomon.kernels.threads import threads_for
from gnomon.measures.quantiles import Ranks
from gnomon.metrics.inputs.arrays import check_lengths, numbers, refuse_not_finite, same_float
from gnomon.metrics.inputs.parameters import ParameterError
from gnomon.metrics.inputs.weights import row_weights

Array = NDArray[np.float64]
AMOUNTS = {
    "y_true": "True amounts, array-like of shape (rows,) or (rows, outputs), finite.",
    "y_pred": "Predicted amounts, in the same form.",
}
ONE_OUTPUT = {
    "y_true": "True amounts, array-like of shape (rows,), finite.",
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

    def rescaled(self) -> tuple[Amounts, int]:
        """The same with amounts and weights divided by powers of two, so that none is above 1; the amounts' power."""
        largest = max(float(np.abs(own).max()) for own in (*self.target, *self.predicted))
        power = math.frexp(largest)[1]

        def smaller(values: NDArray[Any]) -> Array:
            return np.ldexp(values.astype(np.float64, copy=False), -power)

        weight = self.weight
        if weight is not None:
            weight = np.ldexp(weight, -math.frexp(float(np.abs(weight).max()))[1])
        return replace(
            self, target=list(map(smaller, self.target)), predicted=list(map(smaller, self.predicted)), weight=weight
        ), power

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
            sums = self.sums(output, (term,), parameter)[term]
            if not sums.finite:
                self.check()
            means.append(sums.over(total) if sums.finite else math.inf)
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


def quantiles(columns: Iterable[NDArray[Any]], weight: Array | None, share: float) -> Array:
    """A quantile of each column; rows of weight 0 are ignored.

    Raises:
        DataError: A weight is negative.
    """
    if weight is None:
        return np.array([Ranks(own, None, threads_for(len(own))).quantile(share) for own in columns])
    if weight.min() < 0:
        raise DataError("sample_weight holds negative weights: a quantile takes none")
    kept = weight != 0
    return np.array([Ranks(own[kept], weight[kept], threads_for(len(own))).quantile(share) for own in columns])
