"""scikit-learn scorers of every measure: for ``scoring=`` of searches and of cross-validation."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gnomon import metrics
from gnomon.errors import UsageError, nearest
from gnomon.measures.catalogue import measure

SCORES = ("decision_function", "predict_proba")
PROBABILITIES = "predict_proba"
LABELS = "predict"


@dataclass(frozen=True, slots=True)
class Formula:
    """A function of gnomon.metrics, what of a model it takes, and whether it needs a positive class."""

    function: Callable[..., Any]
    response: str | tuple[str, ...] = LABELS
    binary: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def bias(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """The size of the mean error: that of a model which is right on average is 0."""
    errors = np.asarray(y_pred, np.float64) - np.asarray(y_true, np.float64)
    return abs(float(np.average(errors, weights=sample_weight)))


def youden(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Youden's index."""
    recall = metrics.recall_score(y_true, y_pred, sample_weight=sample_weight)
    return float(recall + metrics.specificity_score(y_true, y_pred, sample_weight=sample_weight) - 1)


def _averaged(name: str, function: Callable[..., Any]) -> dict[str, Formula]:
    kinds = ("macro", "micro", "weighted", "samples")
    return {f"{name}_{kind}": Formula(function, options={"average": kind}) for kind in kinds}


def _averaged_auc(kind: str) -> Formula:
    return Formula(metrics.roc_auc_score, PROBABILITIES, options={"average": kind, "multi_class": "ovr"})


FORMULAS: dict[str, Formula] = {
    "accuracy": Formula(metrics.accuracy_score),
    "balanced_accuracy": Formula(metrics.balanced_accuracy_score),
    "precision": Formula(metrics.precision_score, binary=True),
    "recall": Formula(metrics.recall_score, binary=True),
    "specificity": Formula(metrics.specificity_score, binary=True),
    "false_positive_rate": Formula(metrics.false_positive_rate_score, binary=True),
    "negative_predictive_value": Formula(metrics.negative_predictive_value_score, binary=True),
    "f1": Formula(metrics.f1_score, binary=True),
    "youden": Formula(youden, binary=True),
    "matthews_corrcoef": Formula(metrics.matthews_corrcoef),
    "cohen_kappa": Formula(metrics.cohen_kappa_score),
    "hamming_loss": Formula(metrics.hamming_loss),
    **_averaged("precision", metrics.precision_score),
    **_averaged("recall", metrics.recall_score),
    **_averaged("f1", metrics.f1_score),
    "roc_auc": Formula(metrics.roc_auc_score, SCORES, binary=True),
    "roc_auc_macro": _averaged_auc("macro"),
    "roc_auc_weighted": _averaged_auc("weighted"),
    "average_precision": Formula(metrics.average_precision_score, SCORES, binary=True),
    "ks": Formula(metrics.ks_statistic, SCORES, binary=True),
    "brier_score": Formula(metrics.brier_score_loss, PROBABILITIES, binary=True),
    "log_loss": Formula(metrics.log_loss, PROBABILITIES),
    "label_ranking_average_precision": Formula(metrics.label_ranking_average_precision_score, SCORES),
    "label_ranking_loss": Formula(metrics.label_ranking_loss, SCORES),
    "coverage_error": Formula(metrics.coverage_error, SCORES),
    "mse": Formula(metrics.mean_squared_error),
    "rmse": Formula(metrics.root_mean_squared_error),
    "mae": Formula(metrics.mean_absolute_error),
    "mean_error": Formula(bias),
    "r2": Formula(metrics.r2_score),
    "explained_variance": Formula(metrics.explained_variance_score),
    "median_absolute_error": Formula(metrics.median_absolute_error),
    "mape": Formula(metrics.mean_absolute_percentage_error),
    "max_error": Formula(metrics.max_error),
}
_FBETA = re.compile(r"f(\d+(?:\.\d+)?)")


def get_scorer_names() -> list[str]:
    """The names that :func:`gnomon.get_scorer` knows; ``f2``, ``f0.5`` and the like besides.

    >>> get_scorer_names()[:3]
    ['accuracy', 'average_precision', 'balanced_accuracy']
    """
    return sorted(FORMULAS)


def get_scorer(name: str, *, positive: Any = None) -> Any:
    """A scorer of scikit-learn for a measure, for ``scoring=``: greater is better, so losses are negated.

    It takes the model's labels, scores or probabilities as the measure needs them, and asks for metadata such as
    ``sample_weight`` in scikit-learn's way (``set_score_request``). ``mean_error`` scores the negated size of the bias.

    Args:
        name: The name of an estimate: ``"recall"``, ``"roc_auc"``, ``"f1_macro"``, ``"f2"``, ``"rmse"``, ...
        positive: The class that the model looks for, of measures of a positive class; None for 1 or True.

    Returns:
        What ``sklearn.metrics.make_scorer`` returns.

    Raises:
        UsageError: There is no measure of that name, or it has no positive class.
        ImportError: scikit-learn is not installed.

    Examples:
        >>> get_scorer("specificity", positive="malignant")  # doctest: +ELLIPSIS
        make_scorer(...)
    """
    from sklearn.metrics import make_scorer

    found = formula(name)
    if positive is not None and not found.binary:
        raise UsageError(f"positive={positive!r}: {name} has no positive class")
    options = {"name": name, "pos_label": positive} if found.binary and positive is not None else {"name": name}
    return make_scorer(measured, response_method=found.response, greater_is_better=measure(name).better > 0, **options)


def measured(y_true: Any, y_pred: Any, *, name: str, pos_label: Any = None, sample_weight: Any = None) -> float:
    """The value of a measure; a module's function, so that scorers can be pickled for other processes."""
    found = formula(name)
    if pos_label is not None:
        y_true = np.asarray(y_true) == pos_label
        if found.response == LABELS:
            y_pred = np.asarray(y_pred) == pos_label
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    return float(found.function(y_true, y_pred, **weights, **found.options))


def formula(name: str) -> Formula:
    """What a measure is computed by.

    Raises:
        UsageError: There is no measure of that name.
    """
    if name in FORMULAS:
        return FORMULAS[name]
    beta = _FBETA.fullmatch(name)
    if beta and float(beta[1]) > 0:
        return Formula(metrics.fbeta_score, binary=True, options={"beta": float(beta[1])})
    raise UsageError(f"there is no scorer {name!r}: {nearest(name, FORMULAS)}")
