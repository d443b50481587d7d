"""Estimates of a binary task."""

from __future__ import annotations

from typing import cast

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.classification import Table
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.estimates.losses import RowInfluences, certain_errors_doubt, loss_estimates
from gnomon.evaluation.estimates.ranking import curve_points, ranking_estimates
from gnomon.evaluation.reading.reading import Reading
from gnomon.evaluation.reading.summary import Summary
from gnomon.intervals.interval import NO_INTERVAL
from gnomon.intervals.mean import mean_interval, without_interval
from gnomon.measures.means import mean_loss
from gnomon.measures.measure import POSITIVE, MeanOfShares
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.registry import shown
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.confusion import Confusion
from gnomon.states.mean import ClassLoss, Weight


def evaluate_binary(summary: Summary, schema: Schema, options: Options, reading: Reading) -> Draft:
    """Threshold measures of the positive class, ranking measures, losses of probabilities."""
    draft = Draft()
    label = schema.names[POSITIVE]
    states = summary.states
    if "confusion" in states:
        table = Table(cast(Confusion, states["confusion"]), options)
        draft.estimates |= confusion_estimates(table, summary.rows, schema, options)
        draft.confusion = table.state
        draft.table = table
    if "scores" in states:
        order = reading.order(summary)
        ranked = ranking_estimates(order, label, options)
        draft.order, draft.precision_gain = (order, ranked.precision_gain) if ranked.bins else (None, None)
        draft.estimates |= ranked.estimates
        draft.curves = curve_points(ranked.bins) if ranked.bins else {}
    for name, most in ((LOG_LOSS.name, float("inf")), (BRIER_SCORE.name, 1.0)):
        if name in states:
            measured = mean_loss(cast(ClassLoss, states[name]).loss)
            interval = mean_interval(measured, options.level, most=most)
            reason = without_interval(measured) if options.intervals else None
            draft.estimates[name] = options.estimate(measured.mean, interval, summary.rows.n, reason)
    draft.doubts |= certain_errors_doubt(states)
    no_rows = RowInfluences(None, schema, options)
    draft.estimates |= loss_estimates(options.measures, states, summary.rows.n, options, no_rows)
    return draft


def confusion_estimates(table: Table, rows: Weight, schema: Schema, options: Options) -> dict[str, Estimate]:
    """What a confusion matrix of two classes gives."""
    wanted = [*shown("binary"), *(own for own in options.measures if own.of_cells and "binary" not in own.shown)]
    estimates = table.estimates(wanted, rows, POSITIVE, schema.names[POSITIVE])
    if (table.state.counts.sum(axis=1) == 0).any():
        reason = Message("recall_of_both", "it averages the recall of both classes, and one of them has no rows")
        nothing = options.estimate(NAN, NO_INTERVAL, rows.n, reason)
        estimates |= {own.name: nothing for own in wanted if isinstance(own.basis, MeanOfShares)}
    return estimates
