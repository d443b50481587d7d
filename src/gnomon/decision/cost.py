"""``gnomon.minimum_cost``: of several classes, the decision of the least expected cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from gnomon.calling import EngineChoice, MissingChoice, verb
from gnomon.decision.displayable import DisplayableDecision
from gnomon.decision.outcome import numbers_of
from gnomon.engines import engine_of
from gnomon.engines.base import Progress
from gnomon.errors import DataError, UsageError
from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.arguments.sources import Named, opened
from gnomon.evaluation.estimates.draft import matrix_of
from gnomon.evaluation.provenance import left_out, provenance
from gnomon.evaluation.reading.class_scores import highest
from gnomon.evaluation.reading.summary import Summary
from gnomon.evaluation.result.by_name import ByName
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.evaluation.result.serialisable import Serialisable, plain
from gnomon.evaluation.result.versions import SCHEMA_VERSION
from gnomon.intervals.interval import Interval
from gnomon.intervals.mean import mean_interval
from gnomon.intervals.wilson import wilson
from gnomon.kernels.threads import thread_count
from gnomon.measures.means import mean_loss
from gnomon.message import Message, forms_of, word
from gnomon.schema.batch import encode
from gnomon.schema.resolve import resolve
from gnomon.schema.schema import Schema
from gnomon.sources.base import Piece, Use
from gnomon.states.confusion import Confusion
from gnomon.states.mean import MeanLoss
from gnomon.wire import pack_all, refusing, unpack_all

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CostDecision(Serialisable, DisplayableDecision):
    """The decision of the least expected cost, and what it saves.

    Attributes:
        costs: What deciding for a class costs: rows the true class, columns the decided one.
        classes: The classes in their order.
        cost: The cost a row of the decisions.
        most_probable: The cost a row of always deciding for the most probable class.
        difference: The first minus the second, on the same rows.
        constant: The class that costs least if every row is decided for it, and what that costs a row.
        confusion: The confusion matrix of the decisions.
        notes: Remarks in plain words.
        provenance: Where the numbers came from.
    """

    costs: Array
    classes: tuple[str, ...]
    cost: Estimate
    most_probable: Estimate
    difference: Estimate
    constant: tuple[str, float]
    confusion: ConfusionMatrix
    notes: tuple[Message, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.costs.flags.writeable = False
        object.__setattr__(self, "provenance", ByName(self.provenance, "fact"))

    def __repr__(self) -> str:
        return f"CostDecision({len(self.classes)} classes, cost {self.cost}, most probable {self.most_probable})"

    def apply(self, probabilities: Any) -> NDArray[np.intp]:
        """The code of the class that is decided for, of each row of probabilities (rows, classes).

        Raises:
            DataError: The shape does not fit, or a probability is missing or outside [0, 1].
        """
        table = numbers_of(probabilities)
        if table.ndim != 2 or table.shape[1] != len(self.classes):
            raise DataError(
                Message(
                    "probabilities_shape",
                    "expected probabilities of {number} classes, not an array of shape {shape}",
                    number=len(self.classes),
                    shape=table.shape,
                )
            )
        if not ((table >= 0) & (table <= 1)).all():
            raise DataError(Message("probability_invalid", "a probability is missing or lies outside [0, 1]"))
        return least_cost(tuple(table.T), self.costs)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: see docs/json.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "decision": "cost",
            "costs": self.costs.tolist(),
            "classes": list(self.classes),
            "cost": self.cost.to_dict(),
            "most_probable": self.most_probable.to_dict(),
            "difference": self.difference.to_dict(),
            "constant": {"class": self.constant[0], "cost": self.constant[1]},
            "confusion": self.confusion.to_dict(),
            "notes": forms_of(self.notes),
            "provenance": plain(self.provenance),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> CostDecision:
        """The inverse of :meth:`to_dict`."""
        return cls(
            np.array(form["costs"], np.float64),
            tuple(form["classes"]),
            Estimate.from_dict(form["cost"]),
            Estimate.from_dict(form["most_probable"]),
            Estimate.from_dict(form["difference"]),
            (form["constant"]["class"], form["constant"]["cost"]),
            ConfusionMatrix.from_dict(form["confusion"]),
            tuple(map(Message.from_dict, form["notes"])),
            form["provenance"],
        )


@verb
def minimum_cost(
    data: Any,
    scored: Any = None,
    /,
    *,
    costs: Any,
    target: str | None = None,
    score: Any = None,
    weight: Any = None,
    classes: Sequence[Any] | None = None,
    level: float = 0.95,
    missing: MissingChoice = "error",
    engine: EngineChoice = "threads",
    threads: int | None = None,
    progress: Progress | None = None,
) -> CostDecision:
    """Decides each row of several classes for the least expected cost, from its probabilities.

    The expected cost of deciding for class j is the sum over classes i of ``p[i] * costs[i, j]``; of equal ones the
    first class is taken. That is the best decision if the probabilities are calibrated: check
    ``gnomon.metrics.expected_calibration_error`` of each class.
    For two classes it is a threshold: :func:`gnomon.choose_threshold`.

    Args:
        data: The true values, or the data that holds the named columns; see :func:`gnomon.evaluate`.
        scored: The probabilities of shape (rows, classes), when ``data`` holds the true values.
        costs: What deciding costs, of shape (classes, classes): rows the true class, columns the decided one, in the
            order of the sorted labels or of ``classes``.
        target: Name of the column of true values.
        score: Names of the columns of probabilities, one for each class.
        weight: Name of the column (or the array) of row weights.
        classes: The class labels, where not all occur or their order is another.
        level: Confidence level of the intervals.
        missing: ``"error"``, or ``"drop"`` to leave out rows with a missing value.
        engine: What reads and counts the rows, ``"threads"`` or ``"processes"``.
        threads: How many threads, or processes.
        progress: Told how many rows were read.

    Raises:
        UsageError: The costs do not fit the classes, or the task is not of several classes with probabilities.
        SourceError: The file or folder cannot be read.
        ColumnError: A column is missing, of the wrong type or of another length.
        DataError: A bad value.
        EngineError: A worker process ended, as where memory runs out, or what is to be computed cannot be sent to it.

    Examples:
        >>> import gnomon
        >>> y, p = ["a", "b", "c", "c"], [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.1, 0.4], [0.1, 0.1, 0.8]]
        >>> decision = gnomon.minimum_cost(y, p, costs=[[0, 1, 1], [1, 0, 1], [5, 5, 0]])
        >>> decision.cost.value, decision.most_probable.value
        (0.0, 1.25)
        >>> decision.apply([[0.5, 0.1, 0.4]]).tolist()
        [2]
    """
    options = Options("auto", level, 0, thread_count(threads), engine)
    source, request = opened(
        (data, scored if target is None else None),
        Named(target, None, score, weight),
        task="multiclass", classes=classes, positive=None, threshold=None, scale="probability", missing=missing,
        has_scale=False,
    )  # fmt: skip
    with engine_of(engine, options.threads, progress) as running:
        schema = resolve(source, request, running)
        check_scores(schema)
        matrix = cost_matrix(costs, schema.names)
        tally = running.fold(source, CostPlan(schema, matrix))
    if not tally.confusion.counts.sum():
        raise DataError(Message("no_rows_to_evaluate", "{name} has no rows to evaluate on", name=source.name))
    cost, probable, difference = (cost_estimate(own, matrix, options) for own in tally.costs[:3])
    support = tally.confusion.mass().sum(axis=1).astype(np.float64)
    constant = support @ matrix / support.sum()
    best = int(np.argmin(constant))
    decided = CostDecision(
        matrix,
        schema.names,
        cost,
        probable,
        difference,
        (schema.names[best], float(constant[best])),
        cast(ConfusionMatrix, matrix_of(tally.confusion, schema.names)),
        provenance=provenance(source, schema, Summary(tally.costs[0].weight, tally.dropped, {}), options),
    )
    object.__setattr__(decided, "notes", (*left_out(tally.dropped), *remarks(decided), *schema.notes, *source.notes))
    return decided


def check_scores(schema: Schema) -> None:
    """Raises UsageError unless every class has a probability."""
    if schema.unscored:
        unknown = ", ".join(repr(schema.names[code]) for code in schema.unscored)
        raise UsageError(
            Message(
                "cost_needs_every_class",
                "minimising the expected cost needs a probability of every class, but there is none for {unknown}",
                unknown=unknown,
            )
        )
    if not schema.columns.scores:
        raise UsageError(
            Message(
                "cost_needs_columns",
                "pass the columns of probabilities, one for each class (score=[...])",
            )
        )


def remarks(decided: CostDecision) -> list[Message]:
    """What the decision saves, in plain words."""
    saved, notes = decided.difference, []
    if saved.value == 0:
        notes.append(Message("cost_same", "This costs the same as predicting the most probable class."))
    else:
        less = word("less") if saved.value < 0 else word("more")
        sure = "" if saved.high < 0 or saved.low > 0 else Message("may_be_chance", ", which may be due to chance")
        notes.append(
            Message(
                "cost_compared",
                "This costs {value:.4g} {less} per row than predicting the most probable class{sure}.",
                value=abs(saved.value),
                less=less,
                sure=sure,
            )
        )
    if decided.constant[1] <= decided.cost.value:
        notes.append(
            Message(
                "cost_constant",
                "Always predicting {label!r} costs no more ({cost:.4g} per row): at these costs the probabilities do "
                "not help.",
                label=decided.constant[0],
                cost=decided.constant[1],
            )
        )
    return notes


def cost_matrix(costs: Any, names: Sequence[str]) -> Array:
    """The costs as an array.

    Raises:
        UsageError: They are not finite numbers of shape (classes, classes).
    """
    try:
        matrix = np.array(costs, np.float64)
    except (TypeError, ValueError):
        matrix = np.zeros(0)
    if matrix.shape != (len(names), len(names)) or not (np.abs(matrix) <= 1e100).all():
        raise UsageError(
            Message(
                "cost_matrix_shape",
                "costs= takes a finite number for each pair of true and predicted class, a {number} x {number} matrix "
                "in the order {names}",
                number=len(names),
                names=", ".join(names[:10]),
            )
        )
    return matrix


def least_cost(scores: tuple[NDArray[Any], ...], costs: Array) -> NDArray[np.intp]:
    """The class of the least expected cost of each row. Classes are added in their order, row by row alike."""
    best = np.zeros(len(scores[0]), np.intp)
    least: Array | None = None
    for decided in range(len(costs)):
        expected = np.zeros(len(scores[0]))
        for true, column in enumerate(scores):
            if costs[true, decided]:
                expected += column.astype(np.float64) * costs[true, decided]
        if least is None:
            least = expected
            continue
        better = expected < least
        best[better] = decided
        least = np.minimum(least, expected)
    return best


@dataclass(frozen=True, slots=True)
class CostPlan:
    """Adds up what decisions cost.

    Attributes:
        schema: What the columns mean.
        costs: What deciding for a class costs.
    """

    schema: Schema
    costs: Array

    @property
    def uses(self) -> Mapping[str, Use]:
        """All columns."""
        return self.schema.uses

    def start(self) -> CostTally:
        """An empty tally."""
        weighted = self.schema.columns.weight is not None
        return CostTally(self, [MeanLoss() for _ in range(3)], Confusion.empty(len(self.costs), weighted))

    @refusing
    def read(self, raw: bytes) -> CostTally:
        """The tally of these bytes."""
        header, (confusion, *costs) = unpack_all("costs", raw)
        losses = list(map(MeanLoss.from_bytes, costs))
        return CostTally(self, losses, Confusion.from_bytes(confusion), header["dropped"])


@dataclass(slots=True)
class CostTally:
    """The costs of the rows that were seen: as decided, as most probable, and the first minus the second."""

    plan: CostPlan
    costs: list[MeanLoss]
    confusion: Confusion
    dropped: int = 0

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        batch, matrix = encode(piece, self.plan.schema, threads), self.plan.costs
        self.dropped += batch.dropped
        decided = least_cost(batch.scores, matrix)
        probable = highest(batch.scores)
        cost, other = (matrix[batch.target, own] for own in (decided, probable))
        for place, values in enumerate((cost, other, cost - other)):
            self.costs[place] = self.costs[place].merge(MeanLoss.of(values, batch.weight, threads))
        counts = Confusion.of_labels(
            batch.target, decided.astype(batch.target.dtype), batch.weight, len(matrix), threads
        )
        self.confusion = self.confusion.merge(counts)

    def merge(self, other: Self) -> Self:
        """The costs of the rows of both."""
        self.costs = [mine.merge(own) for mine, own in zip(self.costs, other.costs, strict=True)]
        self.confusion = self.confusion.merge(other.confusion)
        self.dropped += other.dropped
        return self

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        costs = [own.to_bytes() for own in self.costs]
        return pack_all("costs", {"dropped": self.dropped}, [self.confusion.to_bytes(), *costs])


def cost_estimate(state: MeanLoss, costs: Array, options: Options) -> Estimate:
    """A mean cost. Where all rows cost the same, as many others as Wilson's limit allows may cost the most or least."""
    measured = mean_loss(state)
    spread = float(costs.max() - costs.min())
    interval = mean_interval(measured, options.level, least=-spread + min(0.0, float(costs.min())), most=np.inf)
    if measured.variance == 0:
        share = wilson(0.0, measured.rows, options.level).high
        interval = Interval(measured.mean - share * spread, measured.mean + share * spread, "wilson")
    return options.estimate(measured.mean, interval, state.weight.n)
