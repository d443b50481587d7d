"""One column as Arrow data, from whatever holds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gnomon.errors import ColumnError
from gnomon.message import Message
from gnomon.sources.base import Use


def to_arrow(values: Any, name: str) -> Any:
    """A one-dimensional Arrow array (or chunked array), without copying where the memory allows it.

    Raises:
        ColumnError: The values are not a column of numbers, text or booleans.
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
                raise ColumnError(
                    Message(
                        "not_one_dimension",
                        "{name!r} has shape {shape}: a one-dimensional column is needed",
                        name=name,
                        shape=array.shape,
                    )
                )
            return from_numpy(native(array))
        return pa.array(array, from_pandas=True)  # NaN among text is a missing value
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError) as error:
        raise ColumnError(
            Message(
                "mixed_types",
                "{name!r} mixes types, or holds values that are neither numbers, text nor booleans: {error}",
                name=name,
                error=error,
            )
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


# How a missing number is written in a text file. Where names are read, only an empty field is missing.
MISSING = frozenset(
    ("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "N/A", "NA", "NULL",
     "NaN", "n/a", "nan", "null")
)  # fmt: skip
_BOOLEAN = frozenset(("true", "True", "TRUE", "false", "False", "FALSE"))
# A number written with leading zeros, as 01234, is a name: as a number it could not be told from 1234.
_PADDED = r"^[-+]?0[0-9]"


def spelled_use(texts: Any) -> Use:
    """What the fields of a column say that it holds: numbers, booleans, or text.

    Args:
        texts: An Arrow array of text; fields that say that a value is missing count for nothing.

    >>> import pyarrow as pa
    >>> [spelled_use(pa.array(own)) for own in (["1", "2.5", "NA"], ["True", ""], ["01", "1"], ["NA", "EU"], ["NA"])]
    ['number', 'boolean', 'text', 'text', 'any']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    known = pa.array(sorted(MISSING), pa.string())
    told = texts.drop_null().cast(pa.string())
    told = told.filter(pc.invert(pc.is_in(told, value_set=known)))
    if not len(told):
        return "any"
    if pc.all(pc.is_in(told, value_set=pa.array(sorted(_BOOLEAN)))).as_py():
        return "boolean"
    told = pc.utf8_trim_whitespace(told)
    if pc.any(pc.match_substring_regex(told, _PADDED)).as_py():
        return "text"
    try:
        told.cast(pa.float64())
    except pa.ArrowInvalid:
        return "text"
    return "number"


def joint_use(uses: Iterable[Use]) -> Use:
    """What a column holds whose parts hold these.

    >>> joint_use(["any", "number"]), joint_use(["number", "boolean"])
    ('number', 'text')
    """
    told = {own for own in uses if own != "any"}
    return told.pop() if len(told) == 1 else "text" if told else "any"


def spelled_numbers(texts: Any) -> Any:
    """Fields that are numbers as float64; null where they say that a value is missing.

    Raises:
        pyarrow.ArrowInvalid: A field is neither.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = pc.is_in(texts, value_set=pa.array(sorted(MISSING), texts.type))
    return pc.if_else(missing, None, pc.utf8_trim_whitespace(texts)).cast(pa.float64())


def spelled_whole(texts: Any) -> bool:
    """Whether all fields are whole numbers written as fractions, such as 3.0, as pandas writes a column with gaps.

    >>> import pyarrow as pa
    >>> spelled_whole(pa.array(["1.0", "12.0", ""])), spelled_whole(pa.array(["1.0", "1.10"]))
    (True, False)
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    told = texts.drop_null()
    told = told.filter(pc.invert(pc.is_in(told, value_set=pa.array(sorted(MISSING), told.type))))
    return len(told) > 0 and bool(pc.all(pc.match_substring_regex(told, r"^-?(0|[1-9][0-9]*)\.0+$")).as_py())


def without_fraction(texts: Any) -> Any:
    """Fields as :func:`spelled_whole` finds them, without their zeros."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(texts, r"\.0+$", "")


def spelled_values(texts: Any) -> Any:
    """A whole column of fields as what they say that it holds: numbers, booleans, or the text that it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    use = spelled_use(pc.unique(texts))
    if use == "text":
        return texts
    if use == "boolean":
        return pc.utf8_lower(pc.if_else(pc.is_in(texts, value_set=pa.array(sorted(MISSING))), None, texts)).cast("bool")
    return spelled_numbers(texts)


def reads_as_number(text: str) -> bool:
    """Whether a text is a number.

    >>> reads_as_number("1e-3"), reads_as_number("0,5")
    (True, False)
    """
    try:
        float(text)
    except ValueError:
        return False
    return True


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
