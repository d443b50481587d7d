"""What a decision achieves on some rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.engines.base import Engine
from gnomon.errors import DataError
from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.binary import confusion_estimates
from gnomon.evaluation.estimates.classification import Table
from gnomon.evaluation.estimates.clustered import Clustered
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.estimates.small_samples import warn_of_few
from gnomon.evaluation.reading.summary import Summary
from gnomon.measures.confusion import FLAGGED_SHARE
from gnomon.measures.measure import POSITIVE
from gnomon.message import Message
from gnomon.schema.batch import encode
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Source, Use
from gnomon.states.confusion import Confusion
from gnomon.states.paired import PairedPredictions, PairedRows
from gnomon.states.scores import Scores
from gnomon.thresholds.goal import Goal
from gnomon.wire import pack_all, refusing, unpack_all


def confusions_at(
    source: Source, schema: Schema, thresholds: Sequence[float], summary: Summary | None, engine: Engine
) -> tuple[list[Confusion], int]:
    """The confusion counts of the rows of a binary task at each threshold, and how many rows were left out.

    Args:
        source: The rows; read again unless they were kept.
        schema: What they mean, and which of them take part.
        thresholds: The thresholds.
        summary: Their summary, if they were read before.
        engine: What reads them.

    Raises:
        DataError: No rows take part.
    """
    plan = ConfusionPlan(schema, tuple(thresholds))
    kept = None if summary is None else summary.states.get("scores")
    if isinstance(kept, Scores):
        tally = plan.start()
        for chunk in kept.chunks:
            tally.count(chunk[0], chunk[1], chunk[2] if kept.weighted else None, engine.threads)
        return tally.states, 0
    tally = engine.fold(source, plan)
    if not tally.states[0].counts.sum():
        raise no_rows(source, schema)
    return tally.states, tally.dropped


def no_rows(source: Source, schema: Schema) -> DataError:
    """The error of a part of the rows, to evaluate on, that has none."""
    return DataError(
        Message(
            "no_rows_to_judge",
            "{name} has no rows whose {subset}: there are no rows to evaluate on",
            name=source.name,
            subset=schema.columns.subset,
        )
    )


@dataclass(frozen=True, slots=True)
class ConfusionPlan:
    """Counts the confusion at some thresholds.

    Attributes:
        schema: What the columns mean.
        thresholds: The thresholds.
    """

    schema: Schema
    thresholds: tuple[float, ...]

    @property
    def uses(self) -> Mapping[str, Use]:
        """All columns."""
        return self.schema.uses

    def start(self) -> ConfusionTally:
        """An empty tally."""
        weighted = self.schema.columns.weight is not None
        return ConfusionTally(self, [Confusion.empty(2, weighted) for _ in self.thresholds])

    @refusing
    def read(self, raw: bytes) -> ConfusionTally:
        """The tally of these bytes."""
        header, states = unpack_all("confusions", raw)
        return ConfusionTally(self, list(map(Confusion.from_bytes, states)), header["dropped"])


@dataclass(slots=True)
class ConfusionTally:
    """The confusion counts at some thresholds of the rows that were seen."""

    plan: ConfusionPlan
    states: list[Confusion]
    dropped: int = 0

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        batch = encode(piece, self.plan.schema, threads)
        self.dropped += batch.dropped
        self.count(batch.scores[0], batch.target, batch.weight, threads)

    def count(self, score: NDArray[Any], target: NDArray[Any], weight: NDArray[Any] | None, threads: int) -> None:
        """Takes in some rows."""
        for place, threshold in enumerate(self.plan.thresholds):
            counts = Confusion.of_scores(target, score, weight, threshold, threads)
            self.states[place] = self.states[place].merge(counts)

    def merge(self, other: Self) -> Self:
        """The counts of the rows of both."""
        self.states = [mine.merge(own) for mine, own in zip(self.states, other.states, strict=True)]
        self.dropped += other.dropped
        return self

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        return pack_all("confusions", {"dropped": self.dropped}, [own.to_bytes() for own in self.states])


def achieved(
    state: Confusion, goal: Goal, schema: Schema, options: Options, clustered: PairedRows | None
) -> dict[str, Estimate]:
    """Estimates from a confusion matrix: the goal's measure first, the share flagged, those of an evaluation.

    Args:
        state: The matrix.
        goal: What is wanted.
        schema: What the columns mean.
        options: How estimates are made.
        clustered: The rows by cluster, with what is predicted of them; None where they are independent.
    """
    table, label = Table(state, options), schema.names[POSITIVE]
    rows = table.rows
    draft = Draft(confusion_estimates(table, rows, schema, options), table=table)
    draft.estimates |= table.estimates([FLAGGED_SHARE], rows, POSITIVE, label)
    warn_of_few(draft, schema, rows)
    if clustered is not None:
        Clustered(clustered, schema, options, {goal.measure: goal.formula(float(rows.total))}).widen(draft)
    return {goal.measure: draft.estimates.pop(goal.measure), **draft.estimates}


def paired_rows_of(summary: Summary) -> PairedRows | None:
    """The rows by cluster; None where they are independent."""
    panel = summary.states.get("panel")
    return panel.rows() if isinstance(panel, PairedPredictions) else None


def predicted_at(rows: PairedRows, threshold: float) -> PairedRows:
    """The same rows with what a threshold predicts of them."""
    (answer,) = rows.answers
    predicted = (answer.scores[0] >= threshold).astype(np.uint8)
    return replace(rows, answers=(replace(answer, prediction=predicted),))


def numbers_of(scores: Any) -> NDArray[np.float64]:
    """Scores as an array.

    Raises:
        DataError: They are not numbers, or a table of several columns that has names.
    """
    if hasattr(scores, "columns"):
        raise DataError(
            Message(
                "scores_not_frame",
                "pass the scores as an array, not a data frame: one column, or a matrix of several",
            )
        )
    try:
        return np.asarray(scores, np.float64)
    except (TypeError, ValueError):
        raise DataError(Message("scores_not_numbers", "the scores are not numbers")) from None


def one_column(scores: Any) -> NDArray[np.float64]:
    """Scores of the positive class as an array.

    Raises:
        DataError: They are not numbers, or have several columns.
    """
    values = numbers_of(scores)
    if values.ndim > 1 and values.shape[1:] != (1,):
        raise DataError(
            Message(
                "scores_of_positive",
                "the scores have shape {shape}\npass those of the positive class only (scores[:, 1])",
                shape=values.shape,
            )
        )
    return values.reshape(-1) if values.ndim > 1 else values
