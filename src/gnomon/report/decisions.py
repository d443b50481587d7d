"""What a decision says, in whatever form it is shown: what was chosen, what it achieves, what else there was."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import AS_IS, Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.estimate import Estimate
from gnomon.measures.measure import Measure
from gnomon.measures.probability import LOG_LOSS
from gnomon.measures.registry import get_measure, shown
from gnomon.message import Message
from gnomon.report.language import tr
from gnomon.text import number
from gnomon.visible import visible

Array = NDArray[np.float64]

# Thresholds that are shown, spread over the share that is flagged.
SHOWN = 12
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Some of the thresholds that there were.

    Attributes:
        thresholds: As text, from the highest down.
        chosen: The place of the chosen one.
        flagged: The share of rows at or above each.
        columns: The values of measures there, by their titles, the most telling first.
    """

    thresholds: list[str]
    chosen: int
    flagged: list[str]
    columns: dict[str, list[str]]


def answer(decision: ThresholdDecision) -> str:
    """The chosen threshold, exactly, to be copied."""
    value = decision.threshold.value
    return tr("predict none positive") if math.isinf(value) else f"score >= {value!r}"


def in_other_samples(decision: ThresholdDecision, dash: str) -> str:
    """Which thresholds the same goal would choose elsewhere; nothing where that is not known."""
    chosen = decision.threshold
    if not (math.isfinite(chosen.low) and math.isfinite(chosen.high)):
        return ""
    ends = f"{number(chosen.low)} {dash} {number(chosen.high)}"
    return tr(Message("in_other_samples", "{ends} in other samples", ends=ends))


def rows_of(decision: ThresholdDecision) -> list[str]:
    """The rows that it was chosen on, and those that it is judged on."""
    chosen, part = decision.threshold, decision.provenance["columns"]["part"]
    if part is None:
        return [f"n = {chosen.n:,}"]
    judged = int(decision.confusion.counts.sum())
    return [
        tr(Message("chosen_on", "chosen on {n:,} rows ({part})", n=chosen.n, part=visible(part))),
        tr(Message("evaluated_on_others", "evaluated on {judged:,} others", judged=judged)),
    ]


def beside(decision: ThresholdDecision) -> list[str]:
    """What the goal's measure is on these rows and on others, where it was chosen on them, and at 0.5."""
    facts = []
    if decision.corrected is not None and not math.isnan(decision.corrected.value):
        facts.append(
            tr(Message("on_these_rows", "{value} on these rows", value=number(decision[decision.measure].value)))
        )
        facts.append(
            tr(
                Message(
                    "corrected_for_choice",
                    "{value} on other rows, corrected for the choice",
                    value=number(decision.corrected.value),
                )
            )
        )
    if decision.default is not None and not math.isnan(decision.default.value):
        facts.append(tr(Message("at_half", "{value} at 0.5, fixed in advance", value=number(decision.default.value))))
    return facts


def alternatives(decision: ThresholdDecision) -> Alternatives:
    """About a dozen thresholds, the chosen one among them."""
    table = decision.thresholds
    share = table["flagged_share"]
    places = {int(np.argmin(np.abs(share - goal))) for goal in np.linspace(0, 1, SHOWN - 1) ** 2}
    at = table.place(decision.threshold.value)
    listed = sorted(places | {at})
    goal = [] if decision.measure in ("flagged_share", "flagged") else [get_measure(decision.measure)]
    columns = {
        tr(own.column): [number(float(values[place])) for place in listed]
        for own, values in by_threshold(decision, [*goal, *shown("thresholds")])
    }
    return Alternatives(
        [tr("none") if math.isinf(table.threshold[place]) else f"{table.threshold[place]:.6g}" for place in listed],
        listed.index(at),
        [f"{share[place]:.1%}" for place in listed],
        columns,
    )


def by_threshold(decision: ThresholdDecision, wanted: Iterable[Measure]) -> Iterator[tuple[Measure, Array]]:
    """Measures, once each, with their values at every threshold: those that follow from counts, or from the costs."""
    for measure in dict.fromkeys(wanted):
        if decision.costs is not None and measure.name == decision.measure:
            yield measure, decision.costs.mean(decision.thresholds.points)
        elif measure.of_cells:
            yield measure, decision.thresholds[measure.name]


def drawn(decision: ThresholdDecision) -> list[Measure]:
    """What is drawn at every threshold: the goal's measure; with one from 0 to 1 the usual ones, too."""
    goal = get_measure(decision.measure)
    return [goal, *(shown("threshold_curves") if (goal.low, goal.high) == (0.0, 1.0) or goal.forgotten else ())]


def costs_of(decision: CostDecision) -> dict[str, Estimate | float]:
    """What decisions cost a row, by how they are made."""
    return {
        tr("minimum expected cost"): decision.cost,
        tr("most probable class"): decision.most_probable,
        tr("difference"): decision.difference,
        tr(
            Message("always", "always {constant!r}", constant=visible(decision.constant[0], LONGEST))
        ): decision.constant[1],
    }


def maps_of(recalibration: Recalibration) -> dict[str, str]:
    """What maps of probabilities are called, by their methods."""
    return {name: tr(name.replace("_", " ")) for name in recalibration.estimates}


def judged_rows(recalibration: Recalibration) -> int:
    """The rows that maps are judged on."""
    return recalibration.estimates[AS_IS][LOG_LOSS.name].n
