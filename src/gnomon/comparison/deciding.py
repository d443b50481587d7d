"""Each model at its own best threshold of one goal: chosen, evaluated there, and corrected for the choice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gnomon.comparison.reading import read_all
from gnomon.decision.resampled import Resampled
from gnomon.decision.threshold import ThresholdDecision, decide, measured, needs_scores
from gnomon.engines.base import Engine
from gnomon.errors import UsageError
from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.measures.measure import Formula, Measure
from gnomon.measures.registry import get_measure
from gnomon.message import Message, listed
from gnomon.schema.schema import Schema
from gnomon.sources.base import Source
from gnomon.thresholds.goal import Goal

# Advice on which threshold to use, and on the accuracy at it, which a goal has answered.
OF_THRESHOLDS = (
    "which_error", "better_threshold", "accuracy_equals_majority", "accuracy_below_majority", "accuracy_near_majority",
)  # fmt: skip
# Notes on a threshold that the comparison says in its own way.
SAID_OTHERWISE = ("chosen_here", "cost_of_constants")


def check_decidable(goal: Goal, schemas: Mapping[str, Schema], threshold: Any) -> None:
    """Raises UsageError where models cannot each have their own best threshold."""
    if threshold is not None:
        raise UsageError(
            Message(
                "goal_and_threshold",
                "threshold= and a goal ({goal}) were both passed\npass one: a goal chooses the threshold of each model",
                goal=goal.text,
            )
        )
    for name, schema in schemas.items():
        if schema.task != "binary":
            raise UsageError(
                Message(
                    "goal_of_binary",
                    "a goal chooses thresholds, which only binary tasks have\nremove {goal}, or see "
                    "gnomon.minimum_cost for the costs of several classes",
                    goal=goal.text,
                )
            )
        if not schema.columns.scores:
            raise needs_scores()
        if schema.columns.predictions:
            raise UsageError(
                Message(
                    "goal_and_predictions",
                    "model {name!r} has predictions, but a goal chooses the threshold of its scores\npass the scores "
                    "alone",
                    name=name,
                )
            )


def asked_of(goal: Goal) -> list[Measure]:
    """The measures that an evaluation is to have because a goal is about them."""
    return [own for own in (goal.rule, *goal.constrained) if own.of_cells]


def decisions_of(
    goal: Goal, source: Source, schemas: Mapping[str, Schema], options: Options, engine: Engine
) -> tuple[dict[str, ThresholdDecision], list[Resampled], dict[str, float]]:
    """The best threshold of each model, what other samples would choose, and the highest score, from one reading.

    Raises:
        DataError: The rows are of one class.
    """
    options = replace(options, measures=measured(goal, options.measures))
    read, readings = read_all(source, schemas, engine, order_only=True)
    decisions, resampled = {}, []
    for (name, reading), summary in zip(readings.items(), read.summaries, strict=True):
        decisions[name], others = decide(goal, reading, summary, options)
        assert others is not None  # a comparison has intervals
        resampled.append(others)
    highest = [float(np.max(answer.scores[0])) for answer in read.rows.answers]
    return decisions, resampled, dict(zip(schemas, highest, strict=True))


def at_thresholds(
    schemas: Mapping[str, Schema], decisions: Mapping[str, ThresholdDecision], highest: Mapping[str, float]
) -> dict[str, Schema]:
    """The columns of each model, predicted positive from its own threshold on.

    Where no row is to be predicted positive, the threshold lies just above the highest score.
    """
    made = {}
    for name, schema in schemas.items():
        threshold = decisions[name].threshold.value
        above = float(np.nextafter(highest[name], math.inf))
        made[name] = replace(schema, threshold=threshold if math.isfinite(threshold) else above)
    return made


def corrected(evaluation: Evaluation, decision: ThresholdDecision) -> Evaluation:
    """An evaluation at a chosen threshold: what was wanted of it is corrected for the choice."""
    wanted = {decision.measure: decision.corrected or decision.estimates[decision.measure]}
    limited: dict[str, Estimate] = {
        name: own for name, own in decision.corrected_limits.items() if name in evaluation.estimates
    }
    advice = tuple(own for own in evaluation.advice if own.rule not in OF_THRESHOLDS)
    return replace(evaluation, estimates={**wanted, **evaluation.estimates, **wanted, **limited}, advice=advice)


def formulas_of(goal: Goal, rows: float) -> dict[str, Formula]:
    """What the differences of corrected measures are linearised by, by name.

    Args:
        goal: What was wanted.
        rows: The weight of all rows.
    """
    return {own.name: own.binary for own in goal.constrained} | {goal.measure: goal.formula(rows)}


def notes_on(decisions: Mapping[str, ThresholdDecision]) -> dict[str, tuple[Message, ...]]:
    """What is to be remarked on the choice of each model's threshold."""
    return {
        name: tuple(note for note in own.notes if note.code not in SAID_OTHERWISE) for name, own in decisions.items()
    }


def how_chosen(goal: Goal) -> Message:
    """What the measures of models at their own thresholds are."""
    return Message(
        "each_at_its_own",
        "Each model is at its own best threshold ({goal}), chosen on these rows. Corrected for the choice: {measures}; "
        "the other measures are not.",
        goal=goal.text,
        measures=listed(get_measure(name).title for name in formulas_of(goal, 1.0)),
    )
