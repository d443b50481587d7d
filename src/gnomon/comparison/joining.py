"""Models whose predictions stand in different places, joined row by row on a column of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.comparison.models import ModelColumns
from gnomon.errors import UsageError
from gnomon.message import Message, in_series
from gnomon.schema.ids import check_same, common_rows, ids_of, taken
from gnomon.schema.schema import Subset
from gnomon.schema.slices import Slices
from gnomon.sources.base import Source, Use, check_columns
from gnomon.sources.columns import spelled_values
from gnomon.sources.tables import TableSource, table_of


@dataclass(frozen=True, slots=True)
class Joined:
    """The rows that all models have.

    Attributes:
        source: The rows.
        models: The columns of each model there.
        unmatched: By model, how many of its rows some other model lacks; of those that judge, where it can tell.
        matched: How many rows all models have; of those that judge.
    """

    source: TableSource
    models: Mapping[str, ModelColumns]
    unmatched: Mapping[str, int]
    matched: int


def joined(
    sources: Mapping[str, Source],
    columns: Mapping[str, ModelColumns],
    id: str,
    targets: Sequence[str],
    shared: Mapping[str, Use],
    subset: Subset | None,
    threads: int,
) -> Joined:
    """The rows that all sources have, in the order of the first.

    Args:
        sources: Where the rows of each model come from.
        columns: The columns of each model, as its source calls them.
        id: The column that says which rows are the same.
        targets: The columns of true values, which all sources must agree on.
        shared: Other columns, and what they are read for. One source must have them and others may: then they must
            agree, too.
        subset: Which rows judge; None for all.
        threads: How many threads may read.

    Raises:
        ColumnError: A column is missing.
        DataError: An id is missing or occurs twice, no row is common to all, or a true value differs.
    """
    first = next(iter(sources))
    holders = {each: next((name for name, own in sources.items() if each in own.columns), first) for each in shared}
    called = {name: f"{name} ({source.name})" for name, source in sources.items()}
    tables, ids = {}, {}
    for name, source in sources.items():
        model_columns = columns[name]
        if id in (*model_columns.names, *targets, *shared):
            raise UsageError(Message("id_named_twice", "column {id!r} is passed as id= and as something else", id=id))
        there = [each for each in shared if name == holders[each] or each in source.columns]
        labels: dict[str, Use] = dict.fromkeys((*targets, *model_columns.predictions), "text")
        wanted: dict[str, Use] = {id: "text", **labels, **{each: shared[each] for each in there}}
        wanted |= dict.fromkeys(model_columns.scores, "number")
        check_columns(list(wanted), source.columns, source.name)
        texts = [*labels, *(each for each in there if shared[each] == "text")]
        tables[name] = with_types(table_of(source, wanted, threads), source, texts)
        ids[called[name]] = ids_of(tables[name][id], id, called[name])
    places = common_rows(ids, id)
    judging = {name: judges(table, subset) for name, table in tables.items()}
    tables = {name: taken(table, places[called[name]]) for name, table in tables.items()}
    whole = {id: taken(ids[called[first]], places[called[first]])}
    whole |= {own: tables[holders.get(own, first)][own] for own in (*targets, *shared)}
    renamed = {}
    for name, table in tables.items():
        for column in (*targets, *shared):
            holder = holders.get(column, first)
            if name != holder and column in table.column_names:
                check_same((whole[column], table[column]), whole[id], column, (called[holder], called[name]))
        calls = {own: f"{name}: {own}" for own in columns[name].names}
        taken_names = sorted(set(calls.values()) & set(whole))
        if taken_names:
            raise UsageError(
                Message(
                    "two_columns_of_one_name",
                    "two columns would be called {name!r}\nrename the models",
                    name=taken_names[0],
                )
            )
        whole |= {calls[own]: table[own] for own in calls}
        renamed[name] = ModelColumns(
            tuple(calls[own] for own in columns[name].predictions), tuple(calls[own] for own in columns[name].scores)
        )
    matched = len(whole[id])
    kept = {name: np.isin(np.arange(len(own)), places[called[name]]) for name, own in judging.items()}
    unmatched = {name: int((own & ~kept[name]).sum()) for name, own in judging.items()}
    alone = in_series(
        Message("rows_of", "{number:,} of {source}", number=own, source=called[name])
        for name, own in unmatched.items()
        if own
    )
    notes = [note for source in sources.values() for note in source.notes]
    if alone:
        notes.insert(
            0,
            Message(
                "unmatched_rows",
                "Rows that some models lack are left out: {unmatched}; {matched:,} rows are compared.",
                unmatched=alone,
                matched=matched,
            ),
        )
    name = ", ".join(dict.fromkeys(source.name for source in sources.values()))
    telling = first if subset is None else holders.get(subset.column, first)
    judged = int(judging[telling][places[called[telling]]].sum())
    return Joined(TableSource(name, whole, id, tuple(dict.fromkeys(notes))), renamed, unmatched, judged)


def judges(table: Any, subset: Subset | None) -> NDArray[np.bool_]:
    """Which rows of a table judge: all, where it does not say which models were fitted on."""
    if subset is None or subset.column not in table.column_names:
        return np.ones(len(table), bool)
    slices = Slices.of(table[subset.column], subset.column)
    chosen = subset.chosen(slices.names) if len(slices.names) else np.zeros(0, bool)
    return np.asarray(chosen[slices.codes])


def with_types(table: Any, source: Source, columns: Sequence[str]) -> Any:
    """A pyarrow table of all rows, with the types that fields of text files spell: numbers, booleans or text."""
    for name in columns:
        if source.untyped(name):
            table = table.set_column(table.column_names.index(name), name, spelled_values(table[name]))
    return table
