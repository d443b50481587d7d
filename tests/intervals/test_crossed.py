"""Runs and rows together: intervals hold the truth of other runs on other rows, by simulation."""

import numpy as np
import pytest
from scipy import stats

from gnomon.intervals.crossed import difference_of_recipes, mean_of_runs, noise_floor

# How far a share of 95 % is off in 600 samples.
ERROR = np.sqrt(0.95 * 0.05 / 600)


def drawn(rng, k, n, run, row, own, shift=0.0, shared=None):
    """What each of k runs scores on each of n rows: a part of the run, one of the row, and one of its own."""
    rows = row * rng.normal(size=n) if shared is None else shared
    return shift + run * rng.normal(size=k)[:, None] + rows + own * rng.normal(size=(k, n))


def variances_of(parts):
    """The variance of the difference of each pair of means over rows."""
    return np.array([[np.var(one - other, ddof=1) / parts.shape[1] for other in parts] for one in parts])


@pytest.mark.parametrize(("run", "row", "own"), [(0.05, 1.0, 0.5), (0.3, 1.0, 0.5), (0.0, 1.0, 0.5), (0.1, 0.1, 1.0)])
def test_the_mean_of_runs(run, row, own):
    rng = np.random.default_rng(5)
    k, n = 5, 200
    held, cautious = 0, 0
    for _ in range(600):
        parts = drawn(rng, k, n, run, row, own)
        scores, errors = parts.mean(axis=1), parts.std(axis=1, ddof=1) / np.sqrt(n)
        crossed = mean_of_runs(scores, errors, variances_of(parts), 0.95)
        held += crossed.low <= 0 <= crossed.high
        alone = mean_of_runs(scores, errors, None, 0.95)
        cautious += alone.low <= 0 <= alone.high
        assert alone.rows >= crossed.rows
        assert crossed.between == pytest.approx(scores.var(ddof=1) / k)
    assert abs(held / 600 - 0.95) <= 3 * ERROR
    assert cautious >= held


@pytest.mark.parametrize("run", [0.0, 0.1, 0.3])
def test_the_difference_of_recipes(run):
    """Rows that both have in common do not count: the interval is that of the difference."""
    rng = np.random.default_rng(6)
    k, m, n = 4, 6, 200
    held, widths = 0, []
    for _ in range(600):
        shared = rng.normal(size=n)
        first = drawn(rng, k, n, run, 0, 0.5, 0.0, shared)
        second = drawn(rng, m, n, run, 0, 0.5, 0.2, shared + 0.3 * shared**2 - 0.3)
        parts = np.vstack([first, second])
        scores = parts.mean(axis=1)
        crossed = difference_of_recipes(scores[:k], scores[k:], variances_of(parts), 0.95)
        held += crossed.low <= 0.2 <= crossed.high
        widths.append(crossed.high - crossed.low)
    assert abs(held / 600 - 0.95) <= 3 * ERROR
    if run == 0.0:
        assert np.mean(widths) < 4 / np.sqrt(n)  # far below what two samples would have


def test_the_noise_floor_is_that_of_two_more_runs():
    rng = np.random.default_rng(7)
    runs = rng.normal(size=(4000, 7))
    beyond = [abs(own[0] - own[1]) > noise_floor(own[2:], 0.95) for own in runs]
    assert np.mean(beyond) == pytest.approx(0.05, abs=0.012)
    assert noise_floor(np.array([0.0, 1.0]), 0.95) == pytest.approx(stats.t.ppf(0.975, 1))


def test_runs_that_do_not_differ():
    crossed = mean_of_runs(np.full(3, 0.5), np.full(3, 0.1), np.zeros((3, 3)), 0.95)
    assert (crossed.low, crossed.high) == pytest.approx(stats.norm.interval(0.95, 0.5, 0.1))
    unknown = mean_of_runs(np.full(3, 0.5), np.full(3, np.nan), None, 0.95)
    assert np.isnan(unknown.low)
    assert unknown.value == 0.5
