"""The schema: task, classes, columns and score scale, fixed before the first batch is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gnomon.message import Message
from gnomon.schema.clusters import ClusterNumbers
from gnomon.schema.labels import Label
from gnomon.schema.slicing import Slicing
from gnomon.sources.base import Use

Task = Literal["binary", "multiclass", "multilabel", "regression"]
Scale = Literal["probability", "any"]
Missing = Literal["error", "drop"]


@dataclass(frozen=True, slots=True)
class Subset:
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

    @classmethod
    def of_text(cls, text: str) -> Subset:
        """The inverse of ``str``: the rows that are meant."""
        column, is_not, value = text.partition(" is not ")
        if is_not:
            return cls(column, value, inside=False)
        column, _, value = text.partition(" = ")
        return cls(column, value)

    @property
    def others(self) -> Subset:
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
    """Whether a value is the one that a person wrote: as text, but for true and True, and for 1 and 1.0.

    >>> same_value("1.0", "1"), same_value("True", "true"), same_value("1", "01"), same_value("Test", "test")
    (True, True, False, False)
    """
    if held == asked or (held.casefold() in ("true", "false") and held.casefold() == asked.casefold()):
        return True
    return _without_zeros(held) == _without_zeros(asked)


def _without_zeros(text: str) -> str:
    """A whole number that is written with a fraction of zeros, without them."""
    whole, point, zeros = text.partition(".")
    return whole if point and zeros and not zeros.strip("0") and whole.lstrip("-").isdigit() else text


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
        subset: The rows that take part, if not all do.
        id: The column that says what rows are called.
    """

    targets: tuple[str, ...]
    predictions: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    weight: str | None = None
    cluster: str | None = None
    others: tuple[str, ...] = ()
    slices: tuple[Slicing, ...] = ()
    subset: Subset | None = None
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
        read_as: What columns are read for whose part does not tell it: labels that a text file holds without their
            type, and the columns of other models.
        unscored: Codes of the classes that have no column of scores, as the model does not know them: they score 0.
        has_scale: Whether the caller can say that scores are any numbers: only then is it advised.
        one_hot: Whether the classes of a multiclass task are columns of 0 and 1, of which each row has one that is 1.
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
    read_as: Mapping[str, Use] = field(default_factory=dict)
    unscored: tuple[int, ...] = ()
    has_scale: bool = True
    one_hot: bool = False
    notes: tuple[Message, ...] = ()

    @property
    def uses(self) -> dict[str, Use]:
        """The used columns, and what each is read for."""
        columns = self.columns
        amounts = {*columns.scores, columns.weight}
        if self.task == "regression":
            amounts |= {*columns.targets, *columns.predictions}
        by_column: dict[str, Use] = {name: self.read_as.get(name, "any") for name in columns.used()}
        by_column |= {name: "number" for name in columns.used() if name in amounts}
        if columns.cluster is not None and by_column[columns.cluster] == "any":
            by_column[columns.cluster] = "text"
        divided = [pair for own in columns.slices for pair in zip(own.columns, own.edges, strict=True)]
        for name, edges in sorted(divided, key=lambda pair: pair[1] is not None):  # text, if any use needs it
            by_column.setdefault(name, "text" if edges is None else "number")
        for name in (*self.subset_column, *([] if columns.id is None else [columns.id])):
            by_column.setdefault(name, "text")
        return by_column

    @property
    def probabilities(self) -> bool:
        """Whether there is a probability of the positive class of a binary task."""
        return self.task == "binary" and bool(self.columns.scores) and self.scale == "probability"

    @property
    def subset_column(self) -> tuple[str, ...]:
        """The column that says which rows take part, if not all do."""
        return () if self.columns.subset is None else (self.columns.subset.column,)
