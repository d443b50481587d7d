"""What a person should know of a chosen threshold, in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gnomon.decision.search import Candidates, Found, totals
from gnomon.measures.ranking import Curve
from gnomon.schema.schema import Schema
from gnomon.thresholds.goal import Goal

if TYPE_CHECKING:
    from gnomon.decision.threshold import ThresholdDecision

# Optimism below this share of the value is not worth a word.
NOTICEABLE = 0.002


def remarks(decided: ThresholdDecision, found: Found, candidates: Candidates, schema: Schema) -> list[str]:
    """What a person should know of the choice, in plain words."""
    goal, order = candidates.goal, candidates.order
    notes = unmet(candidates, found, decided.threshold.level) if not found.met else []
    here = "" if schema.columns.subset is None else " on the rows that it was chosen on"
    if any(own.name == "flagged" for own in goal.constraints):
        flagged = float(found.points.flagged)
        each = {own.periods for own in goal.constraints if own.name == "flagged"} - {1.0}
        of_each = "".join(f", {flagged / periods:,.6g} in each of {periods:g} periods" for periods in each)
        notes.append(f"It flags {flagged:,.6g} of {sum(totals(order)):,.6g}{here}{of_each}.")
    if goal.costs is not None:
        ends = candidates.points_of(Curve(*(np.array([0.0, float(own)]) for own in (0.0, *totals(order)))))
        nothing, everything = goal.costs.mean(ends)
        notes.append(f"Flagging nothing costs {nothing:.4g} a row{here}, flagging everything {everything:.4g}.")
        for free, cells in (("false alarm", ("fp", "tn")), ("miss", ("fn", "tp"))):
            if getattr(goal.costs, cells[0]) == getattr(goal.costs, cells[1]):
                notes.append(f"A {free} was taken to cost nothing: say what it costs.")
        calibrated = goal.costs.calibrated_threshold
        if schema.scale == "probability" and not math.isnan(calibrated) and not goal.constraints:
            notes.append(f"If the scores were true probabilities, the cost would be least at {calibrated:.4g}.")
    if len(decided.thresholds) <= 2:
        notes.append("Every row has the same score: a threshold flags all of them or none.")
    if schema.columns.subset is not None:
        notes.append("Chosen on one part of the rows, judged on the others: what is said of it is not flattered.")
        notes += broken_there(decided, goal) if found.met else []
    elif decided.optimism is not None and decided.corrected is not None:
        flattery = goal.better * decided.optimism
        if flattery > NOTICEABLE * abs(decided.corrected.value):
            notes.append(
                f"Chosen and judged on the same rows: that alone makes {decided.measure} look better by about "
                f"{flattery:.2g}. Judge it on other rows with split= (--split)."
            )
    notes += hardly_kept(decided, goal)
    if order.bounds is not None:
        better = f"may better {decided.measure} by at most {found.bound:.2g}"
        met = ", or come nearer to the constraints" if found.open else ""
        notes.append(f"Certified: the scores were counted in bins; a threshold within a bin {better}{met}.")
    return notes


def hardly_kept(decided: ThresholdDecision, goal: Goal) -> list[str]:
    """Which limits hold on these rows because the threshold was chosen to make them hold, and hardly on others."""
    notes = []
    for own in goal.constraints if decided.met else ():
        there = decided.corrected_limits.get(own.name)
        if own.end is None and there is not None and float(own.shortfall(np.array(there.value))) > 0:
            surer = f": ask for {own.name}.{'low' if own.least else 'high'} to be surer" if own.measure.has_ends else ""
            notes.append(
                f"{own} holds on these rows, where the threshold was chosen so that it does; on others the {own.name} "
                f"is about {there.value:.3g}{surer}."
            )
    return notes


def unmet(candidates: Candidates, found: Found, level: float) -> list[str]:
    """Which constraints cannot be had, each by itself or together, and how near the chosen threshold comes."""
    there, alone, goal = [], [], candidates.goal
    for own in goal.constraints:
        pick, best = (np.fmax, "greatest") if own.least else (np.fmin, "least")
        reach = math.nan
        for _, points in candidates.curves("all"):
            reach = float(pick(reach, pick.reduce(own.values(points, level))))
        at = float(own.values(found.points, level))
        which = own.name if own.end is None else f"{own.name}.{own.end}"
        there.append(f"the {which} is {at:.4g}")
        if float(own.shortfall(np.array(reach))) > 0:
            alone.append(
                f"Not to be had: {own}. The {best} of any threshold is {reach:.4g}; at this one it is {at:.4g}."
            )
    if alone:
        return alone
    together = " and ".join(map(str, goal.constraints))
    return [f"Not to be had together: {together}. At the threshold that misses them least {', '.join(there)}."]


def broken_there(decided: ThresholdDecision, goal: Goal) -> list[str]:
    """Which constraints, met where the threshold was chosen, do not hold on the rows that judge it."""
    notes = []
    for own in goal.constraints:
        estimate = decided.estimates.get(own.name)
        if estimate is None:
            continue
        value = estimate.value if own.end is None else getattr(estimate, own.end)
        if float(own.shortfall(np.array(value))) > 0:
            notes.append(f"{own} does not hold on the other rows: there it is {value:.4g}.")
    return notes
