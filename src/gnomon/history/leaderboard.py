"""Which runs are best by a measure, which may be, and how much the best of many looks better than it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from gnomon.errors import UsageError, nearest
from gnomon.estimate import NAN, Estimate, finite
from gnomon.history.history import History, Score
from gnomon.history.pairing import Variances, variances_of_differences
from gnomon.history.run import Run
from gnomon.intervals.best import may_be_best, winners_curse
from gnomon.intervals.interval import normal_quantile
from gnomon.measures.measure import ZERO, Measure
from gnomon.measures.registry import REGISTRY, find
from gnomon.message import Message

# Runs that are compared unless more are asked for.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A run on the leaderboard.

    Attributes:
        run: The run.
        estimate: Its value of the measure.
        may_be_best: Whether the rows do not rule out that it is the best of those shown on the same rows.
        group: The number of its set of rows, from 1: runs on other rows cannot be compared.
    """

    run: Run
    estimate: Estimate
    may_be_best: bool
    group: int


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Runs in the order of a measure.

    Attributes:
        measure: The name of the measure.
        places: The best first.
        level: The confidence level of the comparison with the best.
        luck: By about how much the best of those that may be looks better than it is, at most: if all of them were
            equal; NaN where unknown.
        optimism: The same as they were seen; NaN where they were not compared row by row.
        unpaired: Why runs on the same rows were not compared row by row; None where they were, or none are.
        looks: How many sets of predictions were judged on the rows of the best.
        left: How many runs are not shown.
    """

    measure: str
    places: tuple[Place, ...]
    level: float
    luck: float
    looks: int
    left: int = 0
    optimism: float = NAN
    unpaired: Message | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "by": self.measure,
            "level": self.level,
            "luck": finite(self.luck),
            "optimism": finite(self.optimism),
            "paired": self.unpaired is None,
            "looks": self.looks,
            "runs": [
                {"rank": rank, "may_be_best": own.may_be_best, "rows_group": own.group, **own.run.to_dict()}
                for rank, own in enumerate(self.places, 1)
            ],
        }


def leaderboard(
    history: History, by: str, *, name: str | None = None, tag: str | None = None, limit: int = SHOWN
) -> Leaderboard:
    """The runs in the order of a measure, the best first; of each name the newest.

    Runs on the same rows are compared with the best of them (J. C. Hsu, "Constrained simultaneous confidence intervals
    for multiple comparisons with the best", Annals of Statistics 12, 1984): a run that may be best is one that is not
    shown to be worse. They are compared row by row where their rows were kept; else by the standard errors of both as
    if their rows were not the same, which is cautious.

    Args:
        history: The history.
        by: The measure.
        name: Runs of this name alone, all of them.
        tag: Runs with this tag alone.
        limit: At most so many runs.

    Raises:
        UsageError: There is no such measure, it has no better direction, or no run has it.

    Examples:
        >>> import gnomon, tempfile
        >>> history = gnomon.History(tempfile.mkdtemp() + "/history.db")
        >>> rows = "examples/predictions/digits_three.csv"
        >>> for name in ("tree", "forest", "boosted"):
        ...     ev = gnomon.evaluate(rows, target="y", score=name, positive="9")
        ...     run = history.log(ev, name=name, rows=rows)
        >>> [(own.run.name, own.may_be_best) for own in gnomon.leaderboard(history, "roc_auc").places]
        [('forest', True), ('boosted', True), ('tree', False)]
    """
    measure = find(by)
    if measure is None or measure.better == ZERO:
        raise UsageError(
            Message(
                "leaderboard_by",
                "{by!r} is not a measure that is better when higher, or when lower\n{hint}",
                by=by,
                hint=nearest(by, REGISTRY),
            )
        )
    scores = history.scores(measure.name, name=name, tag=tag)
    if name is None:
        newest: dict[tuple[str, str | None], Score] = {}
        for own in scores:
            newest.setdefault((own.name, own.rows), own)
        scores = list(newest.values())
    if not scores:
        raise UsageError(
            Message("no_run_with_measure", "no such run in the history has {measure!r}", measure=measure.name)
        )
    order = sorted(scores, key=lambda own: -measure.better * own.value)
    shown = history.by_id([own.id for own in order[:limit]])
    # Of runs that were logged without their rows it is not known whether they are the same.
    groups = {rows: place for place, rows in enumerate(dict.fromkeys(run.rows or run.id for run in shown), 1)}
    level = shown[0].estimates[measure.name].level
    best: dict[str, bool] = {}
    curse, unpaired = (NAN, 0.0), None
    for number in groups.values():
        group = [run for run in shown if groups[run.rows or run.id] == number]
        variances = paired_variances(history, group, measure.name)
        if isinstance(variances, Message):
            unpaired = variances
            may_be, of_group = by_their_errors(measure, group, level)
        else:
            may_be, of_group = by_their_rows(measure, group, variances, level)
        best |= {run.id: bool(own) for run, own in zip(group, may_be, strict=True)}
        curse = of_group if number == 1 else curse
    places = [Place(run, run.estimates[measure.name], best[run.id], groups[run.rows or run.id]) for run in shown]
    looks = history.looks(shown[0].rows) if shown[0].rows is not None else 0
    left = len(order) - len(shown)
    return Leaderboard(measure.name, tuple(places), level, curse[1], looks, left, curse[0], unpaired)


def paired_variances(history: History, group: Sequence[Run], measure: str) -> Variances | Message:
    """The variance of the difference of each pair of runs on the same rows, or why it is not known."""
    if len(group) == 1:
        return np.zeros((1, 1))
    of_one_file = group[0].source is not None and len({run.source for run in group}) == 1
    if not (of_one_file or all(run.kept is not None for run in group)):
        return Message("rows_of_runs_not_kept", "not all of their rows are kept (--keep-rows)")
    made = variances_of_differences(history, group, [measure])
    if isinstance(made, Message):
        return made
    if np.isnan(made[measure]).any():
        return Message("runs_without_difference", "the difference of two of them has no interval")
    return made[measure]


def by_their_rows(
    measure: Measure, group: Sequence[Run], variances: Variances, level: float
) -> tuple[Sequence[bool], tuple[float, float]]:
    """Which runs may be the best, and the winner's curse of those that may."""
    values = np.array([measure.better * run.estimates[measure.name].value for run in group])
    may_be = may_be_best(values, variances, level)
    return may_be.tolist(), winners_curse(values[may_be], variances[np.ix_(may_be, may_be)])


def by_their_errors(measure: Measure, group: Sequence[Run], level: float) -> tuple[Sequence[bool], tuple[float, float]]:
    """The same as if the rows of the runs were not the same: the winner's curse is a ceiling."""
    estimates = [run.estimates[measure.name] for run in group]
    may_be = [
        not_shown_worse(measure, own, [each for each in estimates if each is not own], level) for own in estimates
    ]
    return may_be, (NAN, luck([own for own, held in zip(estimates, may_be, strict=True) if held]))


def not_shown_worse(measure: Measure, own: Estimate, rivals: Sequence[Estimate], level: float) -> bool:
    """Whether no rival is shown to be better, each at a level that allows for their number (Bonferroni)."""
    for rival in rivals:
        error = math.hypot(error_of(own), error_of(rival))
        ahead = measure.better * (rival.value - own.value)
        if math.isnan(error):
            continue
        if ahead > NormalDist().inv_cdf(1 - (1 - level) / max(1, len(rivals))) * error:
            return False
    return True


def error_of(estimate: Estimate) -> float:
    """The standard error of an estimate, by its interval."""
    if math.isnan(estimate.low):
        return NAN
    return (estimate.high - estimate.low) / 2 / normal_quantile(estimate.level)


def luck(candidates: Sequence[Estimate]) -> float:
    """How far the best of some equal models lies above the truth, on average: a ceiling, as their rows are the same.

    The expected maximum of as many independent normals, by G. Blom's formula ("Statistical estimates and transformed
    beta-variables", 1958), times their standard error.
    """
    k = len(candidates)
    errors = [error_of(own) for own in candidates]
    if k < 2 or any(map(math.isnan, errors)):
        return NAN if any(map(math.isnan, errors)) else 0.0
    return NormalDist().inv_cdf((k - 0.375) / (k + 0.25)) * max(errors)
