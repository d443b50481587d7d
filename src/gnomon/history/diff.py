"""What changed from one run to another: paired where the rows of both are at hand, else as of two samples."""

from __future__ import annotations

from typing import Any

from gnomon.comparison.compare import compare
from gnomon.comparison.result import Comparison
from gnomon.errors import DataError, HistoryError, UsageError
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.evaluations import Evaluations
from gnomon.history.fingerprint import listed
from gnomon.history.history import History, split_of
from gnomon.message import Message


def diff(history: History, old: str, new: str) -> tuple[Comparison | Evaluations, Message | None]:
    """Two runs compared; and why they could not be compared row by row, where they were not.

    Args:
        history: The history.
        old: The one run, by a tag, an id or its beginning, or the newest of a name.
        new: The other.

    Raises:
        HistoryError: There is no such run.
        UsageError: They are the same run, or of different tasks or classes.
    """
    runs = [history[key] for key in (old, new)]
    if runs[0].id == runs[1].id:
        raise UsageError(Message("diff_of_itself", "{old} and {new} are the same run", old=old, new=new))
    names = [run.name for run in runs]
    if names[0] == names[1]:
        names = [f"{run.name} {run.short_id}" for run in runs]
    evaluations = [history.load(run.id) for run in runs]
    side_by_side = Evaluations(dict(zip(names, evaluations, strict=True)))
    columns = [dict(own.provenance.get("columns", {})) for own in evaluations]
    why = unlike(columns)
    if why is not None:
        return side_by_side, why
    try:
        rows = dict(zip(names, (history.rows(run.id) for run in runs), strict=True))
        return compare(rows, **asked(names, evaluations, columns)), None
    except (HistoryError, DataError) as error:
        return side_by_side, error.message


def unlike(columns: list[dict[str, Any]]) -> Message | None:
    """Why two evaluations cannot be compared row by row; None where they can."""
    if any(own.get("id") is None for own in columns) or columns[0]["id"] != columns[1]["id"]:
        return Message("diff_without_ids", "the runs have no ids of the same name: their rows cannot be matched")
    parts = [own.get("part") for own in columns]
    if any(columns[0].get(name) != columns[1].get(name) for name in ("part", "weight", "cluster")) or (
        parts[0] is not None and split_of(parts[0]) is None
    ):
        return Message(
            "diff_of_parts", "the runs were judged on other parts of the rows, or with other weights or clusters"
        )
    if columns[0].get("target") != columns[1].get("target"):
        return Message("diff_of_targets", "the runs have true values of other names: their rows cannot be matched")
    return None


def asked(names: list[str], evaluations: list[Evaluation], columns: list[dict[str, Any]]) -> dict[str, Any]:
    """How two runs are compared: by their own columns and thresholds, on the slices that both have."""
    first = evaluations[0]
    scores = {name: listed(own.get("score")) for name, own in zip(names, columns, strict=True)}
    predictions = {name: own.get("prediction") for name, own in zip(names, columns, strict=True)}
    common = [own for own in columns[0].get("slices") or () if own in (columns[1].get("slices") or ())]
    made: dict[str, Any] = {
        "target": columns[0]["target"],
        "id": columns[0]["id"],
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
