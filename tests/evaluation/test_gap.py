"""Rows that a model was fitted on beside others: how far both lie apart, and whether that is more than chance."""

import math

import numpy as np
import pytest
from scipy import stats

import gnomon
from gnomon.errors import UsageError


def rows(n, gain, seed):
    """A target and probabilities that know the more of it, the greater the gain."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.5).astype(int)
    return y, 1 / (1 + np.exp(-(gain * (2 * y - 1) + rng.normal(size=n))))


@pytest.fixture(scope="module")
def evaluation():
    train, test = rows(2000, 2.0, 0), rows(500, 1.0, 1)
    data = {
        "y": np.concatenate([train[0], test[0]]),
        "p": np.concatenate([train[1], test[1]]),
        "part": np.repeat(["train", "test"], [2000, 500]),
    }
    return gnomon.evaluate(data, target="y", score="p", split="part=train")


def test_every_measure_has_its_gap(evaluation):
    """Train less test, by the squares of the distances of both intervals' ends."""
    assert set(evaluation.gap) == set(evaluation)
    for name, own in evaluation.gap.items():
        train, test = evaluation.train[name], evaluation[name]
        assert own.value == train.value - test.value
        assert own.low == pytest.approx(own.value - math.hypot(train.value - train.low, test.high - test.value))
        assert own.high == pytest.approx(own.value + math.hypot(train.high - train.value, test.value - test.low))
    assert evaluation.gap["roc_auc"].low > 0
    assert evaluation.to_dict()["gap"]["roc_auc"] == evaluation.gap["roc_auc"].to_dict()
    assert gnomon.Evaluation.from_dict(evaluation.to_dict()).gap == evaluation.gap


def test_words_tell_the_gap_with_its_interval(evaluation):
    (found,) = [own for own in evaluation.advice if own.rule == "overfitting"]
    gap = evaluation.gap["roc_auc"]
    said = f"a gap of {gap.value:.3f} ({gap.low:.3f} to {gap.high:.3f})"
    assert f"{said}. If both come from the same distribution, the model overfits" in found.text


def test_two_evaluations(evaluation):
    """Named later, they say the same as a column that tells the rows apart."""
    train, test = gnomon.evaluate(*rows(2000, 2.0, 0)), gnomon.evaluate(*rows(500, 1.0, 1))
    assert not test.gap
    found = test.with_train(train)
    assert found.gap == evaluation.gap
    assert [own.text for own in found.advice] == [own.text for own in evaluation.advice]
    assert test.train is None
    with pytest.raises(UsageError, match="has another task"):
        test.with_train(gnomon.evaluate([1.5, 2.0, 3.5], [1.0, 2.0, 4.0]))
    with pytest.raises(UsageError, match=r"have different levels \(0\.5, 0\.95\)"):
        test.with_train(gnomon.evaluate(*rows(2000, 2.0, 0), level=0.5))
    with pytest.raises(UsageError, match=r"at a threshold of 0\.9, these at 0\.5"):
        test.with_train(gnomon.evaluate(*rows(2000, 2.0, 0), threshold=0.9))
    with pytest.raises(UsageError, match="takes an evaluation, not a dict"):
        test.with_train({})


def test_the_interval_of_a_gap_of_shares_is_newcombes():
    """R. G. Newcombe (1998), method 10: his table II, 56 of 70 less 48 of 80 is 0.0524 to 0.3339."""
    train = gnomon.evaluate([1] * 70, [1] * 56 + [0] * 14, classes=[0, 1])
    test = gnomon.evaluate([1] * 80, [1] * 48 + [0] * 32, classes=[0, 1])
    own = test.with_train(train).gap["recall"]
    assert (own.low, own.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.slow
def test_gaps_hold_the_truth():
    """Of 300 gaps of two samples of one population 95 in 100 hold 0."""
    held = []
    for seed in range(300):
        own = gnomon.evaluate(*rows(150, 0.8, 2 * seed)).with_train(gnomon.evaluate(*rows(300, 0.8, 2 * seed + 1)))
        held.append([own.gap[name].low <= 0 <= own.gap[name].high for name in ("roc_auc", "f1", "log_loss")])
    for share in np.mean(held, axis=0):
        assert stats.binomtest(round(300 * share), 300, 0.95).pvalue > 0.001


class TestFewRows:
    """Intervals that rest on few rows of a class say so."""

    def test_binary(self):
        y, p = rows(400, 1.0, 0)
        keep = np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:9]])
        found = gnomon.evaluate(y[keep], p[keep])
        warned = {name for name, own in found.items() if own.warning is not None}
        assert {"recall", "roc_auc", "average_precision", "f1", "balanced_accuracy", "log_loss"} <= warned
        assert not {"accuracy", "specificity", "false_positive_rate"} & warned
        assert found["recall"].warning == "interval is unreliable: only 9 rows in the minority class (< 10)"
        assert not [name for name, own in gnomon.evaluate(y, p).items() if own.warning is not None]
        again = gnomon.Evaluation.from_dict(found.to_dict())
        assert again["recall"].warning == found["recall"].warning
        bare = gnomon.evaluate(y[keep], p[keep], interval="none")
        assert not [name for name, own in bare.items() if own.warning is not None]

    def test_scores_without_a_threshold(self):
        y, p = rows(400, 1.0, 0)
        keep = np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:9]])
        assert gnomon.evaluate(y[keep], 10 * p[keep], scale="any")["roc_auc"].warning is not None

    def test_several_classes(self):
        y = np.repeat([0, 1, 2], [50, 50, 8])
        found = gnomon.evaluate(y, np.roll(y, 3))
        assert found["f1_macro"].warning is not None
        assert found["accuracy"].warning is None
        assert found.per_class["2"]["recall"].warning is not None
        assert found.per_class["0"]["recall"].warning is None

    def test_amounts_and_clusters(self):
        assert gnomon.evaluate([1.5, 2.0, 3.5, 4.0], [1.0, 2.0, 4.0, 4.5])["mae"].warning is not None
        y, p = rows(400, 1.0, 0)
        found = gnomon.evaluate(y, p, cluster=np.arange(400) % 8)
        assert found["roc_auc"].warning == "interval is unreliable: only 8 clusters (< 10)"

    def test_reports_say_it_once(self):
        y, p = rows(400, 1.0, 0)
        keep = np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:9]])
        text = gnomon.evaluate(y[keep], p[keep]).to_markdown()
        assert text.count("only 9 rows in the minority class") == 1
