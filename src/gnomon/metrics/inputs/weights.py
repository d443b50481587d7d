"""Row weights: one finite number a row, not all of them 0."""

from __future__ import annotations

from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.metrics.inputs.arrays import as_array, numbers


def row_weights(sample_weight: Any, rows: int) -> NDArray[np.float64] | None:
    """The weights as float64, or None where there are none.

    Args:
        sample_weight: Array-like of shape (rows,), or one number for all rows.
        rows: How many rows there are.

    Raises:
        ColumnError: They have another shape.
        DataError: One is not finite, or all are 0.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Number):
        sample_weight = np.full(rows, sample_weight)
    weight = as_array(sample_weight, "sample_weight")
    if len(weight) != rows:
        raise ColumnError(f"Found input variables with inconsistent numbers of samples: {[rows, rows, len(weight)]}")
    if weight.ndim != 1:
        raise ColumnError(f"Sample weights must be 1D array or scalar, got {weight.ndim}D array of {rows} rows.")
    weight = numbers(weight, "sample_weight", high=1).astype(np.float64, copy=False)
    if not weight.any():
        raise DataError("Sample weights must contain at least one non-zero number.")
    return weight


def whole_weights(sample_weight: Any) -> bool:
    """Whether the weights came as whole numbers, so that sums of them are whole numbers, too."""
    if sample_weight is None or isinstance(sample_weight, Number):
        return not isinstance(sample_weight, float)
    return as_array(sample_weight, "sample_weight").dtype.kind in "iub"
