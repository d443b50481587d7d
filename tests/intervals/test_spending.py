"""Boundaries of repeated looks: published ones, and the multivariate normal distribution of SciPy."""

import numpy as np
import pytest
from scipy import stats

from gnomon.intervals.spending import boundaries, level_at_look, spent

# Boundaries of the O'Brien-Fleming kind, two-sided 0.05, as the R package ldbounds has them.
PUBLISHED = (4.8769, 3.3570, 2.6803, 2.2898, 2.0310)


def test_published_boundaries():
    assert boundaries(5, 0.025) == pytest.approx(PUBLISHED, abs=2e-4)
    assert boundaries(1, 0.025) == pytest.approx([stats.norm.ppf(0.975)])


@pytest.mark.parametrize(("looks", "error"), [(2, 0.025), (3, 0.05), (4, 0.005)])
def test_each_look_spends_what_it_may(looks, error):
    """The chance of crossing by the kth look is what may be spent by then."""
    bounds = boundaries(looks, error)
    times = np.arange(1, looks + 1)
    correlation = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    for k in range(1, looks + 1):
        precise = {"maxpts": 2_000_000, "abseps": 1e-7, "releps": 1e-7}
        together = stats.multivariate_normal(np.zeros(k), correlation[:k, :k], **precise)
        within = together.cdf(np.array(bounds[:k]))
        assert 1 - within == pytest.approx(spent(k / looks, error), rel=0.01, abs=2e-6)
    assert spent(1.0, error) == pytest.approx(error)


def test_levels():
    assert level_at_look(1, 1, 0.95) == pytest.approx(0.95)
    levels = [level_at_look(look, 20, 0.95) for look in range(1, 21)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] < 1
    assert 0.95 < levels[-1] < 0.97
