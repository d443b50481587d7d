"""Whole numbers in as few bytes as they need, for any of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnomon.states.histogram import ScoreHistogram
from gnomon.wire import narrow, widen


@given(st.lists(st.one_of(st.integers(0, 300), st.integers(0, 2**62), st.sampled_from([254, 255, 256, 65535, 2**56]))))
def test_narrow_values_are_widened_to_themselves(values):
    low, large = narrow(np.array(values, np.int64))
    assert widen(low, large).tolist() == values


def test_most_small_values_take_a_byte_each():
    low, large = narrow(np.array([3] * 1000 + [70000]))
    assert low.shape == (1001, 1)
    assert large.tolist() == [70000]


def test_values_that_do_not_belong_to_their_bytes_are_refused():
    low, large = narrow(np.array([1] * 50 + [255, 300]))
    for others in (large[:1], np.append(large, large)):
        with pytest.raises(ValueError, match=f"2 values are written apart, not {len(others)}"):
            widen(low, others)


@pytest.mark.parametrize(("rows", "limit"), [(0, 1e6), (400_000, 8e6)])
def test_a_certified_state_is_small_on_the_wire(rows, limit):
    rng = np.random.default_rng(0)
    score = rng.beta(2, 5, 300_000)
    state = ScoreHistogram.empty(score, 1 << 19, None)
    for _ in range(3 if rows else 0):
        state.add(rng.beta(2, 5, rows), (rng.random(rows) < 0.3).astype(np.uint8), None)
    raw = state.to_bytes()
    assert len(raw) < limit
    assert ScoreHistogram.from_bytes(raw) == state
