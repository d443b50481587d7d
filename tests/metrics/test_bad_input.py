"""What is wrong is a ValueError (or a TypeError, as in scikit-learn) that says what, where, and what to do."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning as PeersWarning

import gnomon
from gnomon import metrics as m

Y, P, S = [0, 1, 1, 0], [0, 1, 0, 0], [0.1, 0.8, 0.4, 0.2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: m.f1_score([0, 1], [0, 1, 1]), r"inconsistent numbers of samples: \[2, 3\]"),
        (lambda: m.f1_score([], []), "Found empty input array"),
        (lambda: m.f1_score([0, 1, 2], [0, 1, 2]), "average='binary'"),
        (lambda: m.f1_score(Y, P, average="mean"), "average has to be one of"),
        (lambda: m.f1_score(Y, P, zero_division=2), "zero_division must be"),
        (lambda: m.f1_score(Y, P, pos_label=7), "pos_label=7 is not a valid label"),
        (lambda: m.f1_score(Y, S), "mix of binary and continuous"),
        (lambda: m.f1_score(["a", "b"], [0, 1]), "Mix of label input types"),
        (lambda: m.f1_score(["a", None, "b"], ["a", "b", "b"]), "row 1 holds None|unknown|NaN"),
        (lambda: m.f1_score(np.array(["a", None], object), np.array(["a", "b"], object)), "NaN: row 1 holds None"),
        (lambda: m.fbeta_score(Y, P, beta=-1), "beta must be a number from 0 on"),
        (lambda: m.accuracy_score(Y, P, sample_weight=[1, 2]), "inconsistent numbers of samples"),
        (lambda: m.accuracy_score(Y, P, sample_weight=[1, 2, np.nan, 1]), "sample_weight contains NaN.*first in row 2"),
        (lambda: m.accuracy_score(Y, P, sample_weight=[0, 0, 0, 0]), "at least one non-zero"),
        (lambda: m.accuracy_score(3, P), "1 dimension|array-like"),
        (lambda: m.confusion_matrix(Y, P, labels=[7, 8]), "must be in y_true"),
        (lambda: m.confusion_matrix(Y, P, normalize="rows"), "normalize has to be one of"),
        (lambda: m.roc_auc_score(Y, [0.1, np.nan, 0.2, 0.3]), "y_score contains NaN.*first in row 1"),
        (lambda: m.roc_curve(Y, [0.1, np.inf, 0.2, 0.3]), "y_score contains infinity.*first in row 1"),
        (lambda: m.roc_auc_score(Y, S, sample_weight=[1, -1, 1, 1]), "row 1: a ranking takes no negative"),
        (lambda: m.roc_auc_score(Y, S, max_fpr=0), "max_fpr must be a number in"),
        (lambda: m.roc_auc_score([0, 1, 2], [[0.5, 0.2, 0.3]] * 3), "multi_class must be"),
        (lambda: m.roc_curve(["n", "p", "p", "n"], S), "pos_label is not specified"),
        (lambda: m.average_precision_score(Y, S, average="binary"), "average has to be one of"),
        (lambda: m.log_loss(Y, [0.1, 1.2, 0.3, 0.4]), "greater than 1"),
        (lambda: m.log_loss(Y, [0.1, np.nan, 0.3, 0.4]), "y_proba contains NaN"),
        (lambda: m.log_loss(Y), "y_proba is missing"),
        (lambda: m.brier_score_loss([0, 1, 2], [0.1, 0.2, 0.3]), "multiclass but should be binary"),
        (lambda: m.top_k_accuracy_score(Y, S, k=0), "k must be a whole number"),
        (lambda: m.ndcg_score([[-1, 2]], [[1, 2]]), "negative"),
        (lambda: m.dcg_score([1, 0], [1, 0]), "formats are supported"),
        (lambda: m.coverage_error([0, 1], [0.1, 0.2]), "Expected 2D array"),
        (lambda: m.mean_squared_error([1, np.nan], [1, 2]), "y_true contains NaN.*first in row 1"),
        (lambda: m.mean_squared_error([1, 2], [1, np.inf]), "y_pred contains infinity"),
        (lambda: m.mean_squared_error(["a"], [1]), "text where numbers are needed"),
        (lambda: m.mean_squared_error([[1, 2]], [[1, 2, 3]]), r"different number of output \(2!=3\)"),
        (lambda: m.mean_squared_error([1, 2], [1, 2], multioutput="sum"), "Allowed 'multioutput'"),
        (lambda: m.mean_pinball_loss([1, 2], [1, 2], alpha=2), "alpha must be a number from 0 to 1"),
        (lambda: m.median_absolute_error([1, 2], [1, 2], sample_weight=[1, -1]), "negative weights"),
        (lambda: m.mean_gamma_deviance([1, 0], [1, 2]), "strictly positive"),
        (lambda: m.mean_tweedie_deviance([1, 2], [1, 2], power=0.5), "power must be a number up to 0"),
        (lambda: m.expected_calibration_error(Y, S, n_bins=0), "n_bins must be a whole number"),
        (lambda: m.accuracy_score(np.array([[0, 1], [1, 1]]), np.array([[0, 1, 1], [1, 1, 1]])), "numbers of labels"),
        (lambda: m.roc_auc_score(np.array([[0, 1], [1, 0]]), np.ones((2, 3))), "must be alike"),
    ],
)
def test_errors(call, message):
    """Each is a ValueError and one of gnomon's."""
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert isinstance(caught.value, (gnomon.GnomonError, ValueError))


def test_wrong_keywords_are_type_errors_too():
    """As scikit-learn's checks are."""
    with pytest.raises(TypeError, match="average"):
        m.f1_score(Y, P, average="mean")
    with pytest.raises(TypeError, match="bytes"):
        m.f1_score([b"a", b"b"], [b"a", b"b"])


def test_overflow_is_infinity_as_in_sklearn():
    """A square too large for a double is no error, nor a wrong number."""
    assert m.mean_squared_error([1e200, 0], [-1e200, 0]) == np.inf
    assert m.r2_score([1e200, -1e200, 0.0], [1e200, -1e200, 0.0]) == 1
    assert m.r2_score([1e200, -1e200], [-1e200, 1e200]) == pytest.approx(-3)


def test_products_of_counts_do_not_overflow():
    """MCC and kappa of five billion rows, given as weights: known to have gone wrong elsewhere."""
    weight = np.array([2**40, 3, 5, 2**41])
    value = m.matthews_corrcoef([0, 0, 1, 1], [0, 1, 0, 1], sample_weight=weight)
    assert 0.99 < value <= 1
    assert 0.99 < m.cohen_kappa_score([0, 0, 1, 1], [0, 1, 0, 1], sample_weight=weight) <= 1


def test_float32_scores_give_the_exact_area():
    """Counts are whole numbers: 40 million pairs, no rounding."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 300_000)
    score = rng.random(300_000).astype(np.float32)
    assert m.roc_auc_score(label, score) == m.roc_auc_score(label, score.astype(np.float64))


def test_targets_far_from_zero_keep_their_r2():
    """Exact sums: a shift of a trillion changes nothing that was representable."""
    target, prediction = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.5, 2.0, 2.5, 4.0])
    assert m.r2_score(target + 2.0**40, prediction + 2.0**40) == m.r2_score(target, prediction)


@pytest.mark.parametrize(
    "call",
    [
        lambda: m.precision_score([0, 1], [0, 0]),
        lambda: m.roc_auc_score([1, 1], [0.1, 0.2]),
        lambda: m.ks_statistic([1, 1], [0.1, 0.2]),
        lambda: m.r2_score([1], [1]),
    ],
)
def test_undefined_metrics_warn_as_sklearn_does(call):
    """The category is scikit-learn's and gnomon's at once, and points at the caller."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert len(caught) == 1
    assert issubclass(caught[0].category, PeersWarning)
    assert issubclass(caught[0].category, m.UndefinedMetricWarning)
    assert caught[0].filename == __file__


def test_sklearn_is_not_loaded():
    """Neither by importing the metrics nor by using them; nor are Arrow, pandas or SciPy."""
    script = (
        "import sys, warnings; warnings.simplefilter('ignore')\n"
        "from gnomon.metrics import *\n"
        "from gnomon.metrics import f1_score, roc_auc_score, r2_score, precision_score\n"
        "f1_score([0, 1], [0, 1]); roc_auc_score([0, 1], [0.1, 0.2]); r2_score([1, 2], [1, 2]);\n"
        "precision_score([0, 1], [0, 0])\n"
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'sklearn', 'pandas', 'pyarrow', 'scipy', 'narwhals'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("call", "name"), [
    (lambda wrong: gnomon.metrics.fbeta_score([0, 1], [0, 1], beta=wrong), "beta"),
    (lambda wrong: gnomon.metrics.ndcg_score([[0, 1]], [[0.2, 0.3]], k=wrong), "k"),
    (lambda wrong: gnomon.metrics.top_k_accuracy_score([0, 1, 2], np.eye(3), k=wrong), "k"),
    (lambda wrong: gnomon.metrics.mean_pinball_loss([0.0, 1.0], [0.0, 1.0], alpha=wrong), "alpha"),
    (lambda wrong: gnomon.metrics.roc_auc_score([0, 1], [0.1, 0.9], max_fpr=wrong), "max_fpr"),
])  # fmt: skip
@pytest.mark.parametrize("wrong", ["2", True, -1, [1]], ids=str)
def test_parameters_that_are_no_numbers(call, name, wrong):
    """Text, booleans, numbers out of range and lists are named."""
    with pytest.raises(ValueError, match=name):
        call(wrong)


def test_adjusted_balanced_accuracy():
    """What exceeds chance, of what could: by hand and as scikit-learn has it."""
    y, p = [0, 0, 1, 1, 2, 2], [0, 0, 1, 2, 2, 0]
    plain = gnomon.metrics.balanced_accuracy_score(y, p)
    assert gnomon.metrics.balanced_accuracy_score(y, p, adjusted=True) == pytest.approx((plain - 1 / 3) / (1 - 1 / 3))
