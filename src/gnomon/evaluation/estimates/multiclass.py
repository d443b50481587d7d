"""Estimates of a multiclass task."""

from __future__ import annotations

from typing import cast

import numpy as np

from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.averaged import Averages
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


# What is shown of each class against the rest, and the averages of it.
OF_EACH_CLASS = (ROC_AUC.name, AVERAGE_PRECISION.name)
AVERAGED = {ROC_AUC.name: ("macro", "weighted")}


def add_ranking(draft: Draft, state: ClassScores, schema: Schema, options: Options) -> None:
    """AUC and average precision of each class against the rest, and the averages of the AUC."""
    classes = len(schema.labels)
    weighted = len(state.chunks[0]) > 1 + classes
    weight = state.whole(1 + classes) if weighted else None
    support = [float(own.total) for own in draft.table.classes] if draft.table is not None else [1.0] * classes
    averages = Averages(AVERAGED, sum(len(chunk[0]) for chunk in state.chunks), weight, options)
    for code, label in enumerate(schema.names):
        rows = state.one_vs_rest(code, classes)
        order = RankedScoresInMemory(rows, options.threads)
        draft.per_class[label] |= ranking_estimates(order, label, options, OF_EACH_CLASS).estimates
        averages.add(draft.per_class[label], support[code], rows.whole(1), rows.whole(0), order)
    add_averages(draft, averages)


def add_averages(draft: Draft, averages: Averages) -> None:
    """The averages of the AUCs of classes."""
    for name, kinds in AVERAGED.items():
        for average in kinds:
            draft.estimates[f"{name}_{average}"] = averages.estimate(name, average)


def add_binned_ranking(draft: Draft, summary: Summary, schema: Schema, options: Options) -> None:
    """The same from histograms; how the AUCs vary together is taken from the sample that the bins follow from."""
    assert summary.sample is not None
    target = np.concatenate([batch.target for batch in summary.sample.batches])
    weighted = schema.columns.weight is not None
    weight = summary.sample.column(lambda batch: batch.weight) if weighted else None
    classes = class_weights(cast(Confusion, summary.states["classes"])) if weighted else None
    averages = Averages(AVERAGED, len(target), weight, options)
    for code, label in enumerate(schema.names):
        order = RankedScoresInBins(
            cast(ScoreHistogram, summary.states[Message("scores_of", "scores {code}", code=code)]),
            None if classes is None else against_the_rest(classes, code),
            options.threads,
        )
        draft.per_class[label] |= ranking_estimates(order, label, options, OF_EACH_CLASS).estimates
        score = summary.sample.column(lambda batch, code=code: batch.scores[code])
        positive = (target == code).astype(np.uint8)
        averages.add(draft.per_class[label], float(order.positives.total), positive, score)
    add_averages(draft, averages)
