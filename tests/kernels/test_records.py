"""Labels of any kind to codes, against NumPy's unique."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnomon.kernels.records import encode_objects, encode_records
from gnomon.kernels.scan import encode_narrow

texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=9)


def check(values, codes, first):
    """Equal values have equal codes, numbered as they first occur."""
    seen = {}
    for row, value in enumerate(values):
        seen.setdefault(value, (len(seen), row))
    assert codes.tolist() == [seen[value][0] for value in values]
    assert first.tolist() == [row for _, row in seen.values()]


@given(st.lists(texts, min_size=1, max_size=40))
def test_text_of_fixed_width_and_python_strings(values):
    """Any characters, any width, empty text too."""
    check(values, *encode_records(np.array(values), 1))
    objects = np.empty(len(values), object)
    objects[:] = ["".join(list(value)) for value in values]  # each an object of its own
    codes, first, odd = encode_objects(objects)
    assert odd is None
    check(values, codes, first)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=60))
def test_wide_whole_numbers(values):
    """Whole numbers of any size."""
    check(values, *encode_records(np.array(values), 1))


@pytest.mark.parametrize("distinct", [2, 3000, 200_000])
def test_many_rows_and_threads(distinct):
    """The table grows; threads number as one would."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, distinct, 300_000)
    for array in (values * 12345678912345, values.astype("U8")):
        expected = encode_records(array, 1)
        for threads in (2, 7):
            found = encode_records(array, threads)
            assert np.array_equal(found[0], expected[0])
            assert np.array_equal(found[1], expected[1])
        assert np.array_equal(array[expected[1]][expected[0]], array)
    objects = values.astype("U8").astype(object)
    codes, first, _ = encode_objects(objects)
    assert np.array_equal(objects[first][codes], objects)


def test_what_is_no_string_is_pointed_at():
    """The first row that holds something else; no crash on None, numbers or nested arrays."""
    for odd in (None, 1, 2.5, b"b", ["a"]):
        array = np.empty(3, object)
        array[:] = "a", "b", "c"
        array[1] = odd
        assert encode_objects(array)[2] == 1


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=80), st.sampled_from(["int8", "int16", "int32", "int64"]))
def test_narrow_labels(values, kind):
    """The distinct labels, ascending, and each row's place among them."""
    labels, codes = encode_narrow(np.array(values, kind), 1)
    assert labels.tolist() == sorted(set(values))
    assert labels[codes].tolist() == values


def test_narrow_labels_that_the_first_rows_do_not_tell():
    """A label far down is found; labels that span too much are declined."""
    values = np.zeros(300_000, np.int64)
    values[299_999], values[150_000] = 7, -3
    for threads in (1, 2):
        labels, codes = encode_narrow(values, threads)
        assert labels.tolist() == [-3, 0, 7]
        assert np.array_equal(labels[codes], values)
    values[5] = 1000
    assert encode_narrow(values, 2) is None
    assert encode_narrow(np.array([0, 2**64 - 1], np.uint64), 1) is None
    with pytest.raises(ValueError, match="empty"):
        encode_narrow(np.empty(0, np.int64), 1)
