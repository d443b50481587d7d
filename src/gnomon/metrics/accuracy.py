"""How many rows are right: accuracy, its complements, and the mean over classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from gnomon.kernels.losses import total_of
from gnomon.kernels.threads import threads_for
from gnomon.measures.cells import ratio
from gnomon.measures.confusion import RECALL, error_rate, exact_match, wrong_labels
from gnomon.measures.means import mean_of
from gnomon.metrics.documentation import ONE_TARGET, documented
from gnomon.metrics.inputs.indicators import Indicators
from gnomon.metrics.inputs.parameters import flag
from gnomon.metrics.inputs.table import Table, tabulate, tabulate_classes
from gnomon.metrics.warning import warn


@documented()
def accuracy_score(y_true: Any, y_pred: Any, *, normalize: bool = True, sample_weight: Any = None) -> float:
    """The share of rows predicted right; of a multilabel task, rows all of whose labels are.

    {parameters}

    Returns:
        The share, or with ``normalize=False`` the number (or weight) of rows.

    Raises:
        ValueError: The labels are of different kinds or differ in length.

    >>> accuracy_score([0, 2, 1, 3], [0, 1, 2, 3])
    0.5
    """
    flag("normalize", normalize)
    right, total = _right(tabulate(y_true, y_pred, sample_weight))
    return float(ratio(right, total)) if normalize else right


def _right(table: Table | Indicators) -> tuple[float, float]:
    """The weight of the rows that are right, and of all rows."""
    if isinstance(table, Table):
        return float(table.cells.hits.sum()), float(table.cells.total[0])
    right, threads = exact_match(table.by_row()).astype(np.float64), threads_for(table.rows)
    if table.weight is None:
        return float(right.sum()), float(table.rows)
    return float(total_of(right, table.weight, threads)), float(total_of(table.weight, None, threads))


@documented()
def zero_one_loss(y_true: Any, y_pred: Any, *, normalize: bool = True, sample_weight: Any = None) -> float:
    """The share of rows predicted wrong: 1 - accuracy.

    {parameters}

    Returns:
        The share, or with ``normalize=False`` the number (or weight) of rows.

    Raises:
        ValueError: The labels are of different kinds or differ in length.

    >>> zero_one_loss([1, 2, 3, 4], [2, 2, 3, 4])
    0.25
    """
    flag("normalize", normalize)
    right, total = _right(tabulate(y_true, y_pred, sample_weight))
    return 1 - float(ratio(right, total)) if normalize else total - right


@documented()
def hamming_loss(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """The share of labels that are wrong; where each row has one label, the share of rows.

    {parameters}

    Raises:
        ValueError: The labels are of different kinds or differ in length.

    >>> hamming_loss([[0, 1], [1, 1]], [[0, 0], [0, 0]])
    0.75
    """
    table = tabulate(y_true, y_pred, sample_weight)
    if isinstance(table, Table):
        return float(error_rate(table.cells))
    return mean_of(wrong_labels(table.by_row()), table.weight, threads_for(table.rows))


@documented(**ONE_TARGET, adjusted="Whether to rescale so that guessing scores 0 and perfection 1.")
def balanced_accuracy_score(y_true: Any, y_pred: Any, *, sample_weight: Any = None, adjusted: bool = False) -> float:
    """The mean recall of the classes that occur.

    {parameters}

    Raises:
        ValueError: The labels are of different kinds or differ in length.

    >>> balanced_accuracy_score([0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1])
    0.625
    """
    flag("adjusted", adjusted)
    recall = RECALL(tabulate_classes(y_true, y_pred, sample_weight).cells)
    occurs = ~np.isnan(recall)
    if not occurs.all():
        warn("y_pred contains classes not in y_true")
        recall = recall[occurs]
    score = float(np.mean(recall))
    if adjusted:
        chance = 1 / len(recall)
        score = (score - chance) / (1 - chance) if chance < 1 else float("nan")
    return score
