"""Estimates of a multiclass task."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.classification import WHOLE, Table
from gnomon.evaluation.options import Options
from gnomon.evaluation.parts import Parts, majority
from gnomon.evaluation.ranking import ranking_estimates
from gnomon.evaluation.summary import Summary
from gnomon.intervals.auc import logit_interval, newcombe
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.intervals.mean import mean_interval
from gnomon.kernels.losses import sum_values
from gnomon.measures import ranking as measures
from gnomon.measures.confusion import averaged
from gnomon.measures.means import mean_loss
from gnomon.schema.schema import Schema
from gnomon.states.confusion import Confusion
from gnomon.states.mean import MeanLoss, Weight
from gnomon.states.scores import ClassScores

_AVERAGED = {
    f"{name}_{average}": (averaged(name, average), f"{name} is undefined for every class")
    for average in ("macro", "weighted")
    for name in ("precision", "recall", "f1")
    if (name, average) != ("recall", "weighted")
}


def evaluate_multiclass(summary: Summary, schema: Schema, options: Options) -> Parts:
    """Measures of all classes together, averages over classes, and each class against the rest."""
    parts = Parts()
    table = Table(cast(Confusion, summary.states["confusion"]), options)
    parts.confusion = table.state
    parts.estimates["accuracy"] = table.accuracy(summary.rows)
    parts.estimates |= table.bootstrapped(WHOLE | _AVERAGED, summary.rows)
    # Every row has one true and one predicted class, so these averages are the accuracy by another name.
    for name in ("recall_weighted", "precision_micro", "recall_micro", "f1_micro"):
        parts.estimates[name] = parts.estimates["accuracy"]
    for code, label in enumerate(schema.names):
        parts.per_class[label] = table.per_class(code, label)
    parts.baseline = majority(table, schema, summary.rows)
    left_out = [label for label, own in parts.per_class.items() if not own["precision"].defined]
    if left_out:
        parts.notes.append(
            f"Nothing was predicted as {', '.join(map(repr, left_out))}: averages of precision leave "
            f"{'it' if len(left_out) == 1 else 'them'} out."
        )
    if "scores" in summary.states:
        add_ranking(parts, cast(ClassScores, summary.states["scores"]), schema, options)
    for name, most in (("log_loss", float("inf")), ("brier_score", 2.0)):
        if name in summary.states:
            measured = mean_loss(cast(MeanLoss, summary.states[name]))
            interval = mean_interval(measured, options.level, most=most)
            parts.estimates[name] = options.estimate(measured.mean, interval, summary.rows.n)
    return parts


def add_ranking(parts: Parts, state: ClassScores, schema: Schema, options: Options) -> None:
    """AUC and average precision of each class against the rest, and the averages of the AUC."""
    for code, label in enumerate(schema.names):
        ranked = ranking_estimates(state.one_vs_rest(code, len(schema.labels)), label, options)
        parts.per_class[label] |= {name: ranked.estimates[name] for name in ("roc_auc", "average_precision")}
    for average in ("macro", "weighted"):
        parts.estimates[f"roc_auc_{average}"] = averaged_auc(parts, state, schema, average, options)


def averaged_auc(parts: Parts, state: ClassScores, schema: Schema, average: str, options: Options) -> Estimate:
    """The average over classes of the one-vs-rest AUC.

    Its interval is DeLong's for the average: a row's influence is the average of its influences on the
    classes' AUCs, and the variance is the sum of their squares, made on the logit scale.
    """
    classes = len(schema.labels)
    target = np.concatenate(state.column(0))
    weight = np.concatenate(state.column(1 + classes)) if len(state.chunks[0]) > 1 + classes else None
    defined = [code for code, label in enumerate(schema.names) if parts.per_class[label]["roc_auc"].defined]
    if not defined:
        return options.estimate(NAN, NO_INTERVAL, len(target), "the AUC is undefined for every class")
    support = [float(Weight.of_group(target == code, weight, options.threads).total) for code in defined]
    shares = np.asarray(support) / sum(support) if average == "weighted" else np.full(len(defined), 1 / len(defined))
    aucs = [parts.per_class[schema.names[code]]["roc_auc"].value for code in defined]
    value = float(sum(share * auc for share, auc in zip(shares, aucs, strict=True)))
    if not options.intervals:
        return options.estimate(value, NO_INTERVAL, len(target))
    return options.estimate(
        value, influence_interval(state, target, weight, defined, shares, aucs, value, options), len(target)
    )


def influence_interval(
    state: ClassScores,
    target: NDArray[Any],
    weight: NDArray[np.float64] | None,
    codes: list[int],
    shares: NDArray[Any],
    aucs: list[float],
    value: float,
    options: Options,
) -> Interval:
    """The interval of a weighted sum of one-vs-rest AUCs over the same rows."""
    influence = np.zeros(len(target))
    for code, share, auc in zip(codes, shares, aucs, strict=True):
        label, score = (target == code).astype(np.uint8), np.concatenate(state.column(1 + code))
        influence += share * measures.auc_influence(score, label, weight, auc, options.threads)
    variance = float(sum_values(influence, None, options.threads).square)
    if 0 < value < 1 and variance > 0:
        return logit_interval(value, variance, options.level)
    effective = Weight.of(len(target), weight, options.threads).effective
    return newcombe(value, effective / len(codes), effective * (1 - 1 / len(codes)), options.level)
