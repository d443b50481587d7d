"""P-values are those of a test: they do not change with the level of the intervals beside them."""

import math

import numpy as np
import pytest
from scipy import stats

import gnomon

RNG = np.random.default_rng(12)
N = 400
Y = (RNG.random(N) < 0.4).astype(int)
P = np.clip(0.35 + 0.2 * Y + RNG.normal(0, 0.2, N), 0.01, 0.99)
Q = np.clip(P + RNG.normal(0, 0.1, N), 0.01, 0.99)
GROUP = RNG.choice(["a", "b", "c"], N)
PART = RNG.random(N) < 0.5
WEIGHT = RNG.lognormal(size=N)
CLUSTER = RNG.integers(0, 60, N)
AMOUNT = RNG.normal(20, 4, N)
FIRST, SECOND = AMOUNT + RNG.normal(0, 2, N), AMOUNT + RNG.normal(0.2, 2, N)
LEVELS = (0.8, 0.95, 0.99)


def p_values(differences):
    """All of them that are of a test."""
    parts = ("p_value", "p_value_bh", "p_value_exact", "p_value_holm", "p_not_worse", "p_not_better", "p_equivalent")
    return {(name, part): getattr(own, part) for name, own in differences.items() for part in parts}


EXTRAS = {
    "plain": {}, "plain, replicates": {"interval": "percentile"}, "weights": {"weight": WEIGHT},
    "weights, replicates": {"weight": WEIGHT, "interval": "percentile"}, "clusters": {"cluster": CLUSTER},
}  # fmt: skip


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_no_p_value_changes_with_the_level(kind, extra):
    """Of slices, of train against test, of the baseline, of two models within a margin."""
    y, (first, second) = (Y, (P, Q)) if kind == "binary" else (AMOUNT, (FIRST, SECOND))
    found = []
    for level in LEVELS:
        options = {"level": level} | EXTRAS[extra]
        rows = {"y": y, "p": first, "g": GROUP}
        columns = {"target": "y", "score" if kind == "binary" else "prediction": "p"}
        ev = gnomon.evaluate(rows, **columns, slices="g", split=PART, **options)
        pair = gnomon.compare(
            y, {"one": first, "two": second}, margin=0.02 if kind == "binary" else {"mae": 0.3}, **options
        )
        slices = [p_values(own.differences) for own in ev.slices["g"].values()]
        found.append(
            [p_values(ev.gap), p_values(ev.baseline.differences), *slices, p_values(pair["one", "two"].differences)]
        )
    known = [value for group in found[0] for value in group.values() if not math.isnan(value)]
    assert len(known) > 20
    for own in found[1:]:
        for group, expected in zip(own, found[0], strict=True):
            assert group == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_margins_of_losses_are_t_tests():
    """One-sided, against a difference of the margin, by SciPy."""
    found = gnomon.compare(AMOUNT, {"one": FIRST, "two": SECOND}, margin={"mae": 0.25}, level=0.8)["one", "two"]["mae"]
    less = np.abs(SECOND - AMOUNT) - np.abs(FIRST - AMOUNT)
    assert found.p_not_worse == pytest.approx(stats.ttest_1samp(less, 0.25, alternative="less").pvalue, rel=1e-9)
    assert found.p_not_better == pytest.approx(stats.ttest_1samp(less, -0.25, alternative="greater").pvalue, rel=1e-9)
    assert found.p_equivalent == max(found.p_not_worse, found.p_not_better)


def test_margins_of_shares_are_score_tests():
    """Tango's: at half of 1 - level exactly where the interval's end lies at the margin."""
    pair = gnomon.compare(Y, {"one": P, "two": Q}, level=0.9)["one", "two"]["accuracy"]
    at = gnomon.compare(Y, {"one": P, "two": Q}, margin={"accuracy": -pair.low}, level=0.6)["one", "two"]["accuracy"]
    assert at.p_not_worse == pytest.approx(0.05, rel=1e-6)


def test_slices_of_means_are_welchs_test():
    """The mean error of one slice against all other rows."""
    ev = gnomon.evaluate({"y": AMOUNT, "p": FIRST, "g": GROUP}, target="y", prediction="p", slices="g", level=0.8)
    errors = FIRST - AMOUNT
    for value, own in ev.slices["g"].items():
        expected = stats.ttest_ind(errors[value == GROUP], errors[value != GROUP], equal_var=False).pvalue
        assert own.differences["mean_error"].p_value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("size", [40, 400])
def test_useless_scores_have_any_ks(size):
    """The two-sample test of Kolmogorov and Smirnov, not one less the level."""
    rng = np.random.default_rng(size)
    found = []
    for _ in range(200):
        y, p = rng.integers(0, 2, size), rng.random(size)
        own = gnomon.evaluate(y, p, interval="auto").baseline.differences["ks"].p_value
        assert own == pytest.approx(
            stats.ks_2samp(p[y == 1], p[y == 0], method="asymp").pvalue, abs=0.15 if size == 40 else 0.05
        )
        found.append(own)
    assert np.mean(np.array(found) < 0.05) < 0.1
    assert len(set(np.round(found, 3))) > 30
