"""Interval formulas against independent references."""

import math

import numpy as np
import pytest
from scipy import stats

import gnomon
from gnomon.intervals.auc import newcombe
from gnomon.intervals.interval import normal_quantile, t_quantile
from gnomon.intervals.logit import logit_interval
from gnomon.intervals.quantile import median_interval
from gnomon.intervals.wilson import wilson
from gnomon.measures.quantiles import Ranks


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_wilson_equals_scipy(level):
    """SciPy's binomial test has the same interval."""
    for k, n in ((0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (499, 500), (1, 10_000)):
        expected = stats.binomtest(k, n).proportion_ci(level, method="wilson")
        assert wilson(k / n, n, level)[:2] == pytest.approx((expected.low, expected.high), rel=1e-12, abs=1e-15)


def test_quantiles_equal_scipy():
    for level in (0.5, 0.95, 0.999):
        assert normal_quantile(level) == pytest.approx(stats.norm.ppf(0.5 + level / 2), rel=1e-12)
        assert t_quantile(level, 7.5) == pytest.approx(stats.t.ppf(0.5 + level / 2, 7.5), rel=1e-12)


def test_delong_interval_on_the_logit_scale():
    """Worked through by hand from the structural components: 5 positives, 6 negatives."""
    positive, negative = np.array([0.9, 0.8, 0.7, 0.55, 0.4]), np.array([0.6, 0.5, 0.45, 0.3, 0.2, 0.1])
    kernel = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    auc = kernel.mean()
    variance = kernel.mean(axis=1).var(ddof=1) / 5 + kernel.mean(axis=0).var(ddof=1) / 6
    half = 1.959963984540054 * math.sqrt(variance) / (auc * (1 - auc))
    logit = math.log(auc / (1 - auc))
    expected = [1 / (1 + math.exp(-(logit + side * half))) for side in (-1, 1)]
    assert logit_interval(auc, variance, 0.95, "delong")[:2] == pytest.approx(expected, rel=1e-12)
    # With few rows an evaluation takes Newcombe's interval; with the same rows 40 times over, DeLong's.
    few = gnomon.evaluate([1] * 5 + [0] * 6, np.r_[positive, negative])["roc_auc"]
    assert few.method == "newcombe"
    many = gnomon.evaluate(([1] * 5 + [0] * 6) * 40, np.tile(np.r_[positive, negative], 40))["roc_auc"]
    variance = kernel.mean(axis=1).var() / (5 * 40 - 1) + kernel.mean(axis=0).var() / (6 * 40 - 1)
    assert many.method == "delong, logit"
    assert (many.low, many.high) == pytest.approx(logit_interval(auc, variance, 0.95, "delong")[:2], rel=1e-12)


def test_newcombe_solves_its_equation():
    """At each end the distance to the AUC is z standard errors; at 0 and 1 that end is exact."""
    z = normal_quantile(0.95)
    for auc, m, n in ((0.8, 10, 20), (1.0, 7, 7), (0.0, 3, 9), (0.5, 1, 1)):
        low, high, method, *_ = newcombe(auc, m, n, 0.95)
        assert method == "newcombe"
        star = (m + n) / 2 - 1
        for end in {low, high} - {0.0, 1.0}:
            variance = end * (1 - end) * (1 + star * (1 - end) / (2 - end) + star * end / (1 + end)) / (m * n)
            assert abs(auc - end) == pytest.approx(z * math.sqrt(variance), rel=1e-6)
        assert 0 <= low <= auc <= high <= 1
    assert newcombe(1.0, 7, 7, 0.95).low < 0.8


@pytest.mark.parametrize("n", [6, 7, 20, 101, 1000])
def test_median_interval_covers_as_the_binomial_says(n):
    """Two order statistics: the fewest ranks that still reach the level."""
    errors = Ranks(np.arange(n) + 1.0, None, 1)
    low, high, method, *_ = median_interval(errors, n, 0.95)
    assert method == "order statistics"
    below = int(low) - 1  # so many errors lie below the lower end
    assert high == n - below
    assert 1 - 2 * stats.binom.cdf(below, n, 0.5) >= 0.95
    assert 1 - 2 * stats.binom.cdf(below + 1, n, 0.5) < 0.95


def test_too_few_for_a_median_interval():
    """Five rows cannot enclose a median at 95 %."""
    errors = Ranks(np.arange(5) + 1.0, None, 1)
    assert math.isnan(median_interval(errors, 5, 0.95).low)


def coverage(truth, draw, name, repeats=300, **options):
    """The share of simulated evaluations whose interval holds the true value."""
    rng = np.random.default_rng(12)
    hits = 0
    for _ in range(repeats):
        estimate = gnomon.evaluate(*draw(rng), **options)[name]
        hits += estimate.low <= truth <= estimate.high
    return hits / repeats


@pytest.mark.slow
def test_coverage_of_the_main_intervals():
    """A first check by simulation: 95 % intervals hold the truth about 95 times in 100."""
    gap = 1.0
    auc = stats.norm.cdf(gap / math.sqrt(2))

    def scores(rng):
        y = (np.arange(200) < 60).astype(int)
        return y, rng.normal(gap * y)

    assert 0.92 <= coverage(auc, scores, "roc_auc", scale="any") <= 0.985
    recall = stats.norm.sf(0.5, loc=gap)
    false_positives = stats.norm.sf(0.5)
    precision = 0.3 * recall / (0.3 * recall + 0.7 * false_positives)

    def labels(rng):
        y = (rng.random(200) < 0.3).astype(int)
        return y, (rng.normal(gap * y) >= 0.5).astype(int)

    truths = {
        "recall": recall,
        "precision": precision,
        "f1": 2 / (1 / recall + 1 / precision),
        "balanced_accuracy": (recall + 1 - false_positives) / 2,
    }
    for name, truth in truths.items():
        assert 0.92 <= coverage(truth, labels, name) <= 0.985, name


@pytest.mark.slow
def test_coverage_of_ks():
    """KS of a sample lies above the population's; its interval makes up for that, for useless scores too."""
    gap = 1.0

    def scores(rng):
        y = (np.arange(300) < 100).astype(int)
        return y, rng.normal(gap * y)

    assert coverage(2 * stats.norm.cdf(gap / 2) - 1, scores, "ks", scale="any") >= 0.9

    def noise(rng):
        return np.arange(300) % 2, rng.random(300)

    assert coverage(0.0, noise, "ks") >= 0.9


@pytest.mark.slow
def test_weights_that_depend_on_the_class():
    """Negatives sampled down and weighted up: interval widths match the spread over repeated samples."""
    rng = np.random.default_rng(3)
    y = (np.arange(600) < 300).astype(int)
    weight = np.where(y == 1, 1.0, 50.0)
    names = (
        "recall",
        "precision",
        "accuracy",
        "f1",
        "balanced_accuracy",
        "matthews_corrcoef",
        "roc_auc",
        "brier_score",
    )
    values, widths = {name: [] for name in names}, {name: [] for name in names}
    for _ in range(200):
        p = 1 / (1 + np.exp(-rng.normal(2.5 * y - 1.5)))
        ev = gnomon.evaluate(y, p, weight=weight)
        for name in names:
            values[name].append(ev[name].value)
            widths[name].append((ev[name].high - ev[name].low) / 2 / 1.96)
    for name in names:
        assert np.mean(widths[name]) == pytest.approx(np.std(values[name]), rel=0.2), name


@pytest.mark.slow
def test_weights_that_depend_on_the_loss():
    """A few heavy rows with large errors: the t interval of the MSE covers, and R² has the right width."""
    rng = np.random.default_rng(4)
    weight = np.r_[np.full(100, 50.0), np.ones(2000)]
    sd = np.r_[np.full(100, 1.0), np.full(2000, 0.2)]
    truth = (weight * sd**2).sum() / weight.sum()
    hits, r2, widths = 0, [], []
    for _ in range(200):
        y = rng.normal(size=2100)
        ev = gnomon.evaluate(y, y + sd * rng.normal(size=2100), weight=weight)
        hits += ev["mse"].low <= truth <= ev["mse"].high
        r2.append(ev["r2"].value)
        widths.append((ev["r2"].high - ev["r2"].low) / 2 / 1.96)
    assert hits >= 0.9 * 200
    assert np.mean(widths) == pytest.approx(np.std(r2), rel=0.25)


def test_equal_weights_are_no_weights():
    """Every row weighing 1, or 0.1: the intervals of no weights, bootstrap ones included."""
    rng = np.random.default_rng(5)
    y = rng.integers(0, 2, 400)
    p = np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1)
    plain = gnomon.evaluate(y, p)
    for own in (1.0, 0.1):
        weighted = gnomon.evaluate(y, p, weight=np.full(400, own))
        for name in plain:
            for end in ("value", "low", "high"):
                expected = getattr(plain[name], end)
                assert getattr(weighted[name], end) == pytest.approx(expected, rel=1e-9, abs=1e-12), (name, end)


def test_two_classes_as_binary_and_as_multiclass():
    """With weights too, one formula: the macro AUC of two classes has the interval of the AUC."""
    rng = np.random.default_rng(6)
    y = rng.integers(0, 2, 300)
    p, weight = np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1), rng.exponential(size=300)
    binary = gnomon.evaluate(y, p, weight=weight)["roc_auc"]
    macro = gnomon.evaluate(y, np.c_[1 - p, p], weight=weight, task="multiclass")["roc_auc_macro"]
    assert (macro.low, macro.high) == pytest.approx((binary.low, binary.high), rel=1e-9)


def test_weighted_intervals_see_the_effective_rows():
    """Doubling half of the weights widens an interval as fewer rows would."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 400)
    p = np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1)
    weight = np.where(rng.random(400) < 0.5, 1.0, 9.0)
    plain, weighted = gnomon.evaluate(y, p), gnomon.evaluate(y, p, weight=weight)
    share = math.sqrt(weighted.provenance["effective_rows"] / 400)
    for name in ("accuracy", "roc_auc", "brier_score", "f1", "average_precision", "matthews_corrcoef"):
        ratio = (plain[name].high - plain[name].low) / (weighted[name].high - weighted[name].low)
        assert ratio == pytest.approx(share, rel=0.2), name


def test_bootstrap_of_average_precision_against_the_plain_one():
    """The bootstrap on bins has the spread of the bootstrap on rows."""
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(2)
    n = 3000
    y = (rng.random(n) < 0.1).astype(int)
    s = rng.normal(1.2 * y)
    plain = []
    for _ in range(300):
        rows = rng.integers(0, n, n)
        plain.append(average_precision_score(y[rows], s[rows]))
    estimate = gnomon.evaluate(y, s, scale="any")["average_precision"]
    low, high = np.quantile(plain, [0.025, 0.975])
    assert estimate.high - estimate.low == pytest.approx(high - low, rel=0.15)
    assert estimate.low == pytest.approx(low, abs=0.02)


def test_binomial_quantiles():
    """Those of SciPy, at the ends of the range of shares too."""
    from scipy.stats import binom

    from gnomon.intervals.binomial import binomial_quantile

    rng = np.random.default_rng(0)
    trials = rng.integers(1, 3000, 5000)
    share = np.concatenate([[0.0, 1.0, 1e-300, 1 - 1e-16], rng.random(2498), rng.random(2498) * 1e-3])
    for below in (0.005, 0.025, 0.5, 0.975, 0.995):
        np.testing.assert_array_equal(binomial_quantile(below, trials, share), binom.ppf(below, trials, share))
