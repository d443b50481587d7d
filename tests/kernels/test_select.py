"""The value of a rank against sorting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnomon.kernels.select import next_above, select
from tests.strategies import scores


@given(st.lists(scores, min_size=1, max_size=60), st.data())
def test_ranks_equal_a_sorted_column(values, data):
    """With and without weights: the smallest value that reaches the goal, and the weight at or below it."""
    values = np.array(values) + 0.0
    weight = np.array(data.draw(st.lists(st.integers(1, 9), min_size=len(values), max_size=len(values))))
    ascending = np.sort(values)
    for own in (None, weight):
        total = len(values) if own is None else int(own.sum())
        goal = data.draw(st.integers(1, total + 2))
        counted = np.ones(len(values), np.int64) if own is None else own
        reached = [int(counted[values <= value].sum()) for value in ascending]
        at = next((i for i, weight_below in enumerate(reached) if weight_below >= goal), len(values) - 1)
        assert select(values, own, goal, 1) == (ascending[at], reached[at])
    above = ascending[ascending > values[0]]
    assert next_above(values, values[0], 1) == (above[0] if len(above) else None)


@pytest.mark.parametrize("kind", ["normal", "narrow", "tied", "equal", "negative", "skewed"])
@pytest.mark.parametrize("weighted", [False, True])
def test_many_rows_and_any_number_of_threads(kind, weighted):
    """Beyond what is sorted at once, in all shapes of distributions."""
    rng = np.random.default_rng(0)
    n = 300_001
    values = {
        "normal": rng.standard_normal(n),
        "narrow": 1 + 1e-12 * rng.random(n),
        "tied": rng.integers(0, 5, n).astype(float),
        "equal": np.full(n, 0.3),
        "negative": -np.exp(rng.standard_normal(n)),
        "skewed": np.exp(30 * rng.standard_normal(n)),
    }[kind]
    weight = rng.integers(1, 1000, n) if weighted else None
    counted = np.ones(n, np.int64) if weight is None else weight
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(counted[order])
    for share in (0.0, 0.1, 0.5, 0.999, 1.0):
        goal = max(1, int(share * cumulative[-1]))
        expected = values[order][np.searchsorted(cumulative, goal)]
        assert select(values, weight, int(cumulative[-1]) + 5, 2) == (values.max(), cumulative[-1])
        for threads in (1, 2, 7):
            value, reached = select(values, weight, goal, threads)
            assert value == expected
            assert reached == counted[values <= value].sum()


def test_no_values_are_refused():
    """There is no rank among none; columns of different lengths are an error."""
    with pytest.raises(ValueError, match="no values"):
        select(np.empty(0), None, 1, 1)
    with pytest.raises(ValueError, match="length"):
        select(np.ones(2), np.ones(3, np.int64), 1, 1)
