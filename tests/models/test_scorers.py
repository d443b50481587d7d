"""Scorers for scikit-learn's searches and cross-validation."""

import pickle
from functools import cache

import numpy as np
import pytest
from sklearn import metrics
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_multilabel_classification
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import gnomon
from gnomon.measures.measure import HIGHER
from gnomon.measures.registry import REGISTRY, get_measure, of_losses

X, Y = load_breast_cancer(return_X_y=True)
TREE = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X[::2], Y[::2])
NAMES = np.array(["malignant", "benign"])[Y]
NAMED = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X[::2], NAMES[::2])
# What belongs to a threshold, not to a model.
NOT_OF_A_MODEL = {"flagged", "flagged_share", "cost"}


def sign(name):
    """Greater is better of a score."""
    return 1 if get_measure(name).better == HIGHER else -1


def test_every_measure_has_a_scorer():
    """And a name that is none is told the nearest."""
    assert {own for own in REGISTRY if own not in NOT_OF_A_MODEL} <= set(gnomon.get_scorer_names())
    with pytest.raises(gnomon.UsageError, match="did you mean 'recall'"):
        gnomon.get_scorer("recal")
    with pytest.raises(gnomon.UsageError, match="no positive class"):
        gnomon.get_scorer("rmse", positive="a")


@pytest.mark.filterwarnings("ignore:.*ill-defined")
@pytest.mark.parametrize("name", gnomon.get_scorer_names())
def test_a_scorer_is_the_evaluation(name):
    """On a task that has the measure, a scorer says what the evaluation of the same model says; losses negated."""
    for task in (binary, multiclass, multilabel, regression):
        model, rows, truth = task()
        asked = get_measure(name).of_cells if task is binary else task is regression and name in of_losses()
        more = name if asked else None
        ev = gnomon.evaluate_model(model, rows, truth, interval="none", measures=more)
        if name in ev and ev[name].defined:
            value = gnomon.get_scorer(name)(model, rows, truth)
            if name.endswith("_samples"):  # rows without a label count 0, as in scikit-learn; an evaluation leaves them
                assert value == pytest.approx(metrics.get_scorer(name)(model, rows, truth), abs=1e-12)
                return
            expected = abs(ev[name].value) if name == "mean_error" else ev[name].value
            assert value == pytest.approx(sign(name) * expected, abs=1e-9), task
            return
    assert name == "roc_auc_weighted"


def binary():
    return TREE, X[1::2], Y[1::2]


@cache
def multiclass():
    rows, truth = load_iris(return_X_y=True)
    return DecisionTreeClassifier(max_depth=2, random_state=0).fit(rows[::2], truth[::2]), rows[1::2], truth[1::2]


@cache
def multilabel():
    rows, truth = make_multilabel_classification(400, random_state=1)
    return KNeighborsClassifier(5).fit(rows[:200], truth[:200]), rows[200:], truth[200:]


@cache
def regression():
    rows, truth = load_diabetes(return_X_y=True)
    return LinearRegression().fit(rows[:300], truth[:300]), rows[300:], truth[300:]


@pytest.mark.parametrize("name", ["precision", "recall", "f1", "f2", "f0.5", "specificity", "roc_auc", "ks", "youden",
                                  "average_precision", "brier_score", "negative_predictive_value"])  # fmt: skip
@pytest.mark.parametrize("positive", ["malignant", "benign"])
def test_the_positive_class(name, positive):
    """Class names work, either of them as the positive one, as if it were 1."""
    truth = NAMES[1::2] == positive
    value = gnomon.get_scorer(name, positive=positive)(NAMED, X[1::2], NAMES[1::2])
    scores = NAMED.predict_proba(X[1::2])[:, list(NAMED.classes_).index(positive)]
    ev = gnomon.evaluate(truth, scores, interval="none")
    if name in ev:
        assert value == pytest.approx(sign(name) * ev[name].value, abs=1e-12)
    else:
        expected = ev.thresholds[name][ev.thresholds.place(0.5)]
        assert value == pytest.approx(expected, abs=1e-12)


def test_scorers_work_in_searches():
    """They are pickled, cross-validated, and take weights in scikit-learn's way."""
    scorer = pickle.loads(pickle.dumps(gnomon.get_scorer("roc_auc")))
    model = make_pipeline(StandardScaler(), LogisticRegression())
    ours = cross_val_score(model, X, Y, scoring=scorer, cv=3, n_jobs=2)
    theirs = cross_val_score(model, X, Y, scoring="roc_auc", cv=3)
    assert ours == pytest.approx(theirs, abs=1e-12)
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 3]}, cv=3,
                          scoring={name: gnomon.get_scorer(name) for name in ("recall", "log_loss")},
                          refit="recall").fit(X, Y)  # fmt: skip
    assert (search.cv_results_["mean_test_log_loss"] < 0).all()
    weight = np.linspace(0, 2, len(Y[1::2]))
    ours = gnomon.get_scorer("recall")(TREE, X[1::2], Y[1::2], sample_weight=weight)
    assert ours == pytest.approx(metrics.recall_score(Y[1::2], TREE.predict(X[1::2]), sample_weight=weight), abs=1e-12)
