"""What a person asked for, before the data were looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gnomon.errors import UsageError, nearest
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
            raise UsageError(f"{name}={value!r} is unknown: {nearest(str(value), known)}")
    number = isinstance(request.threshold, (int, float, np.number))
    if request.threshold is not None and not (number and np.isfinite(request.threshold)):
        raise UsageError(f"threshold must be a finite number, not {request.threshold!r}")
    if not request.columns.predictions and not request.columns.scores and request.either is None:
        raise UsageError("name what to evaluate: a column of predictions (prediction=...) or of scores (score=...)")
    columns = request.columns
    parts = [*columns.targets, *columns.scores, *([columns.weight] if columns.weight else [])]
    twice = [name for name in columns.predictions if name in parts or columns.predictions.count(name) > 1]
    if twice:
        raise UsageError(f"column {twice[0]!r} is named twice: prediction and something else")
    if len(set(parts)) < len(parts):
        raise UsageError(f"a column is named twice among target, score and weight: {', '.join(parts)}")
    if len(columns.targets) > 1 and request.task not in ("auto", "multilabel", "multiclass"):
        raise UsageError(f"there are {len(columns.targets)} target columns, but a {request.task} task has one")
    if len(columns.targets) == 1 and len(columns.predictions) > 1:
        raise UsageError(
            f"there are {len(columns.predictions)} columns of predictions ({', '.join(columns.predictions)}) for one "
            "target: name one; to compare several models use gnomon.compare (gnomon compare)"
        )


def threshold_of(request: Request, *, usable: bool) -> float | None:
    """The threshold that applies: 0.5 for probabilities unless another is given.

    Raises:
        UsageError: A threshold was given where nothing is thresholded.
    """
    if not usable:
        if request.threshold is not None:
            raise UsageError(
                "a threshold applies to one score of a binary task, or of each label, without a column of predictions"
            )
        return None
    if request.threshold is None:
        return 0.5 if request.scale == "probability" else None
    if request.scale == "probability" and not 0 <= request.threshold <= 1:
        raise UsageError(f"threshold={request.threshold:g} lies outside [0, 1], where probabilities are")
    return float(request.threshold)
