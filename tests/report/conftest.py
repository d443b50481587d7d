"""Evaluations to show."""

from __future__ import annotations

import numpy as np
import pytest

import gnomon


@pytest.fixture(scope="session")
def data():
    """Rows with two scores, and names that a careless page would run."""
    rng = np.random.default_rng(7)
    y = rng.random(400) < 0.3
    scores = {
        name: np.round(np.clip(rng.normal(0.35 + gain * y, 0.18), 0, 1), 2) for name, gain in (("p", 0.25), ("q", 0.35))
    }
    regions = np.where(np.arange(400) % 3, "<script>alert(1)</script>", 'north & "south"')
    return {"y": np.where(y, "<b>sick</b>", "well"), "</script><script>alert(2)</script>": regions, **scores}


@pytest.fixture(scope="session")
def evaluations(data):
    """Two models side by side, with slices."""
    return gnomon.Evaluations(
        {
            name: gnomon.evaluate(
                data, target="y", score=score, positive="<b>sick</b>", slices=["</script><script>alert(2)</script>"]
            )
            for name, score in (("old <i>model</i>", "p"), ("new", "q"))
        }
    )


@pytest.fixture(scope="session")
def regression():
    """An evaluation of amounts."""
    rng = np.random.default_rng(1)
    y = rng.normal(10, 3, size=1500)
    return gnomon.evaluate(y, y + rng.normal(size=1500))


@pytest.fixture(scope="session")
def multiclass():
    """An evaluation of five classes."""
    rng = np.random.default_rng(2)
    y = rng.integers(0, 5, 600)
    return gnomon.evaluate(y, np.where(rng.random(600) < 0.7, y, rng.integers(0, 5, 600)))
