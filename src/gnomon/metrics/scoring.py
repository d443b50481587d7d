"""Which function of :mod:`gnomon.metrics` scores a model by each measure, and what of the model it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import UsageError, nearest
from gnomon.measures.measure import Cellwise, MeanLoss, Whole
from gnomon.measures.registry import AVERAGES, REGISTRY, beta_of, find, get_measure, of_cells, of_losses
from gnomon.metrics.accuracy import accuracy_score, balanced_accuracy_score, hamming_loss
from gnomon.metrics.agreement import cohen_kappa_score, matthews_corrcoef
from gnomon.metrics.averages import Averaging
from gnomon.metrics.explained import explained_variance_score, r2_score
from gnomon.metrics.inputs.table import tabulate_classes
from gnomon.metrics.label_ranking import coverage_error, label_ranking_average_precision_score, label_ranking_loss
from gnomon.metrics.per_class import (
    f1_score,
    false_positive_rate_score,
    fbeta_score,
    jaccard_score,
    negative_predictive_value_score,
    precision_score,
    recall_score,
    specificity_score,
)
from gnomon.metrics.probabilities import brier_score_loss, log_loss
from gnomon.metrics.ranking import average_precision_score, ks_statistic, roc_auc_score
from gnomon.metrics.regression import (
    max_error,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    median_absolute_error,
    root_mean_squared_error,
)

SCORES = ("decision_function", "predict_proba")
PROBABILITIES = "predict_proba"
PROBABILITY_OR_SCORE = ("predict_proba", "decision_function")
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


def _averaged(name: str, function: Callable[..., Any]) -> dict[str, Formula]:
    kinds = ("macro", "micro", "weighted", "samples")
    return {f"{name}_{kind}": Formula(function, options={"average": kind}) for kind in kinds}


def _averaged_auc(kind: str) -> Formula:
    return Formula(roc_auc_score, PROBABILITIES, options={"average": kind, "multi_class": "ovr"})


FORMULAS: dict[str, Formula] = {
    "accuracy": Formula(accuracy_score),
    "balanced_accuracy": Formula(balanced_accuracy_score),
    "precision": Formula(precision_score, binary=True),
    "recall": Formula(recall_score, binary=True),
    "specificity": Formula(specificity_score, binary=True),
    "false_positive_rate": Formula(false_positive_rate_score, binary=True),
    "negative_predictive_value": Formula(negative_predictive_value_score, binary=True),
    "f1": Formula(f1_score, binary=True),
    "jaccard": Formula(jaccard_score, binary=True),
    "matthews_corrcoef": Formula(matthews_corrcoef),
    "cohen_kappa": Formula(cohen_kappa_score),
    "hamming_loss": Formula(hamming_loss),
    **_averaged("precision", precision_score),
    **_averaged("recall", recall_score),
    **_averaged("f1", f1_score),
    "roc_auc": Formula(roc_auc_score, SCORES, binary=True),
    "roc_auc_macro": _averaged_auc("macro"),
    "roc_auc_weighted": _averaged_auc("weighted"),
    "average_precision": Formula(average_precision_score, SCORES, binary=True),
    "ks": Formula(ks_statistic, SCORES, binary=True),
    "brier_score": Formula(brier_score_loss, PROBABILITIES, binary=True),
    "log_loss": Formula(log_loss, PROBABILITIES),
    "label_ranking_average_precision": Formula(label_ranking_average_precision_score, SCORES),
    "label_ranking_loss": Formula(label_ranking_loss, SCORES),
    "coverage_error": Formula(coverage_error, SCORES),
    "mse": Formula(mean_squared_error),
    "rmse": Formula(root_mean_squared_error),
    "mae": Formula(mean_absolute_error),
    "mean_error": Formula(bias),
    "r2": Formula(r2_score),
    "explained_variance": Formula(explained_variance_score),
    "median_absolute_error": Formula(median_absolute_error),
    "mape": Formula(mean_absolute_percentage_error),
    "max_error": Formula(max_error),
}


def cell_score(y_true: Any, y_pred: Any, name: str, average: str = "binary", sample_weight: Any = None) -> float:
    """Any measure of the confusion matrix; NaN where it is undefined.

    Args:
        y_true: The true labels.
        y_pred: The predicted labels.
        name: The measure.
        average: How classes are averaged where it is of one class: ``"binary"`` for the positive class, 1, alone.
        sample_weight: Of the rows.
    """
    basis = get_measure(name).basis
    if isinstance(basis, Cellwise):
        averaging = Averaging.of(y_true, y_pred, None, 1, average, sample_weight, np.nan)
        return float(averaging.combine(basis(averaging.cells)))
    assert isinstance(basis, Whole)  # it follows from a confusion matrix
    return float(basis(tabulate_classes(y_true, y_pred, sample_weight).cells))


def loss_score(y_true: Any, y_pred: Any, name: str, sample_weight: Any = None) -> float:
    """Any mean of a loss of each row, its root or its ratio to another mean; NaN where it is undefined.

    Args:
        y_true: The true values; of two classes 0 and 1.
        y_pred: The predictions, or the scores.
        name: The measure.
        sample_weight: Of the rows.
    """
    basis = get_measure(name).basis
    assert isinstance(basis, MeanLoss)
    assert basis.loss is not None  # those without one have functions of their own
    said = np.asarray(y_pred, np.float64)
    if said.ndim > 1:
        raise UsageError(f"{name} takes one prediction a row, not of shape {said.shape}")
    target = zero_and_one(name, y_true) if basis.of_scores else np.asarray(y_true, np.float64)
    value = float(np.average(basis.loss(target, said), weights=sample_weight))
    if basis.per is not None:
        below = float(np.average(basis.per(target, said), weights=sample_weight))
        value = value / below if below else np.nan
    return float(np.sqrt(value)) if basis.root else value


def zero_and_one(name: str, y_true: Any) -> NDArray[np.float64]:
    """True values as numbers, those of two classes that are -1 and 1 as 0 and 1.

    Raises:
        UsageError: They are text.
    """
    try:
        target = np.asarray(y_true, np.float64)
    except ValueError:
        raise UsageError(f"{name}: say which class is positive, get_scorer({name!r}, positive=...)") from None
    signs = bool(np.isin(target, (-1, 1)).all())
    return np.asarray((target + 1) / 2 if signs and (target < 0).any() else target, np.float64)


def names() -> list[str]:
    """The measures that score a model, in order; F-beta of any beta and averages of any measure of a class besides."""
    return sorted({*FORMULAS, *of_cells(), *of_losses()})


def formula(name: str) -> Formula:
    """What a measure is computed by.

    Raises:
        UsageError: There is no measure of that name.
    """
    if name in FORMULAS:
        return FORMULAS[name]
    if (beta := beta_of(name)) is not None:
        return Formula(fbeta_score, binary=True, options={"beta": beta})
    base, _, average = name.rpartition("_")
    if average in AVERAGES and base in REGISTRY and isinstance(REGISTRY[base].basis, Cellwise):
        return Formula(cell_score, options={"name": base, "average": average})
    measure = find(name)
    if measure is not None and measure.row_loss is not None:
        of_scores = measure.row_loss.of_scores
        response = (*PROBABILITY_OR_SCORE, LABELS) if of_scores else LABELS
        return FORMULAS.get(measure.name) or Formula(loss_score, response, of_scores, {"name": measure.name})
    if measure is None or not measure.of_cells:
        raise UsageError(f"there is no scorer {name!r}: {nearest(name, names())}")
    if measure.name in FORMULAS:
        return FORMULAS[measure.name]
    return Formula(cell_score, binary=measure.cellwise, options={"name": measure.name})
