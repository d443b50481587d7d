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


def test_what_is_corrected_is_less_its_optimism():
    """Downwards for what is made great, upwards for a cost; the interval is that of counts as other rows have them."""
    for asked, sign in (({"goal": "f1"}, 1), ({"costs": {"fn": 3, "fp": 1}}, -1)):
        found = gnomon.choose_threshold(Y, P, **asked)
        own, corrected = next(iter(found.estimates.values())), found.corrected
        assert sign * found.optimism > 0
        assert corrected.value == pytest.approx(own.value - found.optimism)
        assert corrected.low < corrected.value < corrected.high
        assert corrected.method == f"{own.method}, optimism-corrected"
        if sign < 0:  # hardly a false negative is left: by chance, of which the plain interval knows nothing
            assert corrected.high - corrected.low > own.high - own.low


def test_optimism_is_that_of_a_cross_validation():
    """Four fifths of the rows choose, the last fifth is counted; all such counts make the value on other rows."""
    rng = np.random.default_rng(0)
    thresholds = np.append(np.inf, np.unique(P)[::-1])

    def counts(rows):
        reached = P[rows][:, None] >= thresholds
        own = Y[rows][:, None] == 1
        return (reached & own).sum(0), (reached & ~own).sum(0), int(own.sum())

    def f1_of(tp, fp, positives):
        return 2 * tp / np.maximum(1e-9, positives + tp + fp)

    judged = np.zeros(3)
    for _ in range(1500):
        some = rng.random(60) < 0.8
        best = int(np.argmax(f1_of(*counts(some))))
        tp, fp, positives = counts(~some)
        judged += (tp[best], fp[best], positives)
    found = gnomon.choose_threshold(Y, P, goal="f1")
    assert found.optimism == pytest.approx(found["f1"].value - f1_of(*judged), abs=0.012)
    assert found.corrected.value == pytest.approx(found["f1"].value - found.optimism)
