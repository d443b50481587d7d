"""What a guess that does not look at a row would score, and how far the model is from it, on the same rows."""

from __future__ import annotations

from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.arguments.retention import losses_of
from gnomon.evaluation.baseline.amounts import guess_amount
from gnomon.evaluation.baseline.builder import RANDOM, BaselineBuilder
from gnomon.evaluation.baseline.classes import guess_class
from gnomon.evaluation.baseline.losses import guess_losses
from gnomon.evaluation.baseline.probabilities import guess_prior, guess_ranking, ranking_p_value
from gnomon.evaluation.estimates.clustered import Clustered
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.reading.summary import Summary
from gnomon.evaluation.result.baseline import Baseline
from gnomon.measures.measure import OfRanking
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.registry import get_measure
from gnomon.schema.schema import Schema
from gnomon.states.mean import ClassLoss


def baseline_of(
    draft: Draft, summary: Summary, schema: Schema, options: Options, clustered: Clustered | None
) -> Baseline | None:
    """What the best constant answers score; None where there is nothing to compare with."""
    guesses = BaselineBuilder(draft.estimates, options, clustered)
    if schema.task == "regression":
        guess_amount(guesses, draft, summary, options)
        guess_losses(guesses, losses_of(options.measures, schema.task), summary.states.get("errors"), options)
        return guesses.baseline()
    if draft.table is not None:
        guess_class(guesses, draft.table, summary.rows, schema)
    for name in draft.estimates:
        measure = get_measure(name)
        if isinstance(measure.basis, OfRanking) and isinstance(measure.guess, float):
            p_value = None if draft.order is None else ranking_p_value(name, draft, draft.order, clustered)
            guesses.add_constant(name, RANDOM, measure.guess, p_value)
    if draft.order is not None:
        guess_ranking(guesses, draft, draft.order)
    losses = {
        name: state
        for name in (LOG_LOSS.name, BRIER_SCORE.name)
        if isinstance(state := summary.states.get(name), ClassLoss)
    }
    guess_losses(guesses, losses_of(options.measures, schema.task), summary.states.get("scores"), options)
    if losses and draft.table is not None:
        guess_prior(guesses, losses, draft.table.classes, schema, options)
    return guesses.baseline()
