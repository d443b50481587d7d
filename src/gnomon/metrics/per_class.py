"""Metrics of each class against the rest: precision, recall, F, Jaccard, specificity, and their averages."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

from gnomon.measures.cells import Cells
from gnomon.measures.confusion import (
    FALL_OUT,
    JACCARD,
    NEGATIVE_PREDICTIVE_VALUE,
    PRECISION,
    RECALL,
    SPECIFICITY,
    f1,
    fbeta,
)
from gnomon.metrics.averages import Array, Averaging
from gnomon.metrics.documentation import documented
from gnomon.metrics.inputs.parameters import number

_BETA = {"beta": "How many times as much recall weighs as precision, 0 or more."}


@documented(
    beta=_BETA["beta"],
    warn_for="For which of \"precision\", \"recall\" and \"f-score\" a warning is given.",
)  # fmt: skip
def precision_recall_fscore_support(
    y_true: Any,
    y_pred: Any,
    *,
    beta: float = 1.0,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = None,
    warn_for: Collection[str] = ("precision", "recall", "f-score"),
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> tuple[Any, Any, Any, Any]:
    """Precision, recall, F-beta and support of each class, or averages of the first three.

    {parameters}

    Returns:
        Three arrays of shape (labels,) and the number (or weight) of the true rows of each label; with an average
        three floats and None.

    Raises:
        ValueError: The labels are of different kinds, or do not fit ``average``.

    >>> precision_recall_fscore_support([0, 0, 1, 1], [0, 1, 1, 1])
    (array([1.        , 0.66666667]), array([0.5, 1. ]), array([0.66666667, 0.8       ]), array([2, 2]))
    """
    number("beta", beta, lambda value: value >= 0, "from 0 on")
    averaging = Averaging.of(y_true, y_pred, labels, pos_label, average, sample_weight, zero_division)
    result = precision_recall_fbeta(averaging, beta, warn_for)
    support = averaging.cells.support if average is None else None
    return (*map(averaging.combine, result), support)


def precision_recall_fbeta(averaging: Averaging, beta: float, warn_for: Collection[str]) -> tuple[Array, Array, Array]:
    """The three along the axis, 0 / 0 replaced."""
    cells = averaging.cells
    precision = averaging.settle(PRECISION(cells), "Precision", "predicted", "precision" in warn_for)
    recall = averaging.settle(RECALL(cells), "Recall", "true", "recall" in warn_for)
    if beta == 0 or math.isinf(beta):
        return precision, recall, recall if beta else precision
    return precision, recall, f_score(averaging, beta, "f-score" in warn_for)


def f_score(averaging: Averaging, beta: float, warns: bool = True) -> Array:
    """F-beta along the axis, 0 / 0 replaced."""
    return averaging.settle(fbeta(averaging.cells, beta), "F-score", "true nor predicted", warns)


def _averaged(
    formula: Callable[[Cells], Array],
    metric: str,
    lacking: str,
    y_true: Any,
    y_pred: Any,
    labels: Any,
    pos_label: Any,
    average: str | None,
    sample_weight: Any,
    zero_division: Any,
) -> Any:
    averaging = Averaging.of(y_true, y_pred, labels, pos_label, average, sample_weight, zero_division)
    return averaging.combine(averaging.settle(formula(averaging.cells), metric, lacking))


@documented()
def precision_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """The share of rows predicted as a class that belong to it: TP / (TP + FP).

    {parameters}

    Returns:
        A float, or an array of shape (labels,) where ``average`` is None.

    Raises:
        ValueError: The labels are of different kinds, or do not fit ``average``.

    >>> precision_score([0, 0, 1, 1], [0, 1, 1, 1])
    0.6666666666666666
    """
    return _averaged(
        PRECISION,
        "Precision",
        "predicted",
        y_true,
        y_pred,
        labels,
        pos_label,
        average,
        sample_weight,
        zero_division,
    )


@documented()
def recall_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """The share of a class's rows that are predicted as it: TP / (TP + FN), also called sensitivity.

    {parameters}

    Returns:
        A float, or an array of shape (labels,) where ``average`` is None.

    Raises:
        ValueError: The labels are of different kinds, or do not fit ``average``.

    >>> recall_score([0, 0, 1, 1], [0, 1, 1, 0])
    0.5
    """
    return _averaged(
        RECALL,
        "Recall",
        "true",
        y_true,
        y_pred,
        labels,
        pos_label,
        average,
        sample_weight,
        zero_division,
    )


@documented()
def f1_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    {parameters}

    Returns:
        A float, or an array of shape (labels,) where ``average`` is None.

    Raises:
        ValueError: The labels are of different kinds, or do not fit ``average``.

    >>> f1_score([0, 0, 1, 1], [0, 1, 1, 1])
    0.8
    """
    return _averaged(
        f1, "F-score", "true nor predicted", y_true, y_pred, labels, pos_label, average, sample_weight, zero_division
    )


@documented(**_BETA)
def fbeta_score(
    y_true: Any,
    y_pred: Any,
    *,
    beta: float,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """The mean of precision and recall that weighs recall ``beta`` times as much.

    (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP): C. J. van Rijsbergen, Information Retrieval (1979), chapter 7.

    {parameters}

    Returns:
        A float, or an array of shape (labels,) where ``average`` is None.

    Raises:
        ValueError: The labels are of different kinds, or do not fit ``average``.

    >>> fbeta_score([0, 0, 1, 1], [0, 1, 1, 1], beta=2)
    0.9090909090909091
    """
    number("beta", beta, lambda value: value >= 0, "from 0 on")
    averaging = Averaging.of(y_true, y_pred, labels, pos_label, average, sample_weight, zero_division)
    return averaging.combine(f_score(averaging, beta))


@documented()
def jaccard_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """The overlap of true and predicted rows of a class: TP / (TP + FP + FN).

    {parameters}

    Returns:
        A float, or an array of shape (labels,) where ``average`` is None.

    Raises:
        ValueError: The labels are of different kinds, or do not fit ``average``.

    >>> jaccard_score([0, 0, 1, 1], [0, 1, 1, 1])
    0.6666666666666666
    """
    return _averaged(
        JACCARD,
        "Jaccard",
        "true or predicted",
        y_true,
        y_pred,
        labels,
        pos_label,
        average,
        sample_weight,
        zero_division,
    )


@documented()
def specificity_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """The share of the other classes' rows that are not predicted as a class: TN / (TN + FP).

    {parameters}

    Returns:
        A float, or an array of shape (labels,) where ``average`` is None.

    Raises:
        ValueError: The labels are of different kinds, or do not fit ``average``.

    >>> specificity_score([0, 0, 0, 1], [0, 0, 1, 1])
    0.6666666666666666
    """
    return _averaged(
        SPECIFICITY,
        "Specificity",
        "negative",
        y_true,
        y_pred,
        labels,
        pos_label,
        average,
        sample_weight,
        zero_division,
    )


@documented()
def false_positive_rate_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """The share of the other classes' rows that are predicted as a class: FP / (TN + FP), false positive rate.

    {parameters}

    Returns:
        A float, or an array of shape (labels,) where ``average`` is None.

    Raises:
        ValueError: The labels are of different kinds, or do not fit ``average``.

    >>> false_positive_rate_score([0, 0, 0, 1], [0, 0, 1, 1])
    0.3333333333333333
    """
    return _averaged(
        FALL_OUT,
        "False positive rate",
        "negative",
        y_true,
        y_pred,
        labels,
        pos_label,
        average,
        sample_weight,
        zero_division,
    )


@documented()
def negative_predictive_value_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """The share of rows not predicted as a class that do not belong to it: TN / (TN + FN).

    {parameters}

    Returns:
        A float, or an array of shape (labels,) where ``average`` is None.

    Raises:
        ValueError: The labels are of different kinds, or do not fit ``average``.

    >>> negative_predictive_value_score([0, 0, 0, 1], [0, 0, 1, 0])
    0.6666666666666666
    """
    return _averaged(
        NEGATIVE_PREDICTIVE_VALUE,
        "Negative predictive value",
        "negative predicted",
        y_true,
        y_pred,
        labels,
        pos_label,
        average,
        sample_weight,
        zero_division,
    )
