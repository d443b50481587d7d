"""What is wanted of a threshold: a measure to make great or a cost to make small, and what must hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import UsageError, nearest
from gnomon.measures.confusion import FLAGGED_SHARE
from gnomon.measures.measure import HIGHER, ZERO, Formula, Measure, OfMatrix
from gnomon.measures.registry import find, get_measure, of_cells, renew, with_ends
from gnomon.measures.rule import Rule
from gnomon.measures.threshold import COST, FLAGGED, Costs, Points, youden
from gnomon.message import Message, listed, word
from gnomon.thresholds.ends import ends_of

Array = NDArray[np.float64]

_CELLS = ("tp", "fp", "fn", "tn")
# Sums of weights, and what is made of them, differ by less than this from what they would be without rounding.
ROUNDING = 1e-12
# Points that are looked at together, to bound the memory.
_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Constraint:
    """What must hold, such as ``precision.low >= 0.8``.

    Attributes:
        name: A measure; ``flagged`` is the number (or weight) of rows predicted positive.
        end: ``"low"`` or ``"high"`` for that end of its interval; None for the value itself.
        least: Whether the limit is a lower one (``>=``).
        limit: The limit.
        periods: How many periods (days, say) the rows cover: ``flagged`` is limited on average per period.
    """

    name: str
    end: str | None
    least: bool
    limit: float
    periods: float = 1.0

    @classmethod
    def parse(cls, text: str, periods: float = 1.0) -> Constraint:
        """From a rule such as ``"recall >= 0.95"`` or ``"flagged_share <= 2 %"``.

        Raises:
            UsageError: It is not a rule, or not one that a threshold can meet.

        >>> Constraint.parse("precision.low >= 80%")
        Constraint(name='precision', end='low', least=True, limit=0.8, periods=1.0)
        """
        rule = Rule.parse(text)
        rule.refuse_of_thresholds(text)
        if rule.slice is not None:
            raise UsageError(
                Message(
                    "threshold_for_all",
                    "{text!r}: a threshold applies to all rows\nremove {slice}",
                    text=text,
                    slice=":".join(rule.slice),
                )
            )
        measure = of_threshold(rule.name)
        if measure is None and (other := find(rule.name)) is not None:
            raise UsageError(
                Message(
                    "constraint_without_threshold",
                    "the constraint {text!r} names {name!r}, which does not depend on a threshold of a binary task\n"
                    "choose a measure of the confusion matrix, such as recall or precision",
                    text=text,
                    name=other.name,
                )
            )
        if measure is None:
            raise UsageError(
                Message(
                    "constraint_measure",
                    "the constraint {text!r} does not name a measure\n{hint}",
                    text=text,
                    hint=nearest(rule.name, [*of_cells(), FLAGGED]),
                )
            )
        if measure.name == FLAGGED and (rule.percent or 0 < rule.limit < 1):
            raise UsageError(
                Message(
                    "flagged_is_number",
                    "{text!r}: flagged is the number of rows predicted positive\nfor a share of all rows write "
                    "'flagged_share <= 5 %'",
                    text=text,
                )
            )
        if measure.high == 1.0 and not rule.percent and (limit := rule.limit) > 1:
            raise UsageError(
                Message(
                    "constraint_above_one",
                    "{text!r} asks for more than 1, the maximum: did you mean {limit:g} %?",
                    text=text,
                    limit=limit,
                )
            )
        if rule.part is not None and not measure.has_ends:
            raise UsageError(
                Message(
                    "constraint_end",
                    "{text!r}: interval ends are available for {names}",
                    text=text,
                    names=", ".join(with_ends()),
                )
            )
        return cls(measure.name, rule.part, rule.least, rule.limit, periods)

    @property
    def text(self) -> Message:
        """The constraint as it is written."""
        end = f".{self.end}" if self.end else ""
        limit = f"{self.name}{end} {'>=' if self.least else '<='} {self.limit:g}"
        if self.name != FLAGGED or self.periods == 1:
            return word(limit)
        return Message(
            "per_period", "{limit} per period on average over {periods:g} periods", limit=limit, periods=self.periods
        )

    def __str__(self) -> str:
        return str(self.text)

    def values(self, points: Points, level: float) -> Array:
        """What is limited, at each point.

        Args:
            points: The points.
            level: The level of intervals, at all points at once (:func:`gnomon.thresholds.ends.ends_of`).
        """
        if self.name == FLAGGED:
            return points.flagged / self.periods
        if self.end is None:
            return self.measure.binary(points.cells())
        return ends_of(self.measure, points, level)[self.end == "high"]

    @property
    def measure(self) -> Measure:
        """What is limited."""
        return get_measure(self.name)

    def shortfall(self, values: Array) -> Array:
        """By how much each value misses the limit: 0 where it holds, infinite where there is no value."""
        missed = self.limit - values if self.least else values - self.limit
        missed = np.where(missed <= ROUNDING * max(1.0, abs(self.limit)), 0.0, missed)
        return np.where(np.isnan(values), np.inf, missed)

    @property
    def limits_misses(self) -> bool:
        """Whether it is about false negatives alone, so that false positives are what is left to wish for."""
        share = self.measure.share
        return share is not None and "fn" in share.trials_in and "fp" not in share.trials_in

    @property
    def favours_gains(self) -> bool:
        """Whether one more false positive can only harm it."""
        measure = self.measure
        return measure.harmed_by_false_positives and self.least == (measure.better == HIGHER) and self.end != "high"


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of a threshold.

    Attributes:
        measure: The name of what is made great; ``"cost"`` is made small.
        costs: The costs of the cells; None unless the measure is ``"cost"``.
        constraints: What must hold.
    """

    measure: str
    costs: Costs | None = None
    constraints: tuple[Constraint, ...] = field(default=())

    @property
    def text(self) -> Message:
        """What is wanted, in words."""
        if self.costs is not None:
            given = ", ".join(f"{name} {cost:g}" for name in _CELLS if (cost := getattr(self.costs, name)))
            what = Message("goal_cost", "minimum cost ({given} per row)", given=given)
        else:
            what = (
                Message("goal_highest", "maximum {measure}", measure=self.rule.title)
                if self.better > 0
                else Message("goal_lowest", "minimum {measure}", measure=self.rule.title)
            )
        if not self.constraints:
            return what
        limits = listed([own.text for own in self.constraints])
        return Message("goal_subject", "{what}, subject to {limits}", what=what, limits=limits)

    def __str__(self) -> str:
        return str(self.text)

    @property
    def better(self) -> int:
        """+1 if a greater value is better, -1 if a smaller one is."""
        return self.rule.better

    @property
    def rule(self) -> Measure:
        """The measure that is made great or small."""
        return get_measure(self.measure)

    @property
    def candidates(self) -> str:
        """Which points of a curve can be best: vertices of its hull, those that gain a positive, or any.

        A cost is linear in the two error rates, and precision, F-beta, kappa and the like have straight lines of equal
        value, so without constraints the best is found at a vertex of the convex hull; so is that of the Matthews
        correlation where it is positive, as it is convex along every line there. With constraints the best is a point
        that gains a positive, if one more false positive can only harm the goal and every constraint.
        """
        costs = self.costs
        if not self.constraints:
            return "hull" if costs is not None else self.rule.best_at
        harmed = self.rule.harmed_by_false_positives
        if costs is not None:
            harmed = costs.fp >= costs.tn and costs.fn >= costs.tp
        return "gains" if harmed and all(own.favours_gains for own in self.constraints) else "all"

    @property
    def constrained(self) -> list[Measure]:
        """The measures that are limited."""
        return [own.measure for own in self.constraints if own.measure.of_cells]

    @property
    def achieved(self) -> Measure:
        """The goal as a measure of the confusion matrix, a cost or a number of rows included."""
        rule = self.rule
        if rule.of_cells:
            return rule
        return replace(
            rule, basis=OfMatrix(lambda cells: self.values(Points.of(cells)), Message("no_rows", "there are no rows"))
        )

    def formula(self, rows: float) -> Formula:
        """What is made great or small, from a confusion matrix.

        Args:
            rows: The weight of all rows: a number of rows varies as their share of all does.
        """
        if self.measure != FLAGGED:
            return self.achieved.binary
        share = FLAGGED_SHARE.binary
        return lambda cells: share(cells) * rows

    def values(self, points: Points) -> Array:
        """What is made great or small, at each point; NaN where it is undefined."""
        if self.costs is not None:
            return self.costs.mean(points)
        if self.measure == FLAGGED:
            return points.flagged
        return self.rule.binary(points.cells())


def make_goal(
    goal: str | Measure | None,
    costs: Mapping[str, float] | None = None,
    gains: Mapping[str, float] | None = None,
    where: str | Sequence[str] = (),
    periods: float = 1.0,
) -> Goal:
    """The goal that a person asked for.

    Raises:
        UsageError: Nothing was asked for, or two things at once, or something that is not known.

    >>> str(make_goal(None, where="recall >= 0.95"))
    'maximum precision, subject to recall >= 0.95'
    """
    if not isinstance(periods, (int, float)) or not 0 < periods < math.inf:
        raise UsageError(
            Message(
                "periods_number",
                "periods={periods!r} is not a number of periods that the rows can cover",
                periods=periods,
            )
        )
    if not isinstance(where, (str, Sequence)):
        raise UsageError(
            Message(
                "where_kind",
                "where={where!r}\nexpected a constraint such as 'recall >= 0.95', or a list of them",
                where=where,
            )
        )
    constraints = tuple(Constraint.parse(own, periods) for own in ([where] if isinstance(where, str) else where))
    if periods != 1.0 and not any(own.name == FLAGGED for own in constraints):
        raise UsageError(
            Message(
                "periods_need_constraint",
                "periods= divides the number of rows predicted positive\nadd a constraint, where='flagged <= 200'",
            )
        )
    if costs or gains:
        if goal not in (None, COST):
            raise UsageError(
                Message(
                    "goal_and_costs",
                    "goal={goal!r} and costs were both passed\npass one of them",
                    goal=goal,
                )
            )
        return Goal(COST, make_costs(costs or {}, gains or {}), constraints)
    if goal is None:
        if not constraints:
            raise UsageError(
                Message(
                    "goal_missing",
                    "pass what to optimise: a goal such as 'f1', the costs of errors, or a constraint",
                )
            )
        goal = "precision" if any(own.limits_misses for own in constraints) else "recall"
    if goal == COST:
        raise UsageError(
            Message(
                "goal_cost_needs",
                "goal='cost' needs the costs of the cells, such as costs={'fn': 10, 'fp': 1}",
            )
        )
    if isinstance(goal, Measure):
        renew(goal)
    wanted = of_threshold(goal.name if isinstance(goal, Measure) else goal) if isinstance(goal, str | Measure) else None
    if (
        wanted is None
        and isinstance(goal, str | Measure)
        and (other := find(str(getattr(goal, "name", goal)))) is not None
    ):
        raise UsageError(
            Message(
                "goal_without_threshold",
                "goal={name!r} does not depend on a threshold of a binary task\nchoose a measure of the confusion "
                "matrix, such as f1 or recall",
                name=other.name,
            )
        )
    if wanted is None:
        raise UsageError(
            Message(
                "unknown_goal",
                "goal={goal!r} is unknown\n{hint}",
                goal=goal,
                hint=nearest(str(goal), [*of_cells(), FLAGGED, "f2", COST]),
            )
        )
    if wanted.better == ZERO:
        raise UsageError(
            Message(
                "goal_undirected",
                "goal={goal!r} is better neither when higher nor when lower\nchoose another measure",
                goal=goal,
            )
        )
    return Goal(wanted.name, None, constraints)


def of_threshold(name: str) -> Measure | None:
    """The measure of a name, or of another name of it, that has a value at every threshold; None where none has."""
    measure = find(name)
    return measure if measure is not None and (measure.of_cells or measure.name == FLAGGED) else None


def make_costs(costs: Mapping[str, Any], gains: Mapping[str, Any]) -> Costs:
    """Costs by cell, less the gains.

    Raises:
        UsageError: A cell is unknown, an amount is not a finite number, or all amounts are the same.
    """
    amounts = dict.fromkeys(_CELLS, 0.0)
    for sign, given in ((1, costs), (-1, gains)):
        if not isinstance(given, Mapping):
            raise UsageError(
                Message(
                    "costs_by_cell",
                    "costs and gains are given by cell, such as {{'fn': 10, 'fp': 1}}, not as {given!r}",
                    given=given,
                )
            )
        for name, amount in given.items():
            if name not in amounts:
                raise UsageError(
                    Message(
                        "no_such_cell",
                        "{name!r} is not a cell of the confusion matrix\n{hint}",
                        name=name,
                        hint=nearest(str(name), _CELLS),
                    )
                )
            try:
                number = float(amount)
            except (TypeError, ValueError):
                number = math.nan
            if not abs(number) <= 1e100:
                raise UsageError(
                    Message(
                        "cell_amount",
                        "the amount of {name!r} must be a finite number, not {amount!r}",
                        name=name,
                        amount=amount,
                    )
                )
            amounts[name] += sign * number
    if amounts["fp"] == amounts["tn"] and amounts["fn"] == amounts["tp"]:
        raise UsageError(
            Message(
                "costs_constant",
                "the costs do not depend on the prediction: every threshold costs the same",
            )
        )
    return Costs(**amounts)


@dataclass(frozen=True, slots=True)
class Best:
    """The best of some points.

    Attributes:
        place: Which point it is, along the last axis.
        value: What the goal makes great or small, there.
        shortfall: By how much the constraints are missed there; 0 where all hold.
    """

    place: NDArray[np.intp]
    value: Array
    shortfall: Array


def best_of(goal: Goal, points: Points, level: float = 0.95) -> Best:
    """The best point along the last axis, from the highest threshold down.

    Points at which the goal is undefined do not count, unless it is at all. Where no point meets the constraints, the
    one that misses them least; of several equal ones the one of the greater recall minus the false positive rate, then
    the one of the highest threshold. Values that differ by rounding alone are equal.

    Args:
        goal: What is wanted.
        points: Counts at thresholds, of shape (..., thresholds).
        level: The level of the intervals that constraints ask for.
    """
    if points.true_positives.ndim > 1:
        return _best(goal, points, level)
    best_yet: Best | None = None
    for start in range(0, len(points.true_positives), _AT_ONCE):
        best = _best(goal, points.at(slice(start, start + _AT_ONCE)), level)
        best = Best(best.place + start, best.value, best.shortfall)
        if best_yet is None or better_of(goal, (best, points.at(best.place)), (best_yet, points.at(best_yet.place))):
            best_yet = best
    assert best_yet is not None  # there are points
    return best_yet


def better_of(goal: Goal, one: tuple[Best, Points], other: tuple[Best, Points]) -> bool:
    """Whether the best of some points, given with its counts, is better than that of others."""
    for mine, theirs in zip(_rank(goal, *one), _rank(goal, *other), strict=True):
        if mine != theirs and not math.isclose(mine, theirs, rel_tol=ROUNDING, abs_tol=ROUNDING):
            return mine > theirs
    return False


def _rank(goal: Goal, best: Best, points: Points) -> tuple[float, float, float]:
    value, tie = goal.better * float(best.value), float(youden(points))
    return -float(best.shortfall), -math.inf if math.isnan(value) else value, -math.inf if math.isnan(tie) else tie


def missed_by(goal: Goal, points: Points, level: float) -> Array:
    """By how much the constraints are missed at each point, in all; 0 where all hold."""
    missed = np.zeros(points.true_positives.shape)
    for constraint in goal.constraints:
        missed = missed + constraint.shortfall(constraint.values(points, level)) / max(abs(constraint.limit), 1.0)
    return missed


def _best(goal: Goal, points: Points, level: float) -> Best:
    values = goal.better * goal.values(points)
    known = np.where(np.isnan(values), -np.inf, values)
    missed = np.where(np.isnan(values), np.inf, missed_by(goal, points, level))
    open_ = np.ones(known.shape, bool)
    for ranked in (-missed, known, np.nan_to_num(youden(points), nan=-np.inf)):
        best = np.where(open_, ranked, -np.inf).max(axis=-1, keepdims=True)
        slack = ROUNDING * np.maximum(1.0, np.abs(np.where(np.isfinite(best), best, 0.0)))
        open_ &= ranked >= best - slack
    place = np.argmax(open_, axis=-1)
    taken = partial(np.take_along_axis, indices=place[..., None], axis=-1)
    return Best(place, goal.better * taken(values)[..., 0], taken(missed)[..., 0])
