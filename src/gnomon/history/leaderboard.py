"""Which runs are best by a measure, which may be, and how much the best of many looks better than it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from gnomon.errors import UsageError, nearest
from gnomon.estimate import NAN, Estimate, finite
from gnomon.history.history import History, Score
from gnomon.history.pairing import Varying, varying_together
from gnomon.history.run import Run
from gnomon.intervals.best import may_be_best, winners_curse
from gnomon.intervals.interval import normal_quantile
from gnomon.measures.measure import ZERO, Measure
from gnomon.measures.registry import REGISTRY, find
from gnomon.message import Message, in_series

# Runs that are compared unless more are asked for, and names that an error lists.
SHOWN, NAMED = 20, 5


@dataclass(frozen=True, slots=True)
class Place:
    """A run on the leaderboard.

    Attributes:
        run: The run.
        estimate: Its value of the measure.
        may_be_best: Whether the rows do not rule out that it is the best of those shown on the same rows; None where
            there is no other one.
        group: The number of its set of rows, from 1: runs on other rows, or with another positive class, cannot be
            compared.
        paired: Whether it was compared with the others of its group row by row.
    """

    run: Run
    estimate: Estimate
    may_be_best: bool | None
    group: int
    paired: bool = False


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
        left: How many runs are not shown, as there are more than asked for.
        older: How many are not, as there is a newer one of the same name on the same rows.
    """

    measure: str
    places: tuple[Place, ...]
    level: float
    luck: float
    looks: int
    left: int = 0
    older: int = 0
    optimism: float = NAN
    unpaired: Message | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "by": self.measure,
            "level": self.level,
            "luck": finite(self.luck),
            "optimism": finite(self.optimism),
            "looks": self.looks,
            "runs": [
                {
                    "rank": rank,
                    "may_be_best": own.may_be_best,
                    "rows_group": own.group,
                    "paired": own.paired,
                    **own.run.to_dict(),
                }
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
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise UsageError(
            Message("limit_kind", "limit= takes a whole number of runs, at least 1, not {limit!r}", limit=limit)
        )
    every = scores = history.scores(measure.name, name=name, tag=tag)
    if name is None:
        newest: dict[tuple[str, str | None], Score] = {}
        for own in scores:
            newest.setdefault((own.name, own.rows), own)
        scores = list(newest.values())
    if not scores:
        names = history.names()
        hint: str = Message("history_empty", "the history {url} is empty", url=history.place)
        if names:
            known = Message("history_names", "it has {names}", names=in_series(names[:NAMED]))
            hint = known if name is None or name in names else nearest(name, names)
        raise UsageError(
            Message("no_run_to_rank", "no such run in the history has {measure!r}\n{hint}", measure=measure.name,
                    hint=hint)
        )  # fmt: skip
    order = sorted(scores, key=lambda own: -measure.better * own.value)
    shown = history.by_id([own.id for own in order[:limit]])
    groups = {key: number for number, key in enumerate(dict.fromkeys(run.judged_as for run in shown), 1)}
    level = shown[0].estimates[measure.name].level
    of_group = {
        number: group_of(history, measure, [run for run in shown if groups[run.judged_as] == number], level)
        for number in groups.values()
    }
    may_be = {id: own for group in of_group.values() for id, own in group.may_be_best.items()}
    first = of_group[1]
    return Leaderboard(
        measure.name,
        tuple(
            Place(
                run,
                run.estimates[measure.name],
                may_be[run.id],
                groups[run.judged_as],
                of_group[groups[run.judged_as]].paired,
            )
            for run in shown
        ),
        level,
        first.curse[1],
        history.looks(shown[0].rows) if shown[0].rows is not None else 0,
        len(order) - len(shown),
        len(every) - len(order),
        first.curse[0],
        next((own.why for own in of_group.values() if own.why is not None), None),
    )


class Group(NamedTuple):
    """What is known of runs on the same rows.

    Attributes:
        may_be_best: Of each, by its id, whether it may be the best of them; None where there is no other one.
        paired: Whether they were compared row by row.
        curse: How much the best of those that may be looks better than it is: as they were seen, and at most.
        why: Why they were not compared row by row.
    """

    may_be_best: Mapping[str, bool | None]
    paired: bool
    curse: tuple[float, float]
    why: Message | None = None


def group_of(history: History, measure: Measure, runs: Sequence[Run], level: float) -> Group:
    """Compares runs on the same rows: row by row where their rows are kept, else by their standard errors."""
    if len(runs) == 1:
        return Group({runs[0].id: None}, False, (NAN, 0.0))
    varying = varying_of(history, runs, measure.name)
    if isinstance(varying, Message):
        may_be, curse = by_their_errors(measure, runs, level)
    else:
        may_be, curse = by_their_rows(measure, runs, varying, level)
    by_id: dict[str, bool | None] = {run.id: own for run, own in zip(runs, may_be, strict=True)}
    return Group(by_id, isinstance(varying, Varying), curse, varying if isinstance(varying, Message) else None)


def varying_of(history: History, runs: Sequence[Run], measure: str) -> Varying | Message:
    """How much the differences of runs on the same rows vary, or why it is not known."""
    of_one_file = runs[0].source is not None and len({run.source for run in runs}) == 1
    if not (of_one_file or all(run.kept is not None for run in runs)):
        return Message("rows_of_runs_not_kept", "not all of their rows are kept (--keep-rows)")
    made = varying_together(history, runs, [measure])
    if isinstance(made, Message):
        return made
    return made.get(measure) or Message("runs_without_difference", "the difference of two of them has no interval")


def by_their_rows(
    measure: Measure, group: Sequence[Run], varying: Varying, level: float
) -> tuple[Sequence[bool], tuple[float, float]]:
    """Which runs may be the best, and the winner's curse of those that may."""
    values = np.array([measure.better * run.estimates[measure.name].value for run in group])
    may_be = may_be_best(values, varying.variances, level, varying.freedom)
    return may_be.tolist(), winners_curse(values[may_be], varying.variances[np.ix_(may_be, may_be)])


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
