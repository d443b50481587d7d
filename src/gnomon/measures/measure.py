"""What a measure is: one frozen declaration, which everything else asks.

A measure of the confusion matrix is declared by its *basis*, from which its value, its interval, the rows that it rests
on, its paired test and the reason why it is undefined all follow:

- :class:`Share`: a share of some rows, such as the recall: Wilson's interval, McNemar's test where the rows are the
  same for any model.
- :class:`Transformed`: an increasing function of a share: its interval is the share's, transformed.
- :class:`ShareOfAll`: a share of all rows, for any number of classes: the accuracy.
- :class:`MeanOfShares`: the mean over classes of a share of each class's own rows: the balanced accuracy.
- :class:`OfClass`: any other function of the four cells of one class; :class:`OfMatrix`, of the whole matrix.

Measures of the ranking, of losses and of errors have a basis that says how two models are compared by them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.measures.cells import Array, Cells, Mass, ratio
from gnomon.message import Message, word

Formula = Callable[[Cells], Array]
# Where a measure stands without being asked for. What is computed: of a binary task, of several classes, of one class
# against the rest among several, averaged over classes, of a regression. And what is shown, the most telling first: in
# the line that an evaluation is printed as, in tables of slices and of classes, by which slices are ranked, at
# thresholds in a table, as curves and as columns, between train and test, on one axis in the unit of the target. With
# _macro: its macro average.
Place = Literal[
    "binary", "multiclass", "class", "averages", "regression",
    "headline", "headline_macro", "slices", "slices_macro", "class_table", "ranks_slices", "thresholds",
    "threshold_curves", "threshold_columns", "gap", "gap_macro", "in_units",
]  # fmt: skip
# Which points of the ROC curve hold the best of a measure: the vertices of its convex hull, those where the recall
# grows, or any of them; "hull_above_0" are the vertices where the value there is positive, else any.
Curve = Literal["hull", "hull_above_0", "gains", "all"]
# The rows that an interval rests on: those of the class, those of the others, those that the estimate counts itself, or
# those of whichever class has fewer.
RestsOn = Literal["class", "others", "own", "rarer_class"]

HIGHER, LOWER, ZERO = 1, -1, 0
POSITIVE = 1

ALL = frozenset({"tp", "fp", "fn", "tn"})
OF_CLASS, OF_OTHERS = frozenset({"tp", "fn"}), frozenset({"fp", "tn"})
PREDICTED, PREDICTED_OTHERS = frozenset({"tp", "fp"}), frozenset({"fn", "tn"})
# The weight of each set of cells, by the fewest sums of the matrix.
_SUMS: dict[frozenset[str], Callable[[Cells], Mass]] = {
    frozenset({"tp"}): lambda c: c.hits,
    frozenset({"fp"}): lambda c: c.false_positives,
    frozenset({"fn"}): lambda c: c.false_negatives,
    frozenset({"tn"}): lambda c: c.true_negatives,
    OF_CLASS: lambda c: c.support,
    OF_OTHERS: lambda c: c.total - c.support,
    PREDICTED: lambda c: c.predicted,
    PREDICTED_OTHERS: lambda c: c.total - c.predicted,
    frozenset({"tp", "fp", "fn"}): lambda c: c.support + c.predicted - c.hits,
    ALL: lambda c: c.total + np.zeros_like(c.hits),
}
_NONE = {
    OF_CLASS: Message("no_row_of_class", "no row has the class {name!r}"),
    OF_OTHERS: Message("no_row_of_others", "every row has the class {name!r}"),
    PREDICTED: Message("none_predicted", "no row was predicted as {name!r}"),
    PREDICTED_OTHERS: Message("none_predicted_other", "every row was predicted as {name!r}"),
    frozenset({"tp", "fp", "fn"}): Message(
        "neither_true_nor_predicted", "no row has the class {name!r}, and none was predicted as it"
    ),
}


@dataclass(frozen=True, slots=True)
class Share:
    """The share of some rows that lie in some cells: ``Share("tp", of="tp+fn")`` is the recall.

    Attributes:
        cells: The cells counted, of ``tp+fp+fn+tn`` of a class against the rest.
        of: The cells of the rows of which they are a share, those counted among them.
    """

    cells: str
    of: str

    @property
    def trials_in(self) -> frozenset[str]:
        """The cells of the rows of which it is a share."""
        return frozenset(self.of.split("+"))

    @property
    def of_given_rows(self) -> bool:
        """Whether its rows are selected by their true class, and so are the same for any model."""
        return self.trials_in in (OF_CLASS, OF_OTHERS, ALL)

    @property
    def of_predicted_rows(self) -> bool:
        """Whether its rows are selected by what was predicted, and so differ from model to model."""
        return self.trials_in in (PREDICTED, PREDICTED_OTHERS)

    @property
    def monotone(self) -> bool:
        """Whether it only rises, or only falls, as the threshold does: it is of the same rows at every one."""
        cells = frozenset(self.cells.split("+"))
        return self.of_given_rows and (cells <= PREDICTED or cells <= PREDICTED_OTHERS)

    @property
    def reason(self) -> Message:
        """Why it is undefined where it has no rows; ``{name}`` is the class."""
        return _NONE.get(self.trials_in, Message("no_rows", "there are no rows"))

    def successes(self, cells: Cells) -> Mass:
        """The weight of the rows counted, for each class."""
        return _SUMS[frozenset(self.cells.split("+"))](cells)

    def trials(self, cells: Cells) -> Mass:
        """The weight of the rows of which they are a share, for each class."""
        return _SUMS[self.trials_in](cells)

    def __call__(self, cells: Cells) -> Array:
        """The share, for each class; NaN where there are no rows."""
        return ratio(self.successes(cells), self.trials(cells))

    def counts(self, true: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which rows are counted, by whether they are of the class and predicted as it."""
        return _in_cells(frozenset(self.cells.split("+")), true, predicted)

    def mask(self, true: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which rows it is a share of."""
        return _in_cells(self.trials_in, true, predicted)

    @property
    def by_false_positive(self) -> int:
        """Which way it moves where one more negative row is predicted positive: +1 up, -1 down, 0 not at all."""
        both = frozenset(self.cells.split("+")), self.trials_in
        counted, rows = (("fp" in cells) - ("tn" in cells) for cells in both)
        if rows == 0:
            return counted
        return rows if counted == rows else -rows


def _in_cells(cells: frozenset[str], true: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    parts = {"tp": true & predicted, "fp": ~true & predicted, "fn": true & ~predicted, "tn": ~true & ~predicted}
    return np.asarray(np.any([own for name, own in parts.items() if name in cells], axis=0))


@dataclass(frozen=True, slots=True)
class Transformed:
    """An increasing function of a share, such as F1 of the Jaccard index.

    Attributes:
        share: The share.
        transform: The function, of an end of its interval.
        formula: The value, straight from the cells of each class.
    """

    share: Share
    transform: Callable[[Any], Any]
    formula: Formula

    @property
    def reason(self) -> Message:
        """Why it is undefined."""
        return self.share.reason

    def __call__(self, cells: Cells) -> Array:
        """The value, for each class."""
        return self.formula(cells)


@dataclass(frozen=True, slots=True)
class OfClass:
    """Any function of the four cells of one class against the rest.

    Attributes:
        formula: The value, for each class; NaN where undefined.
        reason: Why it is undefined; ``{name}`` is the class.
    """

    formula: Formula
    reason: Message

    def __call__(self, cells: Cells) -> Array:
        """The value, for each class."""
        return self.formula(cells)


@dataclass(frozen=True, slots=True)
class OfMatrix:
    """Any function of the whole matrix, of any number of classes.

    Attributes:
        formula: The value; NaN where undefined.
        reason: Why it is undefined.
    """

    formula: Formula
    reason: Message

    def __call__(self, cells: Cells) -> Array:
        """The value."""
        return self.formula(cells)


@dataclass(frozen=True, slots=True)
class ShareOfAll:
    """A share of all rows, of any number of classes.

    Attributes:
        formula: The value.
        successes: The weight of the rows counted.
    """

    formula: Formula
    successes: Callable[[Cells], Mass]
    reason: Message = Message("no_rows", "there are no rows")

    def __call__(self, cells: Cells) -> Array:
        """The value."""
        return self.formula(cells)


@dataclass(frozen=True, slots=True)
class MeanOfShares:
    """The mean, over the classes that have rows, of a share of each class's own rows.

    Attributes:
        share: The share.
        formula: The mean.
        reason: Why it is undefined.
    """

    share: Share
    formula: Formula
    reason: Message

    def __call__(self, cells: Cells) -> Array:
        """The mean."""
        return self.formula(cells)


@dataclass(frozen=True, slots=True)
class OfRanking:
    """A measure of the order of the scores.

    Attributes:
        binned: Its value from the weights of positives and negatives in bins of scores, ascending along the last axis,
            and which bins hold one score only.
        influence: The derivative by the weight of a positive, and of a negative, in each bin.
        delong: Whether DeLong's variance is known.
    """

    binned: Callable[[Array, Array, NDArray[np.bool_]], Array]
    influence: Callable[[Array, Array], tuple[Array, Array]]
    delong: bool = False


# The loss of each row, from true values and predictions (or 0 and 1, and scores): shape (rows,), NaN where it has none.
Loss = Callable[[Array, Array], Array]


@dataclass(frozen=True, slots=True)
class MeanLoss:
    """The mean of a loss of each row, its root, or its ratio to another mean.

    Attributes:
        loss: The loss; None where the module of the task computes its mean.
        per: What is averaged below the fraction line; None for 1.
        root: Whether the root is taken.
        of_scores: Whether it is defined for the scores of a binary task, too, with 0 and 1 as true values.
        constant: The quantile of the target that the baseline always predicts; None for the mean.
        reason: Why it is undefined.
    """

    loss: Loss | None = None
    per: Loss | None = None
    root: bool = False
    of_scores: bool = False
    constant: float | None = 0.5
    reason: Message = Message(
        "terms_too_large",
        "its terms are too large for double precision: rescale the target and the prediction",
    )

    @property
    def plain(self) -> bool:
        """Whether a difference of two is the mean of a difference of each row."""
        return self.per is None and not self.root


@dataclass(frozen=True, slots=True)
class Other:
    """What the module of its task computes: other measures of a regression's errors, of a row's labels, a cost.

    Attributes:
        compared: Whether a difference of two says something of other rows.
        forgotten: Whether it is a user's own, known from a saved result alone, without its formula.
    """

    compared: bool = True
    forgotten: bool = False


def places(*computed: Place, **shown: int) -> Mapping[Place, int]:
    """Where a measure is computed without being asked for, and where it is shown, at which rank."""
    return cast("Mapping[Place, int]", dict.fromkeys(computed, 0) | shown)


Cellwise = Share | Transformed | OfClass
Whole = OfMatrix | ShareOfAll | MeanOfShares
Basis = Cellwise | Whole | OfRanking | MeanLoss | Other


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure: what it is called, what it is made of, which direction is better, what a constant prediction scores.

    Attributes:
        name: The name of its estimate.
        title: What a report calls it, in any language.
        definition: Its formula in a line: p is the prediction, y the true value; docs/measures.md has it.
        basis: What it is computed from.
        aliases: Other names that people know.
        head: A shorter title, for the head of a column; None for the title.
        low, high: The values that it can take; infinite where it has no end.
        better: ``HIGHER``, ``LOWER``, or ``ZERO`` where neither sign is worse.
        guess: What it is compared with: always predicting the ``"most_frequent"`` class or the ``"positive"`` one, or
            the value of any guess that does not look at the row.
        curve: Which thresholds hold the best of it; None where its basis tells.
        harmed: Whether one more false positive can only make it worse; None where its basis tells.
        shown: Where it stands without being asked for, and after which others: :func:`places`.
        rows: The rows that it rests on; None where its basis tells.
        fewest: With fewer rows of one of two classes than this, models are not compared by it.
    """

    name: str
    title: str
    definition: str = ""
    basis: Basis
    aliases: tuple[str, ...] = ()
    head: str | None = None
    low: float = 0.0
    high: float = 1.0
    better: int = HIGHER
    guess: Literal["most_frequent", "positive"] | float = "most_frequent"
    curve: Curve | None = None
    harmed: bool | None = None
    shown: Mapping[Place, int] = field(default_factory=dict, hash=False)
    rows: RestsOn | None = None
    fewest: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", word(self.title))
        if self.head is not None:
            object.__setattr__(self, "head", word(self.head))

    def __repr__(self) -> str:
        better = {HIGHER: "higher", LOWER: "lower"}.get(self.better, "neither")
        return f"Measure({self.name}, {self.low:g} to {self.high:g}, better={better})"

    @property
    def column(self) -> str:
        """What the head of a column calls it."""
        return self.head or self.title

    @property
    def of_cells(self) -> bool:
        """Whether it follows from a confusion matrix, and so has a value at every threshold."""
        return isinstance(self.basis, Cellwise | Whole)

    @property
    def row_loss(self) -> MeanLoss | None:
        """The loss of each row's true value and prediction that it averages; None for other measures."""
        return self.basis if isinstance(self.basis, MeanLoss) and self.basis.loss is not None else None

    @property
    def compared(self) -> bool:
        """Whether a difference of two says something of other rows."""
        return not isinstance(self.basis, Other) or self.basis.compared

    @property
    def forgotten(self) -> bool:
        """Whether only its name is known, from a saved result."""
        return isinstance(self.basis, Other) and self.basis.forgotten

    @property
    def cellwise(self) -> bool:
        """Whether it is of one class against the rest."""
        return isinstance(self.basis, Cellwise)

    @property
    def widest(self) -> float:
        """How far apart two values can be; infinite where one of them has no end."""
        return self.high - self.low

    @property
    def has_ends(self) -> bool:
        """Whether the ends of its interval at every threshold follow from counts, so that they can be limited."""
        return isinstance(self.basis, Share | Transformed)

    @property
    def share(self) -> Share | None:
        """The share of rows that it is; None for all else."""
        return self.basis if isinstance(self.basis, Share) else None

    def binary(self, cells: Cells) -> Array:
        """The value of a binary task, from the cells of both classes; of a measure that is :attr:`of_cells`."""
        if isinstance(self.basis, Cellwise):
            return self.basis(cells)[..., POSITIVE]
        assert isinstance(self.basis, Whole)  # else it does not follow from a confusion matrix
        return self.basis(cells)

    @property
    def rests_on(self) -> RestsOn:
        """The rows whose number says how sure it is."""
        if self.rows is not None:
            return self.rows
        if isinstance(self.basis, ShareOfAll):
            return "own"
        if isinstance(self.basis, Share):
            by_class: dict[frozenset[str], RestsOn] = {OF_CLASS: "class", OF_OTHERS: "others"}
            return by_class.get(self.basis.trials_in, "own")
        return "rarer_class"

    @property
    def constant_guess(self) -> bool:
        """Whether always predicting one class scores the same, whatever the rows."""
        basis = self.basis
        return isinstance(basis, MeanOfShares) or (
            isinstance(basis, Share) and basis.of_given_rows and basis.trials_in != ALL
        )

    @property
    def best_at(self) -> Curve:
        """Which points of the ROC curve hold its best, without constraints.

        What is a ratio of two linear functions of the two error rates has straight lines of equal value, so that its
        best lies at a vertex of the convex hull.
        """
        straight = isinstance(self.basis, Share | Transformed | ShareOfAll | MeanOfShares)
        return self.curve or ("hull" if straight else "gains" if self.harmed else "all")

    @property
    def harmed_by_false_positives(self) -> bool:
        """Whether one more false positive can only make it worse, or leave it as it is."""
        if self.harmed is not None:
            return self.harmed
        if isinstance(self.basis, Share):
            return self.better * self.basis.by_false_positive <= 0
        if isinstance(self.basis, Transformed):
            return self.better * self.basis.share.by_false_positive <= 0
        return isinstance(self.basis, ShareOfAll | MeanOfShares) and self.better == HIGHER


def formula_of(measure: Measure, task: str) -> Formula | None:
    """The formula of a measure of a task's whole confusion matrix; None where it does not follow from that."""
    if task == "binary":
        return measure.binary if measure.of_cells else None
    return measure.basis if isinstance(measure.basis, Whole) else None


def of_class(basis: Cellwise, code: int) -> Formula:
    """A measure of one class alone."""
    return lambda cells: basis(cells)[..., code]
