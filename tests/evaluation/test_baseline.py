"""Guesses beside the model: what they score by scikit-learn's dummies, and the difference on the same rows."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics as sk
from sklearn.dummy import DummyClassifier, DummyRegressor

import gnomon


def binary(n=2000, seed=0, share=0.2):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < share).astype(int)
    return y, 1 / (1 + np.exp(-(rng.normal(size=n) + 1.5 * y - 2))), rng.integers(1, 5, n).astype(float)


@pytest.mark.parametrize("weighted", [False, True])
def test_binary_guesses_are_those_of_the_dummies(weighted):
    """Most frequent class for the confusion matrix, prior for losses, a constant score for rankings."""
    y, p, w = binary()
    weight = w if weighted else None
    ev = gnomon.evaluate(y, p, weight=weight)
    guess = ev.baseline.estimates
    rows = np.zeros((len(y), 1))
    frequent = DummyClassifier(strategy="most_frequent").fit(rows, y, weight).predict(rows)
    prior = DummyClassifier(strategy="prior").fit(rows, y, weight).predict_proba(rows)
    assert guess["accuracy"].value == pytest.approx(sk.accuracy_score(y, frequent, sample_weight=weight))
    assert guess["balanced_accuracy"].value == 0.5
    assert guess["recall"].value == 0
    assert guess["specificity"].value == 1
    assert guess["f1"].value == pytest.approx(sk.f1_score(y, np.ones(len(y)), sample_weight=weight))
    assert ev.baseline.strategies["f1"] == "positive"
    assert not guess["precision"].defined
    assert guess["precision"].reason == "it is undefined for always predicting '0'"
    assert guess["log_loss"].value == pytest.approx(sk.log_loss(y, prior, sample_weight=weight))
    assert guess["brier_score"].value == pytest.approx(sk.brier_score_loss(y, prior[:, 1], sample_weight=weight))
    assert guess["roc_auc"].value == 0.5
    assert guess["average_precision"].value == pytest.approx(
        sk.average_precision_score(y, np.ones(len(y)), sample_weight=weight)
    )
    assert (guess["ks"].value, guess["matthews_corrcoef"].value) == (0, 0)
    assert ev.baseline.answers["most_frequent"] == "0"
    assert ev.baseline.strategies["brier_score"] == "prior"
    for name, own in ev.baseline.differences.items():
        if own.defined:
            assert own.value == pytest.approx(ev[name].value - guess[name].value, abs=1e-12)
            assert own.low <= own.value <= own.high
    assert gnomon.Evaluation.from_dict(ev.to_dict()).baseline == ev.baseline


def test_several_classes_and_positive_majority():
    """The formulas are those of the estimates, whatever class is most frequent."""
    rng = np.random.default_rng(1)
    y = rng.choice(4, 3000, p=[0.1, 0.5, 0.25, 0.15])
    p = rng.dirichlet(np.ones(4), 3000)
    p[np.arange(3000), y] += 0.4
    p /= p.sum(axis=1, keepdims=True)
    guess = gnomon.evaluate(y, p).baseline.estimates
    constant, prior = np.ones(3000, int), np.tile(np.bincount(y) / 3000, (3000, 1))
    assert guess["accuracy"].value == pytest.approx((y == 1).mean())
    assert guess["f1_macro"].value == pytest.approx(sk.f1_score(y, constant, average="macro"))
    assert guess["balanced_accuracy"].value == 0.25
    assert guess["log_loss"].value == pytest.approx(sk.log_loss(y, prior))
    assert guess["brier_score"].value == pytest.approx(((prior - np.eye(4)[y]) ** 2).sum(axis=1).mean())
    flipped, score, _ = binary(share=0.7)
    own = gnomon.evaluate(flipped, score).baseline.estimates
    assert own["recall"].value == 1
    assert own["f1"].value == pytest.approx(sk.f1_score(flipped, np.ones(len(flipped))))
    assert own["precision"].value == pytest.approx(flipped.mean())


@pytest.mark.parametrize("weighted", [False, True])
def test_regression_guesses_are_those_of_the_dummies(weighted):
    """The mean for squared errors, the median for absolute ones."""
    rng = np.random.default_rng(2)
    y = rng.gamma(2.0, size=1501)
    prediction, w = y + rng.normal(size=1501), rng.integers(1, 4, 1501).astype(float)
    weight = w if weighted else None
    ev = gnomon.evaluate(y, prediction, weight=weight, task="regression")
    guess, rows = ev.baseline.estimates, np.zeros((len(y), 1))
    mean = DummyRegressor(strategy="mean").fit(rows, y, weight).predict(rows)
    repeated = y if weight is None else np.repeat(y, w.astype(int))
    median = np.full(len(y), np.median(repeated))
    assert guess["mse"].value == pytest.approx(sk.mean_squared_error(y, mean, sample_weight=weight))
    assert guess["rmse"].value == pytest.approx(np.sqrt(guess["mse"].value))
    assert guess["mae"].value == pytest.approx(sk.mean_absolute_error(y, median, sample_weight=weight))
    assert guess["r2"].value == 0
    assert ev.baseline.answers == {"mean": pytest.approx(mean[0]), "median": pytest.approx(median[0])}
    for name in ("mse", "rmse", "mae", "r2"):
        own = ev.baseline.differences[name]
        assert own.value == pytest.approx(ev[name].value - guess[name].value)
        assert own.low < own.value < own.high


def test_paired_intervals_by_hand():
    """Losses and squared errors row by row; the guess found on the same rows changes nothing in the first order."""
    y, p, _ = binary()
    own = gnomon.evaluate(y, p).baseline.differences["log_loss"]
    loss = -np.log(np.where(y == 1, p, 1 - p)) + np.log(np.where(y == 1, y.mean(), 1 - y.mean()))
    half = stats.t.ppf(0.975, len(y) - 1) * loss.std(ddof=1) / np.sqrt(len(y))
    assert (own.value, own.high - own.value) == (pytest.approx(loss.mean()), pytest.approx(half))
    rng = np.random.default_rng(3)
    target = rng.gamma(2.0, size=400)
    predicted = target + rng.normal(size=400)
    own = gnomon.evaluate(target, predicted, task="regression").baseline.differences["mse"]
    gain = (target - predicted) ** 2 - (target - target.mean()) ** 2
    half = stats.t.ppf(0.975, 399) * gain.std(ddof=1) / np.sqrt(400)
    assert (own.value, own.high - own.value) == (pytest.approx(gain.mean()), pytest.approx(half))


def test_intervals_cover_the_difference_of_everyone():
    """In about 95 of 100 samples the interval holds the difference in a large population."""
    y, p, _ = binary(400_000, 9, share=0.3)
    truth = gnomon.evaluate(y, p).baseline.differences
    held = dict.fromkeys(("accuracy", "brier_score", "log_loss", "average_precision", "f1"), 0)
    for seed in range(120):
        own = gnomon.evaluate(*binary(300, seed, share=0.3)[:2]).baseline.differences
        for name in held:
            held[name] += own[name].low <= truth[name].value <= own[name].high
    assert min(held.values()) >= stats.binom.ppf(0.001, 120, 0.93), held


def test_counted_in_bins_and_other_ways(tmp_path):
    """Certified, the baseline is the same but for what needs the rows; slices have none, nor do several labels."""
    y, p, _ = binary()
    frame = pd.DataFrame({"y": y, "p": p, "g": np.arange(len(y)) % 2})
    kept = gnomon.evaluate(frame, target="y", score="p", slices="g")
    binned = gnomon.evaluate(frame, target="y", score="p", exact=False)
    assert kept.slices["g"]["0"].baseline is None
    assert binned.baseline.estimates == kept.baseline.estimates
    assert binned.baseline.differences["brier_score"] == kept.baseline.differences["brier_score"]
    bare = gnomon.evaluate(frame, target="y", score="p", interval="none").baseline.differences["accuracy"]
    assert np.isnan(bare.low)
    assert gnomon.evaluate([[0, 1], [1, 0]], [[0, 1], [1, 1]]).baseline is None


def test_a_saved_baseline_says_what_answers():
    """Of every estimate: a result that lacks one is refused, not shown with a hole in it."""
    form = gnomon.evaluate([0, 1, 0, 1], [0.2, 0.6, 0.4, 0.9]).to_dict()
    del form["baseline"]["strategies"]["brier_score"]
    with pytest.raises(gnomon.StateError, match=r"baseline\.strategies.*one for brier_score"):
        gnomon.Evaluation.from_dict(form)
