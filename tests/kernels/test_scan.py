"""Column scans and label codes against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnomon.kernels.scan import distinct_integers, encode_integers, integer_span, scan_floats

INTEGERS = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.lists(st.floats(width=32), max_size=50))
def test_scan_counts_and_ranges(dtype, values):
    """NaN and infinities are counted, the range is that of the finite values."""
    array = np.array(values, dtype)
    seen = scan_floats(array, 2)
    finite = array[np.isfinite(array)]
    assert seen.nans == np.isnan(array).sum()
    assert seen.infinities == np.isinf(array).sum()
    if len(finite) and seen.infinities == 0:
        assert (seen.low, seen.high) == (finite.min(), finite.max())


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_of_every_type(dtype):
    """Span, distinct values and codes for every integer type, its extremes included."""
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    values = np.array([low, high, 3, 3, high], dtype)
    assert integer_span(values, 2) == (low, high)
    assert distinct_integers(values, 2).tolist() == np.unique(values).tolist()
    if high <= 2**63 - 1:
        codes, unknown, _ = encode_integers(values, sorted({low, 3, high}), 2)
        assert unknown == 0
        assert codes.tolist() == np.searchsorted(np.unique(values), values).tolist()


def test_unknown_labels_are_counted_and_found():
    """The number of unknown labels and the first row of one, for many rows and threads."""
    values = np.tile(np.array([4, 7, 9]), 100_000)
    values[[70_001, 200_000]] = 5
    codes, unknown, first = encode_integers(values, [4, 7, 9], 7)
    assert (unknown, first) == (2, 70_001)
    assert codes[:3].tolist() == [0, 1, 2]


def test_labels_far_apart():
    """Labels too far apart for a table are found by search."""
    values = np.array([10**12, -5, 10**12, 8])
    codes, unknown, first = encode_integers(values, [-5, 10**12], 1)
    assert (unknown, first) == (1, 3)
    assert codes[:3].tolist() == [1, 0, 1]
    assert distinct_integers(values, 1).tolist() == [-5, 8, 10**12]
