"""Labels of any fixed width to codes: text as NumPy lays it out, wide whole numbers, addresses of objects."""

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
    return _core.encode_records(values.view(np.uint8).reshape(len(values), values.dtype.itemsize), threads)
