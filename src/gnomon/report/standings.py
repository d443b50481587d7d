"""Which models are best by which measures, as all renderers of a comparison show it."""

from __future__ import annotations

from collections.abc import Mapping

from gnomon.comparison.pair import Pair
from gnomon.comparison.ranking import leading, rankings
from gnomon.comparison.result import Comparison
from gnomon.measures.registry import in_order, shown_in

BEST, TIED = "best", "tied"
# Measures that are shown of every model: few, so that each has room for its interval.
MOST_MEASURES = 6


def main_measures(comparison: Comparison) -> list[str]:
    """The measures that models are first compared by: what was wanted of them, then the usual ones."""
    wanted = [name for own in comparison.decisions.values() for name in (own.measure, *own.corrected_limits)]
    first, *others = comparison.models.values()
    usual = [*in_order("slices", first), *(name for name in shown_in("headline") if name in first)]
    names = dict.fromkeys((*wanted, leading(comparison), *usual))
    return [name for name in names if name in first and all(name in own for own in others)][:MOST_MEASURES]


def standings(comparison: Comparison) -> Mapping[tuple[str, str], str]:
    """By measure and model, whether it is the best, or not significantly different from the best."""
    marks = {}
    for name, ranked in rankings(comparison).items():
        if ranked.best not in ranked.unmet:
            marks[name, ranked.best] = BEST
            marks |= dict.fromkeys(((name, other) for other in ranked.tied), TIED)
    return marks


def from_first(comparison: Comparison) -> list[Pair]:
    """The differences of all other models from the first."""
    first = next(iter(comparison.models))
    return [pair for pair in comparison.pairs if pair.first == first]
