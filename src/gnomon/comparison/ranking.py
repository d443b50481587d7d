"""Which model is best by a measure, which ones the rows cannot tell from it, and what that says in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gnomon.comparison.pair import BETTER, SAME, UNCLEAR, WORSE, Pair
from gnomon.estimate import Estimate
from gnomon.measures.measure import ZERO
from gnomon.measures.registry import get_measure, shown_in
from gnomon.measures.threshold import COST
from gnomon.message import Message, in_series, listed
from gnomon.text import number

if TYPE_CHECKING:
    from gnomon.comparison.result import Comparison

# Names that are listed; the others are counted.
MOST_NAMES = 5
OTHER_WAY = {BETTER: WORSE, WORSE: BETTER}


@dataclass(frozen=True, slots=True)
class Ranking:
    """The models in the order of a measure.

    Attributes:
        measure: The name of the measure.
        order: The names of the models, the best first; those that miss a constraint last.
        tied: Those that are not significantly different from the best, by p-values adjusted for all pairs of models.
        worse: Those that are significantly worse.
        unmet: Those that cannot meet the constraints.
    """

    measure: str
    order: tuple[str, ...]
    tied: tuple[str, ...]
    worse: tuple[str, ...]
    unmet: tuple[str, ...] = ()

    @property
    def best(self) -> str:
        """The name of the model with the best value."""
        return self.order[0]


def leading(comparison: Comparison) -> str:
    """The measure that a comparison is first about: that of its goal, or the first that says how well models rank."""
    for decision in comparison.decisions.values():
        return decision.measure
    models = list(comparison.models.values())
    names = [name for name in shown_in("ranks_slices") if all(name in own for own in models)]
    return next((name for name in names if all(own[name].defined for own in models)), names[0])


def ranking(comparison: Comparison, measure: str) -> Ranking | None:
    """The models in the order of a measure; None where it has no better direction, or a model has no value of it."""
    better = get_measure(measure).better
    values = {name: own.estimates.get(measure) for name, own in comparison.models.items()}
    known = {name: own.value for name, own in values.items() if own is not None and own.defined}
    if better == ZERO or len(known) < len(values):
        return None
    unmet = tuple(name for name, own in comparison.decisions.items() if not own.met)
    order = sorted(known, key=lambda name: (name in unmet, -better * known[name]))
    verdicts = {other: verdict_against(comparison.pairs, order[0], other, measure) for other in order[1:]}
    of_verdict = {
        said: tuple(name for name, own in verdicts.items() if own in which and name not in unmet)
        for said, which in (("tied", (UNCLEAR, SAME)), ("worse", (WORSE,)))
    }
    return Ranking(measure, tuple(order), of_verdict["tied"], of_verdict["worse"], unmet)


def verdict_against(pairs: Iterable[Pair], best: str, other: str, measure: str) -> str | None:
    """What their difference says of one model beside another; None where it has no interval."""
    for pair in pairs:
        if {pair.first, pair.second} == {best, other}:
            difference = pair.differences.get(measure)
            if difference is None or (math.isnan(difference.low) and difference.verdict != SAME):
                return None
            said = difference.verdict
            return said if pair.second == other or said is None else OTHER_WAY.get(said, said)
    return None


def answer(comparison: Comparison) -> tuple[Message, ...]:
    """What a comparison says first: the best model, those that may be as good, and what speaks for another."""
    lead = leading(comparison)
    ranked = ranking(comparison, lead)
    if ranked is None:
        return ()
    best = comparison.models[ranked.best][lead]
    decision = comparison.decisions.get(ranked.best)
    at = "" if decision is None else Message("at_threshold", ", at score >= {at:.4g}", at=decision.threshold.value)
    if decision is not None and not math.isfinite(decision.threshold.value):
        at = Message("at_no_threshold", ", where no row is predicted positive")
    ends = "" if math.isnan(best.low) else f" ({number(best.low)} – {number(best.high)})"
    said = [
        Message(
            "best_model",
            "Best by {measure}: {best}, {value}{ends}{at}.",
            measure=get_measure(lead).title,
            best=ranked.best,
            value=number(best.value),
            ends=ends,
            at=at,
        )
    ]
    if len(ranked.unmet) == len(ranked.order):
        said = [Message("no_model_meets", "No model can meet the constraints.")]
    elif ranked.unmet:
        said.append(Message("models_unmet", "Cannot meet the constraints: {names}.", names=some(ranked.unmet)))
    if ranked.tied:
        text = "Not significantly different from it: {names}."
        said.append(Message("models_tied", text, names=some(ranked.tied)))
    if ranked.worse:
        said.append(Message("models_worse", "Significantly worse: {names}.", names=some(ranked.worse)))
    rest = tuple(own for own in ranked.order[1:] if own not in (*ranked.tied, *ranked.worse, *ranked.unmet))
    if rest:
        said.append(Message("models_untested", "Could not be compared with it: {names}.", names=some(rest)))
    said += constants(comparison, best) if lead == COST else []
    if not comparison.decisions:
        said += against(comparison, ranked)
    return tuple(said)


def constants(comparison: Comparison, best: Estimate) -> list[Message]:
    """What predicting all rows alike costs, and whether that is less than the best model does."""
    first = next(iter(comparison.decisions.values()))
    none, every = (first.constants[name].value for name in ("all_negative", "all_positive"))
    text = "Predicting no row positive costs {nothing} per row, predicting every row positive {everything}."
    said = [Message("cost_of_predicting_alike", text, nothing=number(none), everything=number(every))]
    if min(none, every) <= best.value:
        said.append(Message("no_model_pays", "No model costs less than predicting all rows alike."))
    elif not best.high < min(none, every):
        said.append(
            Message(
                "may_not_pay", "Its interval does not exclude the cost of predicting all rows alike: it may not pay."
            )
        )
    return said


def against(comparison: Comparison, ranked: Ranking) -> list[Message]:
    """Which models are significantly better than the best one by another of the measures that are looked at first."""
    said = []
    for measure in shown_in("headline"):
        better = tuple(
            name for name in ranked.order[1:] if verdict_against(comparison.pairs, ranked.best, name, measure) == BETTER
        )
        if better:
            text = "Significantly better than {best} by {measure}: {names}."
            title = get_measure(measure).title
            said.append(Message("better_otherwise", text, best=ranked.best, measure=title, names=some(better)))
    return said


def some(names: tuple[str, ...]) -> str:
    """The names of models, or of the first of them."""
    if len(names) == 1:
        return names[0]  # as it is, in every language
    if len(names) <= MOST_NAMES:
        return listed(names)
    text = "{names} and {number} others"
    return Message("and_others", text, names=in_series(names[: MOST_NAMES - 1]), number=len(names) - MOST_NAMES + 1)


def rankings(comparison: Comparison) -> Mapping[str, Ranking]:
    """By every measure that has a better direction and that all models have, in the order of the first model."""
    first = next(iter(comparison.models.values()))
    made = {name: ranking(comparison, name) for name in first}
    return {name: own for name, own in made.items() if own is not None}
