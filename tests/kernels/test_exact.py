"""Exact sums against math.fsum and exact fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnomon.kernels.exact import ExactSum
from gnomon.kernels.losses import sum_values

finite = st.floats(allow_nan=False, allow_infinity=False)
squarable = st.floats(-1e150, 1e150).filter(lambda x: x == 0 or abs(x) > 1e-130)


@given(st.lists(st.floats(-1e300, 1e300), max_size=60))
def test_sum_equals_fsum(values):
    """The sum of any doubles is the correctly rounded one."""
    total = sum_values(np.array(values, np.float64), None, 1).value
    assert float(total) == math.fsum(values)


@given(st.lists(squarable, min_size=1, max_size=60), st.data())
def test_weighted_sums_are_exact(values, data):
    """W * v is summed without rounding; w * v^2 to within 2^-100 of the largest term."""
    weight = data.draw(st.lists(st.floats(1e-3, 1e3), min_size=len(values), max_size=len(values)))
    sums = sum_values(np.array(values), np.array(weight), 1)
    exact = sum((Fraction(w) * Fraction(v) for w, v in zip(weight, values, strict=True)), Fraction(0))
    assert sums.value.fraction() == exact
    squares = [Fraction(w) * Fraction(v) ** 2 for w, v in zip(weight, values, strict=True)]
    assert abs(sums.square.fraction() - sum(squares)) <= max(squares) * len(squares) * Fraction(1, 2**100)


@pytest.mark.parametrize("scale", [1.0, 1e-290, 1e280, 5e-324])
def test_long_columns_in_every_range(scale):
    """The vectorised and the plain way of adding agree, whatever the magnitude and the spread."""
    rng = np.random.default_rng(0)
    for spread in (0, 30, 200):
        values = rng.standard_normal(5000) * scale * 2.0 ** -rng.integers(0, spread + 1, 5000)
        assert float(sum_values(values, None, 1).value) == math.fsum(values)


def test_order_and_threads_do_not_matter():
    """Any order, any number of threads: the same sum to the last bit."""
    rng = np.random.default_rng(1)
    values = rng.standard_normal(300_000) * 10.0 ** rng.integers(-20, 20, 300_000)
    sums = {sum_values(rng.permutation(values), None, threads) for threads in (1, 2, 7)}
    assert len(sums) == 1


def test_cancellation_leaves_what_is_there():
    """1e308 - 1e308 + 5e-324 is 5e-324."""
    assert float(sum_values(np.array([1e308, 5e-324, -1e308]), None, 1).value) == 5e-324


def test_a_square_too_large_is_said():
    """A square beyond the doubles makes the sum undefined instead of infinite or wrong."""
    sums = sum_values(np.array([1e200, 1.0]), None, 1)
    assert sums.value.finite
    assert not sums.square.finite
    with pytest.raises(OverflowError):
        float(sums.square)
    assert not (sums.square + ExactSum.of(1.0)).finite


@given(finite, finite)
def test_of_and_add(a, b):
    """One term is held exactly, and so is the sum of two."""
    assert (ExactSum.of(a) + ExactSum.of(b)).fraction() == Fraction(a) + Fraction(b)
