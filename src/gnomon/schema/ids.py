"""Which rows of several tables are the same: those of one id."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
from gnomon.message import Message, word
from gnomon.schema.labels import numbers, without_views
from gnomon.sources.columns import is_text, spelled_whole, without_fraction

# From here on not every whole number is a double.
LARGEST = 2.0**53
# Ids that a message names.
NAMED = 3


def ids_of(held: Any, column: str, where: str) -> Any:
    """Ids, as text, of which each occurs once; whole numbers are written without a fraction, whatever their type.

    Args:
        held: An Arrow column.
        column: What it is called.
        where: What its table is called.

    Raises:
        DataError: An id is missing or occurs more than once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = decoded(held)
    missing = int(pc.sum(pc.is_null(ids, nan_is_null=True)).as_py() or 0)
    if missing:
        raise DataError(
            Message(
                "ids_missing",
                "column {column!r} of {where} has {missing:,} missing {noun}\nevery row needs an id",
                column=column,
                where=where,
                missing=missing,
                noun=word("value") if missing == 1 else word("values"),
            )
        )
    if pa.types.is_floating(ids.type):
        largest = pc.max(pc.abs(ids)).as_py()
        if largest is not None and largest >= LARGEST:
            raise DataError(
                Message(
                    "id_too_large",
                    "column {column!r} of {where} holds the number {largest:.17g}, too large to be distinguished from "
                    "its neighbours\nwrite ids as text",
                    column=column,
                    where=where,
                    largest=largest,
                )
            )
        with suppress(pa.ArrowInvalid):  # fractions stay what they are
            ids = ids.cast(pa.int64())
    if is_text(ids.type) and spelled_whole(ids):
        ids = without_fraction(ids)
    try:
        ids = ids.cast(pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise ColumnError(
            Message(
                "id_type",
                "column {column!r} of {where} contains {type}\nids must be text, numbers or dates",
                column=column,
                where=where,
                type=ids.type,
            )
        ) from None
    counts = pc.value_counts(ids)
    twice = np.flatnonzero(numbers(counts.field("counts")) > 1)
    if len(twice):
        some = [str(counts.field("values")[int(place)].as_py()) for place in twice[:NAMED]]
        more = ", ..." if len(twice) > NAMED else ""
        raise DataError(
            Message(
                "ids_repeated",
                "column {column!r} of {where} repeats {number:,} {noun} ({some}{more})\nevery row needs its own id",
                column=column,
                where=where,
                number=len(twice),
                noun=word("id") if len(twice) == 1 else word("ids"),
                some=", ".join(some),
                more=more,
            )
        )
    return ids


def common_rows(ids: Mapping[str, Any], column: str) -> dict[str, NDArray[np.int64]]:
    """The places of the rows whose ids all tables have, in the order of the first table.

    Args:
        ids: By what each table is called, its ids, as :func:`ids_of` has them.
        column: What the ids are called.

    Raises:
        DataError: No row is common to all.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    first = next(iter(ids))
    places = {where: pc.index_in(ids[first], value_set=own) for where, own in ids.items()}
    there = np.logical_and.reduce([numbers(pc.is_valid(own)) for own in places.values()])
    if not there.any():
        raise DataError(
            Message(
                "no_common_ids",
                "no value of column {column!r} is in all of {sources}: there are no rows to compare on",
                column=column,
                sources=", ".join(ids),
            )
        )
    mask = pa.array(there)
    return {where: numbers(own.filter(mask)).astype(np.int64) for where, own in places.items()}


def check_same(columns: tuple[Any, Any], ids: Any, column: str, where: tuple[str, str]) -> None:
    """Raises DataError where two tables do not say the same of a row.

    Args:
        columns: What both say, row by row: Arrow columns.
        ids: What the rows are called.
        column: What the columns are called.
        where: What the tables are called.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    first, second = map(decoded, columns)
    try:
        differs = pc.fill_null(pc.not_equal(first, second), False)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError):
        raise ColumnError(
            Message(
                "labels_of_two_types",
                "column {column!r} is {type} in {where} but {other_type} in {other}\nuse the same labels in both",
                column=column,
                type=first.type,
                where=where[0],
                other_type=second.type,
                other=where[1],
            )
        ) from None
    missing = [pc.is_null(own, nan_is_null=True) for own in (first, second)]
    differs = pc.and_(differs, pc.invert(pc.and_(*missing)))
    wrong = np.flatnonzero(numbers(pc.or_(differs, pc.xor(*missing))))
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            Message(
                "true_values_differ",
                "column {column!r} differs between {where} and {other} in {number:,} {noun}, the first with id {id}: "
                "{value!r} and {other_value!r}\nmodels are compared on rows with the same true values",
                column=column,
                where=where[0],
                other=where[1],
                number=len(wrong),
                noun=word("row") if len(wrong) == 1 else word("rows"),
                id=ids[row].as_py(),
                value=first[row].as_py(),
                other_value=second[row].as_py(),
            )
        )


def decoded(column: Any) -> Any:
    """An Arrow column as plain values in one piece; whole numbers of any width as int64, text in one layout."""
    import pyarrow as pa

    column = without_views(column)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_integer(column.type) and not pa.types.is_uint64(column.type):
        column = column.cast(pa.int64())
    if pa.types.is_string(column.type):
        column = column.cast(pa.large_string())
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def taken(columns: Any, places: NDArray[np.int64]) -> Any:
    """Some rows of an Arrow table or column, in this order."""
    import pyarrow as pa

    return columns.take(pa.array(places))
