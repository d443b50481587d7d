"""Classes as columns of 0 and 1, of which each row has one that is 1: one target of several classes, not labels."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Self, cast

import numpy as np

from gnomon.engines.base import Engine
from gnomon.errors import ColumnError, UsageError
from gnomon.message import Message
from gnomon.schema.batch import ROUNDING, Rows, floats, leave_out_incomplete, leave_out_weightless
from gnomon.schema.matching import match_by_name
from gnomon.schema.request import Request
from gnomon.schema.schema import Columns, Missing, Scale, Schema
from gnomon.sources.base import Piece, Source, Use
from gnomon.wire import pack, refusing, unpack

# Where so many rows have one label each, this is hardly chance.
TELLING = 20


def one_hot(source: Source, request: Request, engine: Engine) -> Schema | None:
    """The schema of a multiclass task whose classes are columns; None where the columns are several labels.

    Raises:
        UsageError: The columns may be meant either way, or predictions do not fit them.
    """
    columns = request.columns
    notes: tuple[Message, ...] = ()
    if request.task != "multiclass":
        seen = shape_of(source, request, engine)
        if not seen.one or not seen.rows or len(columns.targets) < 3:
            return None
        if not (columns.scores and seen.sums and request.scale == "probability"):
            if seen.rows < TELLING:
                return None
            raise UsageError(
                Message(
                    "one_hot_or_labels",
                    "each of the {rows:,} rows has exactly one of the {number} targets\npass task='multiclass' "
                    "(--task multiclass) if they are the classes of one target, or task='multilabel' (--task "
                    "multilabel) if a row could have several",
                    rows=seen.rows,
                    number=len(columns.targets),
                )
            )
        notes = (
            Message(
                "one_hot",
                "Each row has exactly one of the targets, and its scores sum to 1: evaluated as the classes of one "
                "target (task='multilabel' evaluates them as several labels).",
            ),
        )
    for part, given_columns in (("prediction", columns.predictions), ("score", columns.scores)):
        if given_columns and len(given_columns) != len(columns.targets):
            raise UsageError(
                Message(
                    "columns_for_classes",
                    "{part} columns: {number}, classes: {classes}\npass one for each class",
                    part=part,
                    number=len(given_columns),
                    classes=len(columns.targets),
                )
            )
    names = columns.targets if request.classes is None else tuple(str(name) for name in request.classes)
    known = set(names) & set(columns.targets)
    if len(names) != len(columns.targets) or len(set(names)) < len(names) or 0 < len(known) < len(names):
        raise UsageError(
            Message(
                "class_names",
                "classes= must name the {number} classes, each once, not {names}",
                number=len(columns.targets),
                names=list(names),
            )
        )
    if known:  # the same names: their order
        request = replace(request, columns=replace(columns, targets=names))
    for name, given in (("positive", request.positive), ("threshold", request.threshold)):
        if given is not None:
            raise UsageError(
                Message(
                    "for_binary_only",
                    "{name}={given!r} is for a binary task, but this one is multiclass",
                    name=name,
                    given=given,
                )
            )
    return Schema(
        "multiclass",
        in_order(request),
        tuple(range(len(names))),
        names,
        cast(Scale, request.scale),
        missing=cast(Missing, request.missing),
        one_hot=True,
        notes=notes,
    )


def in_order(request: Request) -> Columns:
    """The columns, with predictions and scores in the order of the targets where their names tell it."""
    columns = request.columns

    def ordered(names: tuple[str, ...]) -> tuple[str, ...]:
        matched = match_by_name(names, columns.targets) if names and not request.by_place else None
        places = () if matched is None else tuple(place for place in matched.of_class if place is not None)
        return tuple(names[place] for place in places) if len(places) == len(names) else names

    return replace(columns, predictions=ordered(columns.predictions), scores=ordered(columns.scores))


@dataclass(frozen=True, slots=True)
class Shape:
    """What rows of several target columns look like.

    Attributes:
        rows: How many there are.
        one: Whether each has exactly one target that is 1, all others being 0.
        sums: Whether the scores of each sum to 1.
    """

    rows: int = 0
    one: bool = True
    sums: bool = True


def shape_of(source: Source, request: Request, engine: Engine) -> Shape:
    """The shape of the rows of a source."""
    plan = ShapePlan(request.columns, request.missing == "drop")
    try:
        first = next((piece for partition in source.partitions(plan.uses, 1) for piece in partition), None)
        tally = plan.start()
        if first is not None:
            tally.add(first, engine.threads)
        if tally.shape.one:  # else the first rows tell, and the others need not be read
            tally = engine.fold(source, plan)
    except ColumnError:
        return Shape(one=False)  # what holds no numbers is refused when it is encoded
    return tally.shape


@dataclass(frozen=True, slots=True)
class ShapePlan:
    """Looks at the shape of rows.

    Attributes:
        columns: The targets, the scores and the weight.
        drop: Whether rows with a missing value are left out.
    """

    columns: Columns
    drop: bool

    @property
    def uses(self) -> dict[str, Use]:
        """The columns, all of numbers."""
        weight = () if self.columns.weight is None else (self.columns.weight,)
        return dict.fromkeys((*self.columns.targets, *self.columns.scores, *weight), "number")

    def start(self) -> ShapeTally:
        """An empty tally."""
        return ShapeTally(self)

    @refusing
    def read(self, raw: bytes) -> ShapeTally:
        """The tally of these bytes."""
        header, _ = unpack("shape", raw)
        return ShapeTally(self, Shape(**header))


@dataclass(slots=True)
class ShapeTally:
    """The shape of the rows that were seen."""

    plan: ShapePlan
    shape: Shape = field(default_factory=Shape)

    def add(self, piece: Piece, threads: int) -> None:
        """Takes in the rows of a piece."""
        if not self.shape.one:
            return
        rows, columns = Rows(piece), self.plan.columns
        if columns.weight is not None:
            leave_out_weightless(rows, columns.weight)
        if self.plan.drop:
            leave_out_incomplete(rows, (*columns.targets, *columns.scores))
        n = len(rows.table)
        if not n:
            return
        table = np.stack([floats(rows, name) for name in columns.targets])
        one = bool(np.isin(table, (0, 1)).all() and (table.sum(axis=0) == 1).all())
        total = sum((floats(rows, name).astype(np.float64) for name in columns.scores), np.zeros(n))
        sums = bool((np.abs(total - 1.0) <= ROUNDING * max(1, len(columns.scores))).all())
        self._take(Shape(n, one, sums))

    def merge(self, other: Self) -> Self:
        """The shape of the rows of both."""
        self._take(other.shape)
        return self

    def _take(self, other: Shape) -> None:
        shape = self.shape
        self.shape = Shape(shape.rows + other.rows, shape.one and other.one, shape.sums and other.sums)

    def to_bytes(self) -> bytes:
        """The tally as bytes."""
        return pack("shape", asdict(self.shape))
