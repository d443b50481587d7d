"""Several runs of one recipe, such as one training with several seeds: what it scores, what chance alone changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gnomon.errors import HistoryError, UsageError, nearest
from gnomon.estimate import NAN, finite
from gnomon.history.history import History
from gnomon.history.leaderboard import error_of
from gnomon.history.pairing import Variances, variances_of_differences
from gnomon.history.run import Run
from gnomon.intervals.crossed import Crossed, difference_of_recipes, mean_of_runs, noise_floor
from gnomon.measures.registry import get_measure, named, shown_in
from gnomon.message import Message

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
        from_runs: The share of the variance that more runs would lower; the rest takes more rows.
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


@dataclass(frozen=True, slots=True)
class Recipe:
    """Several runs of one recipe on the same rows.

    Attributes:
        name: What the runs are called.
        runs: The runs, the newest first: one for each different set of predictions.
        measures: By estimate, what they score.
        level: The confidence level.
        other: The recipe that it was compared with; None where it was not.
        differences: By estimate, the mean of this one less that of the other.
        unpaired: Why the rows of the runs were not read together, which makes intervals wider; None where they were.
    """

    name: str
    runs: tuple[Run, ...]
    measures: Mapping[str, OfRuns]
    level: float
    other: Recipe | None = None
    differences: Mapping[str, OfRuns] | None = None
    unpaired: Message | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        made: dict[str, Any] = {
            "name": self.name,
            "level": self.level,
            "paired": self.unpaired is None,
            "runs": [run.id for run in self.runs],
            "measures": {name: own.to_dict() for name, own in self.measures.items()},
        }
        if self.other is not None and self.differences is not None:
            differences = {name: own.to_dict() for name, own in self.differences.items()}
            made |= {"other": self.other.to_dict(), "differences": differences}
        return made


def recipe(history: History, name: str, *, other: str | None = None, by: Sequence[str] = ()) -> Recipe:
    """What a recipe scores, with intervals that allow for the rows as well as for the runs; or how two recipes differ.

    Every run is judged on every row: docs/decisions/0021-history.md says how the variance is made of both.

    Args:
        history: The history.
        name: What the runs of the recipe are called.
        other: A recipe that it is compared with, on the same rows.
        by: The measures; those that are looked at first if empty.

    Raises:
        HistoryError: There is no run of that name.
        UsageError: There are fewer than two runs on the same rows, or the runs do not have a measure; the rows of two
            recipes differ, or are not kept.

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
    runs = runs_of(history, name)
    others = () if other is None else runs_of(history, other)
    if other is not None and others[0].rows != runs[0].rows:
        raise UsageError(
            Message(
                "recipes_on_other_rows",
                "the newest runs of {name} and {other} were judged on different rows\nevaluate both on the same rows",
                name=name,
                other=other,
            )
        )
    measures = measures_of((*runs, *others), by)
    found = variances_of_differences(history, (*others, *runs), measures)
    if isinstance(found, Message) and other is not None:
        raise UsageError(
            Message(
                "recipes_without_rows",
                "two recipes are compared row by row, but {why}\nlog their runs with --keep-rows (keep_rows=True)",
                why=found,
            )
        )
    variances = None if isinstance(found, Message) else found
    unpaired = found if isinstance(found, Message) else None
    first, k = runs[0], len(others)
    level = next(own.level for own in first.estimates.values())
    made = of_recipe(runs, measures, part(variances, slice(k, None)), level)
    if not others or variances is None:
        return Recipe(name, runs, made, level, unpaired=unpaired)
    against = Recipe(others[0].name, others, of_recipe(others, measures, part(variances, slice(0, k)), level), level)
    differences = {
        own: shown(difference_of_recipes(values(others, own), values(runs, own), variances[own], level), runs)
        for own in measures
    }
    return Recipe(name, runs, made, level, against, differences)


def runs_of(history: History, name: str) -> tuple[Run, ...]:
    """The runs of a name on the rows of the newest one, one for each different set of predictions.

    Raises:
        HistoryError: There is none.
        UsageError: There are fewer than two.
    """
    every = history.runs(name=name)
    if not every:
        names = sorted({run.name for run in history.runs()})
        raise HistoryError(
            Message("no_run_of_name", "the history has no run called {name!r}\n{hint}", name=name,
                    hint=nearest(name, names))
        )  # fmt: skip
    alike = on_same_rows([run for run in every if run.rows is not None and run.rows == every[0].rows])
    if len(alike) < 2:
        raise UsageError(
            Message(
                "recipe_of_one",
                "{name} has {number} runs on the rows of its newest one, but a recipe takes two with different "
                "predictions\nlog its runs (seeds, say) under one name, with --log or rows=",
                name=name,
                number=len(alike),
            )
        )
    return alike


def on_same_rows(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs on the same rows without those whose predictions an older one has as well."""
    return tuple(reversed({run.predictions: run for run in reversed(runs)}.values()))


def measures_of(runs: Sequence[Run], by: Sequence[str]) -> list[str]:
    """The measures that are asked for, or those that are looked at first, which all runs have.

    Raises:
        UsageError: A run does not have one.
    """
    common = {
        name: own
        for name, own in runs[0].estimates.items()
        if all(name in run.estimates and run.estimates[name].defined for run in runs)
    }
    asked = [named(name, common) for name in by]
    wanted = asked or [
        name
        for name in (*shown_in("ranks_slices"), *shown_in("headline"), *shown_in("headline_macro"))
        if name in common
    ]
    if not wanted:
        raise UsageError(Message("recipe_without_measure", "the runs have no measure in common"))
    return [name for name in dict.fromkeys(wanted) if get_measure(name).compared]


def values(runs: Sequence[Run], name: str) -> np.ndarray:
    """The value of a measure in each run."""
    return np.array([run.estimates[name].value for run in runs])


def part(variances: Mapping[str, Variances] | None, which: slice) -> dict[str, Variances] | None:
    """The variances of some of the runs."""
    return None if variances is None else {name: own[which, which] for name, own in variances.items()}


def of_recipe(
    runs: Sequence[Run], measures: Sequence[str], variances: Mapping[str, Variances] | None, level: float
) -> dict[str, OfRuns]:
    """What the runs of a recipe score by each measure."""
    made = {}
    for name in measures:
        scores = values(runs, name)
        errors = np.array([error_of(run.estimates[name]) for run in runs])
        crossed = mean_of_runs(scores, errors, None if variances is None else variances[name], level)
        made[name] = shown(crossed, runs, float(scores.std(ddof=1)), noise_floor(scores, level))
    return made


def shown(crossed: Crossed, runs: Sequence[Run], between: float = NAN, floor: float = NAN) -> OfRuns:
    """A mean or a difference as it is shown."""
    whole = crossed.between + crossed.rows
    share = crossed.between / whole if whole > 0 and not math.isnan(whole) else NAN
    return OfRuns(crossed.value, crossed.low, crossed.high, between, floor, share, len(runs))
