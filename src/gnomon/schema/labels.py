"""Class labels: which there are, what they are called, and a column of them as codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError
from gnomon.kernels.scan import distinct_integers, encode_integers, scan_floats
from gnomon.message import Message
from gnomon.sources.base import Use

Label = int | str

# A column with more distinct values than this holds no class labels.
MOST_CLASSES = 10_000


@dataclass(frozen=True, slots=True)
class LabelColumn:
    """The distinct labels of a column.

    Attributes:
        labels: Sorted; whole numbers and booleans as int, text as str. None if the column has fractions
            or more than ``MOST_CLASSES`` distinct values: then it holds no labels.
        boolean: Whether every value is a boolean; such labels are shown as False and True.
        floating: Whether the column's type is a float.
        rows: How many rows have a value.
        missing: How many have none.
        unit: Whether every value lies in [0, 1].
        use: What the column is to be read for, where a text file does not say its type.
    """

    labels: tuple[Label, ...] | None
    boolean: bool = False
    floating: bool = False
    rows: int = 0
    missing: int = 0
    unit: bool = True
    use: Use = "any"

    def merge(self, other: LabelColumn, name: str) -> LabelColumn:
        """The labels of two parts of one column.

        Raises:
            ColumnError: One part holds text and the other numbers.
        """
        both = replace(
            self,
            labels=None,
            boolean=(self.boolean or not self.labels) and (other.boolean or not other.labels),
            floating=self.floating or other.floating,
            rows=self.rows + other.rows,
            missing=self.missing + other.missing,
            unit=self.unit and other.unit,
        )
        if self.labels is None or other.labels is None:
            return replace(both, boolean=False)
        union = set(self.labels) | set(other.labels)
        if len({isinstance(label, str) for label in union}) > 1:
            raise ColumnError(
                Message(
                    "text_and_numbers",
                    "column {name!r} mixes text and numbers",
                    name=name,
                )
            )
        if len(union) > MOST_CLASSES:
            return replace(both, boolean=False)
        return replace(both, labels=tuple(sorted(union, key=label_order)))


NO_LABELS = LabelColumn(())


def label_order(label: Label) -> tuple[bool, Label]:
    """Numbers in their order, then text in its own."""
    return isinstance(label, str), label


def sorted_names(names: Iterable[str]) -> list[str]:
    """Names of classes in the order that classes have: whole numbers by size if all are such, else by the alphabet."""
    known = list(names)
    try:
        return sorted(known, key=int)
    except ValueError:
        return sorted(known)


def label_name(label: Label, boolean: bool) -> str:
    """What a label is called in a report."""
    return str(bool(label)) if boolean else str(label)


def find_labels(column: Any, name: str, threads: int) -> LabelColumn:
    """The distinct labels of an Arrow column; missing values are none.

    Raises:
        ColumnError: The column holds neither numbers, text nor booleans.
    """
    labels = distinct_labels(column, name, threads)
    missing = column.null_count + labels.missing
    whole = labels.labels is None or all(label in (0, 1) for label in labels.labels)
    return replace(labels, rows=len(column) - missing, missing=missing, unit=labels.unit and whole)


def distinct_labels(column: Any, name: str, threads: int) -> LabelColumn:
    """The labels, and of a float column its NaN and whether it keeps within [0, 1]."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = without_views(column)
    kind = column.type
    if pa.types.is_dictionary(kind):
        values = pc.unique(column.cast(kind.value_type)) if column.num_chunks != 1 else used_categories(column)
        return distinct_labels(pa.chunked_array([values]), name, threads)
    if pa.types.is_null(kind):
        return NO_LABELS
    if pa.types.is_boolean(kind):
        return LabelColumn(
            tuple(int(v) for v in sorted(v for v in pc.unique(column).to_pylist() if v is not None)), True
        )
    if pa.types.is_integer(kind):
        labels = distinct_integers(numbers(column.drop_null()), threads)
        if len(labels) > MOST_CLASSES:
            return LabelColumn(None)
        return LabelColumn(tuple(int(label) for label in labels))
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return float_labels(column, threads)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        labels = pc.unique(column).drop_null()
        if len(labels) > MOST_CLASSES:
            return LabelColumn(None)
        return LabelColumn(tuple(sorted(labels.to_pylist())))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise ColumnError(
            Message(
                "bytes_not_text",
                "column {name!r} contains bytes instead of text\ndecode them, or save the data as UTF-8",
                name=name,
            )
        )
    raise ColumnError(
        Message(
            "label_type",
            "column {name!r} holds {kind}\nlabels must be text, numbers or booleans",
            name=name,
            kind=kind,
        )
    )


def without_views(column: Any) -> Any:
    """The column with its text, or the text of its categories, in the layout that every Arrow function takes."""
    import pyarrow as pa

    if pa.types.is_string_view(column.type):
        return column.cast(pa.large_string())
    if pa.types.is_dictionary(column.type) and pa.types.is_string_view(column.type.value_type):
        return pa.chunked_array(
            pa.DictionaryArray.from_arrays(chunk.indices, chunk.dictionary.cast(pa.large_string()))
            for chunk in column.chunks
        )
    return column


def float_labels(column: Any, threads: int) -> LabelColumn:
    """Labels of a float column: only whole numbers can be labels."""
    import pyarrow as pa

    values = numbers(column.cast(pa.float64()).drop_null())
    seen = scan_floats(values, threads)
    label_column = LabelColumn(
        None, floating=True, missing=seen.nans, unit=not seen.infinities and seen.low >= 0 and seen.high <= 1
    )
    if seen.nans:
        values = values[~np.isnan(values)]
    if np.any(np.modf(values[:1000])[0] != 0):  # a few rows nearly always tell
        return label_column
    with np.errstate(invalid="ignore"):
        whole = values.astype(np.int64)
    if len(values) and not (np.array_equal(whole, values) and max(-seen.low, seen.high) < 2.0**53):
        return label_column
    distinct = distinct_integers(whole, threads)
    if len(distinct) > MOST_CLASSES:
        return label_column
    return replace(label_column, labels=tuple(int(label) for label in distinct))


def used_categories(column: Any) -> Any:
    """The categories that occur in a one-chunk dictionary column."""
    import pyarrow.compute as pc

    chunk = column.chunk(0)
    return chunk.dictionary.take(pc.unique(chunk.indices.drop_null()))


def encode_labels(column: Any, labels: Sequence[Label], threads: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Codes of an Arrow column without missing values: positions in ``labels``.

    Returns:
        The codes (uint8 where there are fewer than 255 labels, else int32), and the rows (the first one
        at least) whose value is not a label.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = without_views(column)
    kind = column.type
    narrow = np.uint8 if len(labels) < 255 else np.int32
    if pa.types.is_dictionary(kind):
        return encode_dictionary(column, labels, threads)
    text = bool(labels) and isinstance(labels[0], str)
    if (
        pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
    ):
        if text:
            return np.zeros(len(column), narrow), np.arange(min(1, len(column)))
        values = numbers(column if not pa.types.is_decimal(kind) else column.cast(pa.float64()))
        if values.dtype.kind == "f":
            whole = values.astype(np.int64)
            fractions = np.flatnonzero(whole != values)
            if len(fractions):
                return np.zeros(len(values), narrow), fractions
            values = whole
        elif values.dtype.kind == "b":
            values = values.view(np.uint8)
        codes, unknown, first = encode_integers(values, [int(label) for label in labels], threads)
        return codes, np.array([first] if unknown else [], np.int64)
    if not text:
        return np.zeros(len(column), narrow), np.arange(min(1, len(column)))
    places = pc.index_in(column, value_set=pa.array(labels, kind))
    unknown_rows = np.flatnonzero(numbers(pc.is_null(places)))
    return numbers(pc.fill_null(places, 0)).astype(narrow), unknown_rows


def encode_dictionary(column: Any, labels: Sequence[Label], threads: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Codes of a dictionary-encoded column: its categories are encoded once, its indices looked up."""
    import pyarrow as pa

    codes, unknown, offset = [], [], 0
    for chunk in column.chunks:
        categories = pa.chunked_array([chunk.dictionary.cast(column.type.value_type)])
        of_category = np.full(len(categories), -1, np.int64)
        for category in range(len(categories)):  # one by one: a category that does not occur may be no label
            code, wrong = encode_labels(categories.slice(category, 1), labels, threads)
            if not len(wrong):
                of_category[category] = code[0]
        by_value = of_category[numbers(pa.chunked_array([chunk.indices]))] if len(chunk) else np.empty(0, np.int64)
        unknown.append(np.flatnonzero(by_value < 0) + offset)
        codes.append(by_value)
        offset += len(chunk)
    narrow = np.uint8 if len(labels) < 255 else np.int32
    whole = np.concatenate(codes) if codes else np.empty(0, np.int64)
    return whole.astype(narrow), np.concatenate(unknown) if unknown else np.empty(0, np.int64)


def numbers(column: Any) -> NDArray[Any]:
    """The values of an Arrow column of numbers or booleans as one NumPy array, shared where possible."""
    chunks = column.chunks if hasattr(column, "chunks") else [column]
    arrays = [chunk_numbers(chunk) for chunk in chunks if len(chunk)]
    if not arrays:
        return np.empty(0, numpy_type(column.type))
    return np.ascontiguousarray(arrays[0] if len(arrays) == 1 else np.concatenate(arrays))


def numpy_type(kind: Any) -> np.dtype[Any]:
    """NumPy's type of an Arrow type of numbers or booleans; Arrow's own answer would need pandas in some versions."""
    names = {"halffloat": "float16", "float": "float32", "double": "float64"}
    return np.dtype(names.get(str(kind), str(kind)))


def chunk_numbers(chunk: Any) -> NDArray[Any]:
    """The values of one Arrow array. Its own conversion would import pandas, where it is installed."""
    import pyarrow as pa

    if chunk.null_count:
        return np.asarray(chunk.to_numpy(zero_copy_only=False))
    data = chunk.buffers()[1]
    if pa.types.is_boolean(chunk.type):
        bits = np.unpackbits(np.frombuffer(data, np.uint8), count=chunk.offset + len(chunk), bitorder="little")
        return bits[chunk.offset :].view(np.bool_)
    dtype = numpy_type(chunk.type)
    return np.frombuffer(data, dtype, len(chunk), chunk.offset * dtype.itemsize)


def same_labels(declared: Iterable[Any]) -> tuple[tuple[Label, ...], bool]:
    """Labels that a person declared, in their order, and whether they are booleans.

    Raises:
        ColumnError: A label is neither text, a whole number nor a boolean, or two are the same.
    """
    given = list(declared)
    labels: list[Label] = []
    for label in given:
        if isinstance(label, str):
            labels.append(str(label))
        elif isinstance(label, (bool, np.bool_, int, np.integer)) or (
            isinstance(label, (float, np.floating)) and float(label).is_integer()
        ):
            labels.append(int(label))
        else:
            raise ColumnError(
                Message(
                    "class_type",
                    "a class must be text, a whole number or a boolean, not {label!r}",
                    label=label,
                )
            )
    if len(set(labels)) < len(labels):
        raise ColumnError(Message("class_repeated", "the classes {given} repeat one of them", given=given))
    if len({isinstance(label, str) for label in labels}) > 1:
        raise ColumnError(Message("classes_mixed", "the classes {given} mix text and numbers", given=given))
    return tuple(labels), bool(given) and all(isinstance(label, (bool, np.bool_)) for label in given)
