"""What several renderers say of estimates: which stand side by side, at what level, why some are undefined."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.history.run import Run
from gnomon.measures.registry import ACCURACIES, OTHER_NAMES, get_measure, shown_in
from gnomon.message import Message, word
from gnomon.report.language import tr
from gnomon.text import number
from gnomon.visible import visible

# Sources that are not files, and what rows without an id are called.
ARRAYS = "arrays"
_FRAME = re.compile(r"(?P<library>\w+) data frame")
_ROW = re.compile(r"row (?P<number>.*?)(?: of (?P<file>.*))?")
# A bound is shown where it is more than this share of the interval's width.
NEGLIGIBLE = 0.01


def shown_estimates(evaluation: Evaluation) -> dict[str, Estimate]:
    """The estimates, without those that are another one by another name."""
    others = OTHER_NAMES if evaluation.task == "multiclass" else frozenset()
    return {name: own for name, own in evaluation.estimates.items() if name not in others}


def other_names(evaluation: Evaluation) -> str:
    """What measures that are left out are equal to; empty where none is left out."""
    left = [name for name in evaluation.estimates if name not in shown_estimates(evaluation)]
    if not left:
        return ""
    accuracies = ", ".join(tr(get_measure(name).title) for name in left if name in ACCURACIES)
    recalls = ", ".join(tr(get_measure(name).title) for name in left if name not in ACCURACIES)
    return tr(
        Message(
            "other_names",
            "Equal to the accuracy: {accuracies}. Equal to the balanced accuracy: {recalls}.",
            accuracies=accuracies,
            recalls=recalls,
        )
    )


def comparable(evaluation: Evaluation) -> list[str]:
    """The estimates that have a place on one axis: those that end at 1, of a regression those in the target's unit."""
    if evaluation.task == "regression":
        return [name for name in shown_in("in_units") if name in evaluation]
    averages = ("_micro", "_weighted", "_samples")
    return [name for name in evaluation if get_measure(name).high == 1.0 and not name.endswith(averages)]


def better_than_baseline(name: str, difference: Difference | None) -> bool | None:
    """Whether an estimate is significantly better than the baseline (True), worse (False), or neither (None)."""
    if difference is None or math.isnan(difference.p_value) or not difference.p_value <= 1 - difference.level:
        return None
    return get_measure(name).better * difference.value > 0


def against_baseline(name: str, difference: Difference | None) -> str:
    """What an estimate says beside the baseline; empty where that is not known."""
    if difference is None or math.isnan(difference.p_value):
        return ""
    better = better_than_baseline(name, difference)
    if better is None:
        return word("not significantly different from the baseline")
    return word("better than the baseline") if better else word("worse than the baseline")


# What a baseline answers, in few words, by its strategy; others are called as they are.
BASELINES = {
    "most_frequent": "majority", "positive": 'all positive', "prior": 'base rates', "random": "random",
    "mean": "mean", "median": "median",
}  # fmt: skip


def baseline_texts(evaluation: Evaluation, marks: Mapping[str, str] | None = None) -> dict[str, str]:
    """What answering without a model scores, by the estimate's name, with what the answer is.

    Args:
        evaluation: The evaluation.
        marks: What the answers are called, by their strategy; None for words.
    """
    baseline = evaluation.baseline
    if baseline is None:
        return {}
    marks = marks or {strategy: tr(BASELINES.get(strategy, strategy)) for strategy in baseline.strategies.values()}
    return {
        name: f"{number(each.value)} {marks[baseline.strategies[name]]}" if each.defined else number(each.value)
        for name, each in baseline.estimates.items()
    }


def baseline_marks(evaluation: Evaluation) -> tuple[dict[str, str], str]:
    """A letter for each strategy of the baseline, where columns are narrow, and what they stand for."""
    baseline = evaluation.baseline
    if baseline is None:
        return {}, ""
    marks: dict[str, str] = {}
    for strategy in baseline.strategies.values():
        name = BASELINES.get(strategy, strategy)
        if strategy not in marks:
            marks[strategy] = next(letter for letter in f"{name}abcdefghij" if letter.isalpha() and letter not in
                                   marks.values())  # fmt: skip
    told = ", ".join(f"{mark} {tr(BASELINES.get(strategy, strategy))}" for strategy, mark in marks.items())
    return marks, f"{tr('baseline')}: {told}"


def level_of(evaluation: Evaluation) -> float:
    """The level of the intervals."""
    return next((own.level for own in evaluation.values()), 0.95)


def short_names(names: Iterable[str], longest: int) -> dict[str, str]:
    """Names as they are shown, cut to a length, and still different from each other.

    >>> short_names(["a long name, first", "a long name, second", "b"], 8)
    {'a long name, first': 'a long …', 'a long name, second': 'a long … (2)', 'b': 'b'}
    """
    shown: dict[str, str] = {}
    for name in names:
        short = unique = visible(name, longest)
        number = 1
        while unique in shown.values():
            number += 1
            unique = f"{short} ({number})"
        shown[name] = unique
    return shown


def source_name(evaluation: Evaluation) -> str:
    """Where the rows of an evaluation came from."""
    return source_of(evaluation.provenance)


def source_of(provenance: Mapping[str, Any]) -> str:
    """Where rows came from: the name of a file, which is never translated, or what they were."""
    source = str(provenance.get("source", ""))
    if source == ARRAYS:
        return tr(source)
    if frame := _FRAME.fullmatch(source):
        return tr(Message("data_frame", "{library} data frame", library=frame["library"]))
    return Path(source).name


def from_the_worst(slices: Mapping[str, Evaluation], by: str | None) -> list[str]:
    """Slices by their values, those of enough rows first, and of these the one furthest below the rest."""

    def below(value: str) -> tuple[bool, float]:
        evaluation = slices[value]
        difference = evaluation.differences.get(by) if by is not None else None
        if by is None or difference is None:
            return not evaluation.reliable, math.inf
        return not evaluation.reliable, get_measure(by).better * difference.value

    return sorted(slices, key=below)


def reasons(estimates: Mapping[str, Estimate] | Mapping[str, Difference]) -> list[str]:
    """Why values or intervals are undefined, or to be taken with care, the same reason once."""
    by_reason: dict[str, list[str]] = {}
    for name, estimate in estimates.items():
        undefined = (
            None
            if estimate.defined or estimate.reason is None
            else Message("undefined_as", "undefined, as {reason}", reason=estimate.reason)
        )
        for said in filter(None, (undefined or estimate.reason, estimate.warning)):
            by_reason.setdefault(tr(said), []).append(tr(get_measure(name).title))
    return [f"{', '.join(titles)}: {reason}." for reason, titles in by_reason.items()]


def row_name(id: str, evaluation: Evaluation) -> str:
    """What a row is called: as its column of ids says, else its number in the reader's language."""
    named = evaluation.provenance.get("columns", {}).get("id") is not None
    place = None if named else _ROW.fullmatch(id)
    if place is None:
        return id
    if place["file"] is None:
        return tr(Message("row", "row {number}", number=place["number"]))
    return tr(Message("row_of", "row {number} of {origin}", number=place["number"], origin=place["file"]))


def method_name(method: str | None) -> str:
    """How an interval was made: each part of its name in the reader's language."""
    return ", ".join(map(tr, method.split(", "))) if method else ""


def bounded(estimate: Estimate) -> bool:
    """Whether the numeric bound is not negligible beside the interval and what is shown."""
    width = estimate.high - estimate.low
    if not estimate.defined or estimate.bound <= (NEGLIGIBLE * width if width > 0 else 0.0):
        return False
    return number(estimate.value - estimate.bound) != number(estimate.value + estimate.bound)


def tags_of(run: Run) -> str:
    """The tags of a run, those that it holds first."""
    return " ".join([*run.held, *(f"{name}={value}" for name, value in run.tags.items())])


def figure(estimate: Estimate | None, dash: str = "–") -> str:
    """A value with its interval; empty where there is none."""
    if estimate is None or not estimate.defined:
        return ""
    ends = "" if math.isnan(estimate.low) else f" ({number(estimate.low)} {dash} {number(estimate.high)})"
    return number(estimate.value) + ends
