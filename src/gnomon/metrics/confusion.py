"""The confusion matrix, whole and label by label, and the likelihood ratios that follow from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import DataError
from gnomon.measures.cells import Cells
from gnomon.measures.confusion import likelihood_ratios
from gnomon.metrics.averages import cells_of
from gnomon.metrics.documentation import ONE_TARGET, documented
from gnomon.metrics.inputs.arrays import MOST_EXACT
from gnomon.metrics.inputs.indicators import Indicators
from gnomon.metrics.inputs.parameters import ParameterError, flag, one_of
from gnomon.metrics.inputs.table import Table, tabulate, tabulate_classes
from gnomon.metrics.inputs.targets import BINARY, encoded, positions
from gnomon.metrics.inputs.weights import whole_weights
from gnomon.metrics.warning import warn, warn_undefined


class NoSuchLabelError(DataError):
    """None of the labels asked for occurs."""


@documented(
    **ONE_TARGET, normalize="None for counts; 'true', 'pred' or 'all' for shares of rows, columns or everything."
)
def confusion_matrix(
    y_true: Any, y_pred: Any, *, labels: Any = None, sample_weight: Any = None, normalize: str | None = None
) -> NDArray[Any]:
    """How often each class (rows) was predicted as each class (columns).

    {parameters}

    Returns:
        Counts of shape (labels, labels), int64; float64 sums of weights where these are fractions; shares with
        ``normalize``.

    Raises:
        ValueError: The labels are of different kinds, or none of ``labels`` is in ``y_true``.

    >>> confusion_matrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])
    array([[2, 0, 0],
           [0, 0, 1],
           [1, 0, 2]])
    """
    one_of("normalize", normalize, (None, "true", "pred", "all"))
    table = tabulate_classes(y_true, y_pred, sample_weight)
    matrix = labelled_matrix(table, labels)
    if table.weighted and whole_weights(sample_weight):
        exact = np.abs(matrix).max(initial=0) < MOST_EXACT
        matrix = matrix.astype(np.int64) if exact else _whole_sums(y_true, y_pred, sample_weight, table, labels)
    if normalize is not None:
        axis = {"true": 1, "pred": 0, "all": None}[normalize]
        with np.errstate(all="ignore"):
            matrix = np.nan_to_num(matrix / matrix.sum(axis=axis, keepdims=True))
    if matrix.shape == (1, 1):
        warn(
            "A single label was found in 'y_true' and 'y_pred'. For the confusion matrix to have the correct shape, "
            "use the 'labels' parameter to pass all known labels."
        )
    return matrix


def _whole_sums(y_true: Any, y_pred: Any, sample_weight: Any, table: Table, labels: Any) -> NDArray[np.int64]:
    """Sums of weights that are whole numbers too large for floats; they wrap around as int64 does."""
    shown = table.classes if labels is None else np.asarray(labels)
    place = [positions(own.classes, shown)[own.codes] for own in (encoded(y_true), encoded(y_pred))]
    known = (place[0] >= 0) & (place[1] >= 0)
    matrix = np.zeros((len(shown), len(shown)), np.int64)
    np.add.at(matrix, (place[0][known], place[1][known]), np.asarray(sample_weight)[known].astype(np.int64))
    return matrix


def labelled_matrix(table: Table, labels: Any) -> NDArray[Any]:
    """The matrix of some labels, in their order; rows with other labels are left out.

    Raises:
        NoSuchLabelError: None of them is in the target.
        ParameterError: There are none.
    """
    if labels is None:
        return table.matrix()
    chosen = table.chosen(labels)
    if not len(chosen):
        raise ParameterError("'labels' should contain at least one label.")
    known = chosen >= 0
    if not table.true_rows[chosen[known]].any():
        raise NoSuchLabelError("At least one label specified must be in y_true")
    if len(set(chosen[known].tolist())) < known.sum():
        raise ParameterError(f"labels names one twice: {labels}")
    matrix = table.matrix(chosen[known])
    cells = np.zeros((len(chosen), len(chosen)), matrix.dtype)
    cells[np.ix_(known, known)] = matrix
    return cells


@documented(
    labels="The labels to report, in this order; of a multilabel task the numbers of the columns.",
    samplewise="Whether to count the labels of each row instead of the rows of each label (multilabel only).",
)
def multilabel_confusion_matrix(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, labels: Any = None, samplewise: bool = False
) -> NDArray[Any]:
    """The confusion matrix of each label against the rest.

    {parameters}

    Returns:
        [[TN, FP], [FN, TP]] for each label (or row), shape (labels, 2, 2).

    Raises:
        ValueError: The labels are of different kinds, or a label lies outside the matrix.

    >>> multilabel_confusion_matrix([0, 1, 2, 1], [0, 2, 2, 1])[1]
    array([[2, 0],
           [1, 1]])
    """
    flag("samplewise", samplewise)
    table = tabulate(y_true, y_pred, sample_weight)
    cells = cells_of(table, labels, samplewise=bool(samplewise))
    stacked = np.stack(
        np.broadcast_arrays(cells.true_negatives, cells.false_positives, cells.false_negatives, cells.hits), axis=-1
    )
    if samplewise and isinstance(table, Indicators):
        stacked = stacked.astype(np.int64) if table.weight is None else stacked * table.weight[:, None]
    return stacked.reshape(-1, 2, 2)


@documented(**ONE_TARGET,
    labels="The two labels, the negative one first; None for ascending order.",
    replace_undefined_by="NaN, 1.0, or {\"LR+\": a, \"LR-\": b}: what is returned where a ratio is undefined.",
)  # fmt: skip
def class_likelihood_ratios(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    sample_weight: Any = None,
    replace_undefined_by: float | Mapping[str, float] = math.nan,
) -> tuple[float, float]:
    """The positive and the negative likelihood ratio of a binary prediction.

    Recall over false positive rate, and miss rate over specificity: the factors by which a positive, or a negative,
    prediction changes the odds of the positive class.

    {parameters}

    Raises:
        ValueError: The target is not binary, or ``replace_undefined_by`` has another form.

    >>> class_likelihood_ratios([0, 1, 0, 1, 0], [1, 1, 0, 0, 0])
    (1.5, 0.75)
    """
    instead = _replacements(replace_undefined_by)
    table = tabulate_classes(y_true, y_pred, sample_weight)
    if table.kind != BINARY:
        raise DataError(
            f"class_likelihood_ratios only supports binary classification problems, got targets of type: {table.kind}"
        )
    matrix = labelled_matrix(table, labels)
    if len(matrix) != 2:
        raise DataError(f"class_likelihood_ratios needs two classes, but there is only {table.classes}: pass labels=")
    cells = Cells.of(matrix).of_class(1)
    if not cells.support[0]:
        warn_undefined(
            "No samples of the positive class are present in `y_true`: both likelihood ratios are set to `np.nan`."
        )
    ratios = [float(own[0]) for own in likelihood_ratios(cells)]
    if not cells.false_positives[0]:
        nothing = not cells.hits[0]
        start = "No samples were predicted for the positive class and " if nothing else ""
        how = "is set to" if nothing else "is ill-defined and set to"
        _warn_replaced(f"{start}`positive_likelihood_ratio` {how}")
        ratios[0] = instead["LR+"]
    if not cells.true_negatives[0]:
        _warn_replaced("`negative_likelihood_ratio` is ill-defined and set to")
        ratios[1] = instead["LR-"]
    return ratios[0], ratios[1]


def _warn_replaced(start: str) -> None:
    warn_undefined(f"{start} `np.nan`. Use the `replace_undefined_by` param to control this behavior.")


def _replacements(given: Any) -> Mapping[str, float]:
    if not isinstance(given, Mapping):
        if isinstance(given, (int, float)) and (given == 1 or math.isnan(given)):
            return {"LR+": float(given), "LR-": float(given)}
        raise ParameterError(f"replace_undefined_by must be nan, 1.0 or a dictionary, not {given!r}")
    ends = {"LR+": (1.0, math.inf), "LR-": (0.0, 1.0)}
    for name, (low, high) in ends.items():
        value = given.get(name)
        if not isinstance(value, (int, float)) or not (math.isnan(value) or low <= value <= high):
            raise ParameterError(
                "The dictionary passed as `replace_undefined_by` needs to be in the form {'LR+': a, 'LR-': b} with a "
                f"from 1.0 on or nan, and b from 0.0 to 1.0 or nan; got {given!r}."
            )
    return given
