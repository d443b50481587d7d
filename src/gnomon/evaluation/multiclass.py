"""Estimates of a multiclass task."""

from __future__ import annotations

from typing import cast

import numpy as np

from gnomon.evaluation.averaged_auc import BinnedRanking, LabelRanking, averaged_auc, averaged_binned_auc
from gnomon.evaluation.classification import AVERAGED, WHOLE, Table
from gnomon.evaluation.options import Options
from gnomon.evaluation.order import BinnedOrder, KeptOrder, against_the_rest, class_weights
from gnomon.evaluation.parts import Parts
from gnomon.evaluation.ranking import ranking_estimates
from gnomon.evaluation.summary import Summary
from gnomon.intervals.mean import mean_interval
from gnomon.measures.means import mean_loss
from gnomon.schema.schema import Schema
from gnomon.states.confusion import Confusion
from gnomon.states.histogram import ScoreHistogram
from gnomon.states.mean import ClassLoss
from gnomon.states.scores import ClassScores


def evaluate_multiclass(summary: Summary, schema: Schema, options: Options) -> Parts:
    """Measures of all classes together, averages over classes, and each class against the rest."""
    parts = Parts()
    table = Table(cast(Confusion, summary.states["confusion"]), options)
    parts.confusion = table.state
    parts.estimates["accuracy"] = table.accuracy(summary.rows)
    parts.estimates |= table.bootstrapped(WHOLE | AVERAGED, summary.rows)
    # Every row has one true and one predicted class, so these averages are the accuracy by another name.
    for name in ("recall_weighted", "precision_micro", "recall_micro", "f1_micro"):
        parts.estimates[name] = parts.estimates["accuracy"]
    for code, label in enumerate(schema.names):
        parts.per_class[label] = table.per_class(code, label)
    parts.table = table
    left_out = [label for label, own in parts.per_class.items() if not own["precision"].defined]
    if left_out:
        parts.notes.append(
            f"Nothing was predicted as {', '.join(map(repr, left_out))}: averages of precision leave "
            f"{'it' if len(left_out) == 1 else 'them'} out."
        )
    if "scores" in summary.states:
        add_ranking(parts, cast(ClassScores, summary.states["scores"]), schema, options)
    elif summary.sample is not None:
        add_binned_ranking(parts, summary, schema, options)
    for name, most in (("log_loss", float("inf")), ("brier_score", 2.0)):
        if name in summary.states:
            measured = mean_loss(cast(ClassLoss, summary.states[name]).loss)
            interval = mean_interval(measured, options.level, most=most)
            parts.estimates[name] = options.estimate(measured.mean, interval, summary.rows.n)
    return parts


def add_ranking(parts: Parts, state: ClassScores, schema: Schema, options: Options) -> None:
    """AUC and average precision of each class against the rest, and the averages of the AUC."""
    for code, label in enumerate(schema.names):
        ranked = ranking_estimates(
            KeptOrder(state.one_vs_rest(code, len(schema.labels)), options.threads), label, options
        )
        parts.per_class[label] |= {name: ranked.estimates[name] for name in ("roc_auc", "average_precision")}
    classes = len(schema.labels)
    target = np.concatenate(state.column(0))
    weight = np.concatenate(state.column(1 + classes)) if len(state.chunks[0]) > 1 + classes else None
    rankings = [
        LabelRanking(
            parts.per_class[label]["roc_auc"], (target == code).astype(np.uint8), np.concatenate(state.column(1 + code))
        )
        for code, label in enumerate(schema.names)
    ]
    for average in ("macro", "weighted"):
        parts.estimates[f"roc_auc_{average}"] = averaged_auc(rankings, weight, average, options)


def add_binned_ranking(parts: Parts, summary: Summary, schema: Schema, options: Options) -> None:
    """The same from histograms; how the AUCs vary together is taken from the sample that the bins follow from."""
    assert summary.sample is not None
    target = np.concatenate([batch.target for batch in summary.sample.batches])
    weighted = schema.columns.weight is not None
    weight = summary.sample.column(lambda batch: batch.weight) if weighted else None
    classes = class_weights(cast(Confusion, summary.states["classes"])) if weighted else None
    rankings = []
    for code, label in enumerate(schema.names):
        order = BinnedOrder(
            cast(ScoreHistogram, summary.states[f"scores {code}"]),
            None if classes is None else against_the_rest(classes, code),
            options.threads,
        )
        found = ranking_estimates(order, label, options).estimates
        parts.per_class[label] |= {name: found[name] for name in ("roc_auc", "average_precision")}
        score = summary.sample.column(lambda batch, code=code: batch.scores[code])
        rankings.append(BinnedRanking(order, found["roc_auc"], (target == code).astype(np.uint8), score))
    for average in ("macro", "weighted"):
        parts.estimates[f"roc_auc_{average}"] = averaged_binned_auc(rankings, weight, average, options)
