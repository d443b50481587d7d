"""The schema: task, classes, columns and score scale, fixed before the first batch is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gnomon.schema.clusters import ClusterNumbers
from gnomon.schema.labels import Label
from gnomon.schema.slicing import Slicing

Task = Literal["binary", "multiclass", "multilabel", "regression"]
Scale = Literal["probability", "any"]
Missing = Literal["error", "drop"]


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rows: those that something is fitted on, or those that judge it.

    Attributes:
        column: The column that tells them apart.
        value: Its value in the rows to fit on, as text.
        judge: Its value in the rows that judge; None if all others do.
        inside: Whether the rows to fit on are meant, or those that judge.
    """

    column: str
    value: str
    judge: str | None = None
    inside: bool = True

    @property
    def others(self) -> Part:
        """The other rows."""
        return replace(self, inside=not self.inside)

    def __str__(self) -> str:
        if self.inside or self.judge is not None:
            return f"{self.column} = {self.value if self.inside else self.judge}"
        return f"{self.column} is not {self.value}"

    def chosen(self, values: Sequence[str]) -> NDArray[np.bool_]:
        """Which of some values of the column are those of the rows that are meant."""
        if not self.inside and self.judge is None:
            return np.array([not same_value(value, self.value) for value in values], bool)
        wanted = self.value if self.inside or self.judge is None else self.judge
        return np.array([same_value(value, wanted) for value in values], bool)


def same_value(held: str, asked: str) -> bool:
    """Whether a value is the one that a person wrote: numbers by what they are, true and True alike.

    >>> same_value("1", "01"), same_value("True", "true"), same_value("Test", "test")
    (True, True, False)
    """
    if held == asked or (held in ("True", "False") and held.casefold() == asked.casefold()):
        return True
    try:
        return float(held) == float(asked)
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the used columns.

    Attributes:
        targets: The column of true values; of a multilabel task one for each label.
        predictions: The column of predictions, or one for each label; none where there are no predictions.
        scores: The columns of scores, one for each class or label where these are several.
        weight: The column of weights.
        cluster: The column that says which rows belong together; None where rows are independent.
        others: Columns that other models have: a row that lacks a value there is left out here, too.
        slices: How the rows are divided into slices, which are evaluated by themselves, too.
        part: The rows that take part, if not all do.
        id: The column that says what rows are called.
    """

    targets: tuple[str, ...]
    predictions: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    weight: str | None = None
    cluster: str | None = None
    others: tuple[str, ...] = ()
    slices: tuple[Slicing, ...] = ()
    part: Part | None = None
    id: str | None = None

    @property
    def target(self) -> str:
        """The one column of true values."""
        return self.targets[0]

    @property
    def prediction(self) -> str | None:
        """The one column of predictions, if any."""
        return self.predictions[0] if self.predictions else None

    def used(self) -> tuple[str, ...]:
        """Every column once whose values take part; those of slices only say where a row belongs."""
        names = [*self.targets, *self.predictions, *self.scores, self.weight, self.cluster, *self.others]
        return tuple(dict.fromkeys(name for name in names if name is not None))


@dataclass(frozen=True, slots=True)
class Schema:
    """What the columns mean.

    Attributes:
        task: ``"binary"``, ``"multiclass"``, ``"multilabel"`` or ``"regression"``.
        columns: Which column plays which part.
        labels: The class labels; of a binary task the negative one first, the positive one second.
            Empty for a regression; of a multilabel task 0 and 1, for a label that a row lacks or has.
        names: What the classes, or the labels of a multilabel task, are called in a report.
        scale: Whether scores are probabilities, or any numbers of which greater means more positive.
        threshold: A row is predicted positive at ``score >= threshold``; None where scores predict nothing.
        missing: What to do with rows that lack a used value.
        clusters: Numbers for the values of the column that says which rows belong together.
        notes: Remarks that arose in resolving it.
    """

    task: Task
    columns: Columns
    labels: tuple[Label, ...] = ()
    names: tuple[str, ...] = ()
    scale: Scale = "probability"
    threshold: float | None = None
    missing: Missing = "error"
    clusters: ClusterNumbers | None = None
    notes: tuple[str, ...] = ()

    @property
    def numeric(self) -> dict[str, bool]:
        """The used columns, and whether each must hold numbers."""
        columns = self.columns
        must = {*columns.scores, columns.weight}
        if self.task == "regression":
            must |= {columns.target, columns.prediction}
        slices = [name for own in columns.slices for name in own.columns]
        others = [*slices, *self.part_column, *([] if columns.id is None else [columns.id])]
        return {name: name in must for name in dict.fromkeys((*columns.used(), *others))}

    @property
    def probabilities(self) -> bool:
        """Whether there is a probability of the positive class of a binary task."""
        return self.task == "binary" and bool(self.columns.scores) and self.scale == "probability"

    @property
    def part_column(self) -> tuple[str, ...]:
        """The column that says which rows take part, if not all do."""
        return () if self.columns.part is None else (self.columns.part.column,)
