"""Estimates of a multiclass task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.averaged import RankedRows, averaged
from gnomon.evaluation.estimates.classification import Table
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.estimates.losses import certain_errors_doubt
from gnomon.evaluation.estimates.ranking import ranking_estimates
from gnomon.evaluation.reading.ranked_scores import (
    RankedScoresInBins,
    RankedScoresInMemory,
    against_the_rest,
    class_weights,
)
from gnomon.evaluation.reading.summary import Summary
from gnomon.intervals.mean import mean_interval, without_interval
from gnomon.measures.means import mean_loss
from gnomon.measures.measure import Whole
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.ranking import AVERAGE_PRECISION, ROC_AUC
from gnomon.measures.registry import shown, shown_averages
from gnomon.message import Message, word
from gnomon.schema.schema import Schema
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import ClassLoss
from gnomon.states.scores import ClassScores


def evaluate_multiclass(summary: Summary, schema: Schema, options: Options) -> Draft:
    """Measures of all classes together, averages over classes, and each class against the rest."""
    draft = Draft()
    table = Table(cast(Confusion, summary.states["confusion"]), options)
    draft.confusion = table.state
    wanted = {own.name: own for own in (*shown("multiclass"), *shown_averages())}
    wanted |= {own.name: own for own in options.measures if isinstance(own.basis, Whole)}
    draft.estimates |= table.estimates(wanted.values(), summary.rows, None, "")
    for code, label in enumerate(schema.names):
        draft.per_class[label] = table.per_class(code, label)
    draft.table = table
    left_out = [label for label, own in draft.per_class.items() if not own["precision"].defined]
    if left_out:
        draft.notes.append(
            Message(
                "precision_leaves_out",
                "No row was predicted as {names}: averages of precision leave {noun} out.",
                names=", ".join(map(repr, left_out)),
                noun=word("it") if len(left_out) == 1 else word("them"),
            )
        )
    if "scores" in summary.states:
        add_ranking(draft, cast(ClassScores, summary.states["scores"]), schema, options)
    elif summary.sample is not None:
        add_binned_ranking(draft, summary, schema, options)
    for name, most in ((LOG_LOSS.name, float("inf")), (BRIER_SCORE.name, 2.0)):
        if name in summary.states:
            measured = mean_loss(cast(ClassLoss, summary.states[name]).loss)
            interval = mean_interval(measured, options.level, most=most)
            reason = without_interval(measured) if options.intervals else None
            draft.estimates[name] = options.estimate(measured.mean, interval, summary.rows.n, reason)
    draft.doubts |= certain_errors_doubt(summary.states)
    return draft


def add_ranking(draft: Draft, state: ClassScores, schema: Schema, options: Options) -> None:
    """AUC and average precision of each class against the rest, and the averages of the AUC."""
    for code, label in enumerate(schema.names):
        ranked = ranking_estimates(
            RankedScoresInMemory(state.one_vs_rest(code, len(schema.labels)), options.threads), label, options
        )
        draft.per_class[label] |= {name: ranked.estimates[name] for name in (ROC_AUC.name, AVERAGE_PRECISION.name)}
    classes = len(schema.labels)
    target = np.concatenate(state.column(0))
    weight = np.concatenate(state.column(1 + classes)) if len(state.chunks[0]) > 1 + classes else None
    columns = [np.concatenate(state.column(1 + code)) for code in range(classes)]
    support = [float(own.total) for own in draft.table.classes()] if draft.table is not None else [1.0] * classes
    add_averages(draft, schema, target, columns, support, weight, options)


def add_averages(
    draft: Draft,
    schema: Schema,
    target: NDArray[Any],
    scores: Sequence[NDArray[Any]],
    support: Sequence[float],
    weight: NDArray[np.float64] | None,
    options: Options,
) -> None:
    """The averages of the AUCs of classes, from all rows or some."""
    rankings = [
        RankedRows(draft.per_class[label], support[code], (target == code).astype(np.uint8), scores[code])
        for code, label in enumerate(schema.names)
    ]
    for average in ("macro", "weighted"):
        draft.estimates[f"roc_auc_{average}"] = averaged(rankings, ROC_AUC.name, average, weight, options)


def add_binned_ranking(draft: Draft, summary: Summary, schema: Schema, options: Options) -> None:
    """The same from histograms; how the AUCs vary together is taken from the sample that the bins follow from."""
    assert summary.sample is not None
    target = np.concatenate([batch.target for batch in summary.sample.batches])
    weighted = schema.columns.weight is not None
    weight = summary.sample.column(lambda batch: batch.weight) if weighted else None
    classes = class_weights(cast(Confusion, summary.states["classes"])) if weighted else None
    columns, support = [], []
    for code, label in enumerate(schema.names):
        order = RankedScoresInBins(
            cast(ScoreHistogram, summary.states[Message("scores_of", "scores {code}", code=code)]),
            None if classes is None else against_the_rest(classes, code),
            options.threads,
        )
        estimates = ranking_estimates(order, label, options).estimates
        draft.per_class[label] |= {name: estimates[name] for name in (ROC_AUC.name, AVERAGE_PRECISION.name)}
        columns.append(summary.sample.column(lambda batch, code=code: batch.scores[code]))
        support.append(float(order.positives.total))
    add_averages(draft, schema, target, columns, support, weight, options)
