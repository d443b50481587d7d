"""Curves over all thresholds: ROC, precision-recall, DET, and the counts that they are made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.measures.cells import ratio
from gnomon.measures.ranking import area
from gnomon.metrics.documentation import ONE_TARGET, documented
from gnomon.metrics.inputs.arrays import check_lengths, column, numbers
from gnomon.metrics.inputs.parameters import ParameterError, flag
from gnomon.metrics.inputs.weights import row_weights
from gnomon.metrics.scores import Ranked
from gnomon.metrics.warning import warn, warn_undefined

Array = NDArray[Any]
_POSITIVE = {"pos_label": "The label that is positive; None for 1, where the labels are 0 and 1 or -1 and 1."}


def _positional_until_1_11(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lets keyword arguments come by position, with the warning that scikit-learn gives until its version 1.11."""

    @wraps(function)
    def wrapper(y_true: Any, y_score: Any, *late: Any, **keywords: Any) -> Any:
        if late:
            given = dict(zip(("pos_label", "sample_weight"), late, strict=False))
            shown = ", ".join(f"{name}={value}" for name, value in given.items())
            warn(f"Pass {shown} as keyword args: from version 1.11 of scikit-learn this is an error.", FutureWarning)
            keywords |= given
        return function(y_true, y_score, **keywords)

    return wrapper


@_positional_until_1_11
@documented(**ONE_TARGET, **_POSITIVE)
def confusion_matrix_at_thresholds(
    y_true: Any, y_score: Any, *, pos_label: Any = None, sample_weight: Any = None
) -> tuple[Array, Array, Array, Array, Array]:
    """The binary confusion counts at every distinct score as a threshold, from the highest down.

    A row is predicted positive at ``score >= threshold``.

    {parameters}

    Returns:
        Arrays of true negatives, false positives, false negatives and true positives (float64), and the thresholds,
        all of shape (distinct scores,).

    Raises:
        ValueError: The target is not binary, its positive class is not clear, or a score is not finite.

    >>> confusion_matrix_at_thresholds([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])[3]
    array([1., 1., 2., 2.])
    """
    tps, fps, thresholds = _counts(Ranked.of(y_true, y_score, pos_label, sample_weight))
    return fps[-1] - fps, fps, tps[-1] - tps, tps, thresholds


def _counts(rows: Ranked, keep: str = "all") -> tuple[Array, Array, Array]:
    thresholds, tps, fps = rows.ranking.curve(keep)
    return tps, fps, thresholds.astype(rows.dtype, copy=False)


@documented(**ONE_TARGET, **_POSITIVE)
def roc_curve(
    y_true: Any, y_score: Any, *, pos_label: Any = None, sample_weight: Any = None, drop_intermediate: bool = True
) -> tuple[Array, Array, Array]:
    """The ROC curve: recall against false positive rate over all thresholds.

    {parameters}

    Returns:
        Fall-out, recall and thresholds (float64) of shape (points,), from the highest threshold down; the first is
        infinite.

    Raises:
        ValueError: The target is not binary, its positive class is not clear, or a score is not finite.

    >>> roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    (array([0. , 0. , 0.5, 0.5, 1. ]), array([0. , 0.5, 0.5, 1. , 1. ]), array([ inf, 0.8 , 0.4 , 0.35, 0.1 ]))
    """
    flag("drop_intermediate", drop_intermediate)
    keep = "bends" if drop_intermediate else "all"
    tps, fps, thresholds = _counts(Ranked.of(y_true, y_score, pos_label, sample_weight), keep)
    rates = []
    for counts, kind, rate in ((fps, "negative", "false"), (tps, "positive", "true")):
        if counts[-1] <= 0:
            warn_undefined(f"No {kind} samples in y_true, {rate} positive value should be meaningless")
            rates.append(np.full(len(counts) + 1, np.nan))
        else:
            rates.append(_from_zero(counts, counts[-1]))
    return rates[0], rates[1], _from_infinity(thresholds)


def _from_zero(counts: Array, total: float) -> Array:
    """Shares of the total, with a leading 0, in one pass."""
    shares = np.empty(len(counts) + 1)
    shares[0] = 0.0
    np.divide(counts, total, out=shares[1:])
    return shares


def _from_infinity(thresholds: Array) -> Array:
    whole = np.empty(len(thresholds) + 1)
    whole[0] = np.inf
    whole[1:] = thresholds
    return whole


@documented(**ONE_TARGET, **_POSITIVE)
def precision_recall_curve(
    y_true: Any, y_score: Any, *, pos_label: Any = None, sample_weight: Any = None, drop_intermediate: bool = False
) -> tuple[Array, Array, Array]:
    """Precision and recall over all thresholds.

    {parameters}

    Returns:
        Precision and recall of shape (points + 1,), and thresholds of shape (points,) in the scores' type, from the
        lowest threshold up. The last pair is precision 1 at recall 0, by convention, and has no threshold.

    Raises:
        ValueError: The target is not binary, its positive class is not clear, or a score is not finite.

    >>> precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])[0]
    array([0.5       , 0.66666667, 0.5       , 1.        , 1.        ])
    """
    flag("drop_intermediate", drop_intermediate)
    keep = "gains" if drop_intermediate else "all"
    tps, fps, thresholds = _counts(Ranked.of(y_true, y_score, pos_label, sample_weight), keep)
    precision, recall = np.empty(len(tps) + 1), np.empty(len(tps) + 1)
    flagged = (tps + fps)[::-1]
    precision.fill(1.0)  # also where a weight is nothing beside the others
    np.divide(tps[::-1], flagged, out=precision[:-1], where=flagged > 0)
    recall[-1] = 0.0
    if tps[-1] == 0:
        warn("No positive class found in y_true, recall is set to one for all thresholds.")
        recall[:-1] = 1.0
    else:
        np.divide(tps[::-1], tps[-1], out=recall[:-1])
    return precision, recall, thresholds[::-1].copy()


@documented(**ONE_TARGET, **_POSITIVE)
def det_curve(
    y_true: Any, y_score: Any, pos_label: Any = None, sample_weight: Any = None, drop_intermediate: bool = False
) -> tuple[Array, Array, Array]:
    """The detection error tradeoff curve: miss rate against false positive rate.

    A. Martin et al., "The DET curve in assessment of detection task performance", Eurospeech 1997.

    {parameters}

    Returns:
        Fall-out, miss rate and thresholds (float64) of shape (points,), from the lowest threshold up.

    Raises:
        ValueError: One class only, the positive class is not clear, or a score is not finite.

    >>> det_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    (array([0.5, 0.5, 0. ]), array([0. , 0.5, 0.5]), array([0.35, 0.4 , 0.8 ]))
    """
    flag("drop_intermediate", drop_intermediate)
    keep = "gains" if drop_intermediate else "all"
    rows = Ranked.of(y_true, y_score, pos_label, sample_weight)
    tps, fps, thresholds = _counts(rows, keep)
    if rows.classes != 2:
        raise DataError(
            "Only one class is present in y_true. Detection error tradeoff curve is not defined in that case."
        )
    if drop_intermediate and len(tps) > 1 and tps[0] == tps[1] == 0:
        tps, fps, thresholds = tps[1:], fps[1:], thresholds[1:]  # the infinite threshold precedes it
    # From the last point without a false positive (the infinite threshold, if no other) to the first that misses none.
    spared = int(np.searchsorted(fps, 0.0, side="right"))
    first = int(np.searchsorted(tps, tps[-1])) if tps[-1] else -1
    shown = slice(max(spared - 1, 0), first + 1)
    wrong, missed = fps[shown][::-1], (tps[-1] - tps[shown])[::-1]
    thresholds = thresholds[shown][::-1].astype(np.float64)
    if not spared:
        wrong, missed, thresholds = np.append(wrong, 0.0), np.append(missed, tps[-1]), np.append(thresholds, np.inf)
    return ratio(wrong, fps[-1]), ratio(missed, tps[-1]), thresholds


@documented(x="Abscissas, ascending or descending, array-like of shape (points,).", y="Ordinates, in the same order.")
def auc(x: Any, y: Any) -> float:
    """The area under a curve, by the trapezoidal rule.

    Not the average precision: a precision-recall curve is not a polygon. See :func:`average_precision_score`.

    {parameters}

    Raises:
        ValueError: Fewer than two points, or ``x`` goes up and down.

    >>> auc([0.0, 0.5, 1.0], [0.0, 0.75, 1.0])
    0.625
    """
    check_lengths(x, y)
    across, up = (column(numbers(own, name), name) for own, name in ((x, "x"), (y, "y")))
    if len(across) < 2:
        raise ColumnError(f"At least 2 points are needed to compute area under curve, but x.shape = {across.shape}")
    if (across[1:] >= across[:-1]).all():
        return area(across, up)
    if not (across[1:] <= across[:-1]).all():
        raise DataError(f"x is neither increasing nor decreasing : {np.asarray(x).reshape(-1)}.")
    return area(across[::-1], up[::-1])


@documented(
    **ONE_TARGET,
    metric_func="Called as ``metric_func(y_true, y_pred)`` with predictions 0 and 1 (and ``sample_weight``, if given).",
    metric_params="Further keyword arguments of it.",
)
def metric_at_thresholds(
    y_true: Any,
    y_score: Any,
    metric_func: Callable[..., Any],
    *,
    sample_weight: Any = None,
    metric_params: dict[str, Any] | None = None,
) -> tuple[Array, Array]:
    """Any metric of predicted labels, at every distinct score as a threshold.

    {parameters}

    Returns:
        The values, and the thresholds, of shape (distinct scores,), from the highest threshold down.

    Raises:
        ValueError: The arrays differ in length, or a score is not finite.

    >>> from gnomon.metrics import accuracy_score
    >>> metric_at_thresholds([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], accuracy_score)[0]
    array([0.75, 0.5 , 0.75, 0.5 ])
    """
    if not callable(metric_func):
        raise ParameterError(f"metric_func must be a function of y_true and y_pred, not {metric_func!r}")
    check_lengths(y_true, y_score, sample_weight)
    target = column(np.asarray(y_true), "y_true")
    raw = column(np.asarray(y_score), "y_score")
    numbers(raw, "y_score", high=1)
    if target.dtype.kind == "f":
        numbers(target, "y_true", high=1)
    weight = row_weights(sample_weight, len(raw))
    if weight is not None:
        target, raw, weight = (own[weight != 0] for own in (target, raw, weight))
    order = np.argsort(-raw.astype(np.float64), kind="stable")
    target, raw = target[order], raw[order]
    keywords = dict(metric_params or {})
    if weight is not None:
        keywords["sample_weight"] = weight[order]
    thresholds = raw[np.append(np.flatnonzero(np.diff(raw)), len(raw) - 1)]
    values = [metric_func(target, (raw >= threshold).astype(np.int32), **keywords) for threshold in thresholds]
    return np.asarray(values), thresholds
