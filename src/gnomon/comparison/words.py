"""What the differences of two models say, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gnomon.comparison.pair import BETTER, DIFFERENT, SAME, WORSE, Pair
from gnomon.estimate import Difference
from gnomon.measures.registry import measure, shown_in


def sentences(pair: Pair, task: str, rows: int, named: Sequence[str] = ()) -> tuple[str, ...]:
    """A sentence for each of the measures that are looked at first or were named, and what is settled within a margin.

    Args:
        pair: The models and their differences.
        task: What they do.
        rows: How many rows there are.
        named: Measures that a person named.
    """
    found = []
    for name in dict.fromkeys((*named, *shown_in("headline"))):
        if name not in pair.differences:
            continue
        own = pair.differences[name]
        if math.isnan(own.low):
            continue
        found.append(verdict(pair, name, own, rows))
        if own.verdict != BETTER and not math.isnan(own.p_not_worse):
            found.append(within_margin(pair, name, own))
    others = {name: own for name, own in pair.differences.items() if name not in (*named, *shown_in("headline"))}
    better = [measure(name).title for name, own in others.items() if own.verdict == BETTER]
    worse = [measure(name).title for name, own in others.items() if own.verdict == WORSE]
    if better:
        found.append(f"{pair.second} is better than {pair.first} in other measures, too: {', '.join(better)}.")
    if worse:
        found.append(f"{pair.second} is worse than {pair.first} in other measures: {', '.join(worse)}.")
    return tuple(found)


def verdict(pair: Pair, name: str, own: Difference, rows: int) -> str:
    """Better, worse, or that one cannot tell and what it would take."""
    title, first, second = measure(name).title, pair.first, pair.second
    if own.verdict == SAME:
        return f"{title}: {second} and {first} score the same in these rows."
    value, low, high, p = signed(own.value), signed(own.low), signed(own.high), chance(own.holm)
    if own.verdict == BETTER:
        return f"{title}: {second} is better than {first}, by {value} ({low} to {high}), p {p}."
    if own.verdict == WORSE:
        return f"{title}: {second} is worse than {first}, by {value} ({low} to {high}), p {p}."
    if own.verdict == DIFFERENT:
        return f"{title}: {second} differs from {first}, by {value} ({low} to {high}), p {p}."
    if not holds_zero(own) and own.holm > own.p_value:
        return (
            f"{title}: cannot tell {second} from {first} with n = {rows:,}, as the difference of {value} ({low} to "
            f"{high} for this pair alone) has p {p} once adjusted for all pairs{enough(own, rows)}."
        )
    if not holds_zero(own):  # McNemar's mid-p
        return (
            f"{title}: cannot tell {second} from {first} with n = {rows:,}, as the difference of {value} ({low} to "
            f"{high}) has p {p}{enough(own, rows)}."
        )
    return (
        f"{title}: cannot tell {second} from {first} with n = {rows:,}, as the difference of {value} may be anything "
        f"from {low} to {high}{enough(own, rows)}."
    )


def holds_zero(own: Difference) -> bool:
    """Whether the interval holds no difference at all."""
    return own.low <= 0 <= own.high


def enough(own: Difference, rows: int) -> str:
    """How many rows it takes."""
    if own.rows_needed is None:
        return ""
    if own.rows_needed <= rows:
        return f"; with so many rows a difference of {plain(own.to_see)} would show, so that any there is is smaller"
    return f"; about {rounded(own.rows_needed):,} rows would be needed to see a difference of {plain(own.to_see)}"


def within_margin(pair: Pair, name: str, own: Difference) -> str:
    """Whether the second is not worse than the first by more than a margin, or the two are equivalent."""
    title, first, second, margin = measure(name).title, pair.first, pair.second, plain(own.margin)
    p, most = chance(own.p_equivalent if own.equivalent else own.p_not_worse), plain((1 - own.level) / 2)
    if own.equivalent:
        return f"{title}: {second} and {first} differ by less than {margin} (p {p}, at most {most})."
    if own.not_worse:
        return f"{title}: {second} is not worse than {first} by more than {margin} (p {p}, at most {most})."
    return f"{title}: {second} may be worse than {first} by more than {margin} (p {p}, above {most})."


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
