"""Which models may be the best, and how much the best of them looks better than it is, by simulation and quadrature."""

import numpy as np
import pytest
from scipy import stats

from gnomon.intervals.best import deviations, may_be_best, winners_curse


def of_covariance(covariance):
    """The variance of the difference of each pair."""
    diagonal = np.diag(covariance)
    return diagonal[:, None] + diagonal[None, :] - 2 * covariance


def correlated(rng, k):
    factor = rng.normal(size=(k, k + 2))
    return factor @ factor.T + 3.0


def test_draws_differ_as_the_models_do():
    covariance = correlated(np.random.default_rng(0), 5)
    drawn = deviations(of_covariance(covariance))
    assert of_covariance(np.cov(drawn.T)) == pytest.approx(of_covariance(covariance), rel=0.05, abs=1e-12)
    assert drawn.sum(axis=1) == pytest.approx(np.zeros(len(drawn)), abs=1e-5)


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_the_best_one_is_among_them_as_often_as_said(shift):
    """Models on the same rows, equal ones and one that is better."""
    rng = np.random.default_rng(1)
    k = 6
    covariance = correlated(rng, k) / 20
    truth = np.zeros(k)
    truth[2] = shift
    variances = of_covariance(covariance)
    held = [may_be_best(rng.multivariate_normal(truth, covariance), variances, 0.9)[2] for _ in range(400)]
    assert np.mean(held) >= 0.9 - 2 * np.sqrt(0.09 / 400)


def test_equal_correlations_have_the_quantile_of_dunnett():
    """Against the multivariate normal distribution by SciPy: independent models of the same variance."""
    k, level = 5, 0.95
    variances = 2.0 * (1 - np.eye(k))
    together = stats.multivariate_normal(np.zeros(k - 1), 0.5 + 0.5 * np.eye(k - 1))
    ends = np.linspace(1.5, 3, 151)
    quantile = np.interp(level, [together.cdf(np.full(k - 1, end)) for end in ends], ends)
    for ahead, held in ((quantile - 0.05, True), (quantile + 0.05, False)):
        values = np.array([0.0, ahead * np.sqrt(2), -9.0, -9.0, -9.0])
        assert may_be_best(values, variances, level)[0] == held


def test_models_that_are_the_same_or_far_apart():
    same = np.zeros((3, 3))
    assert may_be_best(np.ones(3), same, 0.95).all()
    assert winners_curse(np.ones(3), same) == pytest.approx((0.0, 0.0), abs=1e-9)
    assert winners_curse(np.ones(1), np.zeros((1, 1))) == (0.0, 0.0)
    apart = 2.0 * (1 - np.eye(2))
    assert may_be_best(np.array([0.0, 5.0]), apart, 0.95).tolist() == [False, True]


def test_the_winners_curse_is_that_of_samples():
    """What the winner of a sample scores above its truth, over many samples; equal ones are the most that it can be."""
    rng = np.random.default_rng(3)
    k = 8
    covariance = 0.7 + 0.3 * np.eye(k)
    samples = rng.multivariate_normal(np.zeros(k), covariance, 200_000)
    seen, most = winners_curse(np.zeros(k), of_covariance(covariance))
    assert seen == pytest.approx(most)
    assert most == pytest.approx(samples.max(axis=1).mean(), rel=0.03)
    spread = np.linspace(0, 3, k)
    assert winners_curse(spread, of_covariance(covariance))[0] < 0.7 * most
