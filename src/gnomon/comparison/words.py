"""What the differences of two models say, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gnomon.comparison.pair import BETTER, DIFFERENT, SAME, WORSE, Pair
from gnomon.estimate import Difference
from gnomon.measures.registry import get_measure, shown_in
from gnomon.message import Message, in_series


def sentences(pair: Pair, task: str, rows: int, named: Sequence[str] = ()) -> tuple[Message, ...]:
    """A sentence for each of the measures that are looked at first or were named, and what is settled within a margin.

    Args:
        pair: The models and their differences.
        task: What they do.
        rows: How many rows there are.
        named: Measures that a person named.
    """
    texts = []
    for name in dict.fromkeys((*named, *shown_in("headline"))):
        if name not in pair.differences:
            continue
        difference = pair.differences[name]
        if math.isnan(difference.low) and difference.verdict != SAME:
            continue
        texts.append(verdict(pair, name, difference, rows))
        if difference.verdict != BETTER and not math.isnan(difference.p_not_worse):
            texts.append(within_margin(pair, name, difference))
    others = {name: own for name, own in pair.differences.items() if name not in (*named, *shown_in("headline"))}
    better, worse = (
        in_series(get_measure(name).title for name, own in others.items() if own.verdict == which)
        for which in (BETTER, WORSE)
    )
    names = {"second": pair.second, "first": pair.first}
    if better:
        text = "{second} is better than {first} in: {measures}."
        texts.append(Message("better_elsewhere", text, **names, measures=better))
    if worse:
        text = "{second} is worse than {first} in: {measures}."
        texts.append(Message("worse_elsewhere", text, **names, measures=worse))
    return tuple(texts)


def verdict(pair: Pair, name: str, difference: Difference, rows: int) -> Message:
    """Better, worse, or that the rows are inconclusive and how many it would take."""
    names = {"measure": get_measure(name).title, "second": pair.second, "first": pair.first}
    if difference.verdict == SAME:
        return Message("verdict_equal", "{measure}: {second} and {first} are equal on these rows.", **names)
    values = {
        "value": signed(difference.value),
        "low": signed(difference.low),
        "high": signed(difference.high),
        "p": chance(difference.p_value_holm),
    }
    if difference.verdict == BETTER:
        text = "{measure}: {second} is better than {first}: difference {value} ({low} to {high}), p {p}."
        return Message("verdict_better", text, **names, **values)
    if difference.verdict == WORSE:
        text = "{measure}: {second} is worse than {first}: difference {value} ({low} to {high}), p {p}."
        return Message("verdict_worse", text, **names, **values)
    if difference.verdict == DIFFERENT:
        text = "{measure}: {second} differs from {first}: difference {value} ({low} to {high}), p {p}."
        return Message("verdict_different", text, **names, **values)
    more = {"rows": rows, "needed": enough(difference, rows)}
    begin = "{measure}: inconclusive (n = {rows:,}): {second} minus {first} is {value} ({low} to {high}"
    if not holds_zero(difference) and difference.p_value_holm > difference.p_value:
        text = begin + " for this pair alone), p {p} after adjustment for all pairs{needed}."
        return Message("inconclusive_adjusted", text, **names, **values, **more)
    if not holds_zero(difference):  # McNemar's mid-p
        return Message("inconclusive_by_test", begin + "), p {p}{needed}.", **names, **values, **more)
    return Message("inconclusive", begin + "){needed}.", **names, **values, **more)


def holds_zero(difference: Difference) -> bool:
    """Whether the interval holds no difference at all."""
    return difference.low <= 0 <= difference.high


def enough(judged: Difference, rows: int) -> str:
    """How many rows it takes."""
    if judged.rows_needed is None:
        return ""
    difference = plain(judged.minimum_effect)
    if judged.rows_needed <= rows:
        text = "; with this many rows a true difference of {difference} would be detected with a power of 80 %"
        return Message("rows_enough", text, difference=difference)
    text = "; detecting a difference of {difference} takes about {rows:,} rows"
    return Message("rows_needed", text, rows=rounded(judged.rows_needed), difference=difference)


def within_margin(pair: Pair, name: str, difference: Difference) -> Message:
    """Whether the second is not worse than the first by more than a margin, or the two are equivalent."""
    values = {
        "measure": get_measure(name).title,
        "second": pair.second,
        "first": pair.first,
        "margin": plain(difference.margin),
        "p": chance(difference.p_equivalent if difference.equivalent else difference.p_not_worse),
        "alpha": plain((1 - difference.level) / 2),
    }
    if difference.equivalent:
        text = "{measure}: {second} and {first} are equivalent within {margin} (p {p}, at most {alpha})."
        return Message("equivalent", text, **values)
    if difference.not_worse:
        text = "{measure}: {second} is not worse than {first} by more than {margin} (p {p}, at most {alpha})."
        return Message("not_worse", text, **values)
    text = "{measure}: {second} may be worse than {first} by more than {margin} (p {p}, above {alpha})."
    return Message("may_be_worse", text, **values)


def signed(value: float) -> str:
    """A difference in few digits.

    >>> signed(0.03127), signed(-0.5), signed(0.0)
    ('+0.0313', '-0.5', '0')
    """
    return f"{value:+,.3g}" if value else "0"


def plain(value: float) -> str:
    """A size in few digits."""
    return f"{value:.3g}"


def chance(p_value: float) -> str:
    """A p-value."""
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def rounded(rows: int) -> int:
    """A number of rows in two digits, rounded up.

    >>> rounded(2041), rounded(87), rounded(100)
    (2100, 87, 100)
    """
    unit = 10 ** max(0, len(str(rows)) - 2)
    return int(-(-rows // unit) * unit)
