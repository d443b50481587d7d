"""Whether a file has the columns that it is to have, and of the right kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gnomon.errors import UsageError, nearest
from gnomon.gating.result import FAIL, PASS, Judgement
from gnomon.gating.rules import COLUMNS
from gnomon.message import Message
from gnomon.sources.base import Source
from gnomon.sources.columns import is_text, spelled_values

KINDS = ("number", "text", "boolean", "date")
# Rows that are looked at where a file says no types.
LOOKED_AT = 1000


def columns_judged(source: Source, columns: Mapping[str, str] | Sequence[str] | None) -> list[Judgement]:
    """The verdict on each column that there is to be.

    Args:
        source: Where the rows are.
        columns: Names, or by name a kind: ``"number"``, ``"text"``, ``"boolean"`` or ``"date"``.

    Raises:
        UsageError: A kind is none.
    """
    if columns is None:
        return []
    wanted = dict(columns) if isinstance(columns, Mapping) else dict.fromkeys(columns)
    for kind in wanted.values():
        if kind is not None and kind not in KINDS:
            raise UsageError(
                Message(
                    "no_such_kind",
                    "columns= names the kind {kind!r}\n{hint}",
                    kind=kind,
                    hint=nearest(str(kind), KINDS),
                )
            )
    made = []
    for name, kind in wanted.items():
        there = name in source.columns
        held = kind_of(source, name) if there and kind is not None else None
        good = there and held == kind
        reason = None
        if not there:
            reason = Message("column_absent", "the file has no column {name!r}", name=name)
        elif not good:
            reason = Message(
                "column_of_other_kind", "column {name!r} holds {held}, not {kind}", name=name, held=held, kind=kind
            )
        rule = f"{COLUMNS}: {name}" if kind is None else f"{COLUMNS}: {name} = {kind}"
        made.append(
            Judgement(rule, "fact", COLUMNS, None, False, True, PASS if good else FAIL, 1.0, float(good), reason=reason)
        )
    return made


def kind_of(source: Source, name: str) -> str:
    """What kind of values a column holds, by its type, or by the first rows of a file without types."""
    import pyarrow as pa

    pieces = source.glimpses({name: "text"}, LOOKED_AT)
    if pieces is None:
        pieces = next(iter(source.partitions({name: "text"}, 1)), ())
    column: Any = next((piece.table[name] for piece in pieces), None)
    if column is None:
        return "text"
    if source.untyped(name):
        column = spelled_values(column)
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_temporal(kind):
        return "date"
    return "text" if is_text(kind) else "number"
