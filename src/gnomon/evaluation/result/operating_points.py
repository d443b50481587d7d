"""What an evaluation says at other thresholds than its own: the counts, and the measures with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gnomon.thresholds.bands import Band
from gnomon.thresholds.table import Thresholds

if TYPE_CHECKING:
    from gnomon.evaluation.result.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class OperatingPoints:
    """An evaluation's measures at thresholds, from the highest down; the first is infinite: no row reaches it.

    Attributes:
        thresholds: The thresholds, with the counts there.
        bands: By the name of each measure (its own, where another was asked for) its values and the ends of their
            intervals, of shape (thresholds,).
        start: The place in them of the threshold that the evaluation was made at; where it was made from predictions,
            of the one that as many rows reach as were predicted positive; else of the greatest F1.
    """

    thresholds: Thresholds
    bands: dict[str, Band]
    start: int


def operating_points(
    evaluation: Evaluation, table: Thresholds, names: Sequence[str], most: int | None
) -> OperatingPoints:
    """The measures of an evaluation at its thresholds.

    They are made by the formulas, at the level and with the seed of the evaluation. At its own threshold they are its
    estimates.

    Args:
        evaluation: The evaluation.
        table: Its thresholds.
        names: The measures.
        most: How many thresholds there are at most; None for all.
    """
    used, matrix = evaluation.threshold, evaluation.confusion
    whole = table.complete and most is None
    added = used is not None and matrix is not None and not whole  # one that is thinned may lack its own
    if most is not None:
        table = table.some(most - added)
    if added:
        assert used is not None
        assert matrix is not None
        cells = matrix.mass
        table = table.including(used, float(cells[1, 1]), float(cells[0, 1]))
    made = table.bands(names, level=evaluation.level, seed=int(evaluation.provenance.get("seed", 0)))
    bands = {name: Band(*(end.copy() for end in own)) for name, own in made.items()}
    start = start_of(evaluation, table)
    if used is not None:
        for name in evaluation.estimates.keys() & set(names):  # one that was saved may lack some
            estimate = evaluation[name]
            for end, value in zip(bands[name], (estimate.value, estimate.low, estimate.high), strict=True):
                end[start] = value
    return OperatingPoints(table, bands, start)


def start_of(evaluation: Evaluation, table: Thresholds) -> int:
    """Where an evaluation stands among its thresholds."""
    if evaluation.threshold is not None:
        return table.place(evaluation.threshold)
    if evaluation.confusion is None:
        return int(np.nanargmax(table["f1"]))
    predicted = float(evaluation.confusion.mass[:, 1].sum())
    return int(np.argmin(np.abs(table["flagged"] - predicted)))
