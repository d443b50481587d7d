"""An evaluation in the making: what is estimated so far, and what later steps need for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gnomon.estimate import Estimate
from gnomon.evaluation.estimates.classification import Table
from gnomon.evaluation.reading.ranked_scores import RankedScores
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.intervals.interval import Interval
from gnomon.message import Message
from gnomon.states.confusion import Confusion


@dataclass(slots=True)
class Draft:
    """An evaluation in the making, filled by the task's own module.

    ``doubts`` are warnings about values themselves, whatever their intervals rest on, by the name of the estimate.
    """

    estimates: dict[str, Estimate] = field(default_factory=dict)
    per_class: dict[str, dict[str, Estimate]] = field(default_factory=dict)
    confusion: Confusion | None = None
    confusions: dict[str, Confusion] = field(default_factory=dict)
    curves: dict[str, Any] = field(default_factory=dict)
    table: Table | None = None
    order: RankedScores | None = None
    precision_gain: Interval | None = None
    notes: list[Message] = field(default_factory=list)
    doubts: dict[str, Message] = field(default_factory=dict)


def matrix_of(state: Confusion | None, names: tuple[str, ...]) -> ConfusionMatrix | None:
    """The confusion matrix, where there is one."""
    if state is None:
        return None
    weights = None if state.weights is None else state.mass().astype(np.float64)
    return ConfusionMatrix(names, state.counts.copy(), weights)
