"""Which model is best, which ones are not significantly different from it, and the sentences that say so."""

import numpy as np
import pytest

import gnomon
from gnomon.comparison.ranking import MOST_NAMES
from gnomon.errors import UnknownEstimateError, UsageError


def compared(noises, n=800, **options):
    """Models that differ in their noise, on the same rows."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(1 - 2 * x))).astype(int)
    scores = {f"m{place}": 1 / (1 + np.exp(-x - noise * rng.normal(size=n))) for place, noise in enumerate(noises)}
    return gnomon.compare(y, scores, **options)


@pytest.fixture(scope="module")
def found():
    return compared([1.0, 0.5, 0.5, 3.0], n=400)


@pytest.mark.parametrize("measure", ["roc_auc", "f1", "log_loss", "accuracy", "false_positive_rate"])
def test_order_and_standing(found, measure):
    """The order is that of the values in the better direction; tied and worse are what the pairs say of the best."""
    ranking = found.ranking(measure)
    better = -1 if measure in ("log_loss", "false_positive_rate") else 1
    values = [better * found.models[name][measure].value for name in ranking.order]
    assert values == sorted(values, reverse=True)
    verdicts = {other: found[ranking.best, other][measure].verdict for other in ranking.order[1:]}
    assert ranking.tied == tuple(own for own, said in verdicts.items() if said in ("inconclusive", "equal"))
    assert ranking.worse == tuple(own for own, said in verdicts.items() if said == "worse")


def test_the_answer_begins_with_the_best(found):
    """By ROC AUC, its value and interval as reports show them; then who is tied, and who is worse."""
    texts = [str(text) for text in found.answer]
    ranking = found.ranking()
    best = found.models[ranking.best]["roc_auc"]
    assert texts[0] == f"Best by ROC AUC: {ranking.best}, {best.value:.3f} ({best.low:.3f} – {best.high:.3f})."
    assert texts[1] == f"Not significantly different from it: {' and '.join(ranking.tied)}."
    assert texts[2] == f"Significantly worse: {' and '.join(ranking.worse)}."
    assert found.to_dict()["answer"][0]["code"] == "best_model"
    assert repr(found).splitlines()[1] == texts[0]


def test_many_names_are_counted():
    """Of more than a handful the first are named."""
    told = compared([0.5] + [4.0] * (MOST_NAMES + 3)).answer
    worse = next(str(text) for text in told if text.code == "models_worse")
    assert worse.endswith(" and 4 others.")


def test_what_speaks_for_another_model():
    """A model that ranks best but is calibrated badly has a worse accuracy at 0.5, and the answer says so."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=2000)
    y = (rng.random(2000) < 1 / (1 + np.exp(-2 * x))).astype(int)
    sharp, shifted = 1 / (1 + np.exp(-2 * x - 0.8 * rng.normal(size=2000))), 1 / (1 + np.exp(4 - 2 * x))
    texts = [str(text) for text in gnomon.compare(y, {"ranks": shifted, "fits": sharp}).answer]
    assert texts[0].startswith("Best by ROC AUC: ranks")
    assert "Significantly better than ranks by accuracy: fits." in texts


def test_what_has_no_ranking():
    """A bias is best at 0; an unknown measure is named with the nearest."""
    y = np.arange(20.0)
    found = gnomon.compare(y, {"a": y + np.tile([1, -1], 10), "b": y + np.tile([2, -1], 10)}, task="regression")
    with pytest.raises(UsageError, match="neither when higher"):
        found.ranking("mean_error")
    with pytest.raises(UnknownEstimateError, match="rmse"):
        found.ranking("rmsse")
    assert found.ranking().measure == "rmse"
    assert found.ranking().best == "a"
