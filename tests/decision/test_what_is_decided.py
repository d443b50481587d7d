"""Constraints that hold together, ties, what optimism takes off, and what a threshold of 0.5 would give."""

import itertools

import numpy as np
import pytest

import gnomon

RNG = np.random.default_rng(6)
Y = RNG.integers(0, 2, 60)
P = np.round(np.clip(0.25 + 0.4 * Y + RNG.normal(0, 0.25, 60), 0, 1), 2)


def cells(y, p, threshold):
    """TP, FP, FN, TN at a threshold."""
    called = p >= threshold
    return tuple(
        int(own.sum()) for own in (called & (y == 1), called & (y == 0), ~called & (y == 1), ~called & (y == 0))
    )


MEASURES = {
    "recall": lambda tp, fp, fn, tn: tp / (tp + fn),
    "precision": lambda tp, fp, fn, tn: tp / (tp + fp) if tp + fp else np.nan,
    "specificity": lambda tp, fp, fn, tn: tn / (tn + fp),
    "flagged": lambda tp, fp, fn, tn: tp + fp,
}


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(
    ["recall >= 0.8", "precision >= 0.7", "specificity >= 0.9", "flagged <= 20"], 2)))  # fmt: skip
def test_constraints_hold_together(one, other):
    """Both, not either: where some threshold meets them the best of those is taken, else the decision says so."""

    def holds(text, threshold):
        name, sign, limit = text.split()
        value = MEASURES[name](*cells(Y, P, threshold))
        return value >= float(limit) if sign == ">=" else value <= float(limit)

    thresholds = [*np.unique(P), np.inf]
    both = [own for own in thresholds if holds(one, own) and holds(other, own)]
    assert [own for own in thresholds if holds(one, own) != holds(other, own)]
    found = gnomon.choose_threshold(Y, P, goal="f1", where=[one, other], interval="none")
    assert found.met == bool(both)
    if both:
        assert found.threshold.value in both
        scores = {own: 2 * c[0] / (2 * c[0] + c[1] + c[2]) for own in both for c in [cells(Y, P, own)]}
        assert found["f1"].value == pytest.approx(max(scores.values()))


def test_of_equal_costs_the_more_balanced_threshold():
    """Missing one positive for ten false alarms costs the same: the greater recall less fall-out decides."""
    y = np.array([1] * 4 + [0] * 10 + [1] * 1 + [0] * 40)
    p = np.array([0.9] * 4 + [0.5] * 10 + [0.5] * 1 + [0.1] * 40)
    found = gnomon.choose_threshold(y, p, costs={"fn": 10, "fp": 1}, interval="none")
    assert cells(y, p, 0.9) == (4, 0, 1, 50)  # costs 10
    assert cells(y, p, 0.5) == (5, 10, 0, 40)  # costs 10
    youden = {
        own: MEASURES["recall"](*cells(y, p, own)) + MEASURES["specificity"](*cells(y, p, own)) for own in (0.9, 0.5)
    }
    assert youden[0.9] == youden[0.5]
    assert found.threshold.value == 0.9  # of those, too, equal: the highest
    more = gnomon.choose_threshold(
        np.append(y, [0] * 10), np.append(p, [0.1] * 10), costs={"fn": 10, "fp": 1}, interval="none"
    )
    assert more.threshold.value == 0.5  # now the recall weighs more than the fall-out


def test_of_equal_youden_the_highest_threshold():
    """A tie of recall less fall-out."""
    y, p = np.array([1, 0, 1, 0]), np.array([0.8, 0.6, 0.4, 0.2])
    assert gnomon.choose_threshold(y, p, goal="youden", interval="none").threshold.value == 0.8


def test_what_a_threshold_of_one_half_would_give():
    """The default is the measure there, not at the threshold that was chosen."""
    for goal in ("f1", "recall"):
        found = gnomon.choose_threshold(Y, P, goal=goal, where="precision >= 0.6")
        plain = gnomon.evaluate(Y, P, threshold=0.5)
        assert found.threshold.value != 0.5
        assert (found.default.value, found.default.low, found.default.high) == (
            plain[goal].value,
            plain[goal].low,
            plain[goal].high,
        )
        chosen = gnomon.evaluate(Y, P, threshold=found.threshold.value)
        assert found[goal].value == chosen[goal].value != found.default.value
        assert found.confusion.counts.tolist() == chosen.confusion.counts.tolist()


def test_optimism_moves_the_interval_too():
    """The value and both ends, by as much; downwards for what is made great, upwards for a cost."""
    for asked, sign in (({"goal": "f1"}, 1), ({"costs": {"fn": 3, "fp": 1}}, -1)):
        found = gnomon.choose_threshold(Y, P, **asked)
        own, corrected = next(iter(found.estimates.values())), found.corrected
        assert sign * found.optimism > 0
        for end in ("value", "low", "high"):
            assert getattr(corrected, end) == pytest.approx(getattr(own, end) - found.optimism)


def test_optimism_is_that_of_efrons_bootstrap():
    """The mean over samples drawn anew of the chosen threshold's value there less its value in all rows."""
    rng = np.random.default_rng(0)
    thresholds = np.unique(P)[::-1]

    def f1_of(y, p):
        values = []
        for own in thresholds:
            tp, fp, fn, _ = cells(y, p, own)
            values.append(2 * tp / max(1, 2 * tp + fp + fn))
        return np.array(values)

    whole, gaps = f1_of(Y, P), []
    for _ in range(1500):
        rows = rng.integers(0, 60, 60)
        own = f1_of(Y[rows], P[rows])
        best = int(np.argmax(own))
        gaps.append(own[best] - whole[best])
    found = gnomon.choose_threshold(Y, P, goal="f1")
    assert found.optimism == pytest.approx(np.mean(gaps), abs=0.012)


@pytest.mark.parametrize("models", [2, 3, 4])
def test_rows_needed_are_of_the_pairs_that_are_looked_at(models):
    """With more models each test is at a stricter level, so that it takes more rows; by the normal approximation."""
    from scipy import stats

    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 500)
    scores = {f"m{k}": np.clip(0.4 * y + rng.random(500) * 0.6 + rng.normal(0, 0.05, 500), 0, 1) for k in range(models)}
    compared = gnomon.compare(y, scores, worth=0.02)
    plain = gnomon.compare(y, {name: scores[name] for name in ("m0", "m1")}, worth=0.02)["m0", "m1"]["roc_auc"]
    own = compared["m0", "m1"]["roc_auc"]
    assert len(compared.pairs) == models * (models - 1) // 2
    error = (plain.high - plain.low) / 2 / stats.norm.ppf(0.975)
    level = 0.05 / len(compared.pairs)
    needed = 500 * (error * (stats.norm.ppf(1 - level / 2) + stats.norm.ppf(0.8)) / 0.02) ** 2
    assert own.rows_needed == pytest.approx(needed, rel=0.02)
