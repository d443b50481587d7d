"""From differences to verdicts: adjusted p-values, what is settled within a margin, how many rows would be needed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING, TypeVar

from gnomon.comparison.pair import BETTER, DIFFERENT, SAME, UNCLEAR, WORSE, Pair
from gnomon.comparison.tested import Test, Tested
from gnomon.comparison.words import sentences
from gnomon.errors import UsageError, nearest
from gnomon.estimate import NAN, Difference
from gnomon.evaluation.estimates.small_samples import (
    CLUSTERS,
    ENOUGH,
    RARER,
    ROWS,
    of_its_own_rows,
    resting,
    warning_of,
)
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.intervals.difference import false_discovery, family_wise
from gnomon.intervals.interval import normal_quantile
from gnomon.measures.measure import ZERO
from gnomon.measures.registry import ALIASES, get_measure
from gnomon.message import Message

if TYPE_CHECKING:
    from gnomon.comparison.measuring import Measured

# How often rows that are called enough show a difference that is there.
POWER = 0.8
# What is worth seeing where nothing was said: so much of a measure that ends at 1, such a share of another.
MINIMUM_EFFECT, RELATIVE_MINIMUM_EFFECT = 0.01, 0.01

# A number for every measure that ends at 1, or one for each by name.
ByMeasure = Mapping[str, float] | float | None
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Margins:
    """The margins that differences are judged by, as the user passed them.

    Attributes:
        margin: By how much the second model may be worse.
        minimum_effect: A difference that is worth seeing.
    """

    margin: ByMeasure = None
    minimum_effect: ByMeasure = None

    @property
    def named(self) -> tuple[str, ...]:
        """The measures that were named."""
        return tuple(
            dict.fromkeys(
                name for own in (self.margin, self.minimum_effect) if isinstance(own, Mapping) for name in own
            )
        )

    def margin_of(self, name: str) -> float:
        """The margin of a measure; NaN where there is none."""
        return NAN if self.margin is None else given(self.margin, name)

    def effect_of(self, name: str, first: float) -> float:
        """A difference of a measure that is worth seeing, where the first model scores so much."""
        effect = NAN if self.minimum_effect is None else given(self.minimum_effect, name)
        if not math.isnan(effect):
            return effect
        if get_measure(name).better == ZERO:
            return NAN
        return MINIMUM_EFFECT if get_measure(name).high == 1.0 else RELATIVE_MINIMUM_EFFECT * abs(first) or NAN

    def check(self, names: Iterable[str]) -> None:
        """Raises UsageError for what is not a positive number, or names no measure that is compared."""
        known = list(names)
        for part, amounts in (("margin", self.margin), ("minimum_effect", self.minimum_effect)):
            of_each = amounts if isinstance(amounts, Mapping) else {} if amounts is None else {"": amounts}
            for name, value in of_each.items():
                if name and name not in known:
                    meant = ALIASES.get(str(name).lower(), str(name))
                    raise UsageError(
                        Message(
                            "not_compared",
                            "{part}= names {name!r}, which is not compared\n{hint}",
                            part=part,
                            name=name,
                            hint=nearest(meant, known),
                        )
                    )
                good = isinstance(value, Real) and not isinstance(value, bool) and 0 < float(value) < math.inf
                if not good:
                    raise UsageError(
                        Message(
                            "positive_number",
                            "{part}= takes a number above 0, or one for each measure, not {value!r}",
                            part=part,
                            value=value,
                        )
                    )
                if name and get_measure(name).better == ZERO and part == "margin":
                    raise UsageError(
                        Message(
                            "margin_of_bias",
                            "margin= names {name!r}, which is best at 0: neither sign of a difference is worse",
                            name=name,
                        )
                    )


def given(amounts: Mapping[str, float] | float, name: str) -> float:
    """What was said of a measure; one number is meant of all measures that end at 1."""
    if isinstance(amounts, Mapping):
        return float(amounts.get(name, NAN))
    return float(amounts) if get_measure(name).high == 1.0 and get_measure(name).better != ZERO else NAN


@dataclass(frozen=True, slots=True)
class Counted:
    """What differences rest on.

    Attributes:
        n: All rows.
        classes: The rows of each class; of a binary task the negatives first; none for amounts.
        clusters: The number of clusters; None where rows are independent.
        pairs: How many pairs of models there are.
    """

    n: int
    classes: tuple[int, ...]
    clusters: int | None
    pairs: int

    @classmethod
    def of(cls, first: Evaluation, clusters: int | None, pairs: int) -> Counted:
        """Those of an evaluation of these rows."""
        classes: tuple[int, ...] = ()
        if first.confusion is not None:
            classes = tuple(int(rows) for rows in first.confusion.counts.sum(axis=1))
        elif first.thresholds is not None and not first.thresholds.weighted:
            classes = (round(first.thresholds.negatives), round(first.thresholds.positives))
        return cls(first.n, classes, clusters, pairs)

    @property
    def rarest(self) -> int:
        """The rows of the rarest class that has any; of amounts all."""
        return min((own for own in self.classes if own), default=self.n)

    def warning(self, name: str, difference: Difference) -> Message | None:
        """Why the interval of a difference is to be taken with care."""
        if math.isnan(difference.low):
            return None
        if self.clusters is not None and self.clusters < ENOUGH:
            return warning_of(self.clusters, CLUSTERS)
        binary = len(self.classes) == 2
        rows = min(resting(name, self.classes[1], self.classes[0])) if binary else self.rarest
        itself = of_its_own_rows(name)
        if itself:
            rows = difference.n
        what = RARER if self.classes and not itself else ROWS
        return warning_of(rows, what) if rows < ENOUGH else None


def judged(measured: Measured, margins: Margins) -> tuple[Pair, ...]:
    """Every pair of models, its differences judged, on all rows and on those of each slice.

    Args:
        measured: The models and their differences.
        margins: The margins that they are judged by.
    """
    models = list(measured.models.values())
    names = list(measured.models)
    margins.check(dict.fromkeys(name for own in measured.differences.values() for name in own))
    tested = adjusted(measured.differences)
    rows = Counted.of(models[0], measured.clusters, len(tested))
    of_slices = slices_judged(measured, margins)
    pairs = []
    for (first, second), differences in tested.items():
        pair = Pair(
            names[first],
            names[second],
            judged_against(models[first], differences, rows, margins),
            slices={column: own[first, second] for column, own in of_slices.items()},
        )
        said = sentences(pair, models[first].task, rows.n, (*measured.wanted, *margins.named))
        pairs.append(replace(pair, sentences=said))
    return tuple(pairs)


def slices_judged(
    measured: Measured, margins: Margins
) -> dict[str, dict[tuple[int, int], dict[str, dict[str, Difference]]]]:
    """By column, pair of models and slice the differences; p-values are adjusted for all slices of a column."""
    models = list(measured.models.values())
    made: dict[str, dict[tuple[int, int], dict[str, dict[str, Difference]]]] = {}
    for column, values in measured.slices.items():
        every = {(pair, value): own for value, of in values.items() for pair, own in of.differences.items()}
        of_pairs = made.setdefault(column, {pair: {} for pair in measured.differences})
        for (pair, value), differences in adjusted(every).items():
            first = models[pair[0]].slices[column][value]
            rows = Counted.of(first, values[value].clusters, len(every))
            of_pairs[pair][value] = judged_against(first, differences, rows, margins)
    return made


def judged_against(
    first: Evaluation, differences: Mapping[str, Tested], rows: Counted, margins: Margins
) -> dict[str, Difference]:
    """The differences from a model, judged."""
    return {name: judge(name, own, first[name].value, rows, margins) for name, own in differences.items()}


def mirrored(
    pair: Pair, models: Mapping[str, Evaluation], margins: Margins, pairs: int, wanted: Sequence[str] = ()
) -> Pair:
    """The same pair of models the other way round: what the first scores minus what the second does.

    Args:
        pair: A judged pair.
        models: The evaluations of both.
        margins: The margins that they are judged by.
        pairs: How many pairs of models there are.
        wanted: The measures that thresholds were chosen for.
    """
    first, second = models[pair.second], models[pair.first]
    rows = Counted.of(first, None, pairs)
    slices = {
        column: {
            value: turned(
                own,
                (first.slices[column][value], second.slices[column][value]),
                Counted.of(first.slices[column][value], None, pairs * len(values)),
                margins,
            )
            for value, own in values.items()
        }
        for column, values in pair.slices.items()
    }
    made = Pair(pair.second, pair.first, turned(pair.differences, (first, second), rows, margins), slices=slices)
    return replace(made, sentences=sentences(made, first.task, rows.n, (*wanted, *margins.named)))


def turned(
    differences: Mapping[str, Difference], models: tuple[Evaluation, Evaluation], rows: Counted, margins: Margins
) -> dict[str, Difference]:
    """Differences the other way round.

    Args:
        differences: What the second of these models scores less than the first.
        models: The evaluations of both.
        rows: What the differences rest on.
        margins: The margins that they are judged by.
    """
    first, second = models
    made = {}
    for name, difference in differences.items():
        to_see = margins.effect_of(name, first[name].value)
        mirrored_difference = replace(
            difference,
            value=-difference.value,
            low=-difference.high,
            high=-difference.low,
            n=second[name].n,
            minimum_effect=to_see,
            verdict=WORSE
            if difference.verdict == BETTER
            else BETTER
            if difference.verdict == WORSE
            else difference.verdict,
        )
        mirrored_difference = replace(mirrored_difference, rows_needed=rows_to_see(mirrored_difference, rows, to_see))
        # What the first model must not be better by is what the second must not be worse by.
        made[name] = replace(
            mirrored_difference, p_not_worse=difference.p_not_better, p_not_better=difference.p_not_worse
        )
    return made


def adjusted(differences: Mapping[K, Mapping[str, Tested]]) -> dict[K, dict[str, Tested]]:
    """The same with p-values adjusted over all pairs of models (and slices), measure by measure."""
    made: dict[K, dict[str, Tested]] = {pair: {} for pair in differences}
    for name in dict.fromkeys(name for own in differences.values() for name in own):
        having = [pair for pair, own in differences.items() if name in own]
        p_values = [differences[pair][name].difference.p_value for pair in having]
        both = zip(having, family_wise(p_values), false_discovery(p_values), strict=True)
        for pair, holm, discovery in both:
            tested = differences[pair][name]
            made[pair][name] = replace(
                tested, difference=replace(tested.difference, p_value_holm=holm, p_value_bh=discovery)
            )
    return made


def judge(name: str, tested: Tested, first: float, rows: Counted, margins: Margins) -> Difference:
    """A difference with its verdict.

    Args:
        name: Of the measure.
        tested: The difference, and its test.
        first: What the first model scores.
        rows: What it rests on.
        margins: The margins that it is judged by.
    """
    difference = tested.difference
    to_see = margins.effect_of(name, first)
    difference = replace(
        difference,
        verdict=verdict_of(name, difference),
        minimum_effect=to_see,
        warning=rows.warning(name, difference),
        rows_needed=rows_to_see(difference, rows, to_see),
    )
    difference = replace(difference, margin=margins.margin_of(name))
    return (
        difference
        if math.isnan(difference.margin) or math.isnan(difference.low)
        else within(name, difference, tested.tails)
    )


def within(name: str, difference: Difference, tails: Test) -> Difference:
    """A difference with what is settled within its margin, by its test at the margin on either side."""
    not_below, not_above = tails(-difference.margin).above, tails(difference.margin).below
    if get_measure(name).better < 0:
        not_below, not_above = not_above, not_below
    return replace(difference, p_not_worse=not_below, p_not_better=not_above, p_equivalent=max(not_below, not_above))


def verdict_of(name: str, difference: Difference) -> str:
    """What a difference says of the second model."""
    if difference.verdict == SAME or difference.low == difference.high == difference.value == 0:
        return SAME
    if not difference.p_value_holm <= 1 - difference.level:
        return UNCLEAR
    if get_measure(name).better == ZERO:
        return DIFFERENT
    return BETTER if get_measure(name).better * difference.value > 0 else WORSE


def rows_to_see(judged: Difference, rows: Counted, difference: float) -> int | None:
    """About how many rows show a difference of this size four times out of five; None where it is not known.

    The width of the interval shrinks as one over the root of all rows, of which those of a class are the same share;
    with several pairs the test of each is the stricter (Holm's first step). At least as many as hold enough rows of
    each class.
    """
    half = (judged.high - judged.low) / 2
    if not half > 0 or math.isnan(difference):
        return None
    z = normal_quantile(judged.level)
    error = half / z * math.sqrt(rows.n)
    strict = normal_quantile(1 - (1 - judged.level) / rows.pairs)
    needed = ((strict + normal_quantile(2 * POWER - 1)) * error / difference) ** 2
    return math.ceil(max(needed, ENOUGH * rows.n / max(1, rows.rarest)))
