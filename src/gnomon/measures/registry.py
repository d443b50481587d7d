"""Every measure by its name: what the families declare, averages over classes, F-beta, and a user's own."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from operator import itemgetter
from typing import Any

from gnomon.errors import UnknownEstimateError, UsageError, nearest
from gnomon.measures import confusion, label_averages, probability, ranking, regression, threshold
from gnomon.measures.measure import (
    Cellwise,
    MeanLoss,
    MeanOfShares,
    Measure,
    OfMatrix,
    OfRanking,
    Other,
    Place,
)
from gnomon.message import Message, word

REGISTRY: dict[str, Measure] = {
    own.name: own
    for family in (confusion, threshold, ranking, probability, label_averages, regression)
    for own in family.MEASURES
}
ALIASES: dict[str, str] = {alias: own.name for own in REGISTRY.values() for alias in own.aliases}

AVERAGES = ("macro", "micro", "weighted", "samples")
# Averages that are the accuracy by another name where every row has one true and one predicted class.
ACCURACIES = ("recall_weighted", "precision_micro", "recall_micro", "f1_micro")
# And the average that is the balanced accuracy there.
OTHER_NAMES = frozenset({*ACCURACIES, "recall_macro"})
# Those that users declared, and those of results that were loaded.
_OWN: dict[str, Measure] = {}
_F_BETA = re.compile(r"f(\d+(?:\.\d+)?)")
_PINBALL = re.compile(r"pinball_(0?\.\d+)")


def get_measure(name: str) -> Measure:
    """The measure behind an estimate's name.

    ``f1_macro`` is F1 with its average named, ``f2`` is F-beta, ``pinball_0.9`` the loss of a predicted quantile.

    Raises:
        KeyError: There is none of that name.

    >>> get_measure("f1_macro").title, get_measure("f0.5").title
    ('F1, macro', 'F0.5')
    """
    if name in REGISTRY:
        return REGISTRY[name]
    if name in _OWN:
        return _OWN[name]
    if (beta := beta_of(name)) is not None:
        return confusion.f_beta(beta, f"f{beta:g}")
    if (quantile := _PINBALL.fullmatch(name)) and 0 < float(quantile[1]) < 1:
        return regression.pinball(float(quantile[1]), name)
    base, _, average = name.rpartition("_")
    base_measure = _OWN.get(base) or REGISTRY.get(base)
    if base_measure is None and (beta := beta_of(base)) is not None:
        base_measure = confusion.f_beta(beta, base)
    if average not in AVERAGES or base_measure is None or not isinstance(base_measure.basis, Cellwise | OfRanking):
        raise KeyError(name)
    if average in ("micro", "samples") and "averages" not in base_measure.shown:
        raise KeyError(name)  # what tasks sum for others is not summed for it
    return averaged(base_measure, average)


def beta_of(name: str) -> float | None:
    """The beta of ``f2`` or ``f0.5``; None for other names.

    >>> beta_of("f0.5"), beta_of("f0"), beta_of("r2")
    (0.5, None, None)
    """
    match = _F_BETA.fullmatch(name)
    return float(match[1]) if match and float(match[1]) > 0 else None


def averaged(measure: Measure, average: str) -> Measure:
    """An average over classes of a measure of one class."""
    name = f"{measure.name}_{average}"
    made = replace(measure, name=name, title=averaged_title(measure, average), head=None, aliases=(), shown={})
    if not isinstance(measure.basis, Cellwise):
        return made
    reason = Message("undefined_for_every_class_named", "{name} is undefined for every class", name=measure.name)
    formula = confusion.averaged(measure.basis, average)
    if name in ACCURACIES:
        return replace(made, basis=REGISTRY["accuracy"].basis)
    if average in ("micro", "samples"):
        return replace(made, basis=MeanLoss())
    if measure.name == "recall":  # the rows of classes are different rows
        return replace(made, basis=MeanOfShares(confusion.RECALL, formula, reason))
    return replace(made, basis=OfMatrix(formula, reason))


def averaged_title(measure: Measure, average: str) -> Message:
    """What a report calls an average over classes."""
    return Message("average_of", "{measure}, {average}", measure=measure.title, average=word(average))


def find(name: str) -> Measure | None:
    """The measure of a name or of another name that people know; None where there is none.

    >>> find("Sensitivity").name
    'recall'
    """
    for spelled in (name, name.lower()):
        with suppress(KeyError):
            return get_measure(ALIASES.get(spelled, spelled))
    return None


def asked(measures: Any) -> tuple[Measure, ...]:
    """The measures that a person asked for, once each.

    Args:
        measures: A name, a measure, or several of them; None for none.

    Raises:
        UsageError: There is no measure of a name, or it is not a name.
    """
    if measures is None:
        return ()
    if isinstance(measures, str):
        measures = [name.strip() for name in measures.split(",")]
    several = measures if isinstance(measures, Iterable) else [measures]
    by_name: dict[str, Measure] = {}
    for one in several:
        measure = one if isinstance(one, Measure) else find(one) if isinstance(one, str) else None
        if measure is None:
            raise UsageError(
                Message(
                    "no_such_measure",
                    "measures= names {name!r}, which is not a measure\n{hint}",
                    name=one,
                    hint=nearest(str(one), REGISTRY),
                )
            )
        if measure.forgotten:
            raise UsageError(
                Message(
                    "measure_unknown_here",
                    "measures= names {name!r}, whose formula is not known in this process\ndeclare it again with "
                    "gnomon.measure",
                    name=measure.name,
                )
            )
        if isinstance(one, Measure):
            renew(measure)
        by_name[measure.name] = measure
    return tuple(by_name.values())


def named(name: Any, having: Mapping[str, Any]) -> str:
    """The name under which a result has a measure, given that name or another one that people know.

    Args:
        name: What was asked for.
        having: What the result has, by name.

    Raises:
        UnknownEstimateError: It has none; the message names the nearest.
    """
    spelled = called(name, having)
    if spelled not in having:
        raise UnknownEstimateError(
            Message(
                "not_among_measures",
                "{name!r} is not among the measures here\n{hint}",
                name=name,
                hint=nearest(spelled, having),
            )
        )
    return spelled


def called(name: Any, having: Container[str]) -> str:
    """The name under which something is held, given that name, another one that people know, or capitals."""
    if name in having:
        return str(name)
    small = str(name).lower()
    return ALIASES.get(small, small if small in having else str(name))


def register(measure: Measure) -> None:
    """Make a user's own measure known by its name, in place of one of the same name that was declared before.

    Raises:
        UsageError: The name is that of one of gnomon's measures.
    """
    refuse_taken(measure.name)
    _OWN[measure.name] = measure


def renew(measure: Measure) -> None:
    """Make a user's own measure the one of its name, where another one was declared since: it is the one meant."""
    if measure.name in _OWN:
        _OWN[measure.name] = measure


def refuse_taken(name: str) -> None:
    """Raises UsageError for the name, or another name, of one of gnomon's measures."""
    known = find(name)
    if known is not None and known.name not in _OWN:
        raise UsageError(
            Message(
                "measure_name_taken",
                "{name!r} is already a measure of gnomon\nchoose another name",
                name=name,
            )
        )


def declared(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What is to be known of users' own measures, and their averages, where a result is loaded without them."""
    by_name = {name: own for name in names if name not in REGISTRY and (own := find(name)) is not None}
    return {
        name: {"title": own.title, "low": own.low, "high": own.high, "better": own.better}
        for name, own in by_name.items()
        if name in _OWN or name.rpartition("_")[0] in _OWN
    }


def recall_declared(form: Mapping[str, Mapping[str, Any]]) -> None:
    """Make the measures of a loaded result known, unless they are: their formulas are not."""
    for name, fields in form.items():
        if find(name) is None:
            low = -math.inf if fields["low"] is None else float(fields["low"])
            high = math.inf if fields["high"] is None else float(fields["high"])
            _OWN[name] = Measure(
                name=name,
                title=fields["title"],
                basis=Other(forgotten=True),
                low=low,
                high=high,
                better=fields["better"],
            )


@cache
def shown(place: Place) -> tuple[Measure, ...]:
    """Those that stand in a place without being asked for, macro averages among them, in their order."""
    macro = f"{place}_macro"
    ranked = [(rank, own) for own in REGISTRY.values() for name, rank in own.shown.items() if name == place]
    ranked += [
        (rank, averaged(own, "macro")) for own in REGISTRY.values() for name, rank in own.shown.items() if name == macro
    ]
    return tuple(own for _, own in sorted(ranked, key=itemgetter(0)))


def shown_in(place: Place) -> list[str]:
    """The names of those, the most telling first."""
    return [own.name for own in shown(place)]


def in_order(place: Place, having: Iterable[str]) -> list[str]:
    """The names of those estimates that stand in a place: those asked for first, then the usual ones in their order."""
    held = list(having)

    def asked_for(measure: Measure) -> bool:
        made = measure.of_cells or measure.row_loss is not None or measure.forgotten
        return made and not measure.shown and measure.name.rpartition("_")[2] not in AVERAGES

    asked = [name for name in held if asked_for(get_measure(name))]
    return [*asked, *(name for name in shown_in(place) if name in held)]


def shown_averages() -> Iterator[Measure]:
    """The averages over classes that stand in an evaluation of several classes without being asked for."""
    kinds = [(own, average) for average in ("macro", "weighted", "micro") for own in shown("averages")]
    made = [averaged(own, average) for own, average in kinds]
    yield from (own for own in made if own.name not in ACCURACIES)
    yield from (own for own in made if own.name in ACCURACIES)


def of_cells() -> list[str]:
    """The names of all that follow from a confusion matrix, and so have a value at every threshold."""
    return [own.name for own in _known() if own.of_cells]


def of_losses() -> list[str]:
    """The names of those that average a loss of each row, from its true value and its prediction."""
    return [own.name for own in _known() if own.row_loss is not None]


def with_ends() -> list[str]:
    """The names of those whose interval at every threshold follows from counts, so that its ends can be limited."""
    return [own.name for own in _known() if own.has_ends]


def _known() -> Iterator[Measure]:
    """Gnomon's measures, and those that users declared."""
    yield from REGISTRY.values()
    yield from _OWN.values()
