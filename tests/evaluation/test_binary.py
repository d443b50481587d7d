"""Binary evaluations against scikit-learn, row for row the same definitions."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

import gnomon
from tests.strategies import binary_rows, probabilities, scores, without_row_numbers

REL = 1e-12


def close(estimate, expected):
    assert estimate.value == pytest.approx(expected, rel=REL, abs=1e-15)


def reference(label, score, threshold, weight):
    """What scikit-learn says, undefined values as NaN."""
    flagged = (score >= threshold).astype(int)
    given_weight = {"sample_weight": weight}
    out = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nan = {"zero_division": np.nan}
        out["accuracy"] = sk.accuracy_score(label, flagged, **given_weight)
        out["balanced_accuracy"] = sk.balanced_accuracy_score(label, flagged, **given_weight)
        out["precision"] = sk.precision_score(label, flagged, **nan, **given_weight)
        out["recall"] = sk.recall_score(label, flagged, **nan, **given_weight)
        out["specificity"] = sk.recall_score(label, flagged, pos_label=0, **nan, **given_weight)
        out["negative_predictive_value"] = sk.precision_score(label, flagged, pos_label=0, **nan, **given_weight)
        out["f1"] = sk.f1_score(label, flagged, **nan, **given_weight)
        out["roc_auc"] = sk.roc_auc_score(label, score, **given_weight)
        out["average_precision"] = sk.average_precision_score(label, score, **given_weight)
        fpr, tpr, _ = sk.roc_curve(label, score, **given_weight)
        out["ks"] = np.abs(tpr - fpr).max()
    return out, flagged


def exact_mcc(label, flagged, weight):
    """The Matthews correlation, rounded once."""
    masses = [Fraction(1)] * len(label) if weight is None else [Fraction(float(own)) for own in weight]
    cells = {(true, said): Fraction(0) for true in (0, 1) for said in (0, 1)}
    for true, said, mass in zip(label, flagged, masses, strict=True):
        cells[int(true), int(said)] += mass
    (tn, fp, fn, tp) = (cells[own] for own in ((0, 0), (0, 1), (1, 0), (1, 1)))
    spread = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    top = tp * tn - fp * fn
    return math.copysign(math.sqrt(float(top * top / spread)), top)


@given(binary_rows(score=probabilities), st.sampled_from((0.5, 0.25, 0.0, 1.0, 0.3)))
def test_every_value_equals_sklearn(rows, threshold):
    """Ties, weights, float32, tiny n, any threshold."""
    label, score, weight = rows
    ev = gnomon.evaluate(label, score, weight=weight, threshold=threshold, interval="none")
    expected, flagged = reference(label, score, threshold, weight)
    for name, value in expected.items():
        if np.isnan(value):
            assert not ev[name].defined
            assert ev[name].reason
        else:
            close(ev[name], value)
    assert ev["false_positive_rate"].value == pytest.approx(1 - ev["specificity"].value, abs=1e-14)
    assert np.array_equal(ev.confusion.counts, sk.confusion_matrix(label, flagged, labels=[0, 1]))
    if ev["matthews_corrcoef"].defined:
        # scikit-learn's own rounding leaves 1e-9 of a correlation near 0: exact fractions say more.
        assert ev["matthews_corrcoef"].value == pytest.approx(exact_mcc(label, flagged, weight), rel=1e-12, abs=1e-15)
        expected_mcc = sk.matthews_corrcoef(label, flagged, sample_weight=weight)
        assert ev["matthews_corrcoef"].value == pytest.approx(expected_mcc, rel=1e-9, abs=1e-8)
    else:
        assert len(set(flagged)) == 1
    if ev["cohen_kappa"].defined:
        expected_kappa = sk.cohen_kappa_score(label, flagged, sample_weight=weight)
        assert ev["cohen_kappa"].value == pytest.approx(expected_kappa, rel=1e-12, abs=1e-14)


@given(binary_rows(score=probabilities, weighted=False))
def test_losses_equal_sklearn(rows):
    """Log loss (clipped at the resolution of the scores' type) and Brier score."""
    label, score, _ = rows
    weight = np.linspace(0.5, 2, len(label))
    ev = gnomon.evaluate(label, score.astype(np.float64), weight=weight, interval="none")
    close(ev["brier_score"], sk.brier_score_loss(label, score.astype(np.float64), sample_weight=weight))
    close(ev["log_loss"], sk.log_loss(label, score.astype(np.float64), sample_weight=weight, labels=[0, 1]))


@given(binary_rows(score=scores))
def test_decision_values(rows):
    """Any finite scores rank; without a threshold nothing is thresholded, with one it is."""
    label, score, weight = rows
    ev = gnomon.evaluate(label, score, weight=weight, scale="any", interval="none")
    assert set(ev) == {"roc_auc", "average_precision", "ks"}
    assert ev.confusion is None
    close(ev["roc_auc"], sk.roc_auc_score(label, score, sample_weight=weight))
    with_threshold = gnomon.evaluate(label, score, weight=weight, scale="any", threshold=0.5)
    assert with_threshold.threshold == 0.5
    assert "log_loss" not in with_threshold
    close(with_threshold["accuracy"], sk.accuracy_score(label, score >= 0.5, sample_weight=weight))


@given(binary_rows(score=probabilities))
def test_intervals_hold_their_values(rows):
    """Low <= value <= high, inside the measure's range, for every estimate there is."""
    label, score, weight = rows
    ev = gnomon.evaluate(label, score, weight=weight)
    for name, estimate in ev.items():
        if estimate.defined and not np.isnan(estimate.low):
            assert estimate.low <= estimate.value <= estimate.high, name
            assert estimate.method
            least = -1 if name in ("matthews_corrcoef", "cohen_kappa") else 0
            assert estimate.low >= least - 1e-12
            assert estimate.high <= (np.inf if name == "log_loss" else 1)
        assert estimate.bound == 0


@given(binary_rows(score=probabilities), st.data())
def test_order_of_rows_does_not_matter(rows, data):
    """A permutation of the rows gives the same evaluation, to the last bit of every interval."""
    label, score, weight = rows
    order = np.array(data.draw(st.permutations(range(len(label)))))
    first = gnomon.evaluate(label, score, weight=weight)
    second = gnomon.evaluate(label[order], score[order], weight=None if weight is None else weight[order])
    assert without_row_numbers(first) == without_row_numbers(second)


def test_threads_give_the_same_bytes():
    """1, 2 and 7 threads: the same JSON, byte for byte, weights and intervals included."""
    rng = np.random.default_rng(0)
    n = 300_000
    label = (rng.random(n) < 0.2).astype(int)
    score, weight = np.clip(rng.normal(0.4 + 0.2 * label, 0.2), 0, 1), rng.exponential(size=n)
    for own in (None, weight):
        forms = {gnomon.evaluate(label, score, weight=own, threads=threads).to_json() for threads in (1, 2, 7)}
        assert len(forms) == 1


@given(binary_rows(score=probabilities, weighted=False))
def test_weight_zero_is_no_row(rows):
    """A row of weight 0 equals no row, whatever it holds; equal weights equal none."""
    label, score, _ = rows
    ev = gnomon.evaluate(label, score)
    weight = np.concatenate([np.ones(len(label)), np.zeros(3)])
    longer = gnomon.evaluate(
        np.concatenate([label, [1, 0, 1]]),
        np.concatenate([score, np.array([np.nan, 0.3, 7.0], score.dtype)]),
        weight=weight,
    )
    assert longer.n == ev.n
    for name in ev:
        assert longer[name].value == pytest.approx(ev[name].value, rel=1e-13, nan_ok=True), name
        if ev[name].method != "bootstrap":
            assert longer[name].low == pytest.approx(ev[name].low, rel=1e-9, abs=1e-12, nan_ok=True), name
    scaled = gnomon.evaluate(label, score, weight=np.full(len(label), 0.1))
    for name in ev:
        assert scaled[name].value == pytest.approx(ev[name].value, rel=1e-12, abs=1e-15, nan_ok=True), name


def test_labels_of_every_kind_agree():
    """Strings, booleans, integers of any size, floats, categories, Arrow dictionaries: one evaluation."""
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    codes = np.array([0, 1, 1, 0, 1, 0, 0, 1])
    score = np.array([0.1, 0.8, 0.4, 0.3, 0.9, 0.6, 0.2, 0.7])
    text = np.where(codes == 1, "yes", "no")
    plain = gnomon.evaluate(codes, score)
    for label in (
        codes.astype(bool),
        codes.astype(np.int8),
        codes.astype(np.uint64),
        codes.astype(np.float32),
        codes.astype(">i4"),
        codes * 2 - 1,
        codes.tolist(),
        pa.array(codes),
        pa.array(codes).dictionary_encode(),
        pl.Series(codes),
        pd.Series(codes, dtype="Int64"),
        pd.Series(codes, dtype="category"),
    ):
        assert gnomon.evaluate(label, score)["roc_auc"] == plain["roc_auc"]
    for label in (
        text,
        text.tolist(),
        text.astype(object),
        pd.Series(text),
        pd.Series(text, dtype="category"),
        pl.Series(text),
        pl.Series(text, dtype=pl.Categorical),
        pa.array(text),
        pa.array(text).dictionary_encode(),
        pa.array(text, pa.large_string()),
        pa.array(text, pa.string_view()),
    ):
        ev = gnomon.evaluate(label, score, positive="yes")
        assert ev.classes == ("no", "yes")
        assert ev["f1"] == plain["f1"]
        assert ev["roc_auc"] == plain["roc_auc"]


def test_positive_may_be_either_label():
    """With the other label as positive, recall and specificity change places."""
    label, predicted = ["a", "b", "a", "b", "b"], ["a", "a", "b", "b", "b"]
    a, b = (gnomon.evaluate(label, predicted, positive=own) for own in "ab")
    assert a.classes == ("b", "a")
    assert a["recall"].value == b["specificity"].value == sk.recall_score(label, predicted, pos_label="a")
    assert a.confusion["a", "b"] == b.confusion["a", "b"] == 1


def test_predictions_and_scores_together():
    """Given both, the confusion comes from the predictions and the ranking from the scores."""
    label, predicted, score = [0, 1, 1, 0], [1, 1, 0, 0], [0.1, 0.2, 0.9, 0.3]
    ev = gnomon.evaluate(label, prediction=predicted, score=score)
    assert ev.threshold is None
    assert ev["accuracy"].value == 0.5
    assert ev["roc_auc"].value == sk.roc_auc_score(label, score)


def test_a_declared_class_that_does_not_occur():
    """With the classes declared, one class only is no error: what needs the other is undefined."""
    ev = gnomon.evaluate([0, 0, 0], [0.2, 0.7, 0.1], classes=[0, 1])
    assert ev["specificity"].value == pytest.approx(2 / 3)
    for name in ("recall", "roc_auc", "average_precision", "ks", "balanced_accuracy"):
        assert not ev[name].defined
        assert ev[name].reason
    assert any("'1'" in note for note in ev.notes)


def test_constant_score():
    """One score for all rows: AUC exactly a half, average precision the prevalence, said in a note."""
    ev = gnomon.evaluate([0, 1, 0, 0], [0.3] * 4)
    assert (ev["roc_auc"].value, ev["roc_auc"].low, ev["roc_auc"].high) == (0.5, 0.5, 0.5)
    assert ev["average_precision"].value == 0.25
    assert "Every row has the same score: the scores do not rank the rows." in [own.text for own in ev.advice]


def test_perfect_separation_is_not_certain():
    """A perfect score on few rows keeps an interval of some width."""
    ev = gnomon.evaluate([0] * 7 + [1] * 7, np.linspace(0, 1, 14))
    for name in (
        "roc_auc",
        "average_precision",
        "ks",
        "accuracy",
        "f1",
        "matthews_corrcoef",
        "balanced_accuracy",
    ):
        assert ev[name].value == 1
        assert ev[name].low < 0.9, name
        assert ev[name].high == 1


def test_curves_are_points_of_the_exact_curves():
    """With few rows every distinct score is a point; the rates equal scikit-learn's at that threshold."""
    rng = np.random.default_rng(3)
    label, score = rng.integers(0, 2, 60), rng.random(60).round(2)
    ev = gnomon.evaluate(label, score)
    roc = ev.curves["roc"]
    fpr, tpr, thresholds = sk.roc_curve(label, score, drop_intermediate=False)
    assert roc["threshold"][0] is None
    assert roc["threshold"][1:] == thresholds[1:].tolist()
    assert roc["true_positive_rate"] == pytest.approx(tpr.tolist())
    assert roc["false_positive_rate"] == pytest.approx(fpr.tolist())
    pr = ev.curves["precision_recall"]
    precision, recall, _ = sk.precision_recall_curve(label, score)
    assert pr["precision"] == pytest.approx(precision[::-1].tolist())
    assert pr["recall"] == pytest.approx(recall[::-1].tolist())


def test_thinned_curves_stay_small_and_exact():
    """With many rows the curve is thinned; each point that is left is on the exact curve."""
    rng = np.random.default_rng(4)
    label, score = rng.integers(0, 2, 20_000), rng.random(20_000)
    roc = gnomon.evaluate(label, score).curves["roc"]
    assert len(roc["threshold"]) < 300
    for threshold, tpr in list(zip(roc["threshold"], roc["true_positive_rate"], strict=True))[1::40]:
        assert tpr == pytest.approx((score[label == 1] >= threshold).mean())
    assert (roc["true_positive_rate"][-1], roc["false_positive_rate"][-1]) == (1, 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("exact", ["auto", False])
def test_what_rests_on_probabilities_of_0_is_told(dtype, weighted, exact):
    """How many rows are wrong for certain, and how much of the log loss they make: by leaving them out."""
    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, 200)
    p = np.clip(rng.normal(0.3 + 0.4 * y, 0.2), 0.01, 0.99).astype(dtype)
    p[:4], y[:4] = (0, 1, 0, 1), (1, 0, 0, 1)  # two are wrong for certain, two right
    weight = rng.integers(1, 4, 200) / 2 if weighted else None
    ev = gnomon.evaluate(y, p, weight=weight, exact=exact)
    whole = ev["log_loss"].value * (200 if weight is None else weight.sum())
    others = gnomon.evaluate(y[2:], p[2:], weight=None if weight is None else weight[2:], exact=exact)
    rest = others["log_loss"].value * (198 if weight is None else weight[2:].sum())
    share = f"{1 - rest / whole:.0%}"
    assert ev["log_loss"].warning.startswith("2 rows have a probability of 0 for the true class:")
    assert ev["log_loss"].warning.endswith(f"they make up {share} of the value")
    assert others["log_loss"].warning is None
    one = gnomon.evaluate(y[1:], p[1:], exact=exact)
    assert one["log_loss"].warning.startswith("1 row has a probability of 0")


def test_decisions_are_all_of_a_log_loss():
    """Of a classifier whose probabilities are 0 and 1; of several classes as of two."""
    y = [0, 1, 1, 0, 1, 0] * 4
    hard = gnomon.evaluate(y, [0.0, 1.0, 0.0, 0.0, 1.0, 1.0] * 4)
    assert "8 rows have" in hard["log_loss"].warning
    assert "make up 100% of the value" in hard["log_loss"].warning
    shares = np.eye(3)[[0, 1, 2, 0, 1, 1]]
    several = gnomon.evaluate([0, 1, 2, 0, 1, 2], shares)
    assert several["log_loss"].warning.startswith("1 row has")


@pytest.mark.parametrize("name", ["brier_score", "log_loss", "roc_auc", "accuracy"])
def test_usual_measures_may_be_asked_for(name):
    """They are there anyway."""
    y, p = [0, 1, 0, 1, 1, 0], [0.2, 0.7, 0.4, 0.9, 0.3, 0.1]
    assert gnomon.evaluate(y, p, measures=[name])[name] == gnomon.evaluate(y, p)[name]
