"""What changed from one evaluation to another: measures and slices, the worst first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gnomon.estimate import Difference, Estimate
from gnomon.intervals.difference import false_discovery, independent_difference
from gnomon.measures.measure import ZERO
from gnomon.measures.registry import get_measure, in_order

if TYPE_CHECKING:
    from gnomon.evaluation.result.evaluation import Evaluation

# A change whose adjusted p-value is at most this is more than chance.
SURE = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """One measure, of all rows or of a slice, in two evaluations.

    Attributes:
        slice: The column and the value of the rows; None for all rows.
        measure: The name of the estimate.
        old, new: The estimates; None where an evaluation does not have the slice, or the measure.
        difference: The new value minus the old one, as of two samples: their rows may be the same, so that the interval
            is rather too wide. ``p_value_bh`` is adjusted for all changes. None where there is none.
    """

    slice: tuple[str, str] | None
    measure: str
    old: Estimate | None
    new: Estimate | None
    difference: Difference | None

    @property
    def worse(self) -> bool | None:
        """Whether the measure got significantly worse (True), better (False), or neither (None)."""
        better = get_measure(self.measure).better
        if self.difference is None or better == ZERO or not self.difference.p_value_bh <= SURE:
            return None
        return better * self.difference.value < 0


def changes_of(old: Evaluation, new: Evaluation) -> tuple[Change, ...]:
    """What changed: those that got worse by more than chance first, the surest before the others.

    Slices are matched by the names of their columns and values, wherever they stand.
    """
    every = [change(place, name, one, other) for place, name, one, other in pairs(old, new)]
    adjusted = false_discovery([math.nan if own.difference is None else own.difference.p_value for own in every])
    made = [
        own if own.difference is None else replace(own, difference=replace(own.difference, p_value_bh=p_value))
        for own, p_value in zip(every, adjusted, strict=True)
    ]
    return tuple(sorted(made, key=rank))


def pairs(
    old: Evaluation, new: Evaluation
) -> Iterator[tuple[tuple[str, str] | None, str, Estimate | None, Estimate | None]]:
    """The estimates of both that belong together, with the slice and the measure."""
    for name in dict.fromkeys((*old.estimates, *new.estimates)):
        if get_measure(name).compared:
            yield None, name, old.estimates.get(name), new.estimates.get(name)
    for column in dict.fromkeys((*old.slices, *new.slices)):
        of_old, of_new = (dict(own.slices[column]) if column in own.slices else {} for own in (old, new))
        for value in dict.fromkeys((*of_old, *of_new)):
            one, other = of_old.get(value), of_new.get(value)
            having = [own.estimates for own in (one, other) if own is not None and own.reliable]
            for name in in_order("slices", dict.fromkeys(name for own in having for name in own)):
                parts = (None if own is None else own.estimates.get(name) for own in (one, other))
                first, second = parts
                yield (column, value), name, first, second


def change(place: tuple[str, str] | None, name: str, old: Estimate | None, new: Estimate | None) -> Change:
    """A change, with its difference where both have a value."""
    if old is None or new is None or not (old.defined and new.defined):
        return Change(place, name, old, new, None)
    return Change(place, name, old, new, independent_difference(new, old))


def rank(own: Change) -> tuple[int, float]:
    """Significantly worse ones first, then by how sure it is that a measure is worse."""
    if own.difference is None or math.isnan(own.difference.low):
        return 3, 0.0
    width = (own.difference.high - own.difference.low) / 2
    better = get_measure(own.measure).better
    signed = better * own.difference.value / width if width > 0 else 0.0
    return {True: 0, None: 1, False: 2}[own.worse], signed
