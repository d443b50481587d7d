"""What classes are called, in which order they stand, and which one is positive changes no end of an interval."""

import numpy as np
import pytest

import gnomon

N = 150
RNG = np.random.default_rng(0)
Y = (RNG.random(N) < 0.35).astype(int)
P = np.round(np.clip(0.35 + 0.2 * Y + RNG.normal(0, 0.2, N), 0.01, 0.99), 2)
WEIGHT = np.round(RNG.uniform(0.5, 2, N), 2)
SYMMETRIC = ("accuracy", "balanced_accuracy", "matthews_corrcoef", "cohen_kappa", "roc_auc", "ks", "log_loss",
             "brier_score")  # fmt: skip
MIRRORED = {"recall": "specificity", "precision": "negative_predictive_value"}


def ends(estimate):
    """Value and ends, NaN where there are none."""
    return np.array([estimate.value, estimate.low, estimate.high])


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
@pytest.mark.parametrize("interval", ["auto", "percentile", "bca"])
def test_the_other_class_as_positive(interval, weight):
    """Scores and threshold turned with it."""
    one = gnomon.evaluate(Y, P, threshold=0.505, interval=interval, weight=weight)
    other = gnomon.evaluate(1 - Y, 1 - P, threshold=0.495, interval=interval, weight=weight)
    for name in SYMMETRIC:
        assert ends(one[name]) == pytest.approx(ends(other[name]), rel=1e-9), name
    for name, mirrored in MIRRORED.items():
        assert ends(one[name]) == pytest.approx(ends(other[mirrored]), rel=1e-9), name
    bands = one.thresholds.bands(["matthews_corrcoef"])["matthews_corrcoef"]
    turned = other.thresholds.bands(["matthews_corrcoef"])["matthews_corrcoef"]
    if weight is None:  # at every threshold but the ends, from the other side; a tie is at its other end there
        assert bands.low[1:-1] == pytest.approx(turned.low[1:-1][::-1], rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("interval", ["auto", "percentile"])
def test_classes_under_other_names(interval):
    """Four classes in each of some orders: averages and all other measures, and those of each class."""
    k = RNG.integers(0, 4, 300)
    scores = RNG.dirichlet(np.ones(4), 300)
    scores[np.arange(300), k] += 0.5
    scores /= scores.sum(axis=1, keepdims=True)
    first = gnomon.evaluate(k, scores, interval=interval)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(4)
        again = gnomon.evaluate(order[k], scores[:, np.argsort(order)], interval=interval)
        for name in first:
            assert ends(first[name]) == pytest.approx(ends(again[name]), rel=1e-9, nan_ok=True), name
        for code in range(4):
            for name, own in first.per_class[str(code)].items():
                other = again.per_class[str(order[code])][name]
                assert ends(own) == pytest.approx(ends(other), rel=1e-9, nan_ok=True), (code, name)


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_replicates_of_the_largest_gap_are_warned_of(interval):
    """They held the truth in 78 to 92 of 100 samples; the usual interval takes the bias off and carries no warning."""
    assert "interval='auto'" in gnomon.evaluate(Y, P, interval=interval)["ks"].warning
    assert gnomon.evaluate(Y, P)["ks"].warning is None
