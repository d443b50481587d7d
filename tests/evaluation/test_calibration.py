"""Calibration against scikit-learn, SciPy, published formulas and simulation; recalibration on other rows."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression

import gnomon
from gnomon.errors import DataError, UsageError
from gnomon.measures.calibration import Groups
from gnomon.states.reliability import EDGES, Reliability


@pytest.fixture(scope="module")
def real(request):
    """Predictions of the breast-cancer forest, as codes."""
    from tests.conftest import ROOT

    frame = pd.read_csv(ROOT / "examples" / "predictions" / "breast_cancer_forest.csv")
    return (frame["diagnosis"] == "malignant").to_numpy().astype(int), frame["p_malignant"].to_numpy()


def simulated(n=20_000, slope=0.6, shift=0.3, seed=0, weights=False):
    """Log odds that are too great by 1 / slope, and moved."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=n) * 1.5
    y = (rng.random(n) < 1 / (1 + np.exp(-(slope * z + shift)))).astype(int)
    return y, 1 / (1 + np.exp(-z)), rng.exponential(size=n) if weights else None


def logistic(y, features, offset, weight):
    """Maximum likelihood by a general optimiser."""
    weight = np.ones(len(y)) if weight is None else weight

    def loss(beta):
        z = features @ beta + offset
        return (weight * (np.logaddexp(0, z) - y * z)).sum()

    def slope(beta):
        return features.T @ (weight * (1 / (1 + np.exp(-(features @ beta + offset))) - y))

    return optimize.minimize(loss, np.zeros(features.shape[1]), jac=slope, method="BFGS", tol=1e-10).x


def test_reliability_curve_is_that_of_sklearn(real):
    """Observed shares and mean probabilities of ten bins of equal width; the error from them."""
    y, p = real
    observed, mean = calibration_curve(y, p, n_bins=10)
    curve = gnomon.evaluate(y, p).calibration.equal_width
    np.testing.assert_allclose(curve.observed, observed, rtol=1e-12)
    np.testing.assert_allclose(curve.probability, mean, rtol=1e-12)
    count = np.histogram(p, np.linspace(0, 1, 11))[0]
    assert curve.error == pytest.approx((np.abs(observed - mean) * count[count > 0]).sum() / len(y), rel=1e-12)
    assert curve.error == pytest.approx(gnomon.metrics.expected_calibration_error(y, p), rel=1e-12)


def test_edges_belong_to_the_bin_below():
    """As in scikit-learn's curve, for probabilities on the edges themselves."""
    p = np.round(np.linspace(0, 1, 101), 2)
    y = (np.arange(101) % 3 == 0).astype(int)
    observed, mean = calibration_curve(y, p, n_bins=10)
    curve = gnomon.evaluate(y, p).calibration.equal_width
    np.testing.assert_allclose(curve.observed, observed)
    np.testing.assert_allclose(curve.probability, mean)


@pytest.mark.parametrize("weights", [False, True])
def test_slope_and_intercept(weights):
    """The maximum-likelihood fit of all rows; the bins change the fifth digit. The intervals hold the truth."""
    y, p, w = simulated(weights=weights)
    odds = np.log(p / (1 - p))
    ones = np.ones((len(y), 1))
    found = gnomon.evaluate(y, p, weight=w).calibration
    both = logistic(y, np.column_stack([odds, ones]), 0.0, w)
    assert found.slope.value == pytest.approx(both[0], abs=1e-4)
    assert found.intercept.value == pytest.approx(logistic(y, ones, odds, w)[0], abs=1e-4)
    assert found.slope.low < 0.6 < found.slope.high


def test_slope_interval_covers():
    """95 % intervals of the slope hold it in about that many samples."""
    held = sum(
        (found := gnomon.evaluate(*simulated(400, 0.8, 0.2, seed)[:2]).calibration.slope).low <= 0.8 <= found.high
        for seed in range(100)
    )
    assert stats.binom.ppf(0.001, 100, 0.95) <= held <= 100


def test_spiegelhalter():
    """The statistic by its formula; of probabilities that hold its p-values are spread evenly."""
    y, p, _ = simulated(5000)
    z = ((y - p) * (1 - 2 * p)).sum() / np.sqrt(((1 - 2 * p) ** 2 * p * (1 - p)).sum())
    found = gnomon.evaluate(y, p).calibration
    assert found.z == pytest.approx(z, rel=1e-3)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(z)), rel=0.2)
    held = [gnomon.evaluate(*simulated(500, 1.0, 0.0, seed)[:2]).calibration for seed in range(100)]
    assert stats.kstest([own.p_value for own in held], "uniform").pvalue > 0.001
    errors = [own.equal_width.error for own in held]
    chance = [own.equal_width.expected_error for own in held]
    assert np.mean(chance) == pytest.approx(np.mean(errors), rel=0.12)  # the small-sample bias is what is said


def test_consistency_bands_hold():
    """Of probabilities that hold about 95 % of the bins lie within their bands."""
    inside = bins = 0
    for seed in range(60):
        curve = gnomon.evaluate(*simulated(600, 1.0, 0.0, seed)[:2]).calibration.equal_width
        inside += ((curve.observed >= curve.band_low) & (curve.observed <= curve.band_high)).sum()
        bins += len(curve.observed)
    assert 0.93 <= inside / bins <= 0.995


def test_brier_parts(real):
    """Murphy's parts by hand, and those of the isotonic map by scikit-learn's isotonic regression."""
    y, p = real
    ev = gnomon.evaluate(y, p)
    place = np.searchsorted(np.linspace(0, 1, 11)[1:-1], p)
    groups = [place == number for number in range(10) if (place == number).any()]
    base = y.mean()
    reliability = sum(own.sum() * (p[own].mean() - y[own].mean()) ** 2 for own in groups) / len(y)
    resolution = sum(own.sum() * (y[own].mean() - base) ** 2 for own in groups) / len(y)
    parts = ev.calibration.brier
    assert parts.reliability == pytest.approx(reliability, rel=1e-12)
    assert parts.resolution == pytest.approx(resolution, rel=1e-12)
    assert parts.uncertainty == pytest.approx(base * (1 - base), rel=1e-12)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert total == pytest.approx(ev["brier_score"].value, rel=1e-12)
    best = ((IsotonicRegression().fit_transform(p, y) - y) ** 2).mean()
    assert ev.calibration.miscalibration == pytest.approx(ev["brier_score"].value - best, abs=1e-12)
    assert ev.calibration.discrimination == pytest.approx(parts.uncertainty - best, abs=1e-12)


@pytest.mark.parametrize("weights", [False, True])
def test_bins_of_equal_mass(weights):
    """Each holds about a tenth of the weight; the sums are those of the rows, exact without weights."""
    y, p, w = simulated(weights=weights)
    curve = gnomon.evaluate(y, p, weight=w).calibration.equal_mass
    total = len(y) if w is None else w.sum()
    assert curve.weight.sum() == pytest.approx(total, rel=1e-12)
    assert (np.abs(curve.weight / total - 0.1) < 0.02).all()
    assert (curve.probability * curve.weight).sum() == pytest.approx((p if w is None else w * p).sum(), rel=1e-12)


def test_any_size_and_any_order(tmp_path):
    """Counted as rows pass, the bins are those of kept rows; so they are by other threads and in another order."""
    y, p, w = simulated(30_000, weights=True)
    frame = pd.DataFrame({"y": y, "p": p, "w": w})
    frame.sample(frac=1, random_state=0).to_parquet(tmp_path / "a.parquet", row_group_size=4000)
    names = {"target": "y", "score": "p"}
    for weight in (None, "w"):
        kept = gnomon.evaluate(frame, **names, weight=weight, threads=1).calibration
        read = gnomon.evaluate(tmp_path / "a.parquet", **names, weight=weight, exact=False, threads=3).calibration
        assert read.equal_width == kept.equal_width or read.equal_width.to_dict() == kept.equal_width.to_dict()
        assert read.slope == kept.slope
        assert read.miscalibration == pytest.approx(kept.miscalibration, abs=1e-4)


def test_where_there_is_none():
    """Decision values, predictions, one class; and where the classes are separated the slope says why."""
    assert gnomon.evaluate([0, 1, 1], [-1.0, 2.0, 0.5], scale="any").calibration is None
    assert gnomon.evaluate([0, 1, 1], [0, 1, 0]).calibration is None
    assert gnomon.evaluate([1, 1, 1], [0.5, 0.7, 0.1], classes=[0, 1]).calibration is None
    apart = gnomon.evaluate([0, 0, 1, 1], [0.0, 0.2, 0.8, 1.0])
    assert "separate the classes" in apart.calibration.slope.reason
    json.loads(apart.to_json(), parse_constant=pytest.fail)


def test_fine_bins():
    """Edges ascend, tenths are among them, and no bin spans more than 1/64 of the odds."""
    assert (np.diff(EDGES) > 0).all()
    assert set(np.linspace(0, 1, 11)[1:-1]) <= set(EDGES)
    odds = EDGES / (1 - EDGES)
    assert (odds[1:] / odds[:-1]).max() < 1 + 1 / 31
    score = np.array([0.0, 1.0, 0.1, EDGES[7], np.nextafter(EDGES[7], 1)])
    state = Reliability.empty(None).plus(score, np.ones(5, np.uint8), None, 1)
    assert state.counts.positives[np.searchsorted(EDGES, score)].min() == 1
    assert Groups.of(state).positives.sum() == 5


def halves(seed=0):
    y, p, w = simulated(8000, 0.5, 0.4, seed, weights=True)
    return pd.DataFrame({"y": y, "p": p, "w": w, "part": np.where(np.arange(8000) % 2, "fit", "judge")})


def test_isotonic_map_is_that_of_sklearn():
    """At every score that it was fitted on; and the Brier score of the other rows."""
    frame = halves()
    fit, judge = frame[frame["part"] == "fit"], frame[frame["part"] == "judge"]
    found = gnomon.recalibrate(frame, target="y", score="p", split="part=fit")
    reference = IsotonicRegression(out_of_bounds="clip").fit(fit["p"], fit["y"])
    np.testing.assert_allclose(found.apply(fit["p"], "isotonic"), reference.predict(fit["p"]), atol=1e-12)
    mapped = found.apply(judge["p"], "isotonic")
    own = found.estimates["isotonic"]["brier_score"]
    assert own.value == pytest.approx(((mapped - judge["y"]) ** 2).mean(), rel=1e-12)
    assert own.n == len(judge)


@pytest.mark.parametrize("weight", [None, "w"])
def test_platt_and_beta_maps(weight):
    """The maximum-likelihood fits of the rows; losses and differences on the other rows, row by row."""
    frame = halves()
    fit, judge = frame[frame["part"] == "fit"], frame[frame["part"] == "judge"]
    found = gnomon.recalibrate(frame, target="y", score="p", split="part=fit", weight=weight)
    p, w = fit["p"].to_numpy(), None if weight is None else fit["w"].to_numpy()
    ones = np.ones(len(p))
    slope, intercept = logistic(fit["y"].to_numpy(), np.column_stack([np.log(p / (1 - p)), ones]), 0.0, w)
    own = found.maps["platt"].parameters
    assert (own["slope"], own["intercept"]) == (pytest.approx(slope, abs=1e-3), pytest.approx(intercept, abs=1e-3))
    features = np.column_stack([np.log(p), -np.log(1 - p), ones])
    a, b, c = logistic(fit["y"].to_numpy(), features, 0.0, w)
    own = found.maps["beta"].parameters
    assert (own["a"], own["b"], own["c"]) == tuple(pytest.approx(value, abs=3e-3) for value in (a, b, c))
    q = judge["p"].to_numpy()
    z = own["a"] * np.log(q) - own["b"] * np.log(1 - q) + own["c"]
    np.testing.assert_allclose(found.apply(q, "beta"), 1 / (1 + np.exp(-z)), rtol=1e-12)
    y, v = judge["y"].to_numpy(), None if weight is None else judge["w"].to_numpy()

    def loss(p):
        return -np.log(np.where(y == 1, p, 1 - p))

    mapped = found.apply(q, "platt")
    less = found.differences["platt"]["log_loss"]
    assert less.value == pytest.approx(np.average(loss(mapped) - loss(q), weights=v), rel=1e-9)
    assert less.high < 0
    assert found.best in ("platt", "beta")
    assert "lowers the log loss" in found.notes[0]


def test_a_map_that_would_fall_is_flat():
    """Inverted probabilities: no coefficient of a beta map is negative."""
    y, p, _ = simulated(4000, -0.5, 0.0)
    frame = pd.DataFrame({"y": y, "p": p, "part": ["fit", "judge"] * 2000})
    found = gnomon.recalibrate(frame, target="y", score="p", split="part=fit")
    assert found.maps["beta"].parameters["a"] == 0
    assert found.maps["beta"].parameters["b"] == 0
    assert found.maps["platt"].parameters["slope"] == 0
    for method in found.maps:
        assert (np.diff(found.apply(np.linspace(0, 1, 50), method)) >= 0).all()


def test_perfect_probabilities_are_left_alone():
    """Nothing to gain is said; the form is JSON."""
    y, p, _ = simulated(6000, 1.0, 0.0)
    frame = pd.DataFrame({"y": y, "p": p, "part": ["fit", "judge"] * 3000})
    found = gnomon.recalibrate(frame, target="y", score="p", split="part=fit")
    best = found.differences.get(found.best)
    assert best is None or best["log_loss"].high > 0
    json.loads(found.to_json(), parse_constant=pytest.fail)


def test_what_recalibration_refuses():
    """Unknown methods, one class, rows that are not there."""
    frame = halves()
    names = {"target": "y", "score": "p"}
    with pytest.raises(UsageError, match="choose from"):
        gnomon.recalibrate(frame, **names, split="part=fit", methods=["spline"])
    with pytest.raises(DataError, match="a single class"):
        gnomon.recalibrate(frame[(frame["part"] == "judge") | (frame["y"] == 1)], **names, split="part=fit")
    with pytest.raises(DataError, match="no rows to evaluate on"):
        gnomon.recalibrate(frame[frame["part"] == "fit"], **names, split="part=fit")
    found = gnomon.recalibrate(frame, **names, split="part=fit")
    with pytest.raises(DataError, match="missing or lies outside"):
        found.apply([2.0])
    with pytest.raises(UsageError, match="no map 'spline'"):
        found.apply([0.5], "spline")
