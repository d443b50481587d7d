"""The states that a task needs, made from one batch and merged as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.arguments.retention import Retention
from gnomon.evaluation.reading.class_scores import highest
from gnomon.evaluation.reading.sample import Sample
from gnomon.kernels.losses import class_losses, clipping
from gnomon.measures.measure import POSITIVE, MeanLoss, Measure
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.schema.batch import Batch
from gnomon.schema.schema import Schema
from gnomon.states.agreement import Agreement
from gnomon.states.base import State
from gnomon.states.confusion import Confusion
from gnomon.states.kinds import state_of
from gnomon.states.mean import ClassLoss, RatioLoss, Weight
from gnomon.states.mean import MeanLoss as MeanLossState
from gnomon.states.paired import ModelOutput, PairedPredictions
from gnomon.states.residuals import Amounts, Residuals
from gnomon.states.scores import ClassScores, LabelRows, Scores
from gnomon.states.worst import WorstRows
from gnomon.wire import pack_all, refusing, unpack_all

# The state of the log losses of rows that are wrong for certain.
CERTAIN_ERRORS = "certain_errors"


@dataclass(frozen=True, slots=True)
class Summary:
    """The states of some rows, by the part they play, with the rows themselves counted.

    Attributes:
        rows: The rows that take part.
        dropped: Rows left out because a used value was missing.
        states: Confusion, scores, losses or residuals, whichever the task needs.
        sample: Some of the rows, where they are counted in bins.
        slices: The summaries of slices, by the column and the name of the slice.
        worst: The rows that are most wrong.
    """

    rows: Weight
    dropped: int
    states: dict[str, State]
    sample: Sample | None = None
    slices: dict[str, dict[str, Summary]] = field(default_factory=dict)
    worst: WorstRows = WorstRows(0)

    def merge(self, other: Self) -> Self:
        """The summary of the rows of both."""
        return type(self)(
            self.rows.merge(other.rows),
            self.dropped + other.dropped,
            {name: state.merge(other.states[name]) for name, state in self.states.items()},
        )

    def to_bytes(self) -> bytes:
        """The rows that were counted, and their states, as bytes."""
        header = {"rows": self.rows.to_header(), "dropped": self.dropped, "states": list(self.states)}
        return pack_all("summary", header, [own.to_bytes() for own in self.states.values()])

    @classmethod
    @refusing
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`.

        Raises:
            StateError: The bytes are foreign or damaged.
        """
        header, states = unpack_all("summary", raw)
        named = dict(zip(header["states"], map(state_of, states), strict=True))
        return cls(Weight.from_header(header["rows"]), header["dropped"], named)


def summarise(batch: Batch, schema: Schema, retention: Retention, threads: int, *, keep: bool) -> Summary:
    """The states of one batch.

    Args:
        batch: The rows.
        schema: What their columns mean.
        retention: Whether nothing is asked for but the order of the scores; the losses that are summed.
        threads: How many threads there may be.
        keep: Whether the rows themselves are kept.
    """
    make = {
        "binary": binary_states,
        "multiclass": multiclass_states,
        "multilabel": multilabel_states,
        "regression": regression_states,
    }[schema.task]
    states = (
        {} if retention.order_only else make(batch, schema, threads) | loss_states(batch, retention.losses, threads)
    )
    if keep:
        states |= kept_rows(batch, schema)
    if not keep and batch.weight is not None and schema.task in ("binary", "multiclass"):
        states["classes"] = Confusion.of_labels(batch.target, batch.target, batch.weight, len(schema.labels), threads)
    return Summary(Weight.of(batch.n, batch.weight, threads), batch.dropped, states)


def loss_states(batch: Batch, measures: Sequence[Measure], threads: int) -> dict[str, State]:
    """The sums of losses that were asked for, by the names of their measures."""
    states: dict[str, State] = {}
    for measure in measures:
        basis, answer = measure.basis, batch.scores[0] if batch.scores else batch.prediction
        assert isinstance(basis, MeanLoss)  # what a retention holds
        assert basis.loss is not None
        assert answer is not None  # a regression predicts, and scores are asked for of others
        target, said = (np.asarray(column, np.float64) for column in (batch.target, answer))
        losses = np.asarray(basis.loss(target, said), np.float64)
        if basis.per is None:
            states[measure.name] = MeanLossState.of(losses, batch.weight, threads)
        else:
            below = np.asarray(basis.per(target, said), np.float64)
            states[measure.name] = RatioLoss.of(losses, below, batch.weight, threads)
    return states


def kept_rows(batch: Batch, schema: Schema) -> dict[str, State]:
    """The rows themselves, as far as their order is asked for."""
    states: dict[str, State] = {}
    if schema.columns.cluster is not None:
        states["panel"] = PairedPredictions.of(batch.target, [answer_of(batch, schema)], batch.weight, batch.clusters)
    if schema.task == "regression":
        assert batch.prediction is not None  # a regression always has one
        states["errors"] = Amounts.of(batch.target, batch.prediction, batch.weight)
    if schema.task == "binary" and batch.scores:
        states["scores"] = Scores.of(batch.scores[0], batch.target, batch.weight)
    if schema.task == "multiclass" and batch.scores:
        states["scores"] = ClassScores.of(batch.target, batch.scores, batch.weight)
    return states


def answer_of(batch: Batch, schema: Schema) -> ModelOutput:
    """What the model says of the rows of a batch: its predictions, those that follow from scores included."""
    predicted = batch.prediction
    if predicted is None and schema.task == "binary" and schema.threshold is not None:
        predicted = (batch.scores[0] >= schema.threshold).astype(np.uint8)
    if predicted is None and schema.task == "multiclass":
        predicted = highest(batch.scores).astype(batch.target.dtype)
    return ModelOutput(predicted, batch.scores)


def binary_states(batch: Batch, schema: Schema, threads: int) -> dict[str, State]:
    """Confusion at the threshold or of the predictions; scores; losses where scores are probabilities."""
    states: dict[str, State] = {}
    target, weight = batch.target, batch.weight
    if batch.prediction is not None:
        states["confusion"] = Confusion.of_labels(target, batch.prediction, weight, 2, threads)
        if batch.scores:
            states["agreement"] = Agreement.of_two(batch.prediction, batch.scores[0])
    elif schema.threshold is not None:
        states["confusion"] = Confusion.of_scores(target, batch.scores[0], weight, schema.threshold, threads)
    if batch.scores and schema.scale == "probability":
        brier, log_loss = ClassLoss.of_probabilities(target, batch.scores[0], weight, threads)
        states |= {BRIER_SCORE.name: brier, LOG_LOSS.name: log_loss}
        score, (least, most) = batch.scores[0], clipping(batch.scores[0].dtype)
        certain = np.flatnonzero((score < least) | (score > most))
        wrong = certain[(target[certain] == POSITIVE) == (score[certain] < least)]
        states[CERTAIN_ERRORS] = certain_errors(wrong, least, weight, threads)
    return states


def certain_errors(
    wrong: NDArray[np.intp], least: float, weight: NDArray[np.float64] | None, threads: int
) -> MeanLossState:
    """The log losses of the rows that are wrong for certain: their class has a probability of 0, which counts as more.

    Args:
        wrong: The places of these rows.
        least: What their probability counts as.
        weight: Of the rows.
        threads: How many threads there may be.
    """
    if not len(wrong):
        return MeanLossState()
    losses = np.full(len(wrong), -math.log(least))
    return MeanLossState.of(losses, None if weight is None else weight[wrong], threads)


def multiclass_states(batch: Batch, schema: Schema, threads: int) -> dict[str, State]:
    """Confusion of the predictions, or of the class with the greatest score; scores and losses as above."""
    states: dict[str, State] = {}
    classes, weight = len(schema.labels), batch.weight
    predicted = answer_of(batch, schema).prediction
    if batch.scores:
        scores = np.stack(batch.scores, axis=1)
        if schema.scale == "probability":
            log_loss, brier = class_losses(batch.target.astype(np.int32, copy=False), scores, threads)
            for name, losses in ((LOG_LOSS.name, log_loss), (BRIER_SCORE.name, brier)):
                states[name] = ClassLoss.of(losses, batch.target, weight, classes, threads)
            least, _ = clipping(scores.dtype)
            wrong = np.flatnonzero(scores[np.arange(batch.n), batch.target] < least)
            states[CERTAIN_ERRORS] = certain_errors(wrong, least, weight, threads)
    assert predicted is not None  # a schema has predictions or scores
    if batch.prediction is not None and batch.scores:
        states["agreement"] = Agreement.of_several(batch.prediction, batch.scores)
    states["confusion"] = Confusion.of_labels(batch.target, predicted, weight, classes, threads)
    return states


def multilabel_states(batch: Batch, schema: Schema, _: int) -> dict[str, State]:
    """The labels of each row with those predicted for it, and with their scores: such rows are always kept."""
    states: dict[str, State] = {}
    predicted = None if batch.prediction is None else list(batch.prediction)
    if predicted is None and schema.threshold is not None:
        predicted = [(score >= schema.threshold).astype(np.uint8) for score in batch.scores]
    if predicted is not None:
        states["labels"] = LabelRows.of(batch.target, predicted, batch.weight)
    if batch.scores:
        states["scores"] = LabelRows.of(batch.target, batch.scores, batch.weight)
    return states


def regression_states(batch: Batch, _: Schema, threads: int) -> dict[str, State]:
    """Moments of the residuals, and the sizes of the errors for their median."""
    assert batch.prediction is not None  # a regression always has one
    states: dict[str, State] = {"residuals": Residuals.of(batch.target, batch.prediction, batch.weight, threads)}
    return states
