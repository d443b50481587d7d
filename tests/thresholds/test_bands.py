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
