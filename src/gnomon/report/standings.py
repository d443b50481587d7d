"""Which models are best by which measures, as all renderers of a comparison show it."""

from __future__ import annotations

from collections.abc import Mapping

from gnomon.comparison.pair import Pair
from gnomon.comparison.ranking import leading, rankings
from gnomon.comparison.result import Comparison
from gnomon.measures.registry import get_measure, in_order, shown_in
from gnomon.message import Message
from gnomon.report.language import tr

BEST, TIED = "best", "tied"
# Measures that are shown of every model: few, so that each has room for its interval.
MOST_MEASURES = 6


def main_measures(comparison: Comparison) -> list[str]:
    """The measures that models are first compared by: what was wanted of them, then the usual ones."""
    wanted = [name for own in comparison.decisions.values() for name in (own.measure, *own.corrected_limits)]
    first, *others = comparison.models.values()
    usual = [*in_order("slices", first), *(name for name in shown_in("headline") if name in first)]
    names = dict.fromkeys((*wanted, leading(comparison), *usual))
    most = MOST_MEASURES - bool(comparison.decisions)  # the threshold takes the place of one
    return [name for name in names if name in first and all(name in own for own in others)][:most]


def standings(comparison: Comparison) -> Mapping[tuple[str, str], str]:
    """By measure and model, whether it is the best, or not significantly different from the best."""
    marks: dict[tuple[str, str], str] = {}
    for name, ranked in rankings(comparison).items():
        if ranked.best not in ranked.unmet:
            marks |= dict.fromkeys(((name, other) for other in ranked.tied), TIED)
            values = {model: own[name].value for model, own in comparison.models.items() if model not in ranked.unmet}
            marks |= {(name, model): BEST for model, own in values.items() if own == values[ranked.best]}
    return marks


def legend(comparison: Comparison, best: str, tied: str) -> str:
    """What the marks mean, if there are any, and which measures are corrected for the choice of thresholds."""
    parts = []
    if any(name in main_measures(comparison) for name, _ in standings(comparison)):
        text = "{best} best; {tied} not significantly different from the best"
        parts.append(tr(Message("marks_of_models", text, best=best, tied=tied)))
    corrected = dict.fromkeys(
        name
        for own in comparison.decisions.values()
        for name in (*([own.measure] if own.corrected is not None else []), *own.corrected_limits)
    )
    if corrected:
        names = ", ".join(tr(get_measure(name).title) for name in corrected)
        parts.append(
            tr(Message("corrected_measures", "corrected for the choice of the threshold: {names}", names=names))
        )
    return "; ".join(parts)


def from_first(comparison: Comparison) -> list[Pair]:
    """The differences of all other models from the first."""
    first = next(iter(comparison.models))
    return [pair for pair in comparison.pairs if pair.first == first]
