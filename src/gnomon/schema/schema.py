"""The schema: task, classes, columns and score scale, fixed before the first batch is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gnomon.schema.labels import Label

Task = Literal["binary", "multiclass", "regression"]
Scale = Literal["probability", "any"]
Missing = Literal["error", "drop"]


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the used columns."""

    target: str
    prediction: str | None = None
    scores: tuple[str, ...] = ()
    weight: str | None = None

    def used(self) -> tuple[str, ...]:
        """Every used column once."""
        names = [self.target, self.prediction, *self.scores, self.weight]
        return tuple(dict.fromkeys(name for name in names if name is not None))


@dataclass(frozen=True, slots=True)
class Schema:
    """What the columns mean.

    Attributes:
        task: ``"binary"``, ``"multiclass"`` or ``"regression"``.
        columns: Which column plays which part.
        labels: The class labels; of a binary task the negative one first, the positive one second.
            Empty for a regression.
        names: What the classes are called in a report.
        scale: Whether scores are probabilities, or any numbers of which greater means more positive.
        threshold: A row is predicted positive at ``score >= threshold``; None where scores predict nothing.
        missing: What to do with rows that lack a used value.
        notes: Remarks that arose in resolving it.
    """

    task: Task
    columns: Columns
    labels: tuple[Label, ...] = ()
    names: tuple[str, ...] = ()
    scale: Scale = "probability"
    threshold: float | None = None
    missing: Missing = "error"
    notes: tuple[str, ...] = ()

    @property
    def numeric(self) -> dict[str, bool]:
        """The used columns, and whether each must hold numbers."""
        columns = self.columns
        must = {*columns.scores, columns.weight}
        if self.task == "regression":
            must |= {columns.target, columns.prediction}
        return {name: name in must for name in columns.used()}
