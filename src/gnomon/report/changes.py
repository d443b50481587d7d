"""What changed between evaluations, in whatever form it is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gnomon.estimate import Estimate
from gnomon.evaluation.result.change import Change, changes_of
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.gating.words import place
from gnomon.measures.registry import get_measure
from gnomon.message import Message, word
from gnomon.report.language import tr
from gnomon.text import number, signed
from gnomon.visible import visible

LONGEST = 40
# Changes that are shown, the worst first; models besides the first that are compared with it.
MOST, MOST_MODELS = 15, 3
WORSE, BETTER = word("worse"), word("better")


@dataclass(frozen=True, slots=True)
class Line:
    """A change as text.

    Attributes:
        name: The measure, and the slice if it is of one.
        old, new: Both values with their intervals.
        difference, interval: The new value minus the old one.
        verdict: Whether it got better or worse by more than chance; empty where neither.
        good: The same: True, False or None.
    """

    name: str
    old: str
    new: str
    difference: str
    interval: str
    verdict: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """The changes from one model to another.

    Attributes:
        old, new: What the models are called.
        lines: The changes, the worst first.
        left: How many are not shown.
    """

    old: str
    new: str
    lines: list[Line]
    left: int


def change_tables(models: Mapping[str, Evaluation], most: int = MOST) -> list[ChangeTable]:
    """The changes from the first model to each other one."""
    (first, old), *others = models.items()
    tables = []
    for name, new in others[:MOST_MODELS]:
        changes = [own for own in changes_of(old, new) if own.old is not None or own.new is not None]
        shown = changes[:most]
        lines = list(map(line, shown))
        tables.append(ChangeTable(visible(first, LONGEST), visible(name, LONGEST), lines, len(changes) - len(shown)))
    return tables


def line(change: Change) -> Line:
    """A change as text."""
    title = tr(get_measure(change.measure).title)
    name = title if change.slice is None else f"{visible(place(change.slice), LONGEST)}: {title}"
    difference = change.difference
    ends = (
        ""
        if difference is None or math.isnan(difference.low)
        else f"{signed(difference.low)} – {signed(difference.high)}"
    )
    verdict = "" if change.worse is None else tr(WORSE) if change.worse else tr(BETTER)
    good = None if change.worse is None else not change.worse
    value = "" if difference is None else signed(difference.value)
    return Line(name, figure(change.old), figure(change.new), value, ends, verdict, good)


def figure(estimate: Estimate | None) -> str:
    """A value; what there is none of is told."""
    if estimate is None:
        return tr("none")
    return number(estimate.value) if estimate.defined else tr("undefined")


def note(table: ChangeTable) -> str:
    """How the differences are made, and how many are left out."""
    told = tr(
        "intervals are those of two samples, rather too wide where the rows are the same (gnomon compare pairs them); "
        "better and worse are at a false discovery rate of 5 %"
    )
    left = tr(Message("and_more", "and {number:,} more", number=table.left)) if table.left else ""
    return "; ".join(filter(None, (left, told)))


def heading(table: ChangeTable) -> str:
    """What a table of changes shows."""
    text = "from {old} to {new}, the worst first"
    return tr(Message("changes_from", text, old=table.old, new=table.new))
