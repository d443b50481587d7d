"""Every estimate is registered, within the range that it states."""

import numpy as np
import pytest

import gnomon
from gnomon.measures.registry import REGISTRY, find, get_measure, of_losses


def evaluations():
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 2, 60), rng.random(60)
    yield gnomon.evaluate(y, p, measures=[name for name in REGISTRY if REGISTRY[name].of_cells])
    yield gnomon.evaluate(rng.integers(0, 3, 60), rng.dirichlet(np.ones(3), 60))
    yield gnomon.evaluate(rng.random(60), rng.random(60), measures=[name for name in of_losses() if name in REGISTRY])
    yield gnomon.evaluate(rng.integers(0, 2, (60, 3)), rng.random((60, 3)))


def test_every_estimate_is_registered_and_every_entry_used():
    """An unregistered estimate, or an entry that nothing makes, fails here."""
    made = set()
    for ev in evaluations():
        for names in (ev, *ev.per_class.values()):
            for name in names:
                about = get_measure(name)
                assert about.low <= names[name].value <= (2 if name == "brier_score" else about.high)
                assert about.better in (1, -1, 0)
                made.add(name)
    y, p = [0, 0, 1, 1] * 5, np.linspace(0, 1, 20)
    for goal in ({"goal": "youden"}, {"costs": {"fn": 1, "fp": 1}}, {"goal": "flagged", "where": "recall >= 0.5"}):
        made |= set(gnomon.choose_threshold(y, p, **goal).estimates)
    assert set(REGISTRY) <= made


@pytest.mark.parametrize(("known", "own"), [
    ("ppv", "precision"), ("sensitivity", "recall"), ("tpr", "recall"), ("tnr", "specificity"),
    ("fpr", "false_positive_rate"), ("fall_out", "false_positive_rate"), ("npv", "negative_predictive_value"),
    ("fdr", "false_discovery_rate"), ("fnr", "false_negative_rate"), ("miss_rate", "false_negative_rate"),
    ("mcc", "matthews_corrcoef"), ("kappa", "cohen_kappa"), ("informedness", "youden"), ("f1_score", "f1"),
    ("iou", "jaccard"), ("threat_score", "jaccard"), ("dor", "diagnostic_odds_ratio"), ("brier", "brier_score"),
    ("lr+", "positive_likelihood_ratio"), ("lr-", "negative_likelihood_ratio"), ("gmean", "geometric_mean"),
    ("mean_squared_error", "mse"), ("r2_score", "r2"), ("bias", "mean_error"), ("wmape", "wape"), ("auc", "roc_auc"),
    ("auroc", "roc_auc"), ("ap", "average_precision"), ("pr_auc", "average_precision"),
])  # fmt: skip
def test_what_others_call_a_measure(known, own):
    """Names that people know lead to the measure."""
    assert find(known) is not None
    assert find(known).name == own


def test_every_measure_says_what_it_is():
    """In a line, for the reference and for tooltips."""
    assert [own.name for own in REGISTRY.values() if not own.definition] == []
