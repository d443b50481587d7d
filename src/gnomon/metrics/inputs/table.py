"""True and predicted labels, counted: what every classification metric is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.kernels.confusion import count_confusion, count_labels, sum_label_weights
from gnomon.kernels.threads import threads_for
from gnomon.measures.cells import Cells
from gnomon.metrics.inputs.arrays import NotAnArrayError, as_array, check_lengths, column, is_sparse
from gnomon.metrics.inputs.indicators import Indicators
from gnomon.metrics.inputs.targets import BINARY, MULTICLASS, MULTILABEL, Labels, Target, describe, positions, union
from gnomon.metrics.inputs.weights import row_weights

# With more classes than this, no matrix is made unless it is asked for.
_WIDE = 1024
# Labels of these types are counted as they come.
_AS_THEY_COME = {np.dtype(kind): np.dtype(kind) for kind in ("uint8", "int8", "int32", "int64")} | {
    np.dtype(bool): np.dtype("uint8")
}


@dataclass(frozen=True, slots=True)
class Table:
    """How often, or with what weight, each class was predicted as each class.

    Attributes:
        classes: The labels that occur, true or predicted, ascending.
        cells: The margins, a class along the axis; int64 without weights, else float64.
        weighted: Whether rows have weights.
        rows: How many rows there are.
        true_rows: How many rows there are of each class (or at least whether there are any).
    """

    classes: NDArray[Any]
    cells: Cells
    weighted: bool
    rows: int
    true_rows: NDArray[Any]
    _mass: NDArray[Any] | None = None
    _codes: tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None] | None = None

    @property
    def kind(self) -> str:
        """``"binary"`` for up to two classes, else ``"multiclass"``."""
        return BINARY if len(self.classes) <= 2 else MULTICLASS

    def matrix(self, chosen: NDArray[np.intp] | None = None) -> NDArray[Any]:
        """The matrix of shape (classes, classes), rows true, columns predicted; of some of the classes, or of all."""
        if self._mass is not None:
            return self._mass if chosen is None else self._mass[chosen[:, None], chosen]
        assert self._codes is not None  # wide tables keep the codes
        target, predicted, weight = self._codes
        if chosen is None:
            return _mass(target, predicted, weight, len(self.classes))
        place = np.full(len(self.classes), -1, np.int32)
        place[chosen] = np.arange(len(chosen))
        target, predicted = place[target], place[predicted]
        known = (target >= 0) & (predicted >= 0)
        return _mass(target[known], predicted[known], None if weight is None else weight[known], len(chosen))

    def chosen(self, labels: Any) -> NDArray[np.intp]:
        """Where each of some labels stands among the classes; -1 if it does not occur."""
        return positions(column(as_array(labels, "labels"), "labels"), self.classes)


def tabulate(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Table | Indicators:
    """Counts two columns of labels, or two matrices of them.

    Raises:
        ColumnError: They differ in length, or have no rows.
        DataError: They are of different kinds, or of one that holds no labels.
    """
    table = _small_whole_numbers(y_true, y_pred, sample_weight)
    if table is not None:
        return table
    check_lengths(y_true, y_pred, sample_weight)
    target, predicted = describe(y_true, "y_true"), describe(y_pred, "y_pred")
    if not len(target):
        raise ColumnError(
            "Found empty input array (e.g., `y_true` or `y_pred`) while a minimum of 1 sample is required."
        )
    weight = row_weights(sample_weight, len(target))
    check_kinds(target, predicted)
    if target.kind == MULTILABEL:
        return Indicators.of(target, predicted, weight)
    if is_sparse(target.values) or is_sparse(predicted.values):
        raise NotAnArrayError("Sparse input is only supported when targets are of multilabel type")
    return _table(target.encoded(), predicted.encoded(), weight)


def tabulate_classes(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Table:
    """The same for metrics that know no matrices of labels.

    Raises:
        DataError: The targets are matrices of labels.
    """
    table = tabulate(y_true, y_pred, sample_weight)
    if isinstance(table, Indicators):
        raise DataError(f"{MULTILABEL} is not supported")
    return table


def check_kinds(target: Target, predicted: Target) -> None:
    """Raises DataError unless both hold labels of one kind."""
    kinds = {target.kind, predicted.kind}
    if len(kinds) > 1 and kinds != {BINARY, MULTICLASS}:
        raise DataError(f"Classification metrics can't handle a mix of {target.kind} and {predicted.kind} targets")
    if not kinds <= {BINARY, MULTICLASS, MULTILABEL}:
        raise DataError(f"{target.kind} is not supported")


def _small_whole_numbers(y_true: Any, y_pred: Any, sample_weight: Any) -> Table | None:
    """The table of two columns of small whole numbers of one type: read once, without codes."""
    if not (type(y_true) is np.ndarray and type(y_pred) is np.ndarray and y_true.ndim == y_pred.ndim == 1):
        return None
    kind = _AS_THEY_COME.get(y_true.dtype)
    rows = len(y_true)
    if kind is None or y_pred.dtype != y_true.dtype or len(y_pred) != rows or not rows:
        return None
    threads = threads_for(rows)
    target, predicted = (np.ascontiguousarray(y).view(kind) for y in (y_true, y_pred))
    counted = count_labels(target, predicted, threads)
    if counted is None:
        return None
    labels, counts = counted
    classes = labels.astype(y_true.dtype, copy=False)
    if sample_weight is None:
        cells = Cells.of(counts)
        return Table(classes, cells, False, rows, cells.support, counts)
    weight = row_weights(sample_weight, rows)
    assert weight is not None
    low, span = int(labels[0]), int(labels[-1] - labels[0]) + 1
    mass = sum_label_weights(target, predicted, weight, low, span, threads)
    if span > len(labels):
        mass = mass[(labels - low)[:, None], labels - low]
    return Table(classes, Cells.of(mass), True, rows, counts.sum(axis=1), mass)


def _table(target: Labels, predicted: Labels, weight: NDArray[np.float64] | None) -> Table:
    classes = union(target.classes, predicted.classes)
    codes = [_recoded(labels, classes) for labels in (target, predicted)]
    if codes[0].dtype != codes[1].dtype:
        codes = [code.astype(np.int32, copy=False) for code in codes]
    rows, weighted = len(codes[0]), weight is not None
    true_rows = positions(classes, target.classes) >= 0
    if len(classes) > _WIDE:
        cells = _margins(codes[0], codes[1], weight, len(classes))
        return Table(classes, cells, weighted, rows, true_rows, None, (codes[0], codes[1], weight))
    mass = _mass(codes[0], codes[1], weight, len(classes))
    return Table(classes, Cells.of(mass), weighted, rows, true_rows, mass)


def _recoded(labels: Labels, classes: NDArray[Any]) -> NDArray[Any]:
    if labels.classes is classes or len(labels.classes) == len(classes):
        return labels.codes
    dtype = np.uint8 if len(classes) <= 256 else np.int32
    place: NDArray[Any] = positions(labels.classes, classes).astype(dtype)[labels.codes]
    return place


def _mass(
    target: NDArray[Any], predicted: NDArray[Any], weight: NDArray[np.float64] | None, classes: int
) -> NDArray[Any]:
    threads = threads_for(len(target))
    if weight is None:
        return count_confusion(target, predicted, classes, threads)
    return sum_label_weights(target, predicted, weight, 0, classes, threads)


def _margins(target: NDArray[Any], predicted: NDArray[Any], weight: NDArray[np.float64] | None, classes: int) -> Cells:
    right = target == predicted
    hits = np.bincount(target[right], None if weight is None else weight[right], classes)
    support = np.bincount(target, weight, classes)
    return Cells(hits, support, np.bincount(predicted, weight, classes), support.sum(keepdims=True))
