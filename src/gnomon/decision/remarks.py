"""What a person should know of a chosen threshold, in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gnomon.decision.search import Candidates, Choice, totals
from gnomon.measures.ranking import Curve
from gnomon.measures.registry import get_measure
from gnomon.message import Message, in_series, listed, word
from gnomon.thresholds.goal import Goal

if TYPE_CHECKING:
    from gnomon.decision.threshold import ThresholdDecision

# Optimism below this share of the value is not worth a word.
NOTICEABLE = 0.002


def remarks(decided: ThresholdDecision, choice: Choice, candidates: Candidates, *, elsewhere: bool) -> list[Message]:
    """What a person should know of the choice, in plain words; whether it is judged on other rows."""
    goal, order = candidates.goal, candidates.order
    notes = unmet(candidates, choice, decided.threshold.level) if not choice.met else []
    here = "" if not elsewhere else Message("where_chosen", " on the rows that the threshold was chosen on")
    if any(own.name == "flagged" for own in goal.constraints):
        flagged = float(choice.points.flagged)
        spans = {own.periods for own in goal.constraints if own.name == "flagged"} - {1.0}
        text = ", {number:,.6g} per period on average over {periods:g} periods"
        of_each = in_series(
            [Message("in_each_period", text, number=flagged / periods, periods=periods) for periods in spans], ""
        )
        notes.append(
            Message(
                "predicted_positive",
                "Predicted positive: {flagged:,.6g} of {total:,.6g}{here}{of_each}.",
                flagged=flagged,
                total=sum(totals(order)),
                here=here,
                of_each=of_each,
            )
        )
    if goal.costs is not None:
        ends = candidates.points_of(Curve(*(np.array([0.0, float(own)]) for own in (0.0, *totals(order)))))
        nothing, everything = goal.costs.mean(ends)
        notes.append(
            Message(
                "cost_of_constants",
                "Predicting no row positive costs {nothing:.4g} per row{here}, predicting every row positive "
                "{everything:.4g}.",
                nothing=nothing,
                here=here,
                everything=everything,
            )
        )
        for free, cells in ((word("false positive"), ("fp", "tn")), (word("false negative"), ("fn", "tp"))):
            if getattr(goal.costs, cells[0]) == getattr(goal.costs, cells[1]):
                notes.append(
                    Message(
                        "cost_of_zero",
                        "A {free} was taken to cost nothing: pass its cost if it has one.",
                        free=free,
                    )
                )
        calibrated = goal.costs.calibrated_threshold
        if decided.scale == "probability" and not math.isnan(calibrated) and not goal.constraints:
            notes.append(
                Message(
                    "calibrated_threshold",
                    "If the scores were calibrated probabilities, the threshold of minimum cost would be "
                    "{calibrated:.4g}.",
                    calibrated=calibrated,
                )
            )
    if len(decided.thresholds) <= 2:
        notes.append(
            Message(
                "scores_constant", "Every row has the same score: any threshold predicts all rows positive, or none."
            )
        )
    if elsewhere:
        notes.append(
            Message(
                "chosen_elsewhere",
                "The threshold was chosen on one part of the rows and is evaluated on the others: these figures are "
                "not optimistic.",
            )
        )
        notes += broken_there(decided, goal) if choice.met else []
    elif decided.optimism is not None and decided.corrected is not None:
        optimism = goal.better * decided.optimism
        if optimism > NOTICEABLE * abs(decided.corrected.value):
            notes.append(
                Message(
                    "chosen_here",
                    "The threshold was chosen and evaluated on the same rows, which makes {measure} look better by "
                    "about {optimism:.2g}: evaluate it on other rows with split= (--split).",
                    measure=get_measure(decided.measure).title,
                    optimism=optimism,
                )
            )
    notes += hardly_kept(decided, goal)
    if order.bounds is not None:
        better = Message(
            "bound_of_better",
            "may improve {measure} by at most {bound:.2g}",
            measure=get_measure(decided.measure).title,
            bound=choice.bound,
        )
        met = Message("or_come_nearer", ", or come closer to the constraints") if choice.open else ""
        notes.append(
            Message(
                "certified_threshold",
                "Certified: the scores were counted in bins; a threshold inside a bin {better}{met}.",
                better=better,
                met=met,
            )
        )
    return notes


def hardly_kept(decided: ThresholdDecision, goal: Goal) -> list[Message]:
    """Which limits hold on these rows because the threshold was chosen to make them hold, and hardly on others."""
    notes = []
    for constraint in goal.constraints if decided.met else ():
        there = decided.corrected_limits.get(constraint.name)
        if constraint.end is None and there is not None and float(constraint.shortfall(np.array(there.value))) > 0:
            surer = (
                Message(
                    "ask_for_end",
                    "; constrain {name}.{end} to be safer",
                    name=constraint.name,
                    end="low" if constraint.least else "high",
                )
                if constraint.measure.has_ends
                else ""
            )
            notes.append(
                Message(
                    "constraint_optimistic",
                    "{constraint} holds on these rows, as the threshold was chosen to make it hold; on other rows "
                    "{name} is about {value:.3g}{surer}.",
                    constraint=constraint.text,
                    name=constraint.name,
                    value=there.value,
                    surer=surer,
                )
            )
    return notes


def unmet(candidates: Candidates, choice: Choice, level: float) -> list[Message]:
    """Which constraints cannot be had, each by itself or together, and how near the chosen threshold comes."""
    there, alone, goal = [], [], candidates.goal
    for constraint in goal.constraints:
        pick, best = (np.fmax, word("maximum")) if constraint.least else (np.fmin, word("minimum"))
        reach = math.nan
        for _, points in candidates.curves("all"):
            reach = float(pick(reach, pick.reduce(constraint.values(points, level))))
        at = float(constraint.values(choice.points, level))
        which = constraint.name if constraint.end is None else f"{constraint.name}.{constraint.end}"
        there.append(Message("measure_at", "{which} is {at:.4g}", which=which, at=at))
        if float(constraint.shortfall(np.array(reach))) > 0:
            alone.append(
                Message(
                    "constraint_unreachable",
                    "Constraint cannot be met: {constraint}. The {best} over all thresholds is {reach:.4g}; at this "
                    "one it is {at:.4g}.",
                    constraint=constraint.text,
                    best=best,
                    reach=reach,
                    at=at,
                )
            )
    if alone:
        return alone
    together = listed([own.text for own in goal.constraints])
    return [
        Message(
            "constraints_together",
            "Constraints cannot be met together: {together}. At the threshold that comes closest, {there}.",
            together=together,
            there=in_series(there),
        )
    ]


def broken_there(decided: ThresholdDecision, goal: Goal) -> list[Message]:
    """Which constraints, met where the threshold was chosen, do not hold on the rows that judge it."""
    notes = []
    for constraint in goal.constraints:
        estimate = decided.estimates.get(constraint.name)
        if estimate is None:
            continue
        value = estimate.value if constraint.end is None else getattr(estimate, constraint.end)
        if float(constraint.shortfall(np.array(value))) > 0:
            notes.append(
                Message(
                    "constraint_broken",
                    "{constraint} does not hold on the other rows: there it is {value:.4g}.",
                    constraint=constraint.text,
                    value=value,
                )
            )
    return notes
