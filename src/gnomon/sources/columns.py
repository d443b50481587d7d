"""One column as Arrow data, from whatever holds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gnomon.errors import ColumnError


def to_arrow(values: Any, name: str) -> Any:
    """A one-dimensional Arrow array (or chunked array), without copying where the memory allows it.

    Raises:
        ColumnError: The values are no column of numbers, text or booleans.
    """
    import pyarrow as pa

    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    try:
        if isinstance(values, np.ma.MaskedArray):
            return pa.array(native(values.data), mask=np.ma.getmaskarray(values))
        if not isinstance(values, np.ndarray) and hasattr(values, "__arrow_c_stream__"):
            return pa.chunked_array(values)
        if not isinstance(values, np.ndarray) and hasattr(values, "__arrow_c_array__"):
            return pa.array(values)
        if not isinstance(values, (np.ndarray, list, tuple)):
            values = series_values(values)
        array = values if isinstance(values, np.ndarray) else sequence_values(values)
        if isinstance(array, np.ndarray):
            if array.ndim == 2 and 1 in array.shape:
                array = array.reshape(-1)
            if array.ndim != 1:
                raise ColumnError(f"{name!r} has shape {array.shape}: a column of one dimension is needed")
            return from_numpy(native(array))
        return pa.array(array, from_pandas=True)  # NaN among text is a missing value
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError) as error:
        raise ColumnError(
            f"{name!r} mixes types or holds values that are no numbers, text or booleans: {error}"
        ) from None


def series_values(values: Any) -> Any:
    """The values of a pandas-like series as an Arrow array, else whatever NumPy makes of them."""
    import narwhals as nw

    series = nw.from_native(values, series_only=True, pass_through=True)
    if isinstance(series, nw.Series):
        return series.to_arrow()
    return np.asarray(values)


def sequence_values(values: Sequence[Any]) -> Any:
    """Numbers as a NumPy array; anything else as the list it is, so that None stays a missing value."""
    if any(value is None or isinstance(value, str) for value in values):
        return list(values)
    return np.asarray(values)


def from_numpy(array: np.ndarray[Any, Any]) -> Any:
    """An Arrow array over the memory of a NumPy array. Arrow's own way would import pandas for it."""
    import pyarrow as pa

    if array.dtype.kind not in "iufb":
        return pa.array(array, from_pandas=True)
    bits = np.packbits(array, bitorder="little") if array.dtype.kind == "b" else array
    kind = pa.from_numpy_dtype(array.dtype)
    return pa.Array.from_buffers(kind, len(array), [None, pa.py_buffer(bits)])


def native(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array in the machine's byte order, in one stretch of memory."""
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return np.ascontiguousarray(array)


def is_text(kind: Any) -> bool:
    """Whether an Arrow type holds text, or categories of text."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def is_number(kind: Any) -> bool:
    """Whether an Arrow type, as inferred from text, is a number (or nothing but missing values)."""
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or is_null(kind))


def is_null(kind: Any) -> bool:
    """Whether an Arrow type stands for a column of missing values only."""
    import pyarrow as pa

    return bool(pa.types.is_null(kind))
