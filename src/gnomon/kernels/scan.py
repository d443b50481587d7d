"""One look at a column: is it usable, what is its range, which labels occur; labels to codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core

# A table of labels this wide is cheaper than a hash of them.
WIDEST_TABLE = 1 << 20


@dataclass(frozen=True, slots=True)
class FloatScan:
    """What one pass over a float column saw; ``low`` and ``high`` are over all but NaN."""

    nans: int
    infinities: int
    low: float
    high: float


def scan_floats(values: NDArray[Any], threads: int) -> FloatScan:
    """Counts NaN and infinite values of a float32 or float64 array and finds its range."""
    return FloatScan(*_core.scan(values, threads))


def integer_span(values: NDArray[Any], threads: int) -> tuple[int, int]:
    """Smallest and largest value of a non-empty integer array."""
    return _core.span(values, threads)


def distinct_integers(values: NDArray[Any], threads: int) -> NDArray[Any]:
    """The distinct values of an integer array, ascending."""
    if len(values) == 0:
        return np.empty(0, np.int64)
    low, high = integer_span(values, threads)
    if high - low >= WIDEST_TABLE or high > np.iinfo(np.int64).max:
        return np.unique(values)
    return np.flatnonzero(_core.occurring(values, low, high - low + 1, threads)) + low


def encode_narrow(values: NDArray[Any], threads: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]] | None:
    """The distinct values of a non-empty integer array, ascending, and each row's position among them.

    None if they span more than 256 numbers.
    """
    encoded = _core.encode_narrow(values, threads)
    if encoded is None:
        return None
    low, codes, seen = encoded
    offsets = seen.nonzero()[0]
    if len(offsets) < len(seen):
        codes = (seen.cumsum(dtype=np.uint8) - np.uint8(1))[codes]
    return offsets.astype(values.dtype) + values.dtype.type(low), codes


def encode_integers(values: NDArray[Any], labels: list[int], threads: int) -> tuple[NDArray[Any], int, int]:
    """Codes of integer labels: the position of each value in ``labels``.

    Returns:
        The codes (uint8 where there are fewer than 255 labels, else int32), the number of values that are
        no label, and the row of the first of them. The code of such a row is meaningless.
    """
    narrow = len(labels) < 255
    low, high = min(labels), max(labels)
    if high - low >= WIDEST_TABLE or high > np.iinfo(np.int64).max:
        order = np.argsort(labels)
        known = np.asarray(labels)[order]
        at = np.minimum(np.searchsorted(known, values), len(known) - 1)
        wrong = np.flatnonzero(known[at] != values)
        codes = order[at].astype(np.uint8 if narrow else np.int32)
        return codes, len(wrong), int(wrong[0]) if len(wrong) else len(values)
    table = np.full(high - low + 1, -1, np.int32)
    table[np.asarray(labels) - low] = np.arange(len(labels), dtype=np.int32)
    return _core.encode(values, low, table, narrow, threads)
