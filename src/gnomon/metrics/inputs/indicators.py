"""Matrices of labels, true and predicted: counts for each label, and for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.kernels.confusion import sum_label_weights
from gnomon.kernels.indicators import label_margins, row_margins
from gnomon.kernels.losses import total_of
from gnomon.kernels.threads import threads_for
from gnomon.measures.cells import Cells
from gnomon.metrics.inputs.arrays import NotAnArrayError, is_sparse
from gnomon.metrics.inputs.targets import MULTILABEL, Target


@dataclass(frozen=True, slots=True)
class Indicators:
    """Which labels each row has, and which were predicted for it.

    Attributes:
        target, predicted: uint8 of shape (rows, labels), 0 or 1; or both sparse (CSR), every stored value 1.
        weight: The rows' weights, if any.
    """

    target: Any
    predicted: Any
    weight: NDArray[np.float64] | None

    @classmethod
    def of(cls, target: Target, predicted: Target, weight: NDArray[np.float64] | None) -> Indicators:
        """From two targets that are matrices of labels.

        Raises:
            ColumnError: They differ in their number of labels.
        """
        if target.values.shape[1] != predicted.values.shape[1]:
            raise ColumnError(
                "Multi-label binary indicator input with different numbers of labels: "
                f"{target.values.shape[1]} and {predicted.values.shape[1]}"
            )
        sparse = is_sparse(target.values) or is_sparse(predicted.values)
        change = _as_csr if sparse else as_indicator
        return cls(change(target.values), change(predicted.values), weight)

    @property
    def kind(self) -> str:
        """In scikit-learn's words."""
        return MULTILABEL

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.target.shape[0])

    @property
    def classes(self) -> NDArray[np.int64]:
        """The labels, by number."""
        return np.arange(self.target.shape[1])

    @property
    def weighted(self) -> bool:
        """Whether rows have weights."""
        return self.weight is not None

    def columns(self, labels: NDArray[Any]) -> Indicators:
        """Some of the labels only."""
        return Indicators(_picked(self.target, labels), _picked(self.predicted, labels), self.weight)

    def by_label(self) -> Cells:
        """Each label against its absence: weights of rows, a label along the axis."""
        if self.weight is None:
            both, flagged, positive = self._counts()
            return Cells(both, positive, flagged, np.array([self.rows]))
        if is_sparse(self.target):
            both, flagged, positive = self._counts()
        else:
            both, flagged, positive = np.empty((3, self.target.shape[1]))
            for label in self.classes:
                columns = [np.ascontiguousarray(own[:, label]) for own in (self.target, self.predicted)]
                cells = sum_label_weights(columns[0], columns[1], self.weight, 0, 2, threads_for(self.rows))
                both[label], flagged[label], positive[label] = cells[1, 1], cells[:, 1].sum(), cells[1].sum()
        return Cells(both, positive, flagged, np.array([float(total_of(self.weight, None, threads_for(self.rows)))]))

    def by_row(self) -> Cells:
        """Each row's labels: numbers of labels, a row along the axis; rows are not weighted."""
        if is_sparse(self.target):
            both = self.target.multiply(self.predicted).tocsr()
            margins = [np.diff(own.indptr).astype(np.float64) for own in (both, self.predicted, self.target)]
        else:
            margins = list(row_margins(self.target, self.predicted, threads_for(self.target.size)))
        return Cells(margins[0], margins[2], margins[1], np.array([float(self.target.shape[1])]))

    def _counts(self) -> list[NDArray[Any]]:
        if not is_sparse(self.target):
            return list(label_margins(self.target, self.predicted, threads_for(self.target.size)))
        both = self.target.multiply(self.predicted).tocsr()
        return [_column_sums(own, self.weight) for own in (both, self.predicted, self.target)]


def as_indicator(array: Any) -> NDArray[np.uint8]:
    """A matrix of labels as bytes: 1 for the label that a row has, 0 for one it has not (which may be written -1).

    Raises:
        NotAnArrayError: It is sparse.
        DataError: It holds other numbers.
    """
    if is_sparse(array):
        raise NotAnArrayError("a sparse matrix of labels is not supported here: pass y_true.toarray()")
    if array.dtype.kind != "b":
        low, high = array.min(), array.max()
        if low < -1 or high > 1:
            raise DataError(f"a matrix of labels holds 0 and 1, or -1 and 1, not {low if low < -1 else high}")
        array = array > 0
    return np.ascontiguousarray(array).view(np.uint8)


def _as_csr(values: Any) -> Any:
    from scipy.sparse import csr_array

    matrix = csr_array(values, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.data = np.ones(len(matrix.data), np.int64)
    return matrix


def _picked(matrix: Any, labels: NDArray[Any]) -> Any:
    chosen = matrix[:, labels]
    return chosen if is_sparse(matrix) else np.ascontiguousarray(chosen)


def _column_sums(matrix: Any, weight: NDArray[np.float64] | None) -> NDArray[Any]:
    per_value = None if weight is None else np.repeat(weight, np.diff(matrix.indptr))
    return np.bincount(matrix.indices, per_value, matrix.shape[1])
