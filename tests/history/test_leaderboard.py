"""Which runs may be the best, and how much the best of many owes to chance."""

import numpy as np
import pytest
from scipy import stats

import gnomon
from gnomon.errors import UsageError
from gnomon.history.leaderboard import leaderboard, luck


@pytest.fixture
def history(tmp_path):
    """Three models on the same rows, of which one is far worse, and one on others."""
    rng = np.random.default_rng(1)
    n = 800
    y = rng.integers(0, 2, n)
    own = gnomon.History(tmp_path / "history.db")
    x = rng.normal(size=n) + 1.5 * y
    for name, noise in (("good", 0.0), ("as good", 0.1), ("bad", 3.0)):
        rows = {"id": np.arange(n), "y": y, "p": 1 / (1 + np.exp(-(x + noise * rng.normal(size=n) - 0.75)))}
        own.log(gnomon.evaluate(rows, target="y", score="p", id="id"), name=name, rows=rows)
    own.log(gnomon.evaluate([0, 0, 1, 1] * 20, [0.1, 0.2, 0.8, 0.9] * 20), name="elsewhere")
    return own


@pytest.mark.parametrize("by", ["roc_auc", "log_loss"])
def test_those_that_may_be_the_best(history, by):
    board = leaderboard(history, by)
    values = [own.estimate.value for own in board.places]
    assert values == sorted(values, reverse=by == "roc_auc")
    same = {own.run.name: own for own in board.places if own.group == board.places[1].group}
    assert set(same) == {"good", "as good", "bad"}
    assert {name for name, own in same.items() if own.may_be_best} == {"good", "as good"}
    assert next(own for own in board.places if own.run.name == "elsewhere").group == 1
    assert leaderboard(history, by, limit=2).left == 2
    assert [own.run.name for own in leaderboard(history, by, name="bad").places] == ["bad"]


def test_the_best_of_equal_models_is_lucky():
    """The expected maximum of k normals, against SciPy's order statistics by quadrature."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 500)
    estimate = gnomon.evaluate(y, rng.integers(0, 2, 500))["accuracy"]
    error = (estimate.high - estimate.low) / 2 / stats.norm.ppf(0.975)
    grid = np.linspace(-9, 9, 20_001)
    for k in (2, 5, 30):
        density = k * stats.norm.pdf(grid) * stats.norm.cdf(grid) ** (k - 1)
        assert luck([estimate] * k) == pytest.approx(np.trapezoid(grid * density, grid) * error, rel=0.05)
    assert luck([estimate]) == 0.0


def test_looks_are_told(history):
    assert leaderboard(history, "roc_auc", name="good").looks == 3


def test_what_is_refused(history, tmp_path):
    for by, said in (
        ("recal", "not a measure"),
        ("mean_error", "not a measure"),
        ("rmse", "no such run"),
    ):
        with pytest.raises(UsageError, match=said):
            leaderboard(history, by)
    with pytest.raises(UsageError, match="no such run"):
        leaderboard(gnomon.History(tmp_path / "none.db"), "roc_auc")
