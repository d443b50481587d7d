"""Measures at many thresholds are those of an evaluation at each of them."""

import numpy as np
import pytest

import gnomon


@pytest.mark.parametrize("level", [0.95, 0.8])
def test_bands_are_evaluations_at_each_threshold(level):
    """Values and intervals, to the last digit but one, bootstrapped ones too, as the seed is the same."""
    rng = np.random.default_rng(3)
    y = rng.random(160) < 0.3
    p = np.round(np.clip(rng.normal(0.4 + 0.25 * y, 0.2), 0, 1), 2)
    table = gnomon.evaluate(y, p).thresholds
    bands = table.bands(level=level, seed=5)
    for place in range(1, len(table), 7):
        ev = gnomon.evaluate(y, p, threshold=float(table.threshold[place]), level=level, seed=5)
        for name, band in bands.items():
            own = (ev[name].value, ev[name].low, ev[name].high)
            found = (band.value[place], band.low[place], band.high[place])
            assert found == pytest.approx(own, abs=1e-9, nan_ok=True), name


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("clusters", [12, 80, 1500])
def test_bands_of_clusters_are_evaluations_at_each_threshold(clusters, weighted):
    """Where rows belong to clusters, of any sizes, moving the threshold gives the intervals of an evaluation there."""
    rng = np.random.default_rng(clusters)
    n = 2000
    cluster = (clusters * rng.random(n) ** 2).astype(int)  # some of a few rows, some of many
    common = rng.normal(size=clusters)[cluster]
    y = (rng.random(n) < 1 / (1 + np.exp(1 - common))).astype(int)
    p = np.round(1 / (1 + np.exp(-(rng.normal(size=n) + 1.5 * y - 1 + 0.5 * common))), 2)
    weight = rng.lognormal(size=n) if weighted else None
    ev = gnomon.evaluate(y, p, weight=weight, cluster=cluster, measures="jaccard")
    for thresholds in (ev.thresholds, gnomon.Evaluation.from_dict(ev.to_dict()).thresholds):
        bands = thresholds.bands(["jaccard", *(name for name in thresholds.bands())])
        for threshold in (0.2, 0.45, 0.7):
            there = gnomon.evaluate(y, p, weight=weight, cluster=cluster, threshold=threshold, measures="jaccard")
            place = thresholds.place(threshold)
            for name, band in bands.items():
                own = (there[name].value, there[name].low, there[name].high)
                found = (band.value[place], band.low[place], band.high[place])
                # Of many clusters the degrees of freedom are those of the largest.
                assert found == pytest.approx(own, abs=2e-4 if clusters < 500 else 2e-3), (threshold, name)
    assert np.isnan(ev.thresholds.bands(["markedness"])["markedness"].low).all()


def test_one_cluster_has_no_bands():
    """Of how much others would vary it says nothing."""
    ev = gnomon.evaluate([0, 1, 0, 1], [0.2, 0.4, 0.5, 0.9], cluster=["a"] * 4)
    assert all(np.isnan(band.low).all() for band in ev.thresholds.bands().values())
    assert np.isnan(ev.calibration.slope.low)
    assert "a single row or cluster" in ev.calibration.slope.reason
    assert np.isnan(ev.calibration.equal_width.error_p_value)
    assert gnomon.Evaluation.from_dict(ev.to_dict()) == ev


def test_saved_thresholds_of_weighted_rows_are_read_back():
    """Counts are sums of weights, rounded in two ways: they never fall, so that what was saved is not refused."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, 3000)
        p = np.round(np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1), 2)
        ev = gnomon.evaluate(y, p, weight=np.exp(rng.normal(size=3000)), interval="none")
        assert gnomon.Evaluation.from_dict(ev.to_dict()) == ev


def test_weights_leave_the_intervals_out():
    """Values are those of weighted evaluations; what is not known is left open, not guessed."""
    rng = np.random.default_rng(4)
    y, p, weight = rng.random(100) < 0.5, np.round(rng.random(100), 2), rng.random(100) * 5
    table = gnomon.evaluate(y, p, weight=weight).thresholds
    assert table.weighted
    assert not gnomon.evaluate(y, p, weight=np.ones(100)).thresholds.weighted
    bands = table.bands()
    for place in range(1, len(table), 9):
        ev = gnomon.evaluate(y, p, weight=weight, threshold=float(table.threshold[place]))
        for name, band in bands.items():
            assert band.value[place] == pytest.approx(ev[name].value, abs=1e-9, nan_ok=True)
    assert all(np.isnan(band.low).all() and np.isnan(band.high).all() for band in bands.values())
    plain = gnomon.evaluate(y, p).thresholds
    bare = plain.bands(level=None)
    for name, band in plain.bands().items():
        assert bare[name].value == pytest.approx(band.value, abs=1e-12, nan_ok=True)
        assert np.isnan(bare[name].low).all()


@pytest.mark.parametrize("weighted", [False, True])
def test_some_thresholds_keep_the_best(weighted):
    """A thinner table has counts of the whole one, and its best by any costs and F-beta."""
    rng = np.random.default_rng(1)
    y = rng.random(4000) < 0.3
    weight = rng.random(4000) + 0.1 if weighted else None
    table = gnomon.evaluate(y, rng.normal(y, 1.0), weight=weight, scale="any").thresholds
    some = table.some(200)
    assert 150 < len(some) <= 200
    assert not some.complete
    places = [table.place(own) for own in some.threshold]
    assert (table.true_positives[places] == some.true_positives).all()
    assert np.diff(some["flagged_share"]).max() < 0.02
    for costs in ({"fp": 1, "fn": 1}, {"fp": 1, "fn": 30}, {"fp": 7, "fn": 1}):
        assert some.best(costs=costs).value == pytest.approx(table.best(costs=costs).value, abs=1e-12)
    assert some.best("f2").value == table.best("f2").value
    assert table.some(10**6) is table


def test_a_band_that_is_none():
    """A misspelt measure is told the nearest."""
    table = gnomon.evaluate([0, 1, 1], [0.1, 0.4, 0.8]).thresholds
    with pytest.raises(gnomon.UsageError, match="did you mean 'recall'"):
        table.bands(["recal"])
