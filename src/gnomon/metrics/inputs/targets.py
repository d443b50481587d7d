"""What a target is (two classes, several, a matrix of labels, amounts), and its labels as codes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.kernels.records import encode_objects, encode_records
from gnomon.kernels.scan import encode_narrow
from gnomon.kernels.threads import threads_for
from gnomon.metrics.inputs.arrays import MOST_EXACT, as_array, column, is_sparse, refuse_not_finite

BINARY, MULTICLASS, MULTILABEL = "binary", "multiclass", "multilabel-indicator"
CONTINUOUS, UNKNOWN = "continuous", "unknown"


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of labels.

    Attributes:
        classes: The distinct labels, ascending.
        codes: The position of each row's label in ``classes`` (uint8 or int32).
    """

    classes: NDArray[Any]
    codes: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A target and its kind, in scikit-learn's words.

    Attributes:
        kind: ``"binary"``, ``"multiclass"``, ``"multilabel-indicator"``, ``"continuous"``, ``"unknown"``, or the last
            but one with ``-multioutput``.
        values: The array: of shape (rows,), or (rows, outputs); a sparse matrix stays one.
        labels: The labels of a binary or multiclass target.
    """

    kind: str
    values: Any
    labels: Labels | None = None

    def __len__(self) -> int:
        return int(self.values.shape[0])

    def encoded(self) -> Labels:
        """The labels of a target that is known to have some."""
        assert self.labels is not None
        return self.labels


def describe(values: Any, name: str) -> Target:
    """What an array-like is as a target.

    Raises:
        NotAnArrayError: It is not an array-like.
        DataError: It holds NaN, infinity, bytes, or a list for each row.
    """
    if is_sparse(values):
        return _sparse(values)
    try:
        array = as_array(values, name)
    except ValueError as error:
        if isinstance(values, Sequence) and any(_is_list(row) for row in values):
            raise DataError(
                "You appear to be using a legacy multi-label data representation. Sequence of sequences are no longer "
                "supported; use a binary array or sparse matrix instead - the MultiLabelBinarizer transformer can "
                "convert to this format."
            ) from None
        raise DataError(f"{name} is not an array: {error}") from None
    if array.dtype.kind == "O" and array.size and _is_list(array.flat[0]):
        raise DataError(
            f"{name} holds lists, a legacy multi-label data representation. Sequence of sequences are no longer "
            "supported; use a binary array or sparse matrix instead."
        )
    if array.ndim > 2 or (array.ndim == 2 and not array.size):
        return Target(UNKNOWN, array)
    if array.ndim == 2 and array.shape[1] > 1:
        return _matrix(array, name)
    if array.ndim == 2:
        array = column(array, name)
    return _column(array, name)


def _is_list(row: Any) -> bool:
    return isinstance(row, (list, tuple, set, frozenset)) or (
        isinstance(row, Sequence) and not isinstance(row, (str, bytes))
    )


def _sparse(values: Any) -> Target:
    csr = values.tocsr()
    if csr.ndim == 1 or csr.shape[1] < 2:
        distinct = np.unique(np.append(csr.data, 0))
        return Target(BINARY if len(distinct) <= 2 else MULTICLASS, csr)
    distinct = np.unique(csr.data)
    few = len(distinct) <= 1 or (len(distinct) == 2 and 0 in distinct)
    whole = csr.dtype.kind in "biu" or bool((distinct == distinct.astype(np.int64)).all())
    return Target(MULTILABEL if few and whole else "multiclass-multioutput", csr)


def _matrix(array: NDArray[Any], name: str) -> Target:
    if array.dtype.kind == "f":
        refuse = array.astype(np.float64, copy=False)
        with np.errstate(invalid="ignore"):
            whole = bool((refuse == refuse.astype(np.int64)).all())
        if not whole:
            refuse_not_finite(np.ascontiguousarray(refuse), name)
            return Target(f"{CONTINUOUS}-multioutput", array)
    elif array.dtype.kind not in "iub":
        return Target(UNKNOWN if array.dtype.kind == "O" else "multiclass-multioutput", array)
    return Target(MULTILABEL if _holds_two_values(array) else "multiclass-multioutput", array)


def _holds_two_values(array: NDArray[Any]) -> bool:
    low, high = array.min(), array.max()
    return bool(array.dtype.kind == "b" or high - low <= 1 or ((array == low) | (array == high)).all())


def _column(array: NDArray[Any], name: str) -> Target:
    if not len(array):
        return Target(BINARY, array, Labels(array, np.empty(0, np.uint8)))
    kind = array.dtype.kind
    if kind in "iub":
        return _labelled(array, encode_whole(array))
    if kind == "f":
        wide = np.ascontiguousarray(array, np.float64)
        with np.errstate(invalid="ignore"):
            whole = wide.astype(np.int64)
        if not np.array_equal(whole, wide):
            refuse_not_finite(wide, name)
            return Target(CONTINUOUS, array)
        if np.abs(wide).max() >= MOST_EXACT:
            return _labelled(array, _encode_sorted(array))
        labels = encode_whole(whole)
        return _labelled(array, Labels(labels.classes.astype(array.dtype), labels.codes))
    if kind in "SV" or (kind == "O" and isinstance(array.flat[0], bytes)):
        raise LabelTypeError(
            "Support for labels represented as bytes is not supported. Convert the labels to a string or integer "
            "format."
        )
    if kind == "U":
        return _labelled(array, encode_text(array))
    if kind == "T":  # NumPy's text of any width
        array = array.astype(object)
    elif kind != "O":
        raise LabelTypeError(f"{name} holds {array.dtype}: labels are text, numbers or booleans")
    if is_missing(array[0]):
        raise DataError(f"Input {name} contains NaN: row 0 holds {array[0]!r}")
    if not isinstance(array[0], str):
        return Target(UNKNOWN, array)
    return _labelled(array, encode_strings(array, name))


class LabelTypeError(ColumnError, TypeError):
    """Labels of a type that none are made of."""


def _labelled(array: NDArray[Any], labels: Labels) -> Target:
    return Target(BINARY if len(labels.classes) <= 2 else MULTICLASS, array, labels)


def encode_whole(array: NDArray[Any]) -> Labels:
    """Labels that are whole numbers or booleans; at least one row."""
    values = np.ascontiguousarray(array.view(np.uint8) if array.dtype.kind == "b" else array)
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    threads = threads_for(len(values))
    encoded = encode_narrow(values, threads)
    if encoded is not None:
        return Labels(encoded[0].astype(array.dtype, copy=False), encoded[1])
    codes, first = encode_records(values, threads)
    return _in_order(array[first], codes)


def encode_text(array: NDArray[Any]) -> Labels:
    """Labels that are text of a fixed width."""
    codes, first = encode_records(np.ascontiguousarray(array), threads_for(len(array)))
    return _in_order(array[first], codes)


def encode_strings(array: NDArray[Any], name: str) -> Labels:
    """Labels that are Python strings in an array of objects.

    Raises:
        DataError: Something else is among them.
    """
    array = np.ascontiguousarray(array)
    codes, first, odd = encode_objects(array)
    if odd is not None:
        what = "NaN" if is_missing(array[odd]) else "labels of mixed types"
        raise DataError(f"Input {name} contains {what}: row {odd} holds {array[odd]!r}")
    return _in_order(array[first], codes)


def is_missing(value: Any) -> bool:
    """Whether an object stands for a missing value: None, NaN, or that of pandas."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ == "NAType"


def _in_order(classes: NDArray[Any], codes: NDArray[np.int32]) -> Labels:
    """Labels that were numbered as they first occurred, numbered in ascending order instead."""
    order = np.argsort(classes)
    rank = np.empty(len(order), np.uint8 if len(order) <= 256 else np.int32)
    rank[order] = np.arange(len(order))
    return Labels(classes[order], rank.take(codes))


def _encode_sorted(array: NDArray[Any]) -> Labels:
    classes, codes = np.unique(array, return_inverse=True)
    return Labels(classes, codes.astype(np.int32))


def encoded(values: Any) -> Labels:
    """The labels of an array-like that is known to hold some."""
    return describe(values, "labels").encoded()


def positions(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp]:
    """Where each label stands among the classes; -1 if nowhere."""
    number = {label: position for position, label in enumerate(classes.tolist())}
    return np.array([number.get(label, -1) for label in labels.tolist()], np.intp)


def union(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    """The labels of both, ascending.

    Raises:
        DataError: One holds text, the other numbers.
    """
    if first.dtype == second.dtype and np.array_equal(first, second):
        return first
    if (first.dtype.kind in "UO") != (second.dtype.kind in "UO"):
        raise DataError(f"Mix of label input types (string and number); Got {first} and {second}.")
    both = {*first.tolist(), *second.tolist()}
    kind = object if "O" in (first.dtype.kind, second.dtype.kind) else np.result_type(first, second)
    return np.array(sorted(both), kind)
