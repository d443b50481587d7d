"""Regression evaluations against scikit-learn, exact fractions and simulation."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

import gnomon
from tests.intervals.influence import tails
from tests.strategies import regression_rows, without_row_numbers


@given(regression_rows())
def test_every_value_equals_sklearn(rows):
    """Weights, ties, targets far from zero."""
    target, prediction, weight = rows
    ev = gnomon.evaluate(target, prediction, weight=weight, task="regression")
    expected = {
        "mse": sk.mean_squared_error(target, prediction, sample_weight=weight),
        "rmse": sk.root_mean_squared_error(target, prediction, sample_weight=weight),
        "mae": sk.mean_absolute_error(target, prediction, sample_weight=weight),
        "mape": sk.mean_absolute_percentage_error(target, prediction, sample_weight=weight),
        "median_absolute_error": sk.median_absolute_error(target, prediction, sample_weight=weight),
        "max_error": sk.max_error(target, prediction),
    }
    for name, value in expected.items():
        assert ev[name].value == pytest.approx(value, rel=1e-12, abs=1e-300), name
    weights = np.ones(len(target)) if weight is None else weight
    bias = math.fsum(weights * (prediction - target)) / math.fsum(weights)
    assert ev["mean_error"].value == pytest.approx(bias, rel=1e-9, abs=1e-12 * ev["mae"].value)
    if np.ptp(target) > 1e-6:
        slack = 1e-9 * max(1.0, (np.abs(target).max() / np.ptp(target)) ** 2 * 1e-3)
        for name, function in (("r2", sk.r2_score), ("explained_variance", sk.explained_variance_score)):
            value = function(target, prediction, sample_weight=weight)
            assert ev[name].value == pytest.approx(value, rel=slack, abs=slack), name
    elif np.ptp(target) == 0:
        assert not ev["r2"].defined
        assert ev["r2"].reason == "the target is constant"


@given(regression_rows())
def test_r2_is_the_rounded_fraction(rows):
    """1 - A/B in exact arithmetic on the rounded errors, also far from zero."""
    target, prediction, _ = rows
    if np.ptp(target) == 0:
        return
    y = [Fraction(v) for v in target]
    e = [Fraction(v) for v in target - prediction]
    mean = sum(y) / len(y)
    exact = 1 - sum(v * v for v in e) / sum((v - mean) ** 2 for v in y)
    assert gnomon.evaluate(target, prediction, task="regression")["r2"].value == pytest.approx(
        float(exact), rel=1e-15, abs=1e-300
    )


def test_variance_of_a_target_far_from_zero():
    """A target around 1e9 with a spread of 1: R² as for the same target around 0."""
    rng = np.random.default_rng(0)
    y = np.round(rng.standard_normal(1000) * 2**20) / 2**20
    p = np.round((y + 0.3 * rng.standard_normal(1000)) * 2**20) / 2**20
    near, far, farther = (gnomon.evaluate(y + shift, p + shift) for shift in (0.0, 2.0**20, 2.0**30))
    for name in ("r2", "explained_variance", "mse"):
        assert farther[name].value == far[name].value == near[name].value
        assert far[name].low == pytest.approx(near[name].low, rel=1e-6)
    # So far out the fourth moments are lost: the rows tell, or, where they are not kept, the reason is said.
    assert farther["r2"].low == pytest.approx(near["r2"].low, rel=1e-6)
    binned = gnomon.evaluate(y + 2.0**30, p + 2.0**30, exact=False)["r2"]
    assert binned.value == near["r2"].value
    assert np.isnan(binned.low)
    assert "too far from zero" in binned.reason


@pytest.mark.slow
def test_intervals_against_simulation():
    """Standard deviations over repeated samples match the half-widths of single intervals."""
    rng = np.random.default_rng(1)
    found = {name: [] for name in ("mse", "mae", "r2", "explained_variance", "rmse", "mape")}
    widths = {name: [] for name in found}
    for _ in range(400):
        y = rng.gamma(3, 2, 300) + 5
        p = y * 0.9 + rng.normal(0, 1.5, 300) + 0.6
        ev = gnomon.evaluate(y, p)
        error, apart = p - y, (y - y.mean()) ** 2 / y.var()
        rows = {
            "mse": error**2, "rmse": error**2, "mae": abs(error), "mape": abs(error) / y,
            "r2": error**2 / np.mean(error**2) - apart,
            "explained_variance": (error - error.mean()) ** 2 / error.var() - apart,
        }  # fmt: skip
        for name in found:
            freedom = min(299, tails(rows[name] - rows[name].mean()) - 1)
            found[name].append(ev[name].value)
            widths[name].append((ev[name].high - ev[name].low) / 2 / stats.t.ppf(0.975, freedom))
    for name, values in found.items():
        assert np.mean(widths[name]) == pytest.approx(np.std(values), rel=0.15), name


@given(regression_rows(least=6), st.data())
def test_order_of_rows_does_not_matter(rows, data):
    """A permutation gives the same evaluation, to the last bit."""
    target, prediction, weight = rows
    order = np.array(data.draw(st.permutations(range(len(target)))))
    first = gnomon.evaluate(target, prediction, weight=weight, task="regression")
    second = gnomon.evaluate(
        target[order], prediction[order], weight=None if weight is None else weight[order], task="regression"
    )
    assert without_row_numbers(first) == without_row_numbers(second)


def test_intervals_hold_their_values():
    """Low <= value <= high; the largest error has none, and says why."""
    rng = np.random.default_rng(2)
    y = rng.standard_normal(50)
    ev = gnomon.evaluate(y, y + rng.standard_normal(50))
    for name, estimate in ev.items():
        if name == "max_error":
            assert np.isnan(estimate.low)
            assert "no interval" in estimate.reason
        else:
            assert estimate.low <= estimate.value <= estimate.high, name


def test_one_row_and_perfect_predictions():
    """One row has values but no intervals; no error at all is an R² of 1."""
    ev = gnomon.evaluate([1.5], [2.0])
    assert ev["mae"].value == 0.5
    assert np.isnan(ev["mae"].low)
    assert "too few" in ev["mae"].reason
    assert not ev["r2"].defined
    perfect = gnomon.evaluate([1.5, 2.5, 3.5], [1.5, 2.5, 3.5])
    assert (perfect["r2"].value, perfect["mse"].value) == (1.0, 0.0)


def test_equal_weights_leave_the_median():
    """Also for many rows, where a float sum of the weights would have drifted."""
    rng = np.random.default_rng(3)
    y = rng.random(1000)
    p = y + rng.standard_normal(1000)
    plain = gnomon.evaluate(y, p)["median_absolute_error"]
    weighted = gnomon.evaluate(y, p, weight=np.full(1000, 0.1))["median_absolute_error"]
    assert (weighted.value, weighted.low, weighted.high) == (plain.value, plain.low, plain.high)


def test_predictions_with_one_column():
    """A prediction of shape (rows, 1), as networks give, is a column."""
    y = np.array([1.5, 2.0, 3.5])
    assert gnomon.evaluate(y, np.array([[1.0], [2.0], [4.0]]))["mae"].value == pytest.approx(1 / 3)


def test_relative_errors_beyond_the_doubles():
    """A target of 0 and a huge prediction: MAPE is undefined with a reason, the rest stands."""
    ev = gnomon.evaluate([0.0, 1.5, 2.0], [1e299, 1.0, 2.0], task="regression")
    assert not ev["mape"].defined
    assert ev["mae"].defined


def test_a_negative_r2_is_said():
    """Worse than the mean: a note says so."""
    ev = gnomon.evaluate([1.5, 2.0, 3.0, 4.0], [4.0, 3.0, 1.5, 0.0])
    assert ev["r2"].value < 0
    assert any("R² is negative" in own.text for own in ev.advice)


def test_values_too_large_to_square_are_said():
    """Beyond 1e154 squares overflow: undefined with a reason, the rest stands."""
    ev = gnomon.evaluate([1e200, 2e200, 3.5], [0.5, 1.5, 2.5])
    assert not ev["mse"].defined
    assert "too large" in ev["mse"].reason
    assert ev["mae"].value == pytest.approx(1e200)


def test_whole_number_targets_need_a_word_only_when_unclear():
    """Whole numbers against fractions are amounts; against whole numbers, many values are unclear."""
    assert gnomon.evaluate([1, 5, 9, 4], [1.5, 4.5, 8.0, 4.25]).task == "regression"
    assert gnomon.evaluate([1, 5, 9, 4], [1, 5, 9, 5]).task == "multiclass"
    many = np.arange(200)
    with pytest.raises(gnomon.UsageError, match="task='multiclass' or task='regression'"):
        gnomon.evaluate(many, many[::-1])
    assert gnomon.evaluate(many, many[::-1], task="regression").task == "regression"


@given(st.floats(0.001, 1e6), st.lists(st.floats(0.001, 1e3), min_size=2, max_size=12))
def test_weights_do_not_make_a_constant_target_vary(value, weights):
    """Sums of weighted squares are exact, so the variance of equal targets is 0: R² is undefined, not -4e30."""
    rng = np.random.default_rng(len(weights))
    y, w = np.full(len(weights), value), np.array(weights)
    p = y + rng.normal(size=len(y))
    ev = gnomon.evaluate({"y": y, "p": p, "w": w}, target="y", prediction="p", weight="w", task="regression")
    assert not ev["r2"].defined
    assert not ev["explained_variance"].defined
    assert gnomon.metrics.r2_score(y, p, sample_weight=w) == 0.0


def test_a_constant_error_explains_all_variance():
    """The variance of equal errors is 0 whatever the weights: the explained variance is 1, to the bit."""
    y = np.array([0.0, 1.0, 4.0, 10.0])
    w = np.array([0.1, 1.3, 0.7, 2.9])
    ev = gnomon.evaluate({"y": y, "p": y + 3, "w": w}, target="y", prediction="p", weight="w", task="regression")
    assert ev["explained_variance"].value == 1.0


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("scale", [0.0, 1e6, 1e7, 1e10])
def test_the_interval_of_explained_variation_far_from_zero(scale, weighted):
    """It is that of the same rows near zero, as far as doubles hold their digits."""
    rng = np.random.default_rng(5)
    y = np.round(rng.normal(size=300) * 2**12) / 2**12  # sums with the scale are exact
    p = y + np.round(rng.normal(0, 0.5, 300) * 2**12) / 2**12
    weight = rng.random(300) + 0.1 if weighted else None
    near, far = (gnomon.evaluate(y + own, p + own, weight=weight) for own in (0.0, scale))
    for name in ("r2", "explained_variance"):
        for end in ("value", "low", "high"):
            assert getattr(far[name], end) == pytest.approx(getattr(near[name], end), rel=1e-5), (name, end)


def test_a_target_that_does_not_vary_explains_nothing():
    """Whatever the weights: R² is undefined, not what rounding leaves of it."""
    rng = np.random.default_rng(6)
    for _ in range(200):
        n, constant = int(rng.integers(2, 40)), float(rng.normal() * 10.0 ** rng.integers(-6, 9))
        weight = np.exp(2 * rng.normal(size=n))
        ev = gnomon.evaluate(np.full(n, constant), constant + rng.normal(size=n), weight=weight, task="regression")
        for name in ("r2", "explained_variance"):
            assert np.isnan(ev[name].value)
            assert ev[name].reason == "the target is constant"


@pytest.mark.parametrize(("zeros", "words"), [(1, "1 true value is 0"), (3, "3 true values are 0")])
@pytest.mark.parametrize("more", [{}, {"weight": np.full(12, 2.0)}, {"cluster": np.arange(12) // 2}, {"exact": False}])
def test_true_values_of_0_are_told_beside_the_mape(zeros, words, more):
    """No error is a share of them; the WAPE, which is advised, has no such rows."""
    y = np.arange(12.0)
    y[:zeros] = 0.0
    ev = gnomon.evaluate(y, y + 0.5, task="regression", measures="wape", **more)
    assert ev["mape"].warning.startswith(words)
    assert "measures='wape'" in ev["mape"].warning
    assert ev["wape"].value == pytest.approx(0.5 * 12 / y.sum())
    assert not (gnomon.evaluate(y + 1, y + 1.5, task="regression", **more)["mape"].warning or "").startswith(words)


@pytest.mark.parametrize(("target", "prediction"), [([1.0, 2.0], [1.5, 2.5]), ([1.0, 2.0, 4.0], [1.0, 2.0, 4.0])])
def test_errors_that_are_all_alike_leave_no_interval(target, prediction):
    """How much others would vary is not seen in them: no interval of no width, but the reason."""
    ev = gnomon.evaluate(target, prediction, task="regression")
    for name in ("mse", "rmse", "mae", "mean_error", "r2"):
        assert np.isnan([ev[name].low, ev[name].high]).all(), name
        assert ev[name].reason == "no interval: zero observed variance", name
    wide = gnomon.evaluate(target, np.add(prediction, [0.1, *[0.0] * (len(target) - 1)]), task="regression")
    assert wide["mae"].low < wide["mae"].high
