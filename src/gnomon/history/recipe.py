"""Several runs of one recipe, such as one training with several seeds: what it scores, what chance alone changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gnomon.errors import UsageError
from gnomon.estimate import NAN, finite
from gnomon.history.history import History
from gnomon.history.leaderboard import error_of
from gnomon.history.pairing import Varying, varying_together
from gnomon.history.run import Run
from gnomon.intervals.crossed import Crossed, difference_of_recipes, mean_of_runs, noise_floor
from gnomon.measures.registry import get_measure, named, shown_in
from gnomon.message import Message
from gnomon.visible import visible

NUMBERS = ("value", "low", "high", "between", "floor", "from_runs")


@dataclass(frozen=True, slots=True)
class OfRuns:
    """A measure over the runs of one recipe, or the difference of two recipes.

    Attributes:
        value: The mean over the runs, or the difference of the means.
        low, high: Its interval over rows and runs together; NaN where it is not known.
        between: The standard deviation of the runs' values; NaN of a difference.
        floor: By how much two runs of the recipe differ at most, at the level, though nothing was changed; NaN of a
            difference.
        from_runs: The share of the mean's variance that more runs would lower; the rest takes more rows.
        runs: The number of runs.
    """

    value: float
    low: float
    high: float
    between: float
    floor: float
    from_runs: float
    runs: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {name: finite(float(getattr(self, name))) for name in NUMBERS} | {"runs": self.runs}


@dataclass(frozen=True, slots=True, repr=False)
class Recipe:
    """Several runs of one recipe on the same rows.

    Attributes:
        name: What the runs are called.
        runs: The runs, the newest first: one for each different set of predictions.
        measures: By estimate, what they score.
        level: The confidence level.
        other: The recipe that was compared with it; None where none was.
        differences: By estimate, the mean of the other one less that of this one.
        unpaired: Why the rows of the runs were not read together, which makes intervals wider; None where they were.
        left: How many runs of the name were judged otherwise: on other rows, or by another class or threshold.
    """

    name: str
    runs: tuple[Run, ...]
    measures: Mapping[str, OfRuns]
    level: float
    other: Recipe | None = None
    differences: Mapping[str, OfRuns] | None = None
    unpaired: Message | None = None
    left: int = 0

    def __repr__(self) -> str:
        against = "" if self.other is None else f", other={visible(repr(self.other.name))}"
        return f"Recipe({visible(repr(self.name))}, {len(self.runs)} runs, n={self.runs[0].n:,}{against})"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        made: dict[str, Any] = {
            "name": self.name,
            "level": self.level,
            "paired": self.unpaired is None,
            "runs": [run.id for run in self.runs],
            "left": self.left,
            "measures": {name: own.to_dict() for name, own in self.measures.items()},
        }
        if self.other is not None and self.differences is not None:
            differences = {name: own.to_dict() for name, own in self.differences.items()}
            made |= {"other": self.other.to_dict(), "differences": differences}
        return made


def recipe(history: History, name: str, other: str | None = None, *, by: str | Sequence[str] = ()) -> Recipe:
    """What a recipe scores, with intervals that allow for the rows as well as for the runs; or how two recipes differ.

    Every run is judged on every row: docs/decisions/0021-history.md says how the variance is made of both. The runs are
    those that were judged as the newest one of the name was: on the same rows, with the same positive class and
    threshold.

    Args:
        history: The history.
        name: What the runs of the recipe are called; or a tag or an id of one of them.
        other: A recipe that is compared with it, on the same rows: differences are this one's less those of ``name``.
        by: A measure, or several; those that are looked at first if empty.

    Raises:
        HistoryError: There is no run of that name.
        UsageError: There are fewer than two such runs, or the runs do not have a measure; the rows of two recipes
            differ, or are not kept.

    Examples:
        >>> import gnomon, numpy as np, tempfile
        >>> history = gnomon.History(tempfile.mkdtemp() + "/history.db")
        >>> y = np.arange(400) % 2
        >>> for seed in range(5):
        ...     noise = np.random.default_rng(seed).normal(size=400)
        ...     rows = {"row": np.arange(400), "y": y, "p": 1 / (1 + np.exp(-(y - 0.5 + noise)))}
        ...     ev = gnomon.evaluate(rows, target="y", score="p", id="row")
        ...     run = history.log(ev, name="forest", rows=rows, keep_rows=True)
        >>> forest = gnomon.recipe(history, "forest").measures["roc_auc"]
        >>> round(forest.value, 3), forest.low < forest.value < forest.high, forest.floor > forest.between
        (0.766, True, True)
    """
    if not isinstance(history, History):
        raise UsageError(
            Message("recipe_of_history", "recipe() takes a history first, gnomon.History(), not {own!r}", own=history)
        )
    runs, left = runs_of(history, name)
    others, others_left = ((), 0) if other is None else runs_of(history, other)
    if others and others[0].name == runs[0].name:
        raise UsageError(Message("recipe_of_itself", "{name} is one recipe\npass the names of two", name=runs[0].name))
    if others and others[0].judged_as != runs[0].judged_as:
        raise UsageError(
            Message(
                "recipes_on_other_rows",
                "the newest runs of {name} and {other} were judged on different rows, or by another positive class\n"
                "evaluate both on the same rows, with the same --id and --weight",
                name=name,
                other=other,
            )
        )
    measures = measures_of((*runs, *others), [by] if isinstance(by, str) else by)
    found = varying_together(history, (*runs, *others), measures)
    if isinstance(found, Message) and others:
        raise UsageError(
            Message("recipes_without_rows", "two recipes are compared row by row: {why}", why=found),
        )
    varying = {} if isinstance(found, Message) else found
    unpaired = found if isinstance(found, Message) else None
    k, level = len(runs), next(own.level for own in runs[0].estimates.values())
    first = {own: varying[own].of(slice(0, k)) for own in varying}
    made = Recipe(runs[0].name, runs, of_recipe(runs, measures, first, level), level, unpaired=unpaired, left=left)
    if not others:
        return made
    second = {own: varying[own].of(slice(k, None)) for own in varying}
    against = Recipe(others[0].name, others, of_recipe(others, measures, second, level), level, left=others_left)
    differences = {}
    for own, by_rows in varying.items():
        pair = values(runs, own), values(others, own)
        crossed = difference_of_recipes(*pair, by_rows.variances, level, by_rows.freedom)
        differences[own] = shown(crossed, (*runs, *others))
    return replace(made, other=against, differences=differences)


def runs_of(history: History, name: str) -> tuple[tuple[Run, ...], int]:
    """The runs that were judged as the newest of a name, one for each different set of predictions; how many others.

    Raises:
        HistoryError: There is none.
        UsageError: There are fewer than two.
    """
    every = history.runs(name=history[name].name)
    newest = every[0]
    if newest.rows is None:
        raise UsageError(
            Message(
                "recipe_without_rows",
                "the newest run of {name} was logged without its rows, so that it is not known which others are of the "
                "same ones\nlog with rows= (--log does)",
                name=newest.name,
            )
        )
    same = [run for run in every if (run.judged_as, run.threshold) == (newest.judged_as, newest.threshold)]
    alike = without_repeats(same)
    if len(alike) < 2:
        raise UsageError(
            Message(
                "recipe_of_one",
                "a recipe takes several runs of {name} that were judged alike, but its newest one is alone: each of "
                "{others} others has other rows, ids, weights, another threshold, or the same predictions\n"
                "log its runs (seeds, say) under one name",
                name=newest.name,
                others=len(every) - 1,
            )
        )
    return alike, len(every) - len(same)


def without_repeats(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs, the newest first, without those that repeat the predictions of another one; those with rows stay."""
    by_predictions: dict[str | None, Run] = {}
    for run in reversed(runs):
        held = by_predictions.get(run.predictions)
        if held is None or (held.kept is None and run.kept is not None):
            by_predictions[run.predictions] = run
    return tuple(sorted(by_predictions.values(), key=lambda run: run.id, reverse=True))


def measures_of(runs: Sequence[Run], by: Sequence[str]) -> list[str]:
    """The measures that are asked for, or those that are looked at first, which all runs have.

    Raises:
        UsageError: A run does not have one, or models are not compared by it.
    """
    common = {
        name: own
        for name, own in runs[0].estimates.items()
        if all(name in run.estimates and run.estimates[name].defined for run in runs)
    }
    asked = [named(name, common) for name in by]
    unfit = next((name for name in asked if not get_measure(name).compared), None)
    if unfit is not None:
        raise UsageError(Message("recipe_by", "models are not compared by {measure!r}\nchoose another", measure=unfit))
    first = (*shown_in("ranks_slices"), *shown_in("headline"), *shown_in("headline_macro"))
    wanted = asked or [name for name in first if name in common and get_measure(name).compared]
    if not wanted:
        raise UsageError(Message("recipe_without_measure", "the runs have no measure in common"))
    return list(dict.fromkeys(wanted))


def values(runs: Sequence[Run], name: str) -> np.ndarray:
    """The value of a measure in each run."""
    return np.array([run.estimates[name].value for run in runs])


def of_recipe(
    runs: Sequence[Run], measures: Sequence[str], varying: Mapping[str, Varying], level: float
) -> dict[str, OfRuns]:
    """What the runs of a recipe score by each measure."""
    made = {}
    for name in measures:
        scores = values(runs, name)
        errors = np.array([error_of(run.estimates[name]) for run in runs])
        known = varying.get(name)
        by_rows = (None, level) if known is None else (known.variances, level, known.freedom)
        crossed = mean_of_runs(scores, errors, *by_rows)
        made[name] = shown(crossed, runs, float(scores.std(ddof=1)), noise_floor(scores, level))
    return made


def shown(crossed: Crossed, runs: Sequence[Run], between: float = NAN, floor: float = NAN) -> OfRuns:
    """A mean or a difference as it is shown."""
    whole = crossed.between + crossed.rows
    share = crossed.between / whole if whole > 0 and not math.isnan(whole) else NAN
    return OfRuns(crossed.value, crossed.low, crossed.high, between, floor, share, len(runs))
