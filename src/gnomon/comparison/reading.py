"""The rows of a source with what every model says of them, read once for all models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from gnomon.engines.threads import fold
from gnomon.errors import DataError, MissingValuesError, UsageError
from gnomon.evaluation.arguments.plan import Plan, budget_of, bytes_per_row, counted_rows
from gnomon.evaluation.reading.summary import Summary, answer_of
from gnomon.evaluation.reading.tally import Tallies, Watch
from gnomon.schema.batch import chosen_rows, encode, refuse_missing
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source
from gnomon.states.panel import Panel, PanelRows

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


@dataclass(frozen=True, slots=True)
class ModelRows:
    """What one reading of the rows gives.

    Attributes:
        summaries: Of each model, in their order.
        rows: The rows, with the answers of all models.
        fitted: How many rows are left out, as models were fitted on them.
    """

    summaries: list[Summary]
    rows: PanelRows
    fitted: int


def read_models(
    source: Source, schemas: Sequence[Schema], plans: Sequence[Plan], threads: int, watch: Watch
) -> ModelRows:
    """The rows, read once for all models.

    Args:
        source: The rows.
        schemas: What the columns of each model mean.
        plans: What is kept of them for each model's evaluation: the rows, all of them.
        threads: How many threads there may be.
        watch: Told the number of rows of each piece.

    Raises:
        DataError: There are none, or values are missing (then all of them are counted).
    """
    tallies = [Tallies(own, plan, None, {}, {}, ignore) for own, plan in zip(schemas, plans, strict=True)]
    try:
        tally = fold(source.parts(schemas[0].uses, threads), lambda: ModelsTally(schemas, tallies, watch), threads)
    except MissingValuesError:
        for own in schemas:
            refuse_missing(source, own, threads)
        raise
    part = schemas[0].columns.part
    if part is not None and not part.inside and not tally.fitted:
        raise DataError(f"{source.name} has no rows whose {part.others}")
    summaries = [own.summary for own in tally.models]
    if tally.panel is None or not tally.panel.chunks or any(own is None or not own.rows.n for own in summaries):
        left_out = (
            " once rows with missing values are left out" if any(own and own.dropped for own in summaries) else ""
        )
        raise DataError(f"{source.name} has no rows to compare on{left_out}")
    return ModelRows([own for own in summaries if own is not None], tally.panel.rows(), tally.fitted)


def ignore(_: int) -> None:
    """Rows are told of once, not for each model."""


class ModelsTally:
    """The rows that a thread has seen.

    Args:
        schemas: What the columns of each model mean; all leave out the same rows.
        tallies: Where the rows of each model's evaluation go.
        watch: Told the number of rows of each piece.
    """

    def __init__(self, schemas: Sequence[Schema], tallies: Sequence[Tallies], watch: Watch) -> None:
        self._schemas = schemas
        self._watch = watch
        part = schemas[0].columns.part
        columns = schemas[0].columns
        self._fitted = None
        if part is not None and not part.inside:
            self._fitted = replace(schemas[0], columns=replace(columns, part=part.others))
        self.models = [own.start() for own in tallies]
        self.panel: Panel | None = None
        self.fitted = 0

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        batches = [encode(piece, schema, threads) for schema in self._schemas]
        for model, batch in zip(self.models, batches, strict=True):
            model.take(batch, threads)
        first = batches[0]
        answers = [answer_of(batch, schema) for batch, schema in zip(batches, self._schemas, strict=True)]
        self._take(Panel.of(first.target, answers, first.weight, first.clusters))
        if self._fitted is not None:
            self.fitted += len(chosen_rows(piece, self._fitted).table)
        self._watch(len(piece.table))

    def merge(self, other: Self) -> Self:
        """The rows of both."""
        if other.panel is not None:
            self._take(other.panel)
        for own, others in zip(self.models, other.models, strict=True):
            own.merge(others)
        self.fitted += other.fitted
        return self

    def _take(self, panel: Panel) -> None:
        self.panel = panel if self.panel is None else self.panel.merge(panel)
