"""Multiclass evaluations against scikit-learn."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

import gnomon
from tests.strategies import class_rows, without_row_numbers


@given(class_rows(classes=4, least=4))
def test_every_value_equals_sklearn(rows):
    """From labels alone, with weights, classes that are never predicted or never true included."""
    target, predicted, weight = rows
    target[2] = 2
    ev = gnomon.evaluate(target, predicted, weight=weight, task="multiclass", interval="none")
    labels = [int(name) for name in ev.classes]
    assert labels == sorted({*target, *predicted})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = {
            "accuracy": sk.accuracy_score(target, predicted, sample_weight=weight),
            "balanced_accuracy": sk.balanced_accuracy_score(target, predicted, sample_weight=weight),
        }
        for average in ("macro", "weighted", "micro"):
            for name, own in zip(
                ("precision", "recall", "f1"),
                sk.precision_recall_fscore_support(
                    target, predicted, average=average, sample_weight=weight, zero_division=np.nan
                ),
                strict=False,
            ):
                expected[f"{name}_{average}"] = own
        per_class = sk.precision_recall_fscore_support(target, predicted, sample_weight=weight, zero_division=np.nan)
    for name, value in expected.items():
        assert ev[name].value == pytest.approx(value, rel=1e-12, abs=1e-15, nan_ok=True), name
    for code, label in enumerate(ev.classes):
        for name, values in zip(("precision", "recall", "f1"), per_class, strict=False):
            assert ev.per_class[label][name].value == pytest.approx(values[code], rel=1e-12, nan_ok=True)
    assert (
        ev["matthews_corrcoef"].value
        == pytest.approx(sk.matthews_corrcoef(target, predicted, sample_weight=weight), rel=1e-9, abs=1e-9)
        or not ev["matthews_corrcoef"].defined
    )
    assert np.array_equal(ev.confusion.counts, sk.confusion_matrix(target, predicted))


@given(st.integers(0, 10_000), st.booleans())
def test_scores_equal_sklearn(seed, weighted):
    """One probability a class: argmax, one-vs-rest AUC and its averages, losses."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(8, 60)), int(rng.integers(3, 6))
    target = np.concatenate([np.arange(k), rng.integers(0, k, n)])
    scores = rng.dirichlet(np.ones(k), len(target)).round(2) + 1e-3
    scores /= scores.sum(axis=1, keepdims=True)
    weight = rng.exponential(size=len(target)) if weighted else None
    ev = gnomon.evaluate(target, scores, weight=weight)
    assert ev["accuracy"].value == pytest.approx(sk.accuracy_score(target, scores.argmax(1), sample_weight=weight))
    for average in ("macro", "weighted"):
        expected = sk.roc_auc_score(target, scores, multi_class="ovr", average=average, sample_weight=weight)
        found = ev[f"roc_auc_{average}"]
        assert found.value == pytest.approx(expected, rel=1e-12)
        assert found.low < found.value < found.high
    assert ev["log_loss"].value == pytest.approx(sk.log_loss(target, scores, sample_weight=weight), rel=1e-12)
    assert ev["brier_score"].value == pytest.approx(
        sk.brier_score_loss(target, scores, sample_weight=weight), rel=1e-12
    )
    for code, label in enumerate(ev.classes):
        own = ev.per_class[label]
        one = target == code
        assert own["roc_auc"].value == pytest.approx(
            sk.roc_auc_score(one, scores[:, code], sample_weight=weight), rel=1e-12
        )
        expected = sk.average_precision_score(one, scores[:, code], sample_weight=weight)
        assert own["average_precision"].value == pytest.approx(expected, rel=1e-12)


def test_averaged_auc_interval_of_two_classes_is_delongs():
    """For two classes with opposite scores, the macro AUC is the AUC and so is its interval."""
    rng = np.random.default_rng(1)
    label = rng.integers(0, 2, 200)
    score = np.clip(rng.normal(0.4 + 0.2 * label, 0.2), 0.01, 0.99)
    binary = gnomon.evaluate(label, score)["roc_auc"]
    macro = gnomon.evaluate(label, np.c_[1 - score, score], task="multiclass")["roc_auc_macro"]
    assert macro.value == pytest.approx(binary.value, rel=1e-12)
    assert (macro.low, macro.high) == pytest.approx((binary.low, binary.high), rel=1e-9)


def test_declared_classes_order_the_scores():
    """The score columns follow classes=; an absent class is noted and left out of averages."""
    target = np.array(["b", "a", "b", "a", "b", "a"])
    scores = np.array(
        [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.3, 0.6, 0.1], [0.2, 0.6, 0.2]]
    )
    ev = gnomon.evaluate(target, scores, classes=["b", "a", "c"])
    assert ev.classes == ("b", "a", "c")
    assert ev["accuracy"].value == pytest.approx(5 / 6)
    assert not ev.per_class["c"]["recall"].defined
    two = [ev.per_class[label]["recall"].value for label in "ba"]
    assert ev["recall_macro"].value == pytest.approx(np.mean(two))
    assert any("'c'" in note for note in ev.notes)


@pytest.mark.slow
def test_many_classes():
    """A thousand classes: the replicates stay within memory, and everything is still there."""
    rng = np.random.default_rng(2)
    target = np.concatenate([np.arange(1000), rng.integers(0, 1000, 20_000)])
    predicted = np.where(rng.random(len(target)) < 0.7, target, rng.integers(0, 1000, len(target)))
    ev = gnomon.evaluate(target, predicted, task="multiclass")
    assert ev["f1_macro"].value == pytest.approx(sk.f1_score(target, predicted, average="macro"), rel=1e-12)
    assert ev["f1_macro"].low < ev["f1_macro"].value < ev["f1_macro"].high
    assert len(ev.per_class) == 1000


def test_order_and_threads_do_not_matter():
    """The same JSON for any order of the rows and any number of threads."""
    rng = np.random.default_rng(3)
    target, scores = rng.integers(0, 4, 70_000), rng.dirichlet(np.ones(4), 70_000)
    weight = rng.random(70_000) + 0.1
    order = rng.permutation(70_000)
    forms = {
        json.dumps(without_row_numbers(gnomon.evaluate(target[o], scores[o], weight=weight[o], threads=threads)))
        for threads, o in ((1, slice(None)), (2, order), (7, order[::-1]))
    }
    assert len(forms) == 1


def test_balanced_accuracy_adds_the_intervals_of_the_recalls():
    """By hand: the mean of the recalls, and the root of the sum of squared distances over their number."""
    y = np.repeat([0, 1, 2], [40, 30, 12])
    said = np.where(np.arange(82) % 5 == 0, (y + 1) % 3, y)
    found = gnomon.evaluate(y, said)
    recalls = [own["recall"] for own in found.per_class.values()]
    own = found["balanced_accuracy"]
    below = np.sqrt(sum((each.value - each.low) ** 2 for each in recalls)) / 3
    above = np.sqrt(sum((each.high - each.value) ** 2 for each in recalls)) / 3
    assert (own.low, own.high) == pytest.approx((own.value - below, own.value + above))
    assert own == found["recall_macro"]
    assert own.method == "averaged"
    assert gnomon.evaluate(y, y)["balanced_accuracy"].low < 1
