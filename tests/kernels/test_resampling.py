"""KS of samples drawn from bins, against NumPy's Poisson draws and SciPy's distribution."""

import numpy as np
import pytest
from scipy import stats

from gnomon.kernels.resampling import GREATEST_MEAN, ks_of_samples


@pytest.mark.parametrize("top", [0.2, 4.0, GREATEST_MEAN])
def test_the_distribution_is_that_of_numpy(top):
    """Of 20,000 samples each, by the two-sample test."""
    rng = np.random.default_rng(0)
    first, second = top * rng.random(37), top * rng.random(37)
    drawn = ks_of_samples(first, second, 20_000, 5)
    samples = [rng.poisson(own, (20_000, 37)).cumsum(axis=1) for own in (first, second)]
    with np.errstate(invalid="ignore"):
        expected = np.abs(samples[0] / samples[0][:, -1:] - samples[1] / samples[1][:, -1:]).max(axis=1)
    known = ~np.isnan(drawn), ~np.isnan(expected)
    assert known[0].mean() == pytest.approx(known[1].mean(), abs=0.01)
    assert stats.ks_2samp(drawn[known[0]].round(9), expected[known[1]].round(9)).pvalue > 1e-3


@pytest.mark.parametrize("mean", [0.0, 0.01, 3.7, GREATEST_MEAN])
def test_a_bin_draws_poisson_numbers(mean):
    """One row of the second class in one bin: KS of two bins tells how many rows the other class drew."""
    drawn = ks_of_samples(np.array([mean, 1.0]), np.array([0.0, 20.0]), 40_000, 1)
    # Of the first class k rows of k + m lie in the first bin, where the second has none: KS is k / (k + m).
    rng = np.random.default_rng(2)
    rows, others = rng.poisson(mean, 40_000), rng.poisson(1.0, 40_000)
    with np.errstate(invalid="ignore"):
        expected = rows / (rows + others)
    ends = np.linspace(-0.01, 1.01, 40)
    shares = [np.histogram(own[~np.isnan(own)], ends)[0] / 40_000 for own in (drawn, expected)]
    assert np.abs(shares[0] - shares[1]).max() < 0.015


def test_samples_follow_from_the_seed_and_their_number():
    means = np.linspace(0, 9, 21)
    many = ks_of_samples(means, means[::-1], 50, 7)
    np.testing.assert_array_equal(ks_of_samples(means, means[::-1], 20, np.int8(7)), many[:20])
    assert not np.array_equal(ks_of_samples(means, means[::-1], 50, 8), many)
    assert len(np.unique(many)) > 40
    np.testing.assert_array_equal(ks_of_samples(means[::-1][::-1], np.flip(means), 50, 7), many)  # strides too


def test_bad_input():
    assert len(ks_of_samples(np.ones(3), np.ones(3), 0, 1)) == 0
    assert np.isnan(ks_of_samples(np.zeros(3), np.ones(3), 4, 1)).all()
    assert np.isnan(ks_of_samples(np.zeros(0), np.zeros(0), 2, 1)).all()
    for first in ([1.0, -1.0], [np.nan, 1.0], [GREATEST_MEAN + 1, 1.0], [np.inf, 0.0]):
        with pytest.raises(ValueError, match="outside the range"):
            ks_of_samples(np.array(first), np.ones(2), 4, 1)
    with pytest.raises(ValueError, match="different numbers of bins"):
        ks_of_samples(np.ones(2), np.ones(3), 4, 1)
    with pytest.raises(ValueError, match="negative"):
        ks_of_samples(np.ones(2), np.ones(2), -1, 1)
