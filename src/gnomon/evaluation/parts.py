"""What a task's evaluation is put together from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gnomon.estimate import Estimate
from gnomon.evaluation.classification import Table
from gnomon.evaluation.order import Order
from gnomon.evaluation.result import ConfusionMatrix
from gnomon.schema.schema import Schema
from gnomon.states.confusion import Confusion
from gnomon.states.mean import Weight


@dataclass(slots=True)
class Baseline:
    """What a guess without a model would score on the same rows.

    Attributes:
        strategy: ``"most_frequent"`` (classification) or ``"mean"`` (regression).
        answer: What it always answers.
        estimates: Its scores.
    """

    strategy: str
    answer: str | float
    estimates: dict[str, Estimate]


@dataclass(slots=True)
class Parts:
    """The parts of an evaluation, filled by the task's own module."""

    estimates: dict[str, Estimate] = field(default_factory=dict)
    per_class: dict[str, dict[str, Estimate]] = field(default_factory=dict)
    confusion: Confusion | None = None
    confusions: dict[str, Confusion] = field(default_factory=dict)
    curves: dict[str, Any] = field(default_factory=dict)
    order: Order | None = None
    baseline: Baseline | None = None
    notes: list[str] = field(default_factory=list)


def majority(table: Table, schema: Schema, rows: Weight) -> Baseline:
    """Always answering the most frequent class."""
    code, accuracy = table.majority(rows)
    return Baseline("most_frequent", schema.names[code], {"accuracy": accuracy})


def matrix_of(state: Confusion | None, names: tuple[str, ...]) -> ConfusionMatrix | None:
    """The confusion matrix, where there is one."""
    if state is None:
        return None
    weights = None if state.weights is None else state.mass().astype(np.float64)
    return ConfusionMatrix(names, state.counts.copy(), weights)
