"""A batch: some rows as arrays, encoded by the schema. Encoding is where bad values are refused."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError, MissingValuesError
from gnomon.kernels.scan import scan_floats
from gnomon.message import Message, in_series, word
from gnomon.schema.labels import encode_labels, numbers
from gnomon.schema.schema import Schema
from gnomon.schema.slices import Slices, slice_name
from gnomon.sources.base import Piece, Source
from gnomon.wire import pack, refusing, unpack

# Rows of probabilities may miss 1 by this much for each class: they were rounded to a few digits.
ROUNDING = 0.01
# Squares of weights, and differences of amounts, must stay within the doubles.
LARGEST_WEIGHT = 1e100
LARGEST_AMOUNT = 1e300
# Up to here every whole number is a double.
MOST_EXACT = 2**53
SMALLEST_AMOUNT = 1e-60


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as arrays of one length, every value usable.

    Attributes:
        target: Class codes (uint8 or int32), or float64 amounts of a regression; of a multilabel task 0 and 1 (uint8)
            of shape (labels, rows).
        prediction: The same for the prediction; None where there is none.
        scores: One float32 or float64 array for a binary task, one for each class or label where these are several.
        weight: float64, all positive (rows of weight 0 are ignored); None where rows have no weights.
        clusters: The number of each row's cluster (int64); None where rows are independent.
        dropped: Rows left out because a used value was missing.
        slices: Of each slice column the slice that a row belongs to.
        called: What some rows are called; None where rows have been taken from several places.
    """

    target: NDArray[Any]
    prediction: NDArray[Any] | None
    scores: tuple[NDArray[Any], ...]
    weight: NDArray[np.float64] | None
    clusters: NDArray[np.int64] | None = None
    dropped: int = 0
    slices: tuple[Slices, ...] = ()
    called: Callable[[NDArray[np.intp]], list[str]] | None = None

    @property
    def n(self) -> int:
        """The number of rows."""
        return int(self.target.shape[-1])

    def to_bytes(self) -> bytes:
        """The arrays as bytes; slices, and what rows are called, are left out."""
        known = [own is not None for own in (self.prediction, self.weight, self.clusters)]
        columns = [own for own in (self.target, self.prediction, self.weight, self.clusters) if own is not None]
        return pack("batch", {"known": known, "dropped": self.dropped}, [*columns, *self.scores])

    @classmethod
    @refusing
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`.

        Raises:
            StateError: The bytes are foreign or damaged.
        """
        header, (target, *columns) = unpack("batch", raw)
        rest = iter(columns)
        prediction, weight, clusters = (next(rest) if known else None for known in header["known"])
        return cls(target, prediction, tuple(rest), weight, clusters, header["dropped"])


class Rows:
    """The rows of a piece that are still in the running, and what they are called."""

    def __init__(self, piece: Piece) -> None:
        self.table = piece.table
        self._piece = piece
        self._kept: NDArray[np.intp] | None = None

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Leaves out the rows whose mask is False."""
        import pyarrow as pa

        chosen = np.flatnonzero(mask)
        self._kept = chosen if self._kept is None else self._kept[chosen]
        self.table = self.table.filter(pa.array(mask))

    def called(self, column: str | None, rows: NDArray[np.intp]) -> list[str]:
        """What some rows are called: their values in a column, or their numbers."""
        if column is None:
            return [self.position(int(row)) for row in rows]
        import pyarrow as pa

        return [slice_name(name) for name in self.table[column].take(pa.array(rows)).to_pylist()]

    def position(self, row: int) -> str:
        """Names a row for a message."""
        return self._piece.position(int(row if self._kept is None else self._kept[row]))


def encode(piece: Piece, schema: Schema, threads: int) -> Batch:
    """The rows of a piece as a batch.

    Raises:
        MissingValuesError: A used value is missing and the schema does not say to drop such rows.
        DataError: A weight is negative, a value is infinite, a probability lies outside [0, 1], a label is unknown.
        ColumnError: A column that must hold numbers holds something else.
    """
    columns = schema.columns
    rows = chosen_rows(piece, schema)
    if columns.weight is not None:
        leave_out_weightless(rows, columns.weight)
    dropped = leave_out_missing(rows, schema)
    target = outcomes(rows, columns.targets, schema, threads)
    prediction = outcomes(rows, columns.predictions, schema, threads) if columns.predictions else None
    scores = tuple(score(rows, name, schema, threads) for name in columns.scores)
    if schema.task == "multiclass" and scores and schema.scale == "probability":
        check_sums(rows, scores, columns.scores, has_scale=schema.has_scale)
    if schema.unscored:
        scores = with_unscored(scores, schema, len(target))
    weight = None if columns.weight is None else weights(rows, columns.weight)
    clusters = None
    if schema.clusters is not None and columns.cluster is not None:
        clusters = schema.clusters.of(rows.table[columns.cluster], columns.cluster)
    slices = tuple(own.of(rows.table) for own in columns.slices)
    return Batch(target, prediction, scores, weight, clusters, dropped, slices, partial(rows.called, columns.id))


def chosen_rows(piece: Piece, schema: Schema) -> Rows:
    """The rows of a piece that are asked for."""
    rows, subset = Rows(piece), schema.columns.subset
    if subset is not None:
        slices = Slices.of(rows.table[subset.column], subset.column)
        rows.keep(subset.chosen(slices.names)[slices.codes] if len(slices.names) else np.zeros(len(rows.table), bool))
    return rows


def outcomes(rows: Rows, names: tuple[str, ...], schema: Schema, threads: int) -> NDArray[Any]:
    """The target or the prediction: amounts, class codes, or the labels of each row of shape (labels, rows)."""
    if schema.task == "regression":
        return amounts(rows, names[0], threads)
    if schema.task == "multilabel":
        return np.stack([codes(rows, name, schema, threads) for name in names])
    if schema.one_hot and len(names) > 1:
        return one_hot_codes(rows, names, threads)
    return codes(rows, names[0], schema, threads)


def one_hot_codes(rows: Rows, names: tuple[str, ...], threads: int) -> NDArray[Any]:
    """The class codes of columns of 0 and 1.

    Raises:
        DataError: A row has no 1, or several, or something else.
    """
    table = np.stack([label_codes(rows, name, (0, 1), threads) for name in names])
    ones = table.sum(axis=0)
    wrong = np.flatnonzero(ones != 1)
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            Message(
                "not_one_class",
                "{position} has {ones} of the classes {first!r} to {last!r} ({number:,} such {noun})\na row of a "
                "multiclass task has exactly one; for several labels per row use task='multilabel' (--task multilabel)",
                position=rows.position(row),
                ones=int(ones[row]),
                first=names[0],
                last=names[-1],
                number=len(wrong),
                noun=word("row") if len(wrong) == 1 else word("rows"),
            )
        )
    codes: NDArray[np.intp] = table.argmax(axis=0)
    return codes.astype(np.uint8 if len(names) < 255 else np.int32)


def label_codes(rows: Rows, name: str, labels: tuple[int, ...], threads: int) -> NDArray[Any]:
    """A column of whole numbers as their places among some labels.

    Raises:
        DataError: It holds another value.
    """
    codes, unknown = encode_labels(rows.table[name], labels, threads)
    if len(unknown):
        row = int(unknown[0])
        value = rows.table[name][row].as_py()
        raise DataError(
            Message(
                "label_not_binary",
                "column {name!r}: {position} is {value!r}\na label must be 0 or 1 in each row",
                name=name,
                value=value,
                position=rows.position(row),
            )
        )
    return codes


def with_unscored(scores: tuple[NDArray[Any], ...], schema: Schema, rows: int) -> tuple[NDArray[Any], ...]:
    """The scores in the order of the classes; a class that the model does not know scores less than all others."""
    least = 0.0 if schema.scale == "probability" else -sys.float_info.max
    told = iter(scores)
    return tuple(np.full(rows, least) if code in schema.unscored else next(told) for code in range(len(schema.labels)))


def weights(rows: Rows, name: str) -> NDArray[np.float64]:
    """The weights of the rows."""
    return floats(rows, name).astype(np.float64, copy=False)


def leave_out_weightless(rows: Rows, name: str) -> None:
    """Leaves out rows of weight 0, whatever else they hold.

    Raises:
        DataError: A weight is negative or infinite.
    """
    weight = floats(rows, name)
    negative = np.flatnonzero(weight < 0)
    if len(negative):
        row = negative[0]
        raise DataError(
            Message(
                "negative_weights",
                "column {name!r} has {number:,} negative {noun}, the first in {position}: {weight!s}\nweights must be "
                "0 or more",
                name=name,
                number=len(negative),
                noun=word("weight") if len(negative) == 1 else word("weights"),
                position=rows.position(row),
                weight=weight[row],
            )
        )
    refuse_infinite(rows, name, weight)
    extreme = np.flatnonzero((weight > LARGEST_WEIGHT) | ((weight < 1 / LARGEST_WEIGHT) & (weight > 0)))
    if len(extreme):
        raise DataError(
            Message(
                "extreme_weight",
                "column {name!r}: the weight in {position} is {weight!s}\nnonzero weights must lie between "
                "{smallest:g} and {largest:g}",
                name=name,
                weight=weight[extreme[0]],
                position=rows.position(extreme[0]),
                smallest=1 / LARGEST_WEIGHT,
                largest=LARGEST_WEIGHT,
            )
        )
    if np.any(weight == 0):
        rows.keep(weight != 0)


def leave_out_missing(rows: Rows, schema: Schema) -> int:
    """Refuses rows that lack a used value, or leaves them out; returns how many were left out."""
    used = schema.columns.used()
    if schema.missing == "drop":
        return leave_out_incomplete(rows, used)
    missing = missing_masks(rows, used)
    if missing:
        raise MissingValuesError(
            missing_message({name: (int(mask.sum()), positions(rows, mask)) for name, mask in missing.items()})
        )
    return 0


def leave_out_incomplete(rows: Rows, columns: Iterable[str]) -> int:
    """Leaves out the rows that lack a value in one of the columns; returns how many."""
    missing = missing_masks(rows, columns)
    if not missing:
        return 0
    some = np.logical_or.reduce(list(missing.values()))
    rows.keep(~some)
    return int(some.sum())


def missing_masks(rows: Rows, columns: Iterable[str]) -> dict[str, NDArray[np.bool_]]:
    """Which values are missing, for each column that lacks any."""
    return {name: mask for name in columns if (mask := missing_in(rows.table[name])) is not None}


def positions(rows: Rows, mask: NDArray[np.bool_]) -> list[str]:
    """The names of the first rows whose mask is True."""
    return [rows.position(row) for row in np.flatnonzero(mask)[:3]]


def missing_message(missing: dict[str, tuple[int, list[str]]]) -> str:
    """What to say of missing values: how many in which column, and the first rows."""
    parts = []
    for name, (count, first) in missing.items():
        rows = in_series([*first, *(["..."] if count > len(first) else [])])
        parts.append(
            Message(
                "missing_in_column",
                "column {name!r} has {count:,} missing {noun} ({rows})",
                name=name,
                count=count,
                noun=word("values") if count > 1 else word("value"),
                rows=rows,
            )
        )
    columns = in_series(parts, "; ")
    return Message(
        "missing_values",
        "{columns}\nfill in the values, or drop such rows with missing='drop' (--missing drop)",
        columns=columns,
    )


def missing_in(column: Any) -> NDArray[np.bool_] | None:
    """Which values of an Arrow column are null or NaN; None if no one is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type) and any(chunk.dictionary.null_count for chunk in column.chunks):
        column = column.cast(column.type.value_type)  # a category may be null, too
    floating = pa.types.is_floating(column.type)
    if column.null_count == 0:
        if not floating:
            return None
        values = numbers(column)
        if values.dtype != np.float16 and scan_floats(values, 1).nans == 0:
            return None
        mask = np.isnan(values)
    else:
        mask = numbers(pc.is_null(column, nan_is_null=floating))
    return mask if mask.any() else None


def floats(rows: Rows, name: str) -> NDArray[Any]:
    """A column of numbers as float32 or float64, NaN where a value is missing.

    Raises:
        ColumnError: The column does not hold numbers.
    """
    import pyarrow as pa

    column = rows.table[name]
    kind = column.type
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    if pa.types.is_decimal(kind) or pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        column = column.cast(pa.float64(), safe=False)
    elif not pa.types.is_floating(kind):
        held = word("text") if pa.types.is_string(kind) or pa.types.is_large_string(kind) else str(kind)
        raise ColumnError(
            Message(
                "numbers_needed",
                "column {name!r} holds {held} where numbers are needed",
                name=name,
                held=held,
            )
        )
    values = numbers(column)
    return values.astype(np.float32) if values.dtype == np.float16 else values


def amounts(rows: Rows, name: str, threads: int) -> NDArray[np.float64]:
    """A column of a regression as float64, all finite."""
    values = floats(rows, name).astype(np.float64, copy=False)
    seen = scan_floats(values, threads)
    if seen.infinities:
        refuse_infinite(rows, name, values)
    if len(values) and 0 < max(-seen.low, seen.high) < SMALLEST_AMOUNT:
        raise DataError(
            Message(
                "values_too_small",
                "column {name!r} holds only values below {smallest:g}\nrescale them",
                name=name,
                smallest=SMALLEST_AMOUNT,
            )
        )
    if max(-seen.low, seen.high) > LARGEST_AMOUNT:
        row = int(np.argmax(np.abs(values)))
        raise DataError(
            Message(
                "value_too_large",
                "column {name!r}: {position} is {value!s}; values must lie within {largest:g} of zero\nrescale them",
                name=name,
                value=values[row],
                position=rows.position(row),
                largest=LARGEST_AMOUNT,
            )
        )
    return values


def refuse_infinite(rows: Rows, name: str, values: NDArray[Any]) -> None:
    """Raises DataError if a value is infinite."""
    infinite = np.flatnonzero(np.isinf(values))
    if len(infinite):
        raise DataError(
            Message(
                "infinite_values",
                "column {name!r} has {number:,} infinite {noun}, the first in {position}\ncorrect or remove such rows",
                name=name,
                number=len(infinite),
                noun=word("value") if len(infinite) == 1 else word("values"),
                position=rows.position(infinite[0]),
            )
        )


def score(rows: Rows, name: str, schema: Schema, threads: int) -> NDArray[Any]:
    """A column of scores, all finite, within [0, 1] where they are probabilities."""
    refuse_too_fine(rows, name)
    values = floats(rows, name)
    seen = scan_floats(values, threads)
    if seen.infinities:
        refuse_infinite(rows, name, values)
    if schema.scale == "probability" and len(values) and not (seen.low >= 0 and seen.high <= 1):
        outside = np.flatnonzero((values < 0) | (values > 1))
        row = outside[0]
        decision = (
            Message("if_decision_value", "for decision values, pass scale='any' (--scale any); for logits z,")
            if schema.has_scale
            else Message("of_logit", "for logits z,")
        )
        raise DataError(
            Message(
                "not_a_probability",
                "column {name!r} is not a probability: {position} is {value!s}, outside [0, 1] ({number:,} such "
                "{noun})\n{decision} pass 1 / (1 + exp(-z))",
                name=name,
                position=rows.position(row),
                value=values[row],
                number=len(outside),
                noun=word("row") if len(outside) == 1 else word("rows"),
                decision=decision,
            )
        )
    return values


def refuse_too_fine(rows: Rows, name: str) -> None:
    """Raises DataError if whole numbers reach beyond 2^53, where neighbouring ones are one float."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = rows.table[name]
    if not pa.types.is_integer(column.type) or column.type.bit_width < 64:
        return
    ends = pc.min_max(column).as_py()
    if ends["min"] is not None and (ends["max"] > MOST_EXACT or ends["min"] < -MOST_EXACT):
        raise DataError(
            Message(
                "integers_too_large",
                "column {name!r} contains integers beyond 2^53, such as {largest}, which floats cannot represent "
                "exactly\npass their ranks as scores",
                name=name,
                largest=max(ends["max"], -ends["min"]),
            )
        )


def check_sums(rows: Rows, scores: tuple[NDArray[Any], ...], names: tuple[str, ...], *, has_scale: bool = True) -> None:
    """Raises DataError if the probabilities of a row do not sum to 1, rounding aside."""
    off = np.abs(sum(column.astype(np.float64) for column in scores) - 1.0)
    wrong = np.flatnonzero(off > ROUNDING * len(scores))
    if len(wrong):
        total = sum(float(column[wrong[0]]) for column in scores)
        raise DataError(
            Message(
                "probabilities_sum",
                "the probabilities {first!r} to {last!r} sum to {total:.6g} in {position} ({number:,} such {noun}): "
                "they must sum to 1{hint}",
                first=names[0],
                last=names[-1],
                total=total,
                position=rows.position(wrong[0]),
                number=len(wrong),
                noun=word("row") if len(wrong) == 1 else word("rows"),
                hint=Message("if_decision_values", "; for decision values, pass scale='any' (--scale any)")
                if has_scale
                else "",
            )
        )


def codes(rows: Rows, name: str, schema: Schema, threads: int) -> NDArray[Any]:
    """A column of labels as class codes.

    Raises:
        DataError: A label is not among the classes.
    """
    if schema.task == "multilabel":
        return label_codes(rows, name, (0, 1), threads)
    encoded, unknown = encode_labels(rows.table[name], schema.labels, threads)
    if len(unknown):
        row = int(unknown[0])
        value = rows.table[name][row].as_py()
        shown = ", ".join(repr(known) for known in schema.names[:10])
        raise DataError(
            Message(
                "not_a_class",
                "column {name!r}: {position} is {value!r}, which is not one of the classes ({shown})\ncorrect the "
                "label, or declare classes=[...]",
                name=name,
                value=value,
                position=rows.position(row),
                shown=shown,
            )
        )
    return encoded


def refuse_missing(source: Source, schema: Schema, threads: int) -> None:
    """Raises MissingValuesError with the missing values of the whole source counted, if there are any."""
    missing: dict[str, tuple[int, list[str]]] = {}
    for partition in source.partitions(schema.uses, threads):
        for piece in partition:
            rows = chosen_rows(piece, schema)
            if schema.columns.weight is not None:
                leave_out_weightless(rows, schema.columns.weight)
            for name, mask in missing_masks(rows, schema.columns.used()).items():
                count, first = missing.get(name, (0, []))
                missing[name] = count + int(mask.sum()), (first + positions(rows, mask))[:3]
    if missing:
        raise MissingValuesError(missing_message(missing))
