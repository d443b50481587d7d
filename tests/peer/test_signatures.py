"""The metrics are called as scikit-learn's are, and taken where these are."""

import inspect
import pickle

import numpy as np
import pytest
import sklearn.metrics
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.tree import DecisionTreeClassifier

import gnomon.metrics

SHARED = [name for name in gnomon.metrics.__all__ if callable(getattr(sklearn.metrics, name, None))]


def parameters(function):
    """Names, kinds and defaults."""
    return [
        (
            own.name,
            own.kind,
            "nan" if own.default is not inspect.Parameter.empty and own.default != own.default else own.default,
        )
        for own in inspect.signature(function).parameters.values()
    ]


@pytest.mark.parametrize("name", SHARED)
def test_signatures_are_the_same(name):
    """Names, order, kinds and defaults of the parameters."""
    own, peer = getattr(gnomon.metrics, name), getattr(sklearn.metrics, name)
    assert parameters(own) == parameters(peer)


@pytest.mark.parametrize("name", gnomon.metrics.__all__)
def test_docstrings_explain_every_parameter(name):
    """Each parameter has its line, and there is an example."""
    function = getattr(gnomon.metrics, name)
    if not inspect.isfunction(function):
        return
    for parameter in inspect.signature(function).parameters:
        assert f"\n        {parameter}: " in function.__doc__
    assert ">>> " in function.__doc__
    assert "{parameters}" not in function.__doc__


def test_metrics_can_be_sent_to_other_processes():
    """They pickle by name, as parallel searches need."""
    for name in gnomon.metrics.__all__:
        assert pickle.loads(pickle.dumps(getattr(gnomon.metrics, name))) is getattr(gnomon.metrics, name)


def test_scorers_and_cross_validation_take_them():
    """Scores equal those of scikit-learn's metrics; searches in other processes run."""
    X, y = load_breast_cancer(return_X_y=True)
    model = DecisionTreeClassifier(max_depth=3, random_state=0)
    for name, keywords in (
        ("f1_score", {}),
        ("roc_auc_score", {"response_method": "predict_proba"}),
        ("log_loss", {"response_method": "predict_proba", "greater_is_better": False}),
        ("matthews_corrcoef", {}),
    ):
        own, peer = (
            cross_validate(model, X, y, scoring=make_scorer(getattr(module, name), **keywords), cv=5)["test_score"]
            for module in (gnomon.metrics, sklearn.metrics)
        )
        np.testing.assert_allclose(own, peer, rtol=1e-12)
    search = GridSearchCV(model, {"max_depth": [1, 2]}, scoring=make_scorer(gnomon.metrics.recall_score), n_jobs=2)
    assert 0.5 < search.fit(X, y).best_score_ <= 1
    X, y = load_diabetes(return_X_y=True)
    own, peer = (
        cross_validate(LinearRegression(), X, y, scoring=make_scorer(module.r2_score), cv=5)["test_score"]
        for module in (gnomon.metrics, sklearn.metrics)
    )
    np.testing.assert_allclose(own, peer, rtol=1e-12)
