"""How well scores rank: AUC, average precision, Kolmogorov-Smirnov, top-k accuracy."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.kernels.losses import total_of
from gnomon.kernels.row_rankings import top_k_hits
from gnomon.kernels.threads import threads_for
from gnomon.measures import ranking as measures
from gnomon.measures.means import mean_of
from gnomon.metrics.documentation import ONE_TARGET, documented
from gnomon.metrics.inputs.arrays import as_array, check_lengths, column
from gnomon.metrics.inputs.indicators import as_indicator
from gnomon.metrics.inputs.parameters import ParameterError, flag, number, one_of, positive_label, whole_number
from gnomon.metrics.inputs.targets import (
    BINARY,
    MULTICLASS,
    MULTILABEL,
    Target,
    describe,
    positions,
)
from gnomon.metrics.inputs.weights import row_weights
from gnomon.metrics.scores import Ranked, finite_scores, is_positive, rank
from gnomon.metrics.warning import warn, warn_undefined

Weight = NDArray[np.float64] | None
# From scores, 1 for the positives (uint8) and weights to a value.
Binary = Callable[[NDArray[Any], NDArray[np.uint8], Weight], float]

_AVERAGES = ("micro", "macro", "samples", "weighted", None)
_MATRIX = (
    "Scores of shape (rows,), such as `predict_proba(X)[:, 1]`; of several classes or labels of shape (rows, classes), "
    "where those of several classes are probabilities."
)


@documented(
    y_score=_MATRIX,
    average="\"macro\", \"weighted\", \"micro\", \"samples\" or None: how labels, or classes, are averaged.",
    max_fpr="Only the curve up to this fall-out counts, standardized by McClish's formula; binary tasks only.",
    multi_class="\"ovr\" (each class against the rest) or \"ovo\" (each pair of classes); needed for several classes.",
    labels="The classes in the order of the columns, ascending, where not all of them occur.",
)  # fmt: skip
def roc_auc_score(
    y_true: Any,
    y_score: Any,
    *,
    average: str | None = "macro",
    sample_weight: Any = None,
    max_fpr: float | None = None,
    multi_class: str = "raise",
    labels: Any = None,
) -> Any:
    """The area under the ROC curve: the share of pairs of a positive and a negative that are in order.

    Ties count half. It is counted in whole numbers and rounded once, so float32 scores and any number of rows give
    the exact value. Several classes: D. J. Hand and R. J. Till, "A simple generalisation of the area under the ROC
    curve for multiple class classification problems", Machine Learning 45 (2001).

    {parameters}

    Returns:
        A float, NaN with a warning where one class only occurs; an array of shape (classes,) without an average.

    Raises:
        ValueError: The target is of another kind, does not fit the scores, or a score is not finite.

    >>> roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    one_of("average", average, _AVERAGES)
    one_of("multi_class", multi_class, ("raise", "ovr", "ovo"))
    if max_fpr is not None:
        number("max_fpr", max_fpr, lambda value: 0 < value <= 1, "in (0, 1]")
    target = describe(y_true, "y_true")
    scores = finite_scores(y_score)
    several = scores.ndim == 2 and scores.shape[1] > 2
    if target.kind == MULTICLASS or (target.kind == BINARY and several):
        if max_fpr not in (None, 1):
            raise DataError(
                "Partial AUC computation not available in multiclass setting, 'max_fpr' must be set to `None`, "
                f"received `max_fpr={max_fpr}` instead"
            )
        return _multiclass_auc(target, scores, labels, multi_class, average, sample_weight)

    def binary(score: NDArray[Any], positive: NDArray[np.uint8], weight: Weight) -> float:
        return _auc(score, positive, weight, max_fpr)

    return _average_binary(binary, target, scores, average, sample_weight)


def _auc(score: NDArray[Any], positive: NDArray[np.uint8], weight: Weight, max_fpr: float | None = None) -> float:
    if len(score):
        ranking = rank(score, positive, weight)
        if max_fpr is None or max_fpr == 1:
            pairs = ranking.pairs()
            if pairs.positives and pairs.negatives:
                return measures.roc_auc(pairs)
        else:
            _, tps, fps = ranking.curve("all")
            if tps[-1] > 0 and fps[-1] > 0:
                return measures.partial_roc_auc(np.append(0, fps / fps[-1]), np.append(0, tps / tps[-1]), max_fpr)
    warn_undefined("Only one class is present in y_true. ROC AUC score is not defined in that case.")
    return math.nan


def _average_binary(
    metric: Binary, target: Target, scores: NDArray[Any], average: str | None, sample_weight: Any, pos_label: Any = None
) -> Any:
    """A binary metric of a binary target, or averaged over the columns (or rows) of a matrix of labels."""
    if target.kind not in (BINARY, MULTILABEL):
        raise DataError(f"{target.kind} format is not supported")
    check_lengths(target.values, scores, sample_weight)
    weight = row_weights(sample_weight, len(target))
    if target.kind == BINARY:
        labels = target.encoded()
        positive = is_positive(labels, labels.classes.tolist()[-1] if pos_label is None else pos_label)
        if pos_label is None and len(labels.classes) < 2:
            positive = np.zeros(len(target), np.uint8)
        return metric(column(scores, "y_score"), positive, weight)
    indicator = as_indicator(target.values)
    return average_over_labels(metric, indicator, scores, average, weight)


def average_over_labels(
    metric: Binary, indicator: NDArray[np.uint8], scores: NDArray[Any], average: str | None, weight: Weight
) -> Any:
    """A binary metric for each column of 0 and 1, averaged.

    Raises:
        ColumnError: The scores have another shape.
    """
    if scores.shape != indicator.shape:
        raise ColumnError(f"y_true has shape {indicator.shape}, y_score {scores.shape}: they must be alike")
    if average == "micro":
        repeated = None if weight is None else np.repeat(weight, indicator.shape[1])
        return metric(scores.reshape(-1), indicator.reshape(-1), repeated)
    if average == "samples":
        values = np.array([metric(scores[row], indicator[row], None) for row in range(len(scores))])
        return mean_over(values, weight)
    support = None
    if average == "weighted":
        support = indicator.sum(axis=0) if weight is None else weight @ indicator
        if not support.sum():
            return 0.0
    values = np.array(
        [
            metric(np.ascontiguousarray(scores[:, label]), np.ascontiguousarray(indicator[:, label]), weight)
            for label in range(indicator.shape[1])
        ]
    )
    return values if average is None else mean_over(values, support)


def mean_over(values: NDArray[np.float64], weight: NDArray[Any] | None) -> float:
    """The mean of values, NaN where one that has weight is."""
    if weight is None:
        return float(np.mean(values))
    return float(np.average(np.where(weight == 0, 0.0, values), weights=weight))


def _multiclass_auc(
    target: Target, scores: NDArray[Any], labels: Any, multi_class: str, average: str | None, sample_weight: Any
) -> Any:
    if multi_class == "raise":
        raise ParameterError("multi_class must be in ('ovo', 'ovr')")
    _check_columns(scores)
    if not np.allclose(1, scores.sum(axis=1)):
        raise DataError(
            "Target scores need to be probabilities for multiclass roc_auc, i.e. they should sum up to 1.0 over classes"
        )
    known = ("macro", "weighted", None) if multi_class == "ovo" else ("micro", "macro", "weighted", None)
    if average not in known:
        raise ParameterError(f"average must be one of {known} for multiclass problems")
    if multi_class == "ovo" and average is None:
        raise NotImplementedError("average=None is not implemented for multi_class='ovo'.")
    codes, classes = class_codes(target, labels, scores.shape[1], "columns")
    if multi_class == "ovo":
        if sample_weight is not None:
            raise ParameterError(
                "sample_weight is not supported for multiclass one-vs-one ROC AUC, 'sample_weight' must be None in "
                "this case."
            )
        return _one_vs_one(codes, scores, average)
    check_lengths(target.values, scores, sample_weight)
    weight = row_weights(sample_weight, len(codes))
    return average_over_labels(_auc, _one_hot(codes, classes), scores, average, weight)


def _one_hot(codes: NDArray[Any], classes: int) -> NDArray[np.uint8]:
    return np.asarray(codes[:, None] == np.arange(classes)).view(np.uint8)


def _one_vs_one(codes: NDArray[Any], scores: NDArray[Any], average: str | None) -> float:
    pairs, prevalence = [], []
    for first, second in combinations(np.unique(codes).tolist(), 2):
        rows = np.flatnonzero((codes == first) | (codes == second))
        is_first = (codes[rows] == first).view(np.uint8)
        pairs.append((_auc(scores[rows, first], is_first, None) + _auc(scores[rows, second], 1 - is_first, None)) / 2)
        prevalence.append(len(rows) / len(codes))
    return float(np.average(pairs, weights=prevalence if average == "weighted" else None))


def _check_columns(scores: NDArray[Any], shape: tuple[int, ...] | None = None) -> None:
    """Raises ColumnError unless there is a column for each class; of the given shape, if there is one."""
    if scores.ndim != 2 or (shape is not None and scores.shape != shape):
        raise ColumnError(
            "`y_score` needs to be of shape `(n_samples, n_classes)`, since `y_true` contains multiple classes. "
            f"Got `y_score.shape={scores.shape}`."
        )


def class_codes(target: Target, labels: Any, columns: int, what: str) -> tuple[NDArray[Any], int]:
    """The class of each row by the number of its column, and how many classes there are.

    Raises:
        DataError: The labels are not unique, not ascending, too few or many, or do not hold one that occurs.
    """
    codes = target.encoded()
    stop = "" if what == "columns" else "."
    if labels is None:
        classes_seen = len(codes.classes)
        if classes_seen != columns:
            if what == "columns":
                raise DataError("Number of classes in y_true not equal to the number of columns in 'y_score'")
            raise DataError(
                f"Number of classes in 'y_true' ({classes_seen}) not equal to the number of classes in 'y_score' "
                f"({columns})."
                "You can provide a list of all known classes by assigning it to the `labels` parameter."
            )
        return codes.codes, classes_seen
    declared = column(as_array(labels, "labels"), "labels")
    if len(set(declared.tolist())) < len(declared):
        raise DataError(f"Parameter 'labels' must be unique{stop}")
    if declared.tolist() != sorted(declared.tolist()):
        raise DataError(f"Parameter 'labels' must be ordered{stop}")
    if len(declared) != columns:
        if what == "columns":
            raise DataError(
                f"Number of given labels, {len(declared)}, not equal to the number of columns in 'y_score', {columns}"
            )
        raise DataError(
            f"Number of given labels ({len(declared)}) not equal to the number of classes in 'y_score' ({columns})."
        )
    place = positions(codes.classes, declared)
    if (place < 0).any():
        raise DataError(f"'y_true' contains labels not in parameter 'labels'{stop}")
    return place.astype(np.int32)[codes.codes], len(declared)


@documented(
    y_score="Scores of shape (rows,); of several classes or labels of shape (rows, classes).",
    average="\"macro\", \"weighted\", \"micro\", \"samples\" or None: how labels, or classes, are averaged.",
    pos_label="The label that is positive, of a binary target.",
)  # fmt: skip
def average_precision_score(
    y_true: Any, y_score: Any, *, average: str | None = "macro", pos_label: Any = 1, sample_weight: Any = None
) -> Any:
    """The mean over positives of the precision at their own score: the step-wise area under the PR curve.

    It is not interpolated: a constant score has the share of positives as its average precision.

    {parameters}

    Returns:
        A float, or an array of shape (classes,) where ``average`` is None. Without positives it is 0, with a warning.

    Raises:
        ValueError: The target is of another kind, does not fit the scores, or a score is not finite.

    >>> average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.8333333333333333
    """
    one_of("average", average, _AVERAGES)
    positive_label(pos_label, optional=False)
    target = describe(y_true, "y_true")
    scores = finite_scores(y_score)
    if target.kind == BINARY:
        classes = target.encoded().classes
        if len(classes) == 2 and pos_label not in classes.tolist():
            raise DataError(f"pos_label={pos_label} is not a valid label. It should be one of {classes}")
    elif target.kind in (MULTILABEL, MULTICLASS) and pos_label != 1:
        raise DataError(
            f"Parameter pos_label is fixed to 1 for {target.kind} y_true. Do not set pos_label or set pos_label to 1."
        )
    if target.kind != MULTICLASS:
        return _average_binary(_average_precision, target, scores, average, sample_weight, pos_label)
    labels = target.encoded()
    indicator = _one_hot(labels.codes, len(labels.classes))
    _check_columns(scores, indicator.shape)
    weight = row_weights(sample_weight, len(scores))
    return average_over_labels(_average_precision, indicator, scores, average, weight)


def _average_precision(score: NDArray[Any], positive: NDArray[np.uint8], weight: Weight) -> float:
    pairs = rank(score, positive, weight).pairs()
    if not pairs.positives:
        warn("No positive class found in y_true, recall is set to one for all thresholds.")
        return 0.0
    return measures.average_precision(pairs)


@documented(**ONE_TARGET, pos_label="The label that is positive; None for 1, where the labels are 0 and 1 or -1 and 1.")
def ks_statistic(y_true: Any, y_score: Any, *, pos_label: Any = None, sample_weight: Any = None) -> float:
    """The largest distance between the score distributions of the two classes: max ``|TPR - FPR|``.

    The two-sample statistic of Kolmogorov and Smirnov; 0 where scores tell nothing, 1 where they separate.

    {parameters}

    Returns:
        A float, NaN with a warning where one class only occurs.

    Raises:
        ValueError: The target is not binary, its positive class is not clear, or a score is not finite.

    >>> ks_statistic([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.5
    """
    pairs = Ranked.of(y_true, y_score, pos_label, sample_weight, thresholds=False).ranking.pairs()
    if not (pairs.positives and pairs.negatives):
        warn_undefined("Only one class is present in y_true. The KS statistic is not defined in that case.")
        return math.nan
    return measures.ks(pairs)


@documented(
    **ONE_TARGET,
    y_score="Scores of shape (rows, classes); of a binary target of shape (rows,).",
    k="How many of the highest scores count.",
    labels="The classes in the order of the columns, ascending, where not all of them occur.",
)
def top_k_accuracy_score(
    y_true: Any, y_score: Any, *, k: int = 2, normalize: bool = True, sample_weight: Any = None, labels: Any = None
) -> float:
    """The share of rows whose true class is among the k highest scores.

    Of equal scores the later class counts as higher. A binary row is predicted positive at a score above 0.5, or
    above 0 where scores leave [0, 1].

    {parameters}

    Raises:
        ValueError: The target does not fit the scores, or a score is not finite.

    >>> top_k_accuracy_score([0, 1, 2], [[0.5, 0.2, 0.3], [0.3, 0.4, 0.3], [0.6, 0.3, 0.1]], k=1)
    0.6666666666666666
    """
    whole_number("k", k, 1)
    flag("normalize", normalize)
    target = describe(y_true, "y_true")
    kind = MULTICLASS if target.kind == BINARY and labels is not None and len(labels) > 2 else target.kind
    if kind not in (BINARY, MULTICLASS):
        raise DataError(f"y type must be 'binary' or 'multiclass', got '{kind}' instead.")
    scores = finite_scores(y_score)
    if kind == BINARY:
        if scores.ndim == 2 and scores.shape[1] != 1:
            raise DataError(
                f"`y_true` is binary while y_score is 2d with {scores.shape[1]} classes. If `y_true` does not contain "
                "all the labels, `labels` must be provided."
            )
        scores = column(scores, "y_score")
    else:
        _check_columns(scores)
    check_lengths(target.values, scores, sample_weight)
    codes, classes = class_codes(target, labels, 2 if kind == BINARY else scores.shape[1], "classes")
    if k >= classes:
        warn_undefined(
            f"'k' ({k}) greater than or equal to 'n_classes' ({classes}) will result in a perfect score and is "
            "therefore meaningless."
        )
    hits = _hits(codes, scores, int(k)).astype(np.float64)
    weight = row_weights(sample_weight, len(hits))
    threads = threads_for(len(hits))
    return mean_of(hits, weight, threads) if normalize else float(total_of(hits, weight, threads))


def _hits(codes: NDArray[Any], scores: NDArray[Any], k: int) -> NDArray[Any]:
    if scores.ndim == 2:
        return top_k_hits(codes.astype(np.int32, copy=False), scores, k, threads_for(scores.size))
    if k > 1:
        return np.ones(len(scores), np.uint8)
    threshold = 0.5 if scores.min() >= 0 and scores.max() <= 1 else 0
    return np.asarray((scores > threshold) == (codes == 1))
