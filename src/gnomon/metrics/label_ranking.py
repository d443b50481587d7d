"""Rankings of labels within each row of a multilabel task, and of documents by their relevance."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.kernels.row_rankings import label_average_precision, label_coverage, label_loss
from gnomon.kernels.threads import threads_for
from gnomon.measures.gain import discounted_gain, normalized_gain
from gnomon.measures.means import mean_of
from gnomon.metrics.documentation import documented
from gnomon.metrics.inputs.arrays import as_array, check_lengths, is_sparse, numbers
from gnomon.metrics.inputs.indicators import as_indicator
from gnomon.metrics.inputs.parameters import flag, number, whole_number
from gnomon.metrics.inputs.targets import BINARY, MULTILABEL, describe
from gnomon.metrics.inputs.weights import row_weights

Array = NDArray[np.float64]
_LABELS = {
    "y_true": "Which labels each row has: 0 and 1 of shape (rows, labels).",
    "y_score": "The scores of the labels, of which greater means more likely; shape (rows, labels), finite.",
}
_RELEVANCE = {
    "y_true": "The relevance of each document, shape (rows, documents).",
    "y_score": "The scores of the documents, of which greater means earlier; shape (rows, documents), finite.",
}


def _mean_over_rows(
    kernel: Callable[[NDArray[np.uint8], Array, int], Array],
    y_true: Any,
    y_score: Any,
    sample_weight: Any,
    single: bool = False,
) -> float:
    """The mean over rows of what the kernel says of each; ``single`` allows matrices of one label."""
    values = y_true.toarray() if is_sparse(y_true) else as_array(y_true, "y_true")
    scores = numbers(y_score, "y_score").astype(np.float64, copy=False)
    for array, name in ((values, "y_true"), (scores, "y_score")):
        if array.ndim != 2:
            raise ColumnError(f"Expected 2D array, got 1D array instead for {name}: {array}")
    check_lengths(values, scores, sample_weight)
    target = describe(values, "y_true")
    if target.kind != MULTILABEL and not (single and target.kind == BINARY):
        raise DataError(f"{target.kind} format is not supported")
    if values.shape != scores.shape:
        raise ColumnError("y_true and y_score have different shape")
    threads = threads_for(scores.size)
    return mean_of(kernel(as_indicator(values), scores, threads), row_weights(sample_weight, len(scores)), threads)


@documented(**_LABELS)
def label_ranking_average_precision_score(y_true: Any, y_score: Any, *, sample_weight: Any = None) -> float:
    """The mean over a row's labels of the share of its labels among those that score at least as high.

    1 is best. G. Tsoumakas, I. Katakis and I. Vlahavas, "Mining multi-label data" (2010).

    {parameters}

    Raises:
        ValueError: The target is not a matrix of labels, or does not fit the scores.

    >>> label_ranking_average_precision_score([[1, 0, 0], [0, 0, 1]], [[0.75, 0.5, 1], [1, 0.2, 0.1]])
    0.41666666666666663
    """
    return _mean_over_rows(label_average_precision, y_true, y_score, sample_weight, single=True)


@documented(**_LABELS)
def coverage_error(y_true: Any, y_score: Any, *, sample_weight: Any = None) -> float:
    """How far down the ranking one has to go, on average, to meet all labels of a row.

    Best is the mean number of labels of a row; a row without labels counts 0.

    {parameters}

    Raises:
        ValueError: The target is not a matrix of labels, or does not fit the scores.

    >>> coverage_error([[1, 0, 0], [0, 1, 1]], [[1, 0, 0], [0, 1, 1]])
    1.5
    """
    return _mean_over_rows(label_coverage, y_true, y_score, sample_weight)


@documented(**_LABELS)
def label_ranking_loss(y_true: Any, y_score: Any, *, sample_weight: Any = None) -> float:
    """The share of pairs of a label that a row has and one it has not in which the first does not score higher.

    0 is best. A row with no label, or all, counts 0.

    {parameters}

    Raises:
        ValueError: The target is not a matrix of labels, or does not fit the scores.

    >>> label_ranking_loss([[1, 0, 0], [0, 0, 1]], [[0.75, 0.5, 1], [1, 0.2, 0.1]])
    0.75
    """
    return _mean_over_rows(label_loss, y_true, y_score, sample_weight)


def _documents(y_true: Any, y_score: Any, sample_weight: Any) -> tuple[Array, Array]:
    relevance, scores = (
        numbers(own, name).astype(np.float64, copy=False) for own, name in ((y_true, "y_true"), (y_score, "y_score"))
    )
    check_lengths(relevance, scores, sample_weight)
    known = (MULTILABEL, "continuous-multioutput", "multiclass-multioutput")
    kind = describe(relevance, "y_true").kind
    if kind not in known:
        raise DataError(f"Only {known} formats are supported. Got {kind} instead")
    if relevance.shape != scores.shape:
        raise ColumnError(f"y_true has shape {relevance.shape}, y_score {scores.shape}: they must be alike")
    return relevance, scores


def _checked_rank(k: Any, ignore_ties: Any) -> int | None:
    if k is not None:
        whole_number("k", k, 1)
    flag("ignore_ties", ignore_ties)
    return None if k is None else int(k)


@documented(**_RELEVANCE, log_base="The base of the logarithm that discounts lower ranks, greater than 0.")
def dcg_score(
    y_true: Any,
    y_score: Any,
    *,
    k: int | None = None,
    log_base: Real | float = 2,
    sample_weight: Any = None,
    ignore_ties: bool = False,
) -> float:
    """Discounted cumulative gain: relevance summed down the ranking, each over the logarithm of its rank + 1.

    K. Järvelin and J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002).

    {parameters}

    Raises:
        ValueError: The target holds labels of one column, or does not fit the scores.

    >>> round(dcg_score([[10, 0, 0, 1, 5]], [[0.1, 0.2, 0.3, 4, 70]]), 6)
    9.499458
    """
    number("log_base", log_base, lambda value: value > 0, "greater than 0")
    k = _checked_rank(k, ignore_ties)
    relevance, scores = _documents(y_true, y_score, sample_weight)
    threads = threads_for(scores.size)
    gain = discounted_gain(relevance, scores, k, float(log_base), bool(ignore_ties), threads)
    return mean_of(gain, row_weights(sample_weight, len(gain)), threads)


@documented(**_RELEVANCE)
def ndcg_score(
    y_true: Any, y_score: Any, *, k: int | None = None, sample_weight: Any = None, ignore_ties: bool = False
) -> float:
    """Discounted cumulative gain over that of the best ranking: from 0 to 1.

    Y. Wang et al., "A theoretical analysis of NDCG ranking measures", COLT 2013.

    {parameters}

    Raises:
        ValueError: A relevance is negative, or the target does not fit the scores.

    >>> round(ndcg_score([[10, 0, 0, 1, 5]], [[0.1, 0.2, 0.3, 4, 70]]), 6)
    0.695694
    """
    k = _checked_rank(k, ignore_ties)
    relevance = numbers(y_true, "y_true")
    if relevance.min() < 0:
        raise DataError("ndcg_score should not be used on negative y_true values.")
    if relevance.ndim > 1 and relevance.shape[1] <= 1:
        raise DataError(
            f"Computing NDCG is only meaningful when there is more than 1 document. Got {relevance.shape[1]} instead."
        )
    relevance, scores = _documents(relevance, y_score, sample_weight)
    threads = threads_for(scores.size)
    gain = normalized_gain(relevance, scores, k, bool(ignore_ties), threads)
    return mean_of(gain, row_weights(sample_weight, len(gain)), threads)
