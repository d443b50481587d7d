"""Models evaluated on the same rows, read once, with every difference tested: on all rows, and on each slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gnomon.comparison.choices import Choices
from gnomon.comparison.deciding import at_thresholds, corrected, decisions_of, formulas_of
from gnomon.comparison.differences import Paired
from gnomon.comparison.models import of_model
from gnomon.comparison.opening import Opened
from gnomon.comparison.reading import ModelRows, check_memory, read_all
from gnomon.comparison.tested import Differences
from gnomon.decision.resampled import Resampled
from gnomon.decision.threshold import ThresholdDecision
from gnomon.engines.base import Engine
from gnomon.errors import UsageError
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.diagnostics.advice import advise
from gnomon.evaluation.evaluate import assemble
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.message import Message, in_series, word
from gnomon.schema.labels import label_order
from gnomon.schema.request import Request
from gnomon.schema.resolve import resolve
from gnomon.schema.schema import Schema
from gnomon.schema.survey import Survey
from gnomon.sources.base import Source
from gnomon.states.paired import PairedRows
from gnomon.thresholds.goal import Goal


@dataclass(frozen=True, slots=True)
class SliceDifferences:
    """What models differ by on the rows of one slice.

    Attributes:
        differences: By pair of models, and by estimate.
        clusters: The number of clusters; None where rows are independent.
    """

    differences: Differences
    clusters: int | None


@dataclass(frozen=True, slots=True)
class Measured:
    """Models on the same rows.

    Attributes:
        models: Their evaluations.
        rows: The rows, with what all models say of them.
        differences: By pair of models, and by estimate.
        clusters: The number of clusters; None where rows are independent.
        slices: The same of each slice, by the name of the column and of the value.
        fitted: How many rows are left out, as models were fitted on them.
        decisions: The best threshold of each model, where there was a goal.
        wanted: The measures that thresholds were chosen for.
    """

    models: Mapping[str, Evaluation]
    rows: PairedRows
    differences: Differences
    clusters: int | None
    slices: Mapping[str, Mapping[str, SliceDifferences]]
    fitted: int
    decisions: Mapping[str, ThresholdDecision] = field(default_factory=dict)
    wanted: tuple[str, ...] = ()


def measure(
    opened: Opened,
    schemas: Mapping[str, Schema],
    options: Options,
    engine: Engine,
    memory: int | str | None,
    goal: Goal | None = None,
) -> Measured:
    """Reads the rows, evaluates every model, and tests every difference.

    Args:
        opened: Where the rows are.
        schemas: What the columns of each model mean.
        options: How estimates and differences are made.
        engine: What reads the rows.
        memory: How much memory they may take.
        goal: What each model's threshold is chosen for; None where it is given.
    """
    options.check_clusters(next(iter(schemas.values())).columns.cluster)
    check_memory(opened.source, list(schemas.values()), memory, engine)
    decisions: dict[str, ThresholdDecision] = {}
    resampled: list[Resampled] = []
    if goal is not None:
        decisions, resampled, highest = decisions_of(goal, opened.source, schemas, options, engine)
        schemas = at_thresholds(schemas, decisions, highest)
    read, models = evaluated(opened.source, schemas, options, engine)
    models |= {name: corrected(models[name], own) for name, own in decisions.items()}
    choices, formulas = None, {}
    if goal is not None:
        formulas = formulas_of(goal, float(read.summaries[0].rows.total))
        choices = Choices(read.rows, resampled, formulas, options.threads)
    paired = Paired(read.rows, list(schemas.values()), list(models.values()), options, choices)
    return Measured(
        models,
        read.rows,
        paired.differences(),
        paired.clusters,
        of_slices(read.rows, schemas, models, options),
        read.fitted,
        decisions,
        tuple(formulas),
    )


def of_slices(
    rows: PairedRows, schemas: Mapping[str, Schema], models: Mapping[str, Evaluation], options: Options
) -> dict[str, dict[str, SliceDifferences]]:
    """What models differ by on the rows of each slice, by the name of the column and of the value."""
    first = next(iter(models.values()))
    alone = [replace(own, columns=replace(own.columns, slices=())) for own in schemas.values()]
    made: dict[str, dict[str, SliceDifferences]] = {}
    for slicing, divided in zip(next(iter(schemas.values())).columns.slices, rows.slices, strict=True):
        order = np.argsort(divided.codes, kind="stable")
        ends = np.cumsum(np.bincount(divided.codes, minlength=len(divided.names)))
        places = dict(zip(divided.names, np.split(order, ends[:-1]), strict=True))
        column = made.setdefault(slicing.name, {})
        for value in first.slices[slicing.name]:
            evaluations = [own.slices[slicing.name][value] for own in models.values()]
            paired = Paired(rows.where(places[value]), alone, evaluations, options)
            column[value] = SliceDifferences(paired.differences(), paired.clusters)
    return made


def requests_of(
    opened: Opened, *, threshold: Mapping[str, float] | float | None, scale: Any, **asked: Any
) -> dict[str, Request]:
    """What is asked of the columns of each model.

    Args:
        opened: Where the rows are.
        threshold: From which score on a row is predicted positive; by model where they differ.
        scale: What scores are; by model where they differ.
        asked: The other fields of a :class:`gnomon.schema.request.Request`, the same for all.
    """
    names = list(opened.models)
    return {
        name: Request(
            replace(
                opened.shared,
                predictions=own.predictions,
                scores=own.scores,
                others=tuple(each for other in opened.models.values() if other is not own for each in other.names),
            ),
            own.either,
            by_place=own.by_place,
            threshold=of_model("threshold", threshold, name, names),
            scale=of_model("scale", scale, name, names) or "probability",
            slices=opened.slices,
            **asked,
        )
        for name, own in opened.models.items()
    }


def alike(source: Source, requests: Mapping[str, Request], engine: Engine) -> dict[str, Schema]:
    """What the columns of each model mean: one task, and the same classes.

    Raises:
        UsageError: The columns say different tasks.
    """
    survey = Survey(source, list(requests.values()), engine)
    schemas = {name: resolve(source, own, engine, survey) for name, own in requests.items()}
    tasks = {name: own.task for name, own in schemas.items()}
    if len(set(tasks.values())) > 1:
        said = in_series(Message("", "{name}: {task}", name=name, task=word(own)) for name, own in tasks.items())
        raise UsageError(
            Message(
                "models_of_different_tasks",
                "the models have different tasks ({said})\npass the one that is meant, task=... (--task)",
                said=said,
            )
        )
    if "multilabel" in tasks.values():
        raise UsageError(
            Message(
                "compare_one_label",
                "multilabel predictions are compared label by label\npass one target",
            )
        )
    labels = sorted({label for own in schemas.values() for label in own.labels}, key=label_order)
    if any(len(own.labels) < len(labels) for own in schemas.values()):
        # One model predicts a class that another never does.
        wider = {name: replace(own, classes=labels) for name, own in requests.items()}
        schemas = {name: resolve(source, own, engine, survey) for name, own in wider.items()}
    # The columns of other models are read along, each as its own model has it.
    read_as = {
        name: use
        for own in schemas.values()
        for name, use in own.uses.items()
        if name in (*own.columns.targets, *own.columns.predictions, *own.columns.scores)
    }
    return {name: replace(own, read_as=read_as) for name, own in schemas.items()}


def evaluated(
    source: Source, schemas: Mapping[str, Schema], options: Options, engine: Engine
) -> tuple[ModelRows, dict[str, Evaluation]]:
    """The rows, and the evaluation of each model, from one reading."""
    read, readings = read_all(source, schemas, engine, options.measures)
    models = {}
    for (name, reading), summary in zip(readings.items(), read.summaries, strict=True):
        made = assemble(source, reading.schema, summary, options, reading)
        models[name] = replace(made, advice=advise(made))
    return read, models
