"""Which classes to report, what stands for 0 / 0, and averages over classes or rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import DataError
from gnomon.measures.cells import Cells
from gnomon.measures.confusion import mean_defined
from gnomon.metrics.inputs.arrays import as_array
from gnomon.metrics.inputs.indicators import Indicators
from gnomon.metrics.inputs.parameters import ParameterError, division, one_of, positive_label
from gnomon.metrics.inputs.table import Table, tabulate
from gnomon.metrics.inputs.targets import BINARY, MULTICLASS
from gnomon.metrics.warning import warn, warn_undefined

Array = NDArray[np.float64]
AVERAGES = (None, "micro", "macro", "weighted", "samples", "binary")


@dataclass(frozen=True, slots=True)
class Averaging:
    """How a per-class metric becomes what is returned.

    Attributes:
        cells: What the metric is made of, along the axis that is averaged over.
        average: How.
        zero_division: What stands for 0 / 0; ``"warn"`` is 0 with a warning.
        weights: Weights along the axis; None for a plain mean.
    """

    cells: Cells
    average: str | None
    zero_division: Any
    weights: NDArray[Any] | None

    @classmethod
    def of(
        cls,
        y_true: Any,
        y_pred: Any,
        labels: Any,
        pos_label: Any,
        average: str | None,
        sample_weight: Any,
        zero_division: Any,
    ) -> Averaging:
        """Counts the labels, and picks those to report.

        Raises:
            ParameterError: ``average``, ``zero_division`` or ``pos_label`` is none of those that there are.
            DataError: The labels do not fit them.
        """
        one_of("average", average, AVERAGES)
        division(zero_division)
        positive_label(pos_label)
        table = tabulate(y_true, y_pred, sample_weight)
        if average == "binary":
            labels = [binary_label(table, pos_label)]
        elif pos_label not in (None, 1):
            warn(
                f"Note that pos_label (set to {pos_label!r}) is ignored when average != 'binary' (got {average!r}). "
                "You may use labels=[pos_label] to specify a single positive class."
            )
        cells = cells_of(table, labels, samplewise=average == "samples")
        weights = None
        if average == "micro":
            cells = pooled(cells)
        elif average == "weighted":
            weights = cells.support
        elif average == "samples" and isinstance(table, Indicators):
            weights = table.weight
        return cls(cells, average, zero_division, weights)

    def settle(self, values: Array, metric: str, lacking: str, warns: bool = True) -> Array:
        """The values with 0 / 0 replaced.

        Args:
            values: The metric along the axis, NaN where it is 0 / 0.
            metric: What a warning calls it.
            lacking: Which rows are lacking where it is, such as ``"predicted"``.
            warns: Whether to warn at all.
        """
        undefined = np.isnan(values)
        if not undefined.any():
            return values
        if self.zero_division == "warn" and warns:
            over, lacked = ("label", "sample") if self.average != "samples" else ("sample", "label")
            place = "due to" if len(values) == 1 else f"in {over}s with"
            warn_undefined(
                f"{metric} is ill-defined and being set to 0.0 {place} no {lacking} {lacked}s. "
                "Use `zero_division` parameter to control this behavior."
            )
        return np.where(undefined, division(self.zero_division), values)

    def combine(self, values: Array) -> Any:
        """One number, or the values themselves where nothing is averaged."""
        return values if self.average is None else mean_or_nan(values, self.weights)


def mean_or_nan(values: Array, weights: NDArray[Any] | None) -> float:
    """The mean of the values that are defined; unweighted where their weights sum to 0."""
    if len(values) == 1:
        return float(values[0])
    mean = float(mean_defined(values, weights))
    return float(mean_defined(values)) if np.isnan(mean) and weights is not None else mean


def binary_label(table: Table | Indicators, pos_label: Any) -> Any:
    """The positive label of a binary task.

    Raises:
        DataError: The task is not binary, or has two other labels.
    """
    if table.kind != BINARY:
        others = (None, "micro", "macro", "weighted", *(("samples",) if table.kind != MULTICLASS else ()))
        raise DataError(
            f"Target is {table.kind} but average='binary'. Please choose another average setting, "
            f"one of {list(others)}."
        )
    if len(table.classes) == 2 and pos_label not in table.classes.tolist():
        raise DataError(
            f"pos_label={pos_label} is not a valid label. It should be one of {table.classes}: say which one is "
            "positive, or choose another average"
        )
    return pos_label


def cells_of(table: Table | Indicators, labels: Any, samplewise: bool = False) -> Cells:
    """Each chosen label against the rest, or each row's labels.

    Raises:
        DataError: Rows are asked for where each has but one label, or a label lies outside the matrix.
    """
    if isinstance(table, Indicators):
        if labels is not None:
            table = table.columns(checked_columns(table, labels))
        return table.by_row() if samplewise else table.by_label()
    if samplewise:
        raise DataError("Samplewise metrics are not available outside of multilabel classification.")
    if labels is None:
        return table.cells
    chosen = table.chosen(labels)
    return table.cells.apply(lambda sums: np.where(chosen < 0, 0, sums[chosen]))


def checked_columns(table: Indicators, labels: Any) -> NDArray[Any]:
    """Labels of a matrix, by number.

    Raises:
        DataError: One lies outside.
    """
    numbers = as_array(labels, "labels")
    if numbers.dtype.kind in "fb" and (numbers == numbers.astype(np.int64)).all():
        numbers = numbers.astype(np.int64)
    if numbers.dtype.kind not in "iu" or numbers.ndim != 1:
        raise ParameterError(f"labels of a multilabel target are the numbers of its columns, not {labels!r}")
    if len(numbers) and numbers.max() >= len(table.classes):
        raise DataError(
            f"All labels must be in [0, n labels) for multilabel targets. Got {numbers.max()} > "
            f"{len(table.classes) - 1}"
        )
    if len(numbers) and numbers.min() < 0:
        raise DataError(f"All labels must be in [0, n labels) for multilabel targets. Got {numbers.min()} < 0")
    return numbers


def pooled(cells: Cells) -> Cells:
    """All classes as one."""
    whole = cells.apply(lambda sums: sums.sum(keepdims=True))
    return replace(whole, total=cells.total * len(cells.hits))
