"""What a person asked for, before the data were looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gnomon.errors import UsageError, nearest
from gnomon.message import Message, word
from gnomon.schema.schema import Columns

TASKS = ("auto", "binary", "multiclass", "multilabel", "regression")


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for; see :func:`gnomon.evaluate` for the meaning of each.

    ``slices`` are as :func:`gnomon.schema.slicing.slicings` takes them. ``either`` names a column that is the
    prediction or the score, whichever its values say. ``by_place`` says that scores of several classes come from a
    matrix without names, in the order of the classes. ``has_scale`` says whether the caller can say what scores are.
    """

    columns: Columns
    either: str | None = None
    task: str = "auto"
    classes: Sequence[Any] | None = None
    positive: Any = None
    threshold: float | None = None
    scale: str = "probability"
    missing: str = "error"
    slices: tuple[Any, ...] = ()
    by_place: bool = False
    has_scale: bool = True


def check_request(request: Request) -> None:
    """Raises UsageError for values that no data could make right."""
    for name, value, known in (
        ("task", request.task, TASKS),
        ("scale", request.scale, ("probability", "any")),
        ("missing", request.missing, ("error", "drop")),
    ):
        if value not in known:
            raise UsageError(
                Message(
                    "unknown_option_value",
                    "{name}={value!r} is unknown\n{hint}",
                    name=name,
                    value=value,
                    hint=nearest(str(value), known),
                )
            )
    number = isinstance(request.threshold, (int, float, np.number))
    if request.threshold is not None and not (number and np.isfinite(request.threshold)):
        raise UsageError(
            Message(
                "threshold_not_finite",
                "threshold must be a finite number, not {threshold!r}",
                threshold=request.threshold,
            )
        )
    if not request.columns.predictions and not request.columns.scores and request.either is None:
        raise UsageError(
            Message(
                "nothing_to_evaluate",
                "pass what to evaluate: a column of predictions (prediction=...) or of scores (score=...)",
            )
        )
    columns = request.columns
    parts = [*columns.targets, *columns.scores, *([columns.weight] if columns.weight else [])]
    twice = [name for name in columns.predictions if name in parts or columns.predictions.count(name) > 1]
    if twice:
        raise UsageError(
            Message(
                "prediction_named_twice",
                "column {name!r} is passed as prediction= and as something else",
                name=twice[0],
            )
        )
    if len(set(parts)) < len(parts):
        raise UsageError(
            Message(
                "columns_named_twice",
                "a column is named twice among target, score and weight: {names}",
                names=", ".join(parts),
            )
        )
    if len(columns.targets) > 1 and request.task not in ("auto", "multilabel", "multiclass"):
        raise UsageError(
            Message(
                "one_target",
                "there are {number} target columns, but a {task} task has one",
                number=len(columns.targets),
                task=word(request.task),
            )
        )
    if len(columns.targets) == 1 and len(columns.predictions) > 1:
        raise UsageError(
            Message(
                "several_predictions",
                "there are {number} prediction columns ({names}) for one target\npass one; to compare several models "
                "use gnomon.compare (gnomon compare)",
                number=len(columns.predictions),
                names=", ".join(columns.predictions),
            )
        )


def threshold_of(request: Request, *, usable: bool) -> float | None:
    """The threshold that applies: 0.5 for probabilities unless another is given.

    Raises:
        UsageError: A threshold was given where nothing is thresholded.
    """
    if not usable:
        if request.threshold is not None:
            raise UsageError(
                Message(
                    "threshold_not_applicable",
                    "a threshold applies to the score of a binary task, or of each label, without a column of "
                    "predictions",
                )
            )
        return None
    if request.threshold is None:
        return 0.5 if request.scale == "probability" else None
    if request.scale == "probability" and not 0 <= request.threshold <= 1:
        raise UsageError(
            Message(
                "threshold_outside",
                "threshold={threshold:g} lies outside [0, 1], the range of probabilities",
                threshold=request.threshold,
            )
        )
    return float(request.threshold)
