"""Which runs are best by a measure, which may be, and how much the best of many looks better than it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from gnomon.errors import UsageError, nearest
from gnomon.estimate import NAN, Estimate
from gnomon.history.history import History, Score
from gnomon.history.run import Run
from gnomon.intervals.interval import normal_quantile
from gnomon.measures.measure import ZERO
from gnomon.measures.registry import REGISTRY, find, get_measure
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
        luck: By about how much the best of those that may be looks better than it is, at most; NaN where unknown.
        looks: How many sets of predictions were judged on the rows of the best.
        left: How many runs are not shown.
    """

    measure: str
    places: tuple[Place, ...]
    level: float
    luck: float
    looks: int
    left: int = 0


def leaderboard(
    history: History, by: str, *, name: str | None = None, tag: str | None = None, limit: int = SHOWN
) -> Leaderboard:
    """The runs in the order of a measure, the best first; of each name the newest.

    Runs on the same rows are compared with the best of them (J. C. Hsu, "Constrained simultaneous confidence intervals
    for multiple comparisons with the best", Annals of Statistics 12, 1984), by the standard errors of both as if their
    rows were not the same, which is cautious: a run that may be best is one that is not shown to be worse.

    Args:
        history: The history.
        by: The measure.
        name: Runs of this name alone, all of them.
        tag: Runs with this tag alone.
        limit: At most so many runs.

    Raises:
        UsageError: There is no such measure, it has no better direction, or no run has it.
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
    places = []
    for run in shown:
        rivals = [
            own.estimates[measure.name]
            for own in shown
            if run.rows is not None and own.rows == run.rows and own.id != run.id
        ]
        best = may_be_best(measure.name, run.estimates[measure.name], rivals, level)
        places.append(Place(run, run.estimates[measure.name], best, groups[run.rows or run.id]))
    candidates = [own.estimate for own in places if own.may_be_best and own.group == 1]
    looks = history.looks(shown[0].rows) if shown[0].rows is not None else 0
    return Leaderboard(measure.name, tuple(places), level, luck(candidates), looks, len(order) - len(shown))


def may_be_best(measure: str, own: Estimate, rivals: Sequence[Estimate], level: float) -> bool:
    """Whether no rival is shown to be better, each at a level that allows for their number (Bonferroni)."""
    better = get_measure(measure).better
    for rival in rivals:
        error = math.hypot(error_of(own), error_of(rival))
        ahead = better * (rival.value - own.value)
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
