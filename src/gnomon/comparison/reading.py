"""The rows of a source with what every model says of them, read once for all models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from gnomon.engines.base import Engine
from gnomon.errors import DataError, MissingValuesError, UsageError
from gnomon.evaluation.arguments.retention import Retention, budget_of, bytes_per_row, counted_rows, losses_of
from gnomon.evaluation.reading.reading import Reading
from gnomon.evaluation.reading.summary import Summary, answer_of
from gnomon.evaluation.reading.tally import CountPlan, RowTally
from gnomon.measures.measure import Measure
from gnomon.message import Message
from gnomon.schema.batch import chosen_rows, encode, refuse_missing
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source, Use
from gnomon.states.paired import PairedPredictions, PairedRows
from gnomon.wire import pack_all, refusing, unpack_all

# Bytes of a row for each model while influences are made of it.
ROW = 48


def check_memory(source: Source, schemas: Sequence[Schema], memory: int | str | None, engine: Engine) -> None:
    """Raises UsageError where the rows take more memory than they may."""
    budget, per_row = budget_of(memory), sum(ROW + bytes_per_row(own) for own in schemas)
    if source.row_limit * per_row <= budget:
        return
    rows = counted_rows(source, schemas[0], engine)
    if rows * per_row > budget:
        raise UsageError(
            Message(
                "compare_memory",
                "a comparison keeps all rows in memory: {rows:,} rows take about {needed:,.0f} MB, more than the "
                "limit of {limit:,.1f} MB\nraise memory= (--memory), or compare fewer rows",
                rows=rows,
                needed=rows * per_row / 1000000.0,
                limit=budget / 1000000.0,
            )
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
    rows: PairedRows
    fitted: int


def read_all(
    source: Source,
    schemas: Mapping[str, Schema],
    engine: Engine,
    measures: Iterable[Measure] = (),
    *,
    order_only: bool = False,
) -> tuple[ModelRows, dict[str, Reading]]:
    """The rows, read once for all models, and each model's way to them.

    Args:
        source: The rows.
        schemas: What the columns of each model mean.
        engine: What reads them.
        measures: Those asked for, whose losses are summed.
        order_only: Whether nothing is asked for but the order of the scores.

    Raises:
        DataError: There are none, or values are missing (then all of them are counted).
    """
    rows = max(1, source.row_limit)
    plans = {
        name: CountPlan(own, Retention(True, True, rows, order_only, losses_of(measures, own.task)))
        for name, own in schemas.items()
    }
    read = read_models(source, ModelsPlan(tuple(plans.values())), engine)
    return read, {name: Reading(source, own.schema, own.retention, engine) for name, own in plans.items()}


def read_models(source: Source, plan: ModelsPlan, engine: Engine) -> ModelRows:
    """The rows, read once for all models.

    Raises:
        DataError: There are none, or values are missing (then all of them are counted).
    """
    schemas = plan.schemas
    try:
        tally = engine.fold(source, plan)
    except MissingValuesError:
        for model_schema in schemas:
            refuse_missing(source, model_schema, engine.threads)
        raise
    subset = schemas[0].columns.subset
    if subset is not None and not subset.inside and not tally.fitted:
        raise DataError(
            Message("no_rows_whose", "{name} has no rows whose {others}", name=source.name, others=subset.others)
        )
    summaries = [own.summary for own in tally.models]
    if tally.panel is None or not tally.panel.chunks or any(own is None or not own.rows.n for own in summaries):
        left_out = (
            Message("once_missing_left_out", " after rows with missing values are left out")
            if any(own and own.dropped for own in summaries)
            else ""
        )
        raise DataError(
            Message(
                "no_rows_to_compare", "{name} has no rows to compare on{left_out}", name=source.name, left_out=left_out
            )
        )
    whole = [
        replace(summary, slices=own.slice_summaries(None))
        for summary, own in zip(summaries, tally.models, strict=True)
        if summary is not None
    ]
    return ModelRows(whole, tally.panel.rows(), tally.fitted)


@dataclass(frozen=True, slots=True)
class ModelsPlan:
    """Keeps the rows, and counts them for each model.

    Attributes:
        counts: What is counted for the evaluation of each model; all leave out the same rows.
    """

    counts: tuple[CountPlan, ...]

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """What the columns of each model mean."""
        return tuple(own.schema for own in self.counts)

    @property
    def uses(self) -> Mapping[str, Use]:
        """The columns of all models."""
        return self.schemas[0].uses

    @property
    def fitted(self) -> Schema | None:
        """Which rows models were fitted on, if they are left out."""
        first = self.schemas[0]
        subset = first.columns.subset
        if subset is None or subset.inside:
            return None
        return replace(first, columns=replace(first.columns, subset=subset.others))

    def start(self) -> ModelsTally:
        """An empty tally."""
        return ModelsTally(self, [own.start() for own in self.counts])

    @refusing
    def read(self, raw: bytes) -> ModelsTally:
        """The tally of these bytes."""
        header, parts = unpack_all("models", raw)
        models = [own.read(each) for own, each in zip(self.counts, parts, strict=False)]
        panel = [PairedPredictions.from_bytes(own) for own in parts[len(models) :]]
        return ModelsTally(self, models, panel[0] if panel else None, header["fitted"])


@dataclass(slots=True)
class ModelsTally:
    """The rows that were seen."""

    plan: ModelsPlan
    models: list[RowTally]
    panel: PairedPredictions | None = None
    fitted: int = 0

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        schemas, fitted = self.plan.schemas, self.plan.fitted
        batches = [encode(piece, schema, threads) for schema in schemas]
        for model, batch in zip(self.models, batches, strict=True):
            model.take(batch, threads)
        first = batches[0]
        answers = [answer_of(batch, schema) for batch, schema in zip(batches, schemas, strict=True)]
        self._take(PairedPredictions.of(first.target, answers, first.weight, first.clusters, first.slices))
        if fitted is not None:
            self.fitted += len(chosen_rows(piece, fitted).table)

    def merge(self, other: Self) -> Self:
        """The rows of both."""
        if other.panel is not None:
            self._take(other.panel)
        for mine, others in zip(self.models, other.models, strict=True):
            mine.merge(others)
        self.fitted += other.fitted
        return self

    def _take(self, panel: PairedPredictions) -> None:
        self.panel = panel if self.panel is None else self.panel.merge(panel)

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        models = [own.to_bytes() for own in self.models]
        panel = [] if self.panel is None else [self.panel.to_bytes()]
        return pack_all("models", {"fitted": self.fitted}, [*models, *panel])
