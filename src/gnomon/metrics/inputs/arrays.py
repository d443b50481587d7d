"""Array-likes as NumPy arrays: lists, series of any data frame library, Arrow arrays; bad values refused."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.kernels.scan import FloatScan, scan_floats
from gnomon.kernels.threads import threads_for

# Whole numbers up to here are all different as floats.
MOST_EXACT = 2.0**53


class NotAnArrayError(ColumnError, TypeError):
    """What was passed is not an array of rows, or of a kind (sparse, a scalar) that has no place there."""


def is_sparse(values: Any) -> bool:
    """Whether this is a SciPy sparse matrix or array. If SciPy's module is not loaded, it cannot be."""
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(values))


def as_array(values: Any, name: str) -> NDArray[Any]:
    """The values as a NumPy array of any shape and type, shared where possible.

    Raises:
        NotAnArrayError: A scalar, text or None was passed.
        DataError: A ``np.matrix`` or complex numbers were passed.
    """
    if type(values) is np.ndarray:
        array = values
    elif isinstance(values, np.matrix):
        raise NotAnArrayError("np.matrix is not supported: convert it with np.asarray")
    else:
        if (
            values is None
            or isinstance(values, (str, bytes))
            or not (isinstance(values, Sequence) or hasattr(values, "__array__") or hasattr(values, "__len__"))
        ):
            raise NotAnArrayError(f"Expected sequence or array-like, got {type(values)} for {name}")
        array = _converted(values)
    if array.ndim == 0:
        raise NotAnArrayError(f"{name} should have at least 1 dimension, got the scalar {array.item()!r}")
    if array.dtype.kind == "c":
        raise DataError(f"Complex data not supported: {name} holds complex numbers")
    return array


def _converted(values: Any) -> NDArray[Any]:
    kind = getattr(getattr(values, "dtype", None), "kind", None)
    if kind in ("i", "u", "f", "b") and not isinstance(values.dtype, np.dtype) and hasattr(values, "isna"):
        # A nullable column of pandas: as what it holds, or as floats where a value is missing.
        if not values.isna().any():
            return np.asarray(values.to_numpy(dtype=values.dtype.numpy_dtype))
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.asarray(values)


def rows_of(values: Any, name: str) -> int:
    """How many rows there are."""
    shape = getattr(values, "shape", None)
    return int(shape[0]) if shape else len(as_array(values, name))


def check_lengths(*arrays: Any) -> None:
    """Raises ColumnError unless all have as many rows; None and a number (a weight for all rows) have none."""
    lengths = [rows_of(array, "an argument") for array in arrays if not (array is None or isinstance(array, Number))]
    if len(set(lengths)) > 1:
        raise ColumnError(f"Found input variables with inconsistent numbers of samples: {lengths}")


def column(array: NDArray[Any], name: str) -> NDArray[Any]:
    """An array of shape (n,) or (n, 1) as one of shape (n,).

    Raises:
        ColumnError: It has another shape.
    """
    if array.ndim == 1:
        return array
    if array.ndim == 2 and array.shape[1] == 1:
        return array.reshape(-1)
    hint = f" Of two columns pass that of the positive class: {name}[:, 1]." if array.shape[1:] == (2,) else ""
    raise ColumnError(f"{name} should be a 1d array, got an array of shape {array.shape} instead.{hint}")


def numbers(values: Any, name: str, *, low: int = 1, high: int = 2, finite: bool = True) -> NDArray[Any]:
    """Finite numbers as a contiguous float32 or float64 array (whole numbers as float64).

    Args:
        values: Any array-like.
        name: What the array is called in messages.
        low: How many dimensions it must have at least.
        high: How many it may have.
        finite: Whether to look for NaN and infinity; a caller that does not will find out from what it computes.

    Raises:
        DataError: A value is NaN, infinite, complex or no number.
        ColumnError: The array has no rows, or another number of dimensions.
    """
    array = as_array(values, name)
    if array.dtype.kind not in "fiub":
        array = _as_floats(array, name)
    if array.ndim < low:
        raise ColumnError(f"Expected 2D array, got 1D array instead for {name}: {array}")
    if array.ndim > high:
        raise ColumnError(f"Found array with dim {array.ndim}, while dim <= {high} is required, for {name}")
    if not array.size:
        raise ColumnError(
            f"Found array with {len(array)} sample(s) (shape={array.shape}) for {name} while a minimum of 1 is "
            "required."
        )
    if array.dtype.char not in "fd":
        array = array.astype(np.float32 if array.dtype == np.float16 else np.float64, order="C")
    elif not array.flags.c_contiguous or not array.dtype.isnative:
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    if finite:
        refuse_not_finite(array, name)
    return array


def _as_floats(array: NDArray[Any], name: str) -> NDArray[np.float64]:
    if array.dtype.kind in "USV":
        raise DataError(f"{name} holds text where numbers are needed")
    try:
        return np.asarray(array, np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} holds a value that is not a number: {error}") from None


def refuse_not_finite(array: NDArray[Any], name: str) -> FloatScan:
    """Raises DataError if a number is NaN or infinite; returns what was seen."""
    if array.dtype.char not in "fd":
        array = array.astype(np.float64)
    flat = array.reshape(-1)
    seen = scan_floats(flat, threads_for(flat.size))
    if not (seen.nans or seen.infinities):
        return seen
    wrong = np.isnan(flat) if seen.nans else np.isinf(flat)
    row = int(np.flatnonzero(wrong)[0]) // max(1, array.size // len(array))
    what = "NaN" if seen.nans else f"infinity or a value too large for {array.dtype!r}"
    count = int(wrong.sum())
    raise DataError(
        f"Input {name} contains {what}. ({count:,} such value{'s' if count > 1 else ''}, the first in row {row})"
    )


def same_float(*arrays: NDArray[Any] | None) -> list[Any]:
    """The arrays in one float type: float32 where all are, else float64; None stays None."""
    kinds = {array.dtype for array in arrays if array is not None}
    if len(kinds) < 2:
        return list(arrays)
    return [None if array is None else array.astype(np.float64, copy=False) for array in arrays]
