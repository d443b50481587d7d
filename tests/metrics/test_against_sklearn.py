"""Every metric against scikit-learn on rows drawn at random, in every type that labels and scores come in."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn.metrics as peers
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from gnomon import metrics as own
from tests.strategies import binary_rows, class_rows, probabilities, regression_rows

CLASSES = {
    "accuracy_score": {}, "balanced_accuracy_score": {}, "cohen_kappa_score": {}, "confusion_matrix": {},
    "hamming_loss": {}, "matthews_corrcoef": {}, "multilabel_confusion_matrix": {}, "zero_one_loss": {},
    "f1_score": {"average": "macro"}, "fbeta_score": {"average": "weighted", "beta": 0.5},
    "jaccard_score": {"average": "micro"}, "precision_score": {"average": None, "zero_division": 1},
    "recall_score": {"average": "weighted", "zero_division": np.nan},
}  # fmt: skip
LABELS = {
    "int8": lambda codes: codes.astype(np.int8),
    "uint16": lambda codes: codes.astype(np.uint16),
    "int64": lambda codes: codes.astype(np.int64) - 1,
    "wide": lambda codes: codes.astype(np.int64) * 10**12,
    "float": lambda codes: codes.astype(np.float64),
    "text": lambda codes: np.array(["a", "bb", "ccc", "d", "ee", "f"])[codes],
    "objects": lambda codes: np.array(["a", "bb", "ccc", "d", "ee", "f"], object)[codes],
    "list": lambda codes: codes.tolist(),
    "pandas": pd.Series,
    "nullable": lambda codes: pd.Series(codes, dtype="Int64"),
    "polars": pl.Series,
    "strided": lambda codes: np.repeat(codes, 2)[::2],
    "swapped": lambda codes: codes.astype(">i4"),
    "column": lambda codes: codes.reshape(-1, 1),
}


def quietly(function, *arguments, **keywords):
    """The result, or the kind of error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(*arguments, **keywords)
        except (ValueError, TypeError) as error:
            return ValueError if isinstance(error, ValueError) else TypeError


def same(mine, theirs, rel=1e-9, absolute=1e-10):
    """Both are errors of a kind, or numbers that agree."""
    if isinstance(mine, type) or isinstance(theirs, type):
        return mine is theirs
    if isinstance(mine, tuple):
        return all(same(a, b, rel, absolute) for a, b in zip(mine, theirs, strict=True))
    if mine is None or theirs is None:
        return mine is theirs
    mine, theirs = np.asarray(mine), np.asarray(theirs)
    return mine.shape == theirs.shape and np.allclose(mine, theirs, rtol=rel, atol=absolute, equal_nan=True)


@pytest.mark.parametrize("name", CLASSES)
@given(class_rows(), st.sampled_from(sorted(LABELS)))
def test_labels(name, rows, kind):
    """With and without weights, for every type of labels."""
    target, predicted, weight = rows
    arrays = LABELS[kind](target), LABELS[kind](predicted)
    expected = quietly(getattr(peers, name), target, predicted, sample_weight=weight, **CLASSES[name])
    assert same(quietly(getattr(own, name), *arrays, sample_weight=weight, **CLASSES[name]), expected)


@given(class_rows(), st.sampled_from(sorted(set(LABELS) - {"nullable"})))  # whose whole numbers become floats there
def test_reports_are_the_same_text(rows, kind):
    """To the letter, names of labels included (but where no row is right: scikit-learn then shows counts as 2.0)."""
    target, predicted, _ = rows
    if not (target == predicted).any():
        return
    arrays = LABELS[kind](target), LABELS[kind](predicted)
    for keywords in ({}, {"digits": 4, "zero_division": 1}, {"sample_weight": np.ones(len(target), int)}):
        assert quietly(own.classification_report, *arrays, **keywords) == quietly(
            peers.classification_report, *arrays, **keywords
        )


SCORES = ("roc_auc_score", "average_precision_score", "roc_curve", "precision_recall_curve", "det_curve",
          "confusion_matrix_at_thresholds")  # fmt: skip


@pytest.mark.parametrize("name", SCORES)
@given(binary_rows(weighted=False))
def test_scores(name, rows):
    """Ties, one ulp, negative zeros, denormals; thresholds in the scores' own type."""
    label, score, _ = rows
    mine, theirs = (quietly(getattr(module, name), label, score) for module in (own, peers))
    assert same(mine, theirs)
    if isinstance(mine, tuple):
        assert mine[-1].dtype == theirs[-1].dtype
        for drop in (True, False) if name != "confusion_matrix_at_thresholds" else ():
            keywords = {"drop_intermediate": drop}
            assert same(*(quietly(getattr(module, name), label, score, **keywords) for module in (own, peers)))


@pytest.mark.parametrize("name", ["roc_auc_score", "average_precision_score", "confusion_matrix_at_thresholds"])
@given(binary_rows(weighted=True), st.booleans())
def test_weighted_scores(name, rows, zero):
    """Rows of weight 0 are no rows."""
    label, score, weight = rows
    if zero:
        weight = weight.copy()
        weight[::3] = 0
    if not weight.any():
        return
    mine, theirs = (quietly(getattr(module, name), label, score, sample_weight=weight) for module in (own, peers))
    assert same(mine, theirs, absolute=1e-14 * len(weight) * weight.sum())


@given(binary_rows(weighted=False), st.floats(0.05, 1.0))
def test_partial_auc(rows, most):
    """Standardized, up to a fall-out."""
    label, score, _ = rows
    assert same(*(quietly(module.roc_auc_score, label, score, max_fpr=most) for module in (own, peers)))


@pytest.mark.parametrize("name", ["log_loss", "brier_score_loss", "d2_log_loss_score", "d2_brier_score"])
@given(binary_rows(score=probabilities))
def test_probabilities(name, rows):
    """Of the positive class, and of both; certain mistakes cost what they cost in scikit-learn."""
    label, score, weight = rows
    score, rel = score.astype(np.float64), 1e-7
    for values in (score, np.column_stack([1 - score, score])):
        mine, theirs = (quietly(getattr(module, name), label, values, sample_weight=weight) for module in (own, peers))
        assert same(mine, theirs, rel)


@given(class_rows(classes=3, least=3), st.data())
def test_several_classes(rows, data):
    """Probabilities of three classes: AUCs, average precision, losses, top-k, hinge."""
    target, _, weight = rows
    target = np.concatenate([target, [0, 1, 2]])
    weight = None if weight is None else np.concatenate([weight, [1.0, 1.0, 1.0]])
    steps = data.draw(st.lists(st.integers(1, 5), min_size=3 * len(target), max_size=3 * len(target)))
    scores = np.array(steps, np.float64).reshape(-1, 3)
    scores /= scores.sum(axis=1, keepdims=True)
    for name, keywords in (
        ("roc_auc_score", {"multi_class": "ovr"}), ("roc_auc_score", {"multi_class": "ovr", "average": "weighted"}),
        ("roc_auc_score", {"multi_class": "ovr", "average": "micro"}), ("roc_auc_score", {"multi_class": "ovo"}),
        ("roc_auc_score", {"multi_class": "ovo", "average": "weighted"}), ("average_precision_score", {}),
        ("average_precision_score", {"average": None}), ("log_loss", {}), ("brier_score_loss", {}),
        ("d2_log_loss_score", {}), ("d2_brier_score", {}), ("top_k_accuracy_score", {"k": 1}),
        ("top_k_accuracy_score", {"normalize": False}), ("hinge_loss", {}),
    ):  # fmt: skip
        for own_weight in (None, weight):
            mine, theirs = (
                quietly(getattr(module, name), target, scores, sample_weight=own_weight, **keywords)
                for module in (own, peers)
            )
            assert same(mine, theirs, 1e-7), (name, keywords)


@given(st.data())
def test_labels_within_rows(data):
    """Rankings of labels and of documents, ties included; dense and sparse."""
    rows, labels = data.draw(st.integers(1, 6)), data.draw(st.integers(2, 5))
    cells = st.lists(st.integers(0, 1), min_size=rows * labels, max_size=rows * labels)
    truth = np.array(data.draw(cells)).reshape(rows, labels)
    steps = data.draw(st.lists(st.integers(0, 4), min_size=rows * labels, max_size=rows * labels))
    scores = np.array(steps, np.float64).reshape(rows, labels)
    predicted = np.array(data.draw(cells)).reshape(rows, labels)
    weight = np.array(data.draw(st.lists(st.floats(0.1, 9), min_size=rows, max_size=rows)))
    for own_weight in (None, weight):
        keywords = {"sample_weight": own_weight}
        for name in ("label_ranking_average_precision_score", "label_ranking_loss", "coverage_error"):
            assert same(*(quietly(getattr(module, name), truth, scores, **keywords) for module in (own, peers)))
        for name in ("dcg_score", "ndcg_score"):
            for further in ({}, {"k": 2}):
                mine, theirs = (
                    quietly(getattr(module, name), scores, truth + 0.5 * scores, **keywords, **further)
                    for module in (own, peers)
                )
                assert same(mine, theirs)
        for average in ("samples", "micro", "macro", "weighted", None):
            for form in (np.asarray, csr_array):
                mine, theirs = (
                    quietly(module.f1_score, form(truth), form(predicted), average=average, **keywords)
                    for module in (own, peers)
                )
                assert same(mine, theirs)
        for name in ("accuracy_score", "hamming_loss", "multilabel_confusion_matrix"):
            assert same(*(quietly(getattr(module, name), truth, predicted, **keywords) for module in (own, peers)))


REGRESSION = {
    "mean_squared_error": {}, "root_mean_squared_error": {}, "mean_absolute_error": {}, "max_error": {},
    "mean_absolute_percentage_error": {}, "median_absolute_error": {}, "mean_pinball_loss": {"alpha": 0.3},
    "r2_score": {}, "explained_variance_score": {"force_finite": False}, "d2_absolute_error_score": {},
    "d2_pinball_score": {"alpha": 0.8},
}  # fmt: skip


@pytest.mark.parametrize("name", REGRESSION)
@given(regression_rows())
def test_amounts(name, rows):
    """Targets far from zero and near; with weights and without."""
    target, prediction, weight = rows
    keywords = REGRESSION[name] | ({} if name == "max_error" else {"sample_weight": weight})
    mine, theirs = (quietly(getattr(module, name), target, prediction, **keywords) for module in (own, peers))
    if np.ptp(target) < 1e-9 * np.abs(target).max() or name.endswith("percentage_error"):
        return  # scikit-learn's own rounding decides
    assert same(mine, theirs, 1e-5)


@pytest.mark.parametrize("power", [-1.5, 0, 1, 1.5, 2, 3])
@given(st.data())
def test_deviances(power, data):
    """Of every power, with counts of 0 where they are allowed."""
    n = data.draw(st.integers(2, 20))
    target = np.array(data.draw(st.lists(st.floats(0.01, 50), min_size=n, max_size=n)))
    prediction = np.array(data.draw(st.lists(st.floats(0.01, 50), min_size=n, max_size=n)))
    if power < 2:
        target[0] = 0.0
    weight = np.array(data.draw(st.lists(st.floats(0.1, 9), min_size=n, max_size=n)))
    names = ["mean_tweedie_deviance"]
    if np.ptp(target) > 1e-6 * target.max():  # of a constant target scikit-learn divides by zero
        names.append("d2_tweedie_score")
    for name in names:
        for own_weight in (None, weight):
            mine, theirs = (
                quietly(getattr(module, name), target, prediction, power=power, sample_weight=own_weight)
                for module in (own, peers)
            )
            assert same(mine, theirs, 1e-7)


@given(st.lists(st.floats(-0.99, 1e6), min_size=2, max_size=20))
def test_logarithmic_errors(values):
    """From just above -1 to large amounts."""
    target, prediction = np.array(values), np.array(values)[::-1].copy()
    for name in ("mean_squared_log_error", "root_mean_squared_log_error"):
        assert same(*(getattr(module, name)(target, prediction) for module in (own, peers)), 1e-9)


def test_large_arrays_in_every_type():
    """Beyond the size at which threads are started, and at which labels were expected from the first rows."""
    rng = np.random.default_rng(0)
    n = 200_000
    codes = rng.integers(0, 5, n)
    codes[:2000] = rng.integers(0, 2, 2000)
    guess = np.where(rng.random(n) < 0.8, codes, rng.integers(0, 5, n))
    weight, score = rng.random(n), rng.random(n)
    many = codes * 1000 + rng.integers(0, 300, n)
    for mine, theirs in ((codes, guess), (many, np.where(rng.random(n) < 0.5, many, many[::-1]))):
        for name in ("f1_score", "confusion_matrix", "matthews_corrcoef", "cohen_kappa_score", "accuracy_score"):
            keywords = {"average": "weighted"} if name == "f1_score" else {}
            for own_weight in (None, weight):
                pair = [
                    quietly(getattr(module, name), mine, theirs, sample_weight=own_weight, **keywords)
                    for module in (own, peers)
                ]
                assert same(*pair), name
    label = (codes > 2).astype(np.int8)
    for name in ("roc_auc_score", "average_precision_score", "roc_curve", "log_loss", "brier_score_loss"):
        assert same(*(getattr(module, name)(label, score) for module in (own, peers))), name
    amount = np.exp(rng.standard_normal(n))
    for name in ("r2_score", "median_absolute_error", "mean_squared_error", "mean_gamma_deviance", "d2_pinball_score"):
        for own_weight in (None, weight):
            assert same(*(getattr(m, name)(amount, score + 0.1, sample_weight=own_weight) for m in (own, peers))), name


def test_arrow_arrays():
    """Columns of Arrow are taken as well."""
    assert own.f1_score(pa.array([0, 1, 1]), pa.array([0, 1, 0])) == pytest.approx(2 / 3)


@given(binary_rows(weighted=False))
def test_ks_statistic(rows):
    """Kolmogorov-Smirnov: the largest gap between the two classes' distribution functions, by brute force."""
    label, score, _ = rows
    gaps = [abs((score[label == 1] <= at).mean() - (score[label == 0] <= at).mean()) for at in score]
    expected = max(gaps)
    assert own.ks_statistic(label, score) == pytest.approx(expected, abs=1e-12)


@given(class_rows(classes=2), st.sampled_from(["specificity_score", "negative_predictive_value_score"]))
def test_metrics_of_the_negative_class(rows, name):
    """They are recall and precision of the other class; fall-out is 1 - specificity."""
    target, predicted, weight = rows
    twin = {"specificity_score": "recall_score", "negative_predictive_value_score": "precision_score"}[name]
    keywords = {"sample_weight": weight, "zero_division": np.nan}
    mine = quietly(getattr(own, name), target, predicted, **keywords)
    assert same(mine, quietly(getattr(peers, twin), target, predicted, pos_label=0, **keywords))
    if name == "specificity_score":
        assert same(1 - mine, quietly(own.false_positive_rate_score, target, predicted, **keywords))


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@given(binary_rows(score=probabilities))
def test_calibration_error(strategy, rows):
    """From the bins of scikit-learn's calibration curve, and by hand with weights."""
    from sklearn.calibration import calibration_curve

    label, score, weight = rows
    score = score.astype(np.float64)
    fraction, mean = calibration_curve(label, score, n_bins=4, strategy=strategy)
    edges = np.linspace(0, 1, 5) if strategy == "uniform" else np.percentile(score, np.linspace(0, 1, 5) * 100)
    place = np.searchsorted(edges[1:-1], score)
    counts = np.bincount(place)
    expected = (np.abs(fraction - mean) * counts[counts > 0]).sum() / len(label)
    mine = own.expected_calibration_error(label, score, n_bins=4, strategy=strategy)
    assert mine == pytest.approx(expected, abs=1e-9)
    if weight is not None:
        gaps = [abs((weight * (label - score))[place == own_bin].sum()) for own_bin in range(4)]
        mine = own.expected_calibration_error(label, score, n_bins=4, strategy=strategy, sample_weight=weight)
        assert mine == pytest.approx(sum(gaps) / weight.sum(), abs=1e-9)


def test_calibration_error_of_several_classes():
    """That of the greatest probability."""
    proba = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]])
    value = own.expected_calibration_error([0, 2, 2], proba, n_bins=10, labels=[0, 1, 2])
    assert value == pytest.approx((0.4 + 0.7 + 0.2) / 3)
