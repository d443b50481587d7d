"""Labels of any fixed width to codes (text as NumPy lays it out, wide whole numbers), and Python strings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core


def encode_records(values: NDArray[Any], threads: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Codes of the values of a contiguous array of shape (rows,), equal where their bytes are.

    Returns:
        The codes, numbered as the values first occur, and the rows in which they do.
    """
    if values.dtype.itemsize == 0:  # text that is empty in every row
        return np.zeros(len(values), np.int32), np.zeros(min(1, len(values)), np.int64)
    size = values.dtype.itemsize
    unit = next(np.dtype(kind) for kind in ("uint64", "uint32", "uint8") if size % np.dtype(kind).itemsize == 0)
    return _core.encode_records(values.view(unit).reshape(len(values), size // unit.itemsize), threads)


def encode_objects(array: NDArray[np.object_]) -> tuple[NDArray[np.int32], NDArray[np.int64], int | None]:
    """Codes of Python strings in a contiguous array, equal where the strings are.

    Returns:
        The codes, numbered as the strings first occur; the rows in which they do; and the first row that holds
        something else, at which the codes end, or None.
    """
    assert array.dtype == object  # the core follows the addresses
    codes, first, odd = _core.encode_objects(np.asarray(_Addresses(array)))
    return codes, first, None if odd < 0 else odd


class _Addresses:
    """The addresses of an array's objects, as whole numbers, without copying."""

    def __init__(self, array: NDArray[np.object_]) -> None:
        self._array = array  # keeps the objects alive
        self.__array_interface__ = {
            "version": 3,
            "shape": array.shape,
            "typestr": np.dtype(np.int64).str,
            "data": (array.__array_interface__["data"][0], True),
        }
