"""The rows of a source with what every model says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from gnomon.engines.threads import fold
from gnomon.errors import DataError, UsageError
from gnomon.evaluation.arguments.plan import budget_of, bytes_per_row, counted_rows
from gnomon.evaluation.reading.summary import answer_of
from gnomon.schema.batch import chosen_rows, encode
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source
from gnomon.states.panel import Panel, Rows

# Bytes of a row for each model while influences are made of it.
ROW = 48


def check_memory(source: Source, schemas: Sequence[Schema], memory: int | str | None, threads: int) -> None:
    """Raises UsageError where the rows take more memory than they may."""
    budget, each = budget_of(memory), sum(ROW + bytes_per_row(own) for own in schemas)
    if source.row_limit * each <= budget:
        return
    rows = counted_rows(source, schemas[0], threads)
    if rows * each > budget:
        raise UsageError(
            f"a comparison keeps the rows: {rows:,} of them take about {rows * each / 1e6:,.0f} MB, more than the "
            f"{budget / 1e6:,.1f} MB that they may take: raise memory= (--memory), or compare on fewer"
        )


def read_models(source: Source, schemas: Sequence[Schema], threads: int) -> Rows:
    """All rows, with the answers of all models.

    Raises:
        DataError: There are none.
    """
    tally = fold(source.parts(schemas[0].uses, threads), lambda: ModelsTally(schemas), threads)
    if tally.panel is None or not tally.panel.chunks:
        raise DataError(f"{source.name} has no rows to compare on")
    return tally.panel.rows()


def fitted_rows(source: Source, schema: Schema, threads: int) -> int:
    """How many rows are left out, as models were fitted on them.

    Raises:
        DataError: There are none: the column has no such value.
    """
    part = schema.columns.part
    if part is None or part.inside:
        return 0
    fitted = replace(schema, columns=replace(schema.columns, part=part.others))
    parts = source.parts({part.column: "text"}, threads)
    rows = sum(len(chosen_rows(piece, fitted).table) for pieces in parts for piece in pieces)
    if not rows:
        raise DataError(f"{source.name} has no rows whose {part.others}")
    return rows


class ModelsTally:
    """The rows that a thread has seen.

    Args:
        schemas: What the columns of each model mean; all leave out the same rows.
    """

    def __init__(self, schemas: Sequence[Schema]) -> None:
        first, *others = schemas
        self._schemas = (first, *(replace(own, clusters=None) for own in others))
        self.panel: Panel | None = None

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        batches = [encode(piece, schema, threads) for schema in self._schemas]
        first = batches[0]
        answers = [answer_of(batch, schema) for batch, schema in zip(batches, self._schemas, strict=True)]
        self._take(Panel.of(first.target, answers, first.weight, first.clusters))

    def merge(self, other: Self) -> Self:
        """The rows of both."""
        if other.panel is not None:
            self._take(other.panel)
        return self

    def _take(self, panel: Panel) -> None:
        self.panel = panel if self.panel is None else self.panel.merge(panel)
