"""Which rows of several tables are the same: those of one id."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import ColumnError, DataError
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
        raise DataError(f"column {column!r} of {where} lacks {missing:,} values: every row needs an id")
    if pa.types.is_floating(ids.type):
        largest = pc.max(pc.abs(ids)).as_py()
        if largest is not None and largest >= LARGEST:
            raise DataError(
                f"column {column!r} of {where} holds the number {largest:.17g}, too large to be told from its "
                "neighbours: write ids as text"
            )
        with suppress(pa.ArrowInvalid):  # fractions stay what they are
            ids = ids.cast(pa.int64())
    if is_text(ids.type) and spelled_whole(ids):
        ids = without_fraction(ids)
    try:
        ids = ids.cast(pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise ColumnError(
            f"column {column!r} of {where} contains {ids.type}: ids must be text, numbers or dates"
        ) from None
    counts = pc.value_counts(ids)
    twice = np.flatnonzero(numbers(counts.field("counts")) > 1)
    if len(twice):
        some = [str(counts.field("values")[int(place)].as_py()) for place in twice[:NAMED]]
        more = ", ..." if len(twice) > NAMED else ""
        raise DataError(
            f"column {column!r} of {where} holds ids more than once, {len(twice):,} of them ({', '.join(some)}{more}): "
            "every row needs an id of its own"
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
        raise DataError(f"no value of column {column!r} is in all of {', '.join(ids)}: there are no rows to compare on")
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
            f"column {column!r} is {first.type} in {where[0]} but {second.type} in {where[1]}: "
            "use the same labels in both"
        ) from None
    missing = [pc.is_null(own, nan_is_null=True) for own in (first, second)]
    differs = pc.and_(differs, pc.invert(pc.and_(*missing)))
    wrong = np.flatnonzero(numbers(pc.or_(differs, pc.xor(*missing))))
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            f"column {column!r} differs between {where[0]} and {where[1]} in {len(wrong):,} rows, the first that of "
            f"{ids[row].as_py()}: {first[row].as_py()!r} and {second[row].as_py()!r}; models are compared on rows "
            "with the same true values"
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
