"""An evaluation as files that DVC compares: metrics, tables that it plots, and the ``dvc.yaml`` that names them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gnomon.errors import UsageError
from gnomon.estimate import Estimate
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.measures.ranking import PR_AXES, ROC_AXES
from gnomon.measures.registry import get_measure, in_order
from gnomon.message import Message

METRICS = "metrics.json"
# How a folder that was written so is told from a project's own.
MARK = "# Written by gnomon evaluate --format dvc: the next evaluation replaces these files."
# Points of a curve at most.
MOST_POINTS = 500


def dvc(result: Any) -> dict[str, str | None]:
    """The files of an evaluation, by name: DVC shows them without any further configuration where it tracks them.

    The text of a file that this evaluation does not have is None.

    Args:
        result: An evaluation.

    Raises:
        UsageError: It is something else.
    """
    if not isinstance(result, Evaluation):
        raise UsageError(
            Message(
                "dvc_of_evaluation",
                "--format dvc is for an evaluation, not for a {kind}\nuse another format",
                kind=type(result).__name__,
            )
        )
    plots = {
        "roc.csv": roc(result),
        "precision_recall.csv": precision_recall(result),
        "calibration.csv": calibration(result),
        "slices.csv": slices(result),
    }
    described = [{name: own[1]} for name, own in plots.items() if own is not None]
    whole = {"metrics": [METRICS], **({"plots": described} if described else {})}
    return {
        "dvc.yaml": f"{MARK}\n{json.dumps(whole, indent=1, ensure_ascii=False)}\n",  # JSON is YAML
        METRICS: json.dumps(metrics(result), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        **{name: None if own is None else own[0] for name, own in plots.items()},
    }


def metrics(evaluation: Evaluation) -> dict[str, Any]:
    """Values with their intervals, of all rows and of slices; undefined ones are left out, as DVC drops them."""
    whole: dict[str, Any] = {"n": evaluation.n, **numbers(evaluation.estimates)}
    if evaluation.slices:
        whole["slices"] = {
            column: {
                value: {"n": own.n, **numbers({name: own[name] for name in in_order("ranks_slices", own)})}
                for value, own in values.items()
            }
            for column, values in evaluation.slices.items()
        }
    return whole


def numbers(estimates: Mapping[str, Estimate]) -> dict[str, dict[str, float]]:
    """The value and the ends of each estimate, where they are numbers."""
    made = {}
    for name, own in estimates.items():
        parts = {"value": own.value, "low": own.low, "high": own.high}
        held = {part: value for part, value in parts.items() if math.isfinite(value)}
        if held:
            made[name] = held
    return made


def roc(evaluation: Evaluation) -> tuple[str, dict[str, str]] | None:
    """The ROC curve, with the interval of the recall; None where there is none."""
    if evaluation.thresholds is None:
        return None
    return curve(evaluation, "ROC curve", *ROC_AXES)


def precision_recall(evaluation: Evaluation) -> tuple[str, dict[str, str]] | None:
    """The precision-recall curve, with the interval of the precision; None where there is none."""
    if evaluation.thresholds is None:
        return None
    return curve(evaluation, "precision-recall curve", *PR_AXES)


def curve(evaluation: Evaluation, title: str, x: str, y: str) -> tuple[str, dict[str, str]]:
    """Two measures at all thresholds, with the interval of the second."""
    bands = evaluation.operating_points([x, y], most=MOST_POINTS).bands
    columns = {x: bands[x].value, y: bands[y].value, "low": bands[y].low, "high": bands[y].high}
    return table(columns), lines(title, x, y)


def calibration(evaluation: Evaluation) -> tuple[str, dict[str, str]] | None:
    """The mean probability of each bin beside the share of positives; None where there are no probabilities."""
    if evaluation.calibration is None:
        return None
    bins = evaluation.calibration.equal_mass
    columns = {"probability": bins.probability, "observed": bins.observed, "low": bins.low, "high": bins.high}
    return table(columns), lines("calibration", "probability", "observed")


def slices(evaluation: Evaluation) -> tuple[str, dict[str, str]] | None:
    """The first measure of every slice; None where there are no slices."""
    every = [
        (f"{column}: {value}", own) for column, values in evaluation.slices.items() for value, own in values.items()
    ]
    name = next(iter(in_order("ranks_slices", every[0][1])), None) if every else None
    if name is None:
        return None
    estimates = [own[name] for _, own in every]
    columns: dict[str, Sequence[Any]] = {
        "slice": [label for label, _ in every],
        name: [own.value for own in estimates],
        "low": [own.low for own in estimates],
        "high": [own.high for own in estimates],
    }
    title = get_measure(name).title
    return table(columns), {"x": name, "y": "slice", "title": f"{title} by slice", "template": "bar_horizontal"}


def lines(title: str, x: str, y: str) -> dict[str, str]:
    """How DVC draws a curve."""
    return {"x": x, "y": y, "title": title, "template": "simple"}


def table(columns: Mapping[str, Iterable[Any]]) -> str:
    """Columns as CSV, without rows that lack a value of the curve."""
    rows = [row for row in zip(*columns.values(), strict=True) if not any(is_missing(own) for own in row[:2])]
    return "\n".join(",".join(map(cell, row)) for row in [tuple(columns), *rows]) + "\n"


def is_missing(value: Any) -> bool:
    """Whether a number is undefined."""
    return not isinstance(value, str) and math.isnan(value)


def cell(value: Any) -> str:
    """A text or a number as CSV has it."""
    if not isinstance(value, str):
        return "" if math.isnan(value) else repr(float(value))
    return '"' + value.replace('"', '""') + '"' if any(own in value for own in ',"\n\r') else value
