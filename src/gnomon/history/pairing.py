"""Runs of the history on the same rows, read together: what they differ by, and how much that varies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnomon.comparison.differences import Paired
from gnomon.comparison.measuring import alike, evaluated, requests_of
from gnomon.comparison.opening import open_models
from gnomon.comparison.reading import check_memory
from gnomon.engines import engine_of
from gnomon.errors import DataError, HistoryError, UsageError
from gnomon.estimate import NAN
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.history.fingerprint import listed
from gnomon.history.history import History, split_of
from gnomon.history.run import Run
from gnomon.kernels.threads import thread_count
from gnomon.measures.registry import asked as measures_named
from gnomon.message import Message

Variances = NDArray[np.float64]


class Varying(NamedTuple):
    """How much the differences of runs vary by their rows.

    Attributes:
        variances: Of each pair, a square array in the order of the runs: 0 where two say the same.
        freedom: Degrees of freedom.
    """

    variances: Variances
    freedom: float

    def of(self, which: slice) -> Varying:
        """The same of some of the runs."""
        return Varying(self.variances[which, which], self.freedom)


def rows_together(
    history: History, runs: Sequence[Run], names: Sequence[str], evaluations: Sequence[Evaluation]
) -> tuple[Any, dict[str, Any]] | Message:
    """The rows of runs, and how :func:`gnomon.compare` is asked for them; or why they cannot be matched.

    Args:
        history: The history.
        runs: The runs.
        names: What they are to be called.
        evaluations: The evaluation of each.
    """
    columns = [dict(own.provenance.get("columns", {})) for own in evaluations]
    why = unlike(evaluations, columns)
    if why is not None:
        return why
    try:
        places = [history.rows(run.id) for run in runs]
    except HistoryError as error:
        return error.message
    asked = asked_of(names, evaluations, columns)
    if all(isinstance(own, Path) and own == places[0] for own in places):  # columns of one file
        return places[0], asked
    if any(own.get("id") is None for own in columns) or len({own["id"] for own in columns}) > 1:
        return Message("diff_without_ids", "the runs have no ids of the same name: their rows cannot be matched")
    return dict(zip(names, places, strict=True)), asked


def unlike(evaluations: Sequence[Evaluation], columns: Sequence[Mapping[str, Any]]) -> Message | None:
    """Why evaluations cannot be compared row by row; None where they can."""
    first = columns[0]
    said = [(own.task, own.positive, own.classes, own.provenance.get("scale")) for own in evaluations]
    if len(set(said)) > 1:
        return Message(
            "diff_of_meanings", "the runs have other tasks, classes or scales of the scores, or another positive class"
        )
    part = first.get("part")
    if any(own.get(name) != first.get(name) for own in columns for name in ("part", "weight", "cluster")) or (
        part is not None and split_of(part) is None
    ):
        return Message(
            "diff_of_parts", "the runs were judged on other parts of the rows, or with other weights or clusters"
        )
    if any(own.get("target") != first.get("target") for own in columns):
        return Message("diff_of_targets", "the runs have true values of other names: their rows cannot be matched")
    return None


def asked_of(
    names: Sequence[str], evaluations: Sequence[Evaluation], columns: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """How runs are compared: by their own columns and thresholds, on the slices that all have."""
    first = evaluations[0]
    scores = {name: listed(own.get("score")) for name, own in zip(names, columns, strict=True)}
    predictions = {name: own.get("prediction") for name, own in zip(names, columns, strict=True)}
    common = [
        own for own in columns[0].get("slices") or () if all(own in (each.get("slices") or ()) for each in columns)
    ]
    made: dict[str, Any] = {
        "target": columns[0]["target"],
        "id": columns[0].get("id"),
        "weight": columns[0].get("weight"),
        "cluster": columns[0].get("cluster"),
        "slices": common or None,
        "split": split_of(columns[0].get("part")),
        "missing": "drop" if any(own.provenance.get("rows_dropped") for own in evaluations) else "error",
        "task": first.task,
        "level": first.level or 0.95,
    }
    if any(scores.values()):
        made["score"] = {name: own[0] if len(own) == 1 else own for name, own in scores.items() if own}
    if any(own is not None for own in predictions.values()):
        made["prediction"] = {name: own for name, own in predictions.items() if own is not None}
    if first.task == "multiclass":
        made["classes"] = list(first.classes)
    if first.task == "binary":
        made |= {"positive": first.positive, "scale": first.provenance.get("scale") or "probability"}
        made["threshold"] = {
            name: own.threshold for name, own in zip(names, evaluations, strict=True) if own.threshold is not None
        }
    return made


def varying_together(history: History, runs: Sequence[Run], measures: Sequence[str]) -> dict[str, Varying] | Message:
    """How much the difference of each pair of runs varies on the same rows, by measure; or why it is not known.

    Args:
        history: The history.
        runs: The runs, two or more.
        measures: The measures.

    Returns:
        By measure; measures of which the difference of some pair has no interval are left out.
    """
    names = [run.id for run in runs]
    found = rows_together(history, runs, names, [history.load(run.id) for run in runs])
    if isinstance(found, Message):
        return found
    data, asked = found
    options = Options("none", asked["level"], 0, thread_count(None), "threads", measures_named(list(measures)))
    shared = (asked["weight"], asked["cluster"], asked["split"], asked["id"])
    how = {name: asked.get(name) for name in ("threshold", "task", "classes", "positive", "missing")}
    how["scale"] = asked.get("scale", "probability")
    running = engine_of(options.engine, options.threads, None)
    try:
        said = (asked.get("score"), asked.get("prediction"))
        opened = open_models(data, (), asked["target"], said, shared, None, options.threads)
        with running:
            schemas = alike(opened.source, requests_of(opened, **how), running)
            check_memory(opened.source, list(schemas.values()), None, running)
            read, models = evaluated(opened.source, schemas, options, running)
    except (DataError, UsageError) as error:
        return error.message
    paired = Paired(read.rows, list(schemas.values()), list(models.values()), options)
    places = [names.index(name) for name in models]
    made = {name: np.zeros((len(runs), len(runs))) for name in measures}
    freedom = dict.fromkeys(measures, math.inf)
    for pair, differences in paired.differences(measures).items():
        if paired.identical(pair):
            continue
        one, other = (places[own] for own in pair)
        for name, variance in made.items():
            tested = differences.get(name)
            variance[one, other] = variance[other, one] = NAN if tested is None else tested.error**2
            freedom[name] = min(freedom[name], math.inf if tested is None else tested.freedom)
    return {name: Varying(own, freedom[name]) for name, own in made.items() if not np.isnan(own).any()}
