"""Bad input gets a clear error that names the column, the row and what to do; never a wrong number."""

import numpy as np
import pyarrow as pa
import pytest

import gnomon
from gnomon.errors import ColumnError, DataError, GnomonError, UsageError
from gnomon.schema.labels import encode_labels

Y = [0, 1, 1, 0]
P = [0.1, 0.8, 0.4, 0.5]


def refuse(kind, pattern, *args, **kwargs):
    with pytest.raises(kind, match=pattern) as raised:
        gnomon.evaluate(*args, **kwargs)
    assert isinstance(raised.value, GnomonError)
    assert isinstance(raised.value, ValueError)  # as users of scikit-learn expect
    assert len(str(raised.value)) < 400


def test_probability_outside_its_range():
    refuse(
        DataError, r"'y_pred' is not a probability: row 2 is 1\.4, outside \[0, 1\].*scale='any'", Y, [0.1, 0.8, 1.4, 0]
    )
    refuse(DataError, r"row 0 is -0\.1", Y, [-0.1, 0.8, 0.4, 0.5])
    refuse(DataError, r"\(2 such rows\)", Y, np.array([2, 0.8, 3, 0.5], np.float32))


def test_infinite_values():
    for scale in ("any", "probability"):
        refuse(DataError, r"has 1 infinite value, the first in row 1", Y, [0.1, np.inf, 0.4, 0.5], scale=scale)
    refuse(DataError, "infinite", [1.5, np.inf], [1.0, 2.0], task="regression")
    refuse(DataError, "infinite", Y, P, weight=[1, np.inf, 1, 1])


def test_missing_values():
    refuse(gnomon.MissingValuesError, r"'y_true' has 1 missing value \(row 1\).*--missing drop", [0, None, 1, 0], P)
    refuse(gnomon.MissingValuesError, r"row 0, row 3", Y, [np.nan, 0.8, 0.4, np.nan])
    refuse(gnomon.MissingValuesError, "'weight'", Y, P, weight=[1, np.nan, 1, 1])
    refuse(gnomon.MissingValuesError, "y_true", ["a", None, "b", "a"], P, positive="a")
    refuse(DataError, "left out", [1.5, None], [None, 1.0], task="regression", missing="drop")


def test_weights():
    refuse(DataError, r"has 1 negative weight, the first in row 2: -1", Y, P, weight=[1, 1, -1, 1])
    refuse(DataError, "no values in rows with nonzero weight", Y, P, weight=np.zeros(4))
    refuse(ColumnError, "'weight' holds text", Y, P, weight=["a", "b", "c", "d"])


def test_one_class_only():
    refuse(DataError, "a single class, '0'", [0, 0, 0, 0], P)
    refuse(DataError, "a single class, 'a'", ["a"] * 4, ["a", "a", "b", "a"], positive="a", classes=None)
    assert gnomon.evaluate([0] * 4, P, classes=[0, 1])["specificity"].value == 0.5


def test_text_needs_positive():
    text = ["no", "yes", "yes", "no"]
    refuse(UsageError, "classes 'no' and 'yes': declare the positive class, .*positive='yes'", text, P)
    refuse(UsageError, "classes '1' and '2'", [1, 2, 2, 1], P)
    refuse(UsageError, r"positive='y' is not a class of .*expected one of 'no', 'yes'", text, P, positive="y")
    for obvious in ([0, 1, 1, 0], [False, True, True, False], [-1, 1, 1, -1]):
        assert gnomon.evaluate(obvious, P).positive in ("1", "True")


def test_unknown_labels():
    refuse(DataError, "the first 'x' is in row 2", ["a", "b", "a", "b"], ["a", "b", "x", "b"], positive="a")
    refuse(DataError, "predicts '2', '3', but column 'y_true' holds '0', '1'", Y, [2, 3, 2, 3])
    refuse(DataError, "predicts 'Cat', column 'y_true' holds 'cat'", ["cat", "dog"] * 2, ["Cat", "dog", "cat", "dog"])
    refuse(DataError, "has 3: '0', '1', '2'", [0, 1, 2, 0], score=P)
    refuse(DataError, "'9' against the rest", [0, 9, 2, 0], score=P, positive=9)
    refuse(DataError, "not among the declared classes: '2'", [0, 1, 2, 0], [0, 1, 1, 0], classes=[0, 1])


def test_labels_of_two_kinds():
    refuse(ColumnError, "holds numbers but 'y_pred' holds text", Y, ["0", "1", "1", "0"])
    refuse(ColumnError, "holds text but 'y_pred' holds numbers", ["0", "1", "1", "0"], Y)
    refuse(ColumnError, "text where numbers are needed", Y, score=["0.1", "0.2", "0.3", "0.4"])
    refuse(ColumnError, "holds text: a regression", [1.5, 2.5], ["a", "b"], task="regression")
    refuse(ColumnError, "mix text and numbers", Y, P, classes=[0, "1"])
    refuse(ColumnError, r"the classes \[0, 1, 1\] repeat one of them", Y, P, classes=[0, 1, 1])


def test_multiclass_scores():
    scores = np.full((4, 3), 1 / 3)
    refuse(UsageError, "3 score columns for 2 classes", Y, scores)
    refuse(DataError, r"'y_score\[0\]' to 'y_score\[2\]' sum to 0\.6 in row 0", [0, 1, 2, 0], np.full((4, 3), 0.2))
    refuse(DataError, "'y_true' has 3: '0', '1', '2'", [0, 1, 2, 0], scores, positive="1")
    refuse(UsageError, "threshold", [0, 1, 2, 0], scores, threshold=0.2)


def test_contradictions():
    refuse(UsageError, "threshold", Y, [0, 1, 1, 0], threshold=0.3)
    refuse(UsageError, "threshold must be a finite number", Y, P, threshold=np.nan)
    refuse(UsageError, "score=", [1.5, 2.5], score=[1.0, 2.0], task="regression")
    refuse(UsageError, "positive", [1.5, 2.5], [1.0, 2.0], task="regression", positive=1)
    refuse(UsageError, "task='binry' is unknown: did you mean 'binary'", Y, P, task="binry")
    refuse(UsageError, "scale='logit'", Y, P, scale="logit")
    refuse(UsageError, "missing='skip'", Y, P, missing="skip")
    refuse(UsageError, "interval='wald'", Y, P, interval="wald")
    for level in (0, 1, 95, -1, "high"):
        refuse(UsageError, "level", Y, P, level=level)
    for seed in (-1, 1.5, True):
        refuse(UsageError, "seed", Y, P, seed=seed)
    refuse(ColumnError, "fractions", [0.5, 0.7, 1, 0], score=P)
    refuse(ColumnError, "fractions", Y, prediction=P, task="binary")
    refuse(DataError, "no values", [], [])


def test_scores_that_only_look_like_labels():
    """Floats of 0 and 1 for two classes are scores (a dummy's probabilities); -1.0 and 1.0 are labels."""
    assert "roc_auc" in gnomon.evaluate([0, 1, 1], [0.0, 1.0, 0.0])
    assert "roc_auc" not in gnomon.evaluate([0, 1, 1], [0, 1, 0])
    assert "roc_auc" not in gnomon.evaluate([-1, 1, 1], [-1.0, 1.0, -1.0])
    assert gnomon.evaluate([-1, 1, 1], [-1.0, 1.0, -1.0], scale="any")["roc_auc"].value == 0.75


def test_classes_or_amounts_is_asked_not_guessed():
    """Whole numbers that no prediction hits, or that nearly all differ, may be amounts; fractions may be scores."""
    unclear = "may be classes or quantities: pass task='multiclass' or task='regression'"
    refuse(UsageError, unclear, [100.0, 200.0, 150.0], [110.0, 190.0, 160.0])
    own_values = np.arange(20) * 7
    refuse(UsageError, unclear, own_values, own_values)
    refuse(UsageError, "pass scores of two classes as score=", [0, 1, 0, 1, 2], [0.1, 0.9, 0.2, 0.8, 0.3])
    refuse(UsageError, "pass scores", {"y": Y, "p": P}, target="y", prediction="p")
    assert gnomon.evaluate([0, 1, 0, 1, 2], [0.1, 0.9, 0.2, 0.8, 0.3], task="regression").task == "regression"
    assert gnomon.evaluate([0, 1, 2, 1], [0, 1, 2, 2]).task == "multiclass"


def test_a_row_of_weight_zero_decides_nothing():
    """Its label is no class, and does not make the task another one."""
    ev = gnomon.evaluate([0, 1, 0, 1, 5], [0.1, 0.9, 0.2, 0.8, 0.3], weight=[1, 1, 1, 1, 0])
    assert ev.classes == ("0", "1")


def test_missing_values_are_named_where_one_class_is_left():
    """A label that is read as missing (NA) is not hidden behind the one that is left."""
    refuse(DataError, "a single class, 'a', and 2 missing values", ["a", None, "a", None], P, positive="a")


def test_values_beyond_what_can_be_squared():
    """Weights and amounts at the ends of the doubles are refused with their row, labels beyond int64 are not."""
    refuse(DataError, r"the weight in row 1 is 1e\+200", Y, P, weight=[1, 1e200, 1, 1])
    refuse(DataError, r"the weight in row 0 is 1e-200", Y, P, weight=[1e-200, 1, 1, 1])
    refuse(DataError, r"row 1 is -1.7e\+308", [1.5, -1.7e308], [1.0, 2.0], task="regression")
    ev = gnomon.evaluate(np.array([2**63, 2**63 + 1], np.uint64), [0.1, 0.9], positive=2**63 + 1)
    assert ev["accuracy"].value == 1
    refuse(UsageError, "threshold must be a finite number, not 'a'", Y, P, threshold="a")


def test_nan_among_text_is_missing():
    """As pandas has it: an object array of text and NaN."""
    label = np.array(["a", "b", np.nan, "a"], object)
    refuse(gnomon.MissingValuesError, r"1 missing value \(row 2\)", label, P, positive="a")
    assert gnomon.evaluate(label, P, positive="a", missing="drop").n == 3


def test_labels_by_their_numbers():
    """--positive 2.0 and positive=2 are one label."""
    for positive in (2, 2.0, "2", "2.0", np.int64(2)):
        assert gnomon.evaluate([1.0, 2.0, 2.0, 1.0], P, positive=positive).positive == "2"


def test_what_is_left_out_does_not_decide():
    """NaN among float labels, wherever it stands; rows dropped as missing."""
    for gap in (0, 2, 4):
        label = np.array([0.0, 1.0, 1.0, 1.0, 0.0])
        label[gap] = np.nan
        ev = gnomon.evaluate(label, np.array([0, 1, 1, 1, 0]), missing="drop")
        assert (ev.task, ev.n) == ("binary", 4)
    refuse(DataError, "a single class", [0, 0, 1], [0.1, 0.2, np.nan], missing="drop")


def test_numpy_numbers_are_numbers():
    """Seed and threads may come from NumPy; a level that rounds to 1 is refused."""
    assert gnomon.evaluate(Y, P, seed=np.int64(3), threads=np.int64(1)) == gnomon.evaluate(Y, P, seed=3, threads=1)
    refuse(UsageError, "level", Y, P, level=1 - 1e-16)


def test_a_null_category_is_missing():
    """Arrow dictionaries can hold a null among their categories."""
    import pyarrow as pa

    label = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 0]), pa.array(["a", "b", None]))
    refuse(gnomon.MissingValuesError, r"1 missing value \(row 2\)", label, P, positive="a")
    assert gnomon.evaluate(label, P, positive="a", missing="drop").n == 3


@pytest.mark.parametrize(("column", "labels"), [
    (pa.chunked_array([[1, 2]]), ("a", "b")), (pa.chunked_array([pa.array([], pa.int64())]), ("a", "b")),
    (pa.chunked_array([["a", "b"]]), (0, 1)), (pa.chunked_array([pa.array([], pa.string())]), (0, 1)),
])  # fmt: skip
def test_labels_of_another_kind_are_all_unknown(column, labels):
    """The first row says so; where there are no rows there is none to name."""
    codes, unknown = encode_labels(column, labels, 1)
    assert len(codes) == len(column)
    assert unknown.tolist() == list(range(min(1, len(column))))
