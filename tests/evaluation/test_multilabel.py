"""Multilabel evaluations against scikit-learn, brute force and simulation."""

import json

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st

import gnomon
from tests.strategies import weights

AVERAGES = ("macro", "micro", "weighted")


@st.composite
def label_rows(draw):
    """A matrix of labels with every label and its absence, scores, and weights or None."""
    n, labels = draw(st.integers(3, 25)), draw(st.integers(2, 4))
    flat = draw(st.lists(st.integers(0, 1), min_size=n * labels, max_size=n * labels))
    target = np.array(flat).reshape(n, labels)
    target[0], target[1] = 0, 1
    steps = draw(st.lists(st.integers(0, 6), min_size=n * labels, max_size=n * labels))
    score = np.array(steps).reshape(n, labels) / 6
    weight = np.array(draw(st.lists(weights, min_size=n, max_size=n))) if draw(st.booleans()) else None
    return target, score, weight


def same(estimate, value):
    """An estimate equals a value, or neither is defined."""
    return (not estimate.defined and np.isnan(value)) or estimate.value == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(label_rows())
def test_values_equal_sklearn(rows):
    """Every estimate, with and without weights; undefined ones are left out of averages, as with zero_division=nan."""
    target, score, weight = rows
    ev = gnomon.evaluate(target, score, weight=weight, interval="none")
    predicted = (score >= 0.5).astype(int)
    own = {"sample_weight": weight}
    assert same(ev["accuracy"], sk.accuracy_score(target, predicted, **own))
    assert same(ev["hamming_loss"], sk.hamming_loss(target, predicted, **own))
    for name, function in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        for average in (*AVERAGES, "samples"):
            expected = function(target, predicted, average=average, zero_division=np.nan, **own)
            assert same(ev[f"{name}_{average}"], expected), (name, average)
        by_label = function(target, predicted, average=None, zero_division=np.nan, **own)
        for label, expected in zip(ev.classes, by_label, strict=True):
            assert same(ev.per_class[label][name], expected)
    for average in ("macro", "weighted"):
        assert same(ev[f"roc_auc_{average}"], sk.roc_auc_score(target, score, average=average, **own))
    assert same(ev["average_precision_macro"], sk.average_precision_score(target, score, **own))
    lrap = sk.label_ranking_average_precision_score(target, score, **own)
    assert same(ev["label_ranking_average_precision"], lrap)
    assert same(ev["label_ranking_loss"], sk.label_ranking_loss(target, score, **own))
    assert same(ev["coverage_error"], sk.coverage_error(target, score, **own))
    matrices = sk.multilabel_confusion_matrix(target, predicted)
    assert np.array_equal(np.stack([ev.confusions[label].counts for label in ev.classes]), matrices)


@given(label_rows())
def test_values_equal_gnomons_metrics_and_order_does_not_matter(rows):
    """The functional metrics and the evaluation agree; any order of rows gives the same JSON."""
    target, score, weight = rows
    ev = gnomon.evaluate(target, score, weight=weight)
    predicted = (score >= 0.5).astype(int)
    value = gnomon.metrics.f1_score(target, predicted, average="micro", sample_weight=weight, zero_division=np.nan)
    assert same(ev["f1_micro"], value)
    order = np.random.default_rng(0).permutation(len(target))
    other = gnomon.evaluate(target[order], score[order], weight=None if weight is None else weight[order], threads=2)
    assert ev.to_dict().keys() == other.to_dict().keys()
    for name in ev:
        assert ev[name].value == pytest.approx(other[name].value, rel=1e-12, nan_ok=True)
        assert ev[name].low == pytest.approx(other[name].low, rel=1e-9, nan_ok=True)


@given(label_rows())
def test_influences_are_derivatives(rows):
    """A row's influence is how the average changes as the row's weight does."""
    target, score, weight = rows
    from gnomon.measures.cells import Cells
    from gnomon.measures.label_averages import averaged_with_influence

    predicted = (score >= 0.5).astype(np.uint8)
    weight = np.ones(len(target)) if weight is None else weight

    def value(own, name, average):
        cells = Cells(*((own @ m) for m in (target * predicted, target, predicted)), np.array([own.sum()]))
        columns = list(target.T.astype(np.uint8)), list(predicted.T)
        return averaged_with_influence(name, average, cells, *columns, own)

    for name in ("precision", "recall", "f1"):
        for average in AVERAGES:
            at, influence = value(weight, name, average)
            if np.isnan(at):
                continue
            row = len(target) // 2
            step = 1e-6 * weight[row]  # small beside what it changes, however light or heavy the row is
            moved = weight.copy()
            moved[row] += step
            slope = (value(moved, name, average)[0] - at) / step
            assert weight[row] * slope == pytest.approx(influence[row], rel=1e-3, abs=1e-5)


@pytest.mark.slow
def test_intervals_hold_the_truth():
    """Nominal 95 % intervals of averages hold the population's value in 91 % to 98 % of samples, labels dependent."""
    rng = np.random.default_rng(1)

    def draw(n):
        shared = rng.standard_normal((n, 1))
        latent = 0.7 * shared + 0.7 * rng.standard_normal((n, 4))
        target = (latent > np.array([0.2, 0.6, 1.0, 0.0])).astype(int)
        score = 1 / (1 + np.exp(-(latent + 0.8 * rng.standard_normal((n, 4)))))
        return target, score

    truth = gnomon.evaluate(*draw(400_000), interval="none")
    names = ["f1_macro", "f1_micro", "f1_weighted", "precision_macro", "recall_micro", "f1_samples", "hamming_loss",
             "accuracy", "roc_auc_macro", "label_ranking_loss"]  # fmt: skip
    held = dict.fromkeys(names, 0)
    runs = 400
    for _ in range(runs):
        ev = gnomon.evaluate(*draw(150))
        for name in names:
            held[name] += ev[name].low <= truth[name].value <= ev[name].high
    for name, count in held.items():
        assert 0.91 <= count / runs <= 0.985, (name, count / runs)


def test_named_columns_files_and_the_command_line(tmp_path):
    """A frame, a Parquet file and the command line give the arrays' numbers, under the columns' names."""
    import pandas as pd

    from gnomon.cli import run

    rng = np.random.default_rng(0)
    target, score = rng.integers(0, 2, (60, 2)), rng.random((60, 2))
    frame = pd.DataFrame({"cat": target[:, 0], "dog": target[:, 1].astype(bool), "p1": score[:, 0], "p2": score[:, 1]})
    by_array = gnomon.evaluate(target, score, classes=["cat", "dog"])
    by_frame = gnomon.evaluate(frame, target=["cat", "dog"], score=["p1", "p2"])
    by_frames = gnomon.evaluate(frame[["cat", "dog"]].astype(int), frame[["p1", "p2"]])
    assert by_frames.classes == ("cat", "dog")
    assert by_frames.estimates == by_frame.estimates
    path = tmp_path / "rows.parquet"
    frame.to_parquet(path)
    by_file = gnomon.evaluate(path, target=["cat", "dog"], score=["p1", "p2"], threads=2)
    assert by_frame.estimates == by_array.estimates == by_file.estimates
    assert by_frame.per_class == by_array.per_class
    assert by_frame.classes == ("cat", "dog")
    output = tmp_path / "ev.json"
    command = ["evaluate", str(path), "-t", "cat,dog", "-s", "p1", "-s", "p2", "-f", "json", "-o", str(output)]
    assert run(command) == 0
    assert gnomon.load(output) == by_file
    assert json.loads(output.read_text())["confusions"]["cat"]["labels"] == ["0", "1"]


def test_predictions_and_thresholds():
    """Whole numbers and booleans are predictions, floats scores; a threshold may be given, also for decision values."""
    target = np.array([[0, 1], [1, 1], [1, 0]])
    ev = gnomon.evaluate(target, np.array([[False, True], [True, False], [True, False]]))
    assert ev["accuracy"].value == pytest.approx(2 / 3)
    assert "roc_auc_macro" not in ev
    decision = np.array([[-2.0, 3.0], [1.0, 0.5], [4.0, -1.0]])
    ranked = gnomon.evaluate(target, decision, scale="any")
    assert "accuracy" not in ranked
    assert ranked.threshold is None
    assert gnomon.evaluate(target, decision, scale="any", threshold=0.0)["accuracy"].value == 1
    assert gnomon.evaluate(target, target.astype(float))["accuracy"].value == 1


def test_perfect_and_empty_labels():
    """A perfect prediction has an interval of some width; a label that no row has is undefined, said so, left out."""
    target = np.array([[0, 1, 0], [1, 1, 0], [1, 0, 0]] * 10)
    ev = gnomon.evaluate(target, target, classes=["a", "b", "never"])
    assert ev["f1_macro"].value == 1
    assert ev["f1_macro"].low < 0.95
    assert not ev.per_class["never"]["recall"].defined
    assert any("never" in note for note in ev.notes)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gnomon.evaluate([[0, 1], [1, 2]], [[0, 1], [1, 1]]), "a label must be 0 or 1"),
        (lambda: gnomon.evaluate([[0, 1], [1, 0]], [[0.2, 0.3, 0.1], [0.1, 0.5, 0.5]]), "score columns: 3, labels: 2"),
        (lambda: gnomon.evaluate([[0, 1], [1, 0]], [[0, 1], [1, 0]], positive=1), "binary task"),
        (lambda: gnomon.evaluate([[0, 1], [1, 0]], [[0, 1], [1, 0]], threshold=0.3), "a threshold applies"),
        (lambda: gnomon.evaluate([[0, 1], [1, 0]], [[0, 1], [1, 0]], classes=["a"]), "must name the 2 labels"),
        (lambda: gnomon.evaluate([[0, 1], [1, 0]], [[0, 1], [1, 0]], task="binary"), "a binary task has one"),
        (lambda: gnomon.evaluate([0, 1], [0, 1], task="multilabel"), "a target column for each label"),
        (lambda: gnomon.evaluate([[0, 1], [1, 0]], [[0.2, 1.3], [0.1, 0.5]]), "is not a probability"),
        (
            lambda: gnomon.evaluate({"a": [0], "b": [1]}, target=["a", "b"], prediction=["a", "b"]),
            "column 'a' is passed as prediction= and as something else",
        ),
        (lambda: gnomon.evaluate({"a": [0], "b": [1]}, target=3.5, prediction="b"), "takes the name of a column"),
    ],
)
def test_bad_input_is_refused(call, message):
    """What was wrong, and where, is said."""
    with pytest.raises(gnomon.GnomonError, match=message):
        call()


def test_saved_and_loaded(tmp_path):
    """The JSON form holds everything."""
    rng = np.random.default_rng(0)
    ev = gnomon.evaluate(rng.integers(0, 2, (50, 3)), rng.random((50, 3)), weight=rng.random(50))
    ev.save(tmp_path / "ev.json")
    assert gnomon.load(tmp_path / "ev.json") == ev


@pytest.mark.parametrize("weighted", [False, True])
def test_a_label_that_every_row_has_is_ranked_precisely(weighted):
    """As scikit-learn has it: precision is 1 wherever one looks, and averages count the label."""
    rng = np.random.default_rng(12)
    truth = np.column_stack([np.ones(40, int), rng.integers(0, 2, 40), rng.integers(0, 2, 40)])
    scores = rng.random((40, 3))
    weight = rng.integers(1, 4, 40) / 2 if weighted else None
    ev = gnomon.evaluate(truth, scores, weight=weight)
    wanted = sk.average_precision_score(truth, scores, average="macro", sample_weight=weight)
    assert ev["average_precision_macro"].value == pytest.approx(wanted, rel=1e-12)
    own = ev.per_class["0"]["average_precision"]
    assert own.value == 1.0
    assert 0.8 < own.low < own.high == 1.0
    assert np.isnan(ev.per_class["0"]["roc_auc"].value)
