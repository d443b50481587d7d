"""Inputs that once went wrong: each gives what scikit-learn gives, or is refused in words."""

import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as peers
from scipy.sparse import csr_array

import gnomon
from gnomon import metrics as own


def both(name, *arguments, **keywords):
    """The results of gnomon and of scikit-learn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [getattr(module, name)(*arguments, **keywords) for module in (own, peers)]


def test_numpys_text_of_any_width():
    """It is packed text, not Python objects."""
    words = np.array(["x", "yy", "x"], dtype=np.dtypes.StringDType())
    assert own.accuracy_score(words, words[::-1]) == 1
    assert own.f1_score(words, words, pos_label="yy") == 1


def test_minus_one_is_a_label_that_a_row_has_not():
    """Matrices of -1 and 1; other numbers are refused."""
    target, predicted = np.array([[-1, 1], [1, -1]]), np.array([[1, 1], [1, 1]])
    for name in ("accuracy_score", "zero_one_loss"):
        mine, theirs = both(name, target, predicted)
        assert mine == theirs
    rows = [[-1, 1], [1, -1], [1, 1]], [[0.1, 0.2], [0.3, 0.1], [0.2, 0.5]]
    mine, theirs = both("roc_auc_score", *map(np.array, rows))
    assert mine == theirs
    with pytest.raises(ValueError, match="holds 0 and 1"):
        own.accuracy_score(np.array([[0, 2], [2, 0]]), np.array([[0, 1], [1, 0]]))


def test_the_greater_of_two_numbers_is_positive():
    """Also of -1 and 0."""
    label, proba = [-1, -1, 0, 0, -1, 0], [0.1, 0.4, 0.35, 0.8, 0.4, 0.4]
    for name in ("brier_score_loss", "d2_brier_score"):
        mine, theirs = both(name, label, proba)
        assert mine == pytest.approx(theirs)


def test_counts_are_whole():
    """Not a share times the rows."""
    for rows in range(2, 120):
        label = np.zeros(rows, int)
        label[: rows // 3] = 1
        mine, theirs = both("accuracy_score", label, np.ones(rows, int), normalize=False)
        assert mine == theirs
        score = np.random.default_rng(0).dirichlet(np.ones(3), rows)
        mine, theirs = both("top_k_accuracy_score", label, score, k=1, normalize=False, labels=[0, 1, 2])
        assert mine == theirs
    assert own.accuracy_score([0, 1, 1], [0, 0, 1], sample_weight=[1, -1, 0], normalize=False) == 1


def test_scores_that_floats_cannot_tell_apart():
    """Whole numbers beyond 2^53 are ranked as they are; a curve, whose thresholds are floats, refuses them."""
    assert own.roc_auc_score([0, 1], [2**62, 2**62 + 1]) == 1.0
    with pytest.raises(ValueError, match="beyond 2\\^53"):
        own.roc_curve([0, 1], [2**62, 2**62 + 1])


def test_labels_beyond_int64():
    """Unsigned ones, as numbers of their own type."""
    labels = np.array([2**63 + 1, 2**63], np.uint64)
    mine, theirs = both("confusion_matrix", labels, labels[::-1])
    assert np.array_equal(mine, theirs)


def test_one_number_as_the_weight_of_all_rows():
    """Everywhere, and whole if it is."""
    assert own.confusion_matrix([0, 1], [0, 1], sample_weight=2).tolist() == [[2, 0], [0, 2]]
    assert own.confusion_matrix([0, 1], [0, 1], sample_weight=2).dtype == np.int64
    assert own.mean_squared_error([1, 2], [1, 3], sample_weight=2.5) == 0.5


@pytest.mark.parametrize("keywords", [{"pos_label": "a"}, {"sample_weight": [1, 1, 0, 0, 1, 0]}])
def test_det_curve_without_positives(keywords):
    """The empty curve that scikit-learn gives."""
    mine, theirs = both("det_curve", [0, 0, 1, 1, 0, 1], [0.1, 0.4, 0.35, 0.8, 0.4, 0.4], **keywords)
    for one, other in zip(mine, theirs, strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_explained_variance_on_any_scale():
    """Amounts and weights whose squares leave the doubles."""
    for scale in (1e-300, 1e-170, 1.0, 1e155, 1e300):
        target, prediction = np.array([1.0, 2.0, 3.0]) * scale, np.array([1.0, 2.0, 2.0]) * scale
        assert own.r2_score(target, prediction) == pytest.approx(0.5)
        assert own.explained_variance_score(target, prediction) == pytest.approx(2 / 3)
    assert own.r2_score([1, 2, 3.0], [1, 2, 2.0], sample_weight=[1e308] * 3) == pytest.approx(0.5)
    target = np.array([[1e155, 1], [2e155, 2], [3e155, 3]])
    prediction = np.array([[1e155, 3], [2e155, 2], [2e155, 1]])
    assert own.r2_score(target, prediction, multioutput="variance_weighted") == pytest.approx(0.5)


def test_float32_amounts_are_taken_as_doubles():
    """A mean or a difference is not rounded to their type."""
    target = np.float32(1e7) + np.float32([0, 1, 2, 3])
    prediction = target + np.float32([0, 1, 0, 1])
    assert own.d2_tweedie_score(target, prediction, power=0) == pytest.approx(own.r2_score(target, prediction))
    far = np.float32([3e38] * 3)
    assert own.median_absolute_error(far, -far) == pytest.approx(6e38)


def test_names_and_labels_that_repeat():
    """A report shows a row for each name; a matrix takes each label once."""
    mine, theirs = both("classification_report", [0, 1, 1], [0, 1, 0], target_names=["x", "x"])
    assert mine == theirs
    with pytest.raises(ValueError, match="names one twice"):
        own.confusion_matrix([0, 1, 1], [0, 1, 0], labels=[0, 0, 1])


def test_a_few_of_very_many_classes():
    """The matrix of the labels asked for, without the whole one."""
    rng = np.random.default_rng(0)
    target, predicted = rng.integers(0, 100_000, (2, 20_000))
    labels = target[:5]
    predicted[:3] = target[:3]
    for weight in (None, rng.random(20_000)):
        mine, theirs = both("confusion_matrix", target, predicted, labels=labels, sample_weight=weight)
        assert np.allclose(mine, theirs)


def test_a_weight_that_is_nothing_beside_the_others():
    """No NaN in the curve."""
    weight = [1, 1e-20, 1, 1, 1e20, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        precision, _, _ = own.precision_recall_curve([1] * 6, [6, 5, 4, 3, 2, 1], pos_label=1, sample_weight=weight)
    assert (precision == 1).all()


def test_half_precision_labels_and_missing_objects():
    """No warning of float16; what is missing is said, with its row."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert own.accuracy_score(np.float16([0, 1]), np.float16([0, 1])) == 1
    for value in (None, np.nan, pd.NA):
        for row in (0, 1):
            labels = np.array(["a", "b", "c"], object)
            labels[row] = value
            with pytest.raises(ValueError, match=f"NaN: row {row}"):
                own.accuracy_score(labels, ["a", "b", "c"])


@pytest.mark.parametrize(
    "call",
    [
        lambda: own.roc_auc_score(csr_array([[0, 1], [1, 0]]), [[0.1, 0.2], [0.3, 0.4]]),
        lambda: own.log_loss(csr_array([[0, 1], [1, 0]]), [[0.1, 0.9], [0.3, 0.7]]),
        lambda: own.confusion_matrix([0, 1], [0, 1], labels=3),
        lambda: own.f1_score([0, 1, 2], [0, 1, 2], labels={0, 1}, average="macro"),
        lambda: own.expected_calibration_error(np.array([[0, 1], [1, 0]]), np.array([[0.1, 0.9], [0.3, 0.7]])),
        lambda: own.expected_calibration_error([0, 1, 1], [0.1, 0.9, 0.5], sample_weight=[1, -1, 0]),
        lambda: own.mean_tweedie_deviance([1, 2], [1, 2], power=np.inf),
        lambda: gnomon.evaluate(np.empty((3, 0)), np.empty((3, 0))),
    ],
)
def test_refused_in_words(call):
    """As errors of gnomon's own."""
    with pytest.raises(gnomon.GnomonError):
        call()


def test_weights_that_sum_to_zero():
    """There is no mean, as in NumPy's average."""
    for call in (own.log_loss, own.brier_score_loss, own.mean_squared_error, own.hinge_loss):
        with pytest.raises(ZeroDivisionError, match="zero"):
            call([0, 1], [0.2, 0.7], sample_weight=[1, -1])


def test_a_threshold_so_large_that_its_square_overflows():
    """F-beta of a huge beta is recall."""
    assert own.fbeta_score([0, 1, 1], [0, 1, 0], beta=1e200) == 0.5


@pytest.mark.parametrize("shape", [(0,), (0, 2), (3, 0), (0, 0)])
def test_arrays_without_values_end_as_scikit_learns(shape):
    """An error where scikit-learn has one, whatever the shape; else the same value."""
    from sklearn import metrics as peer

    empty = np.zeros(shape, int)
    for name in ("accuracy_score", "f1_score", "hamming_loss"):
        results = []
        for function in (getattr(peer, name), getattr(gnomon.metrics, name)):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    results.append(float(function(empty, empty)))
            except (ValueError, ZeroDivisionError):
                results.append("refused")
        if results[0] == "refused":
            assert results[1] == "refused"
        else:
            assert results[0] == pytest.approx(results[1], nan_ok=True)
