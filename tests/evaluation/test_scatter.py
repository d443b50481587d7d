"""Predicted against true amounts, few enough to be drawn."""

import numpy as np
import pytest

import gnomon


def test_few_rows_are_points():
    """Each row is a point."""
    found = gnomon.evaluate([1.5, 2.0, 3.5], [1.0, 2.0, 4.0]).errors.scatter
    assert sorted(zip(found.target, found.prediction, strict=True)) == [(1.5, 1.0), (2.0, 2.0), (3.5, 4.0)]
    assert found.rows.tolist() == [1, 1, 1]
    assert found.width == 0


@pytest.mark.parametrize("rows", [1001, 300_000])
def test_many_rows_are_counted_in_cells(rows):
    """Counts are NumPy's histogram, whatever the order of the rows; none is lost."""
    rng = np.random.default_rng(0)
    target = rng.normal(size=rows)
    prediction = target + rng.normal(size=rows)
    found = gnomon.evaluate(target, prediction).errors.scatter
    assert found.rows.sum() == rows
    counts, *_ = np.histogram2d(prediction, target, bins=48)
    assert np.abs(np.sort(found.rows) - np.sort(counts[counts > 0])).sum() <= 4  # rows at an edge, rounded either way
    order = rng.permutation(rows)
    assert gnomon.evaluate(target[order], prediction[order], threads=1).errors.scatter == found


def test_constant_and_enormous_amounts():
    """One value, or a huge range, has cells all the same."""
    target = np.linspace(-1, 1, 2000) * 1e70
    found = gnomon.evaluate(target, np.full(2000, 5.0), task="regression", interval="none").errors.scatter
    assert found.rows.sum() == 2000
    assert set(found.prediction) == {5.0}
    assert np.isfinite(found.target).all()
