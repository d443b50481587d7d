"""The rows of a batch that are most wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.reading.class_scores import highest, picked
from gnomon.schema.batch import Batch
from gnomon.schema.schema import Schema
from gnomon.states.worst import WorstRows, WrongRow

# Limits of scores are rounded by less than this share, of either float type.
_SLACK = 1e-6
# Rows of a sample from which a bound on the most wrong ones follows.
_SAMPLED = 64


def worst_rows(batch: Batch, schema: Schema, most: int, bound: float) -> WorstRows:
    """The most wrong rows of a batch, of those that are at least as wrong as a bound."""
    if not batch.n or not most or batch.called is None:
        return WorstRows(most)
    find = {"binary": wrong_scores, "multiclass": wrong_classes, "regression": large_errors}.get(schema.task)
    worst = None if find is None else find(batch, schema, most, bound)
    if worst is None:
        return WorstRows(most)
    rows, wrongness, predicted, scores = worst
    if len(rows) > most:  # all that are as wrong as the last one that is kept: which of them are is settled by name
        least = np.partition(wrongness, len(wrongness) - most)[len(wrongness) - most]
        kept = np.flatnonzero(wrongness >= least)
        if schema.columns.id is None:  # by number: the first ones
            kept = np.sort(kept[np.argsort(-wrongness[kept], kind="stable")][:most])
        rows, wrongness, predicted = rows[kept], wrongness[kept], predicted[kept]
        scores = None if scores is None else scores[kept]
    regression = schema.task == "regression"

    def said(value: Any) -> str | float:
        return float(value) if regression else schema.names[int(value)]

    return WorstRows.of(
        most,
        [
            WrongRow(
                float(wrongness[place]),
                name,
                said(batch.target[rows[place]]),
                said(predicted[place]),
                None if scores is None else float(scores[place]),
            )
            for place, name in enumerate(batch.called(rows))
        ],
    )


# Rows, how wrong they are, what was predicted, and the scores if any.
Found = tuple[NDArray[np.intp], NDArray[np.float64], NDArray[Any], NDArray[Any] | None]


def wrong_scores(batch: Batch, schema: Schema, most: int, bound: float) -> Found | None:
    """Rows of a binary task on the wrong side of the threshold, or of the other label than predicted."""
    if not batch.scores:
        return None
    score, label = batch.scores[0], batch.target
    if batch.prediction is None and schema.threshold is None:
        return None
    if schema.scale == "probability":
        limits = 0.0, 1.0  # negatives are the more wrong the farther from 0, positives from 1
    elif schema.threshold is not None:
        limits = schema.threshold, schema.threshold
    else:
        return None

    def wrong(score: NDArray[Any], label: NDArray[Any], said: NDArray[Any] | None) -> NDArray[np.bool_]:
        if said is not None:
            return np.asarray(said != label)
        return np.asarray((score >= schema.threshold) != (label == 1))

    def distance(score: NDArray[Any], label: NDArray[Any]) -> NDArray[np.float64]:
        return np.abs(score.astype(np.float64) - np.where(label == 1, limits[1], limits[0]))

    said = batch.prediction
    if batch.n > _SAMPLED * most:  # a bound from some rows holds for all, and leaves few to look at
        some = slice(None, None, _SAMPLED)
        few = wrong(score[some], label[some], None if said is None else said[some])
        sizes = distance(score[some], label[some])[few]
        if len(sizes) >= most:
            bound = max(bound, float(np.partition(sizes, len(sizes) - most)[len(sizes) - most]))
    if np.isfinite(bound):  # a quick look with some slack, as limits are rounded; sizes decide below
        slack = _SLACK * (1 + bound + abs(limits[0]))
        high, low = float(limits[0] + bound - slack), float(limits[1] - bound + slack)
        rows = np.flatnonzero((label == 0) & (score >= high) | (label == 1) & (score <= low))
    else:
        rows = np.arange(batch.n)
    rows = rows[wrong(score[rows], label[rows], None if said is None else said[rows])]
    sizes = distance(score[rows], label[rows])
    kept = sizes >= bound
    rows, sizes = rows[kept], sizes[kept]
    return rows, sizes, 1 - label[rows], score[rows]


def wrong_classes(batch: Batch, schema: Schema, most: int, bound: float) -> Found | None:
    """Rows of several classes whose predicted class is not the true one, by how much higher it scores."""
    if not batch.scores:
        return None
    said = highest(batch.scores) if batch.prediction is None else batch.prediction
    rows = np.flatnonzero(said != batch.target)
    predicted = picked(batch.scores, rows, said[rows])
    sizes = predicted - picked(batch.scores, rows, batch.target[rows])
    kept = sizes >= bound
    return rows[kept], sizes[kept], said[rows][kept], predicted[kept]


def large_errors(batch: Batch, schema: Schema, most: int, bound: float) -> Found | None:
    """Rows of a regression by the size of their error."""
    assert batch.prediction is not None  # a regression always has one
    sizes = np.abs(batch.target - batch.prediction)
    rows = np.flatnonzero(sizes >= bound) if np.isfinite(bound) else np.arange(batch.n)
    return rows, sizes[rows], batch.prediction[rows], None
