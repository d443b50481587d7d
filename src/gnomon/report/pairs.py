"""Pairs of models as rows of text, which all renderers of a comparison show."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gnomon.comparison.pair import BETTER, SAME, UNCLEAR, WORSE, Pair
from gnomon.comparison.ranking import leading
from gnomon.comparison.result import Comparison
from gnomon.comparison.words import rounded
from gnomon.estimate import Difference
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.report.language import tr
from gnomon.report.remarks import figure, method_name, reasons
from gnomon.text import number, p_text, signed
from gnomon.visible import visible

# More pairs are no reading: they are in the JSON form.
MOST_PAIRS = 15
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One difference as text.

    Attributes:
        name: Of the estimate.
        title: What the measure is called.
        difference: Its value.
        interval: Both ends; empty where there are none.
        p_value: Of more than two models adjusted by Holm.
        verdict: What it says of the second model.
        margin: What it says within the margin; empty where there is none.
        rows: About how many rows it takes to see what is worth seeing, where one cannot tell, or that there are enough.
        method: How the interval was made.
        good: Whether the second model is better (True), worse (False), or neither (None).
    """

    name: str
    title: str
    difference: str
    interval: str
    p_value: str
    verdict: str
    margin: str
    rows: str
    method: str
    good: bool | None


def title_of(pair: Pair) -> str:
    """What a pair is called: the second model minus the first."""
    return tr(
        Message(
            "minus", "{second} minus {first}", second=visible(pair.second, LONGEST), first=visible(pair.first, LONGEST)
        )
    )


def rows_of(pair: Pair, n: int) -> list[Row]:
    """The differences of a pair that has so many rows."""
    return [row_of(name, own, n) for name, own in pair.differences.items()]


def row_of(name: str, difference: Difference, n: int) -> Row:
    """A difference as text."""
    needed = ""
    if difference.verdict == UNCLEAR and difference.rows_needed is not None:
        needed = f"{rounded(difference.rows_needed):,}" if difference.rows_needed > n else tr("enough")
    ends = "" if math.isnan(difference.low) else f"{signed(difference.low)} – {signed(difference.high)}"
    return Row(
        name,
        tr(get_measure(name).title),
        signed(difference.value),
        ends,
        p_text(difference.p_value_holm),
        tr(difference.verdict or "") if ends or difference.verdict == SAME else "",
        margin_text(difference),
        needed,
        method_name(difference.method),
        None if difference.verdict not in (BETTER, WORSE) else difference.verdict == BETTER,
    )


def margin_text(difference: Difference) -> str:
    """What is settled within the margin."""
    if difference.equivalent is None:
        return ""
    said = (
        tr("equivalent") if difference.equivalent else tr("not worse") if difference.not_worse else tr("may be worse")
    )
    return f"{said} ({number(difference.margin)})"


@dataclass(frozen=True, slots=True)
class SliceTable:
    """How the models differ from the first on the slices of a column, by the measure that they are first compared by.

    Attributes:
        column: The column.
        measure: What the measure is called.
        first: What the first model is called.
        models: What the others are called.
        names: What the slices are called, that of the worst difference first.
        rows: How many rows each has.
        values: What the first model scores on each, with its interval.
        differences: The difference of each other model on each slice; None where there is none.
        left: How many slices are not shown.
    """

    column: str
    measure: str
    first: str
    models: list[str]
    names: list[str]
    rows: list[str]
    values: list[str]
    differences: list[list[Row | None]]
    left: int = 0


def slice_tables(comparison: Comparison, most: int) -> list[SliceTable]:
    """The differences on slices, a table a column.

    Args:
        comparison: The comparison.
        most: How many slices are shown of each column.
    """
    name, (first, evaluation) = leading(comparison), next(iter(comparison.models.items()))
    better = get_measure(name).better
    pairs = [pair for pair in comparison.pairs if pair.first == first and pair.slices][:MOST_PAIRS]
    tables = []
    for column, slices in evaluation.slices.items() if pairs else ():
        worst = {
            value: min(
                (better * own[name].value for pair in pairs if name in (own := pair.slices[column][value])),
                default=math.inf,
            )
            for value in slices
        }
        # Those that are worse by more than chance first.
        sure = {value for value in slices for pair in pairs if verdict_on(pair, column, value, name) == WORSE}
        order = sorted(slices, key=lambda value: (value not in sure, not slices[value].reliable, worst[value]))[:most]
        tables.append(
            SliceTable(
                visible(column, LONGEST),
                tr(get_measure(name).title),
                visible(first, LONGEST),
                [visible(pair.second, LONGEST) for pair in pairs],
                [visible(value, LONGEST) for value in order],
                [f"{slices[value].n:,}" for value in order],
                [figure(slices[value].estimates.get(name)) for value in order],
                [[slice_row(pair, column, value, name, slices[value].n) for pair in pairs] for value in order],
                len(slices) - len(order),
            )
        )
    return tables


def slice_row(pair: Pair, column: str, value: str, name: str, n: int) -> Row | None:
    """The difference of a measure on a slice as text; None where there is none."""
    difference = pair.slices[column][value].get(name)
    return None if difference is None else row_of(name, difference, n)


def verdict_on(pair: Pair, column: str, value: str, name: str) -> str | None:
    """What the difference of a measure on a slice says of the second model; None where there is none."""
    difference = pair.slices[column][value].get(name)
    return None if difference is None else difference.verdict


def slice_heading(table: SliceTable) -> str:
    """What a table of slices shows."""
    text = "{column}: {measure}, differences from {first}"
    return tr(Message("slice_differences", text, column=table.column, measure=table.measure, first=table.first))


def slices_note(table: SliceTable) -> str:
    """How the differences of slices are judged, and how many are left out."""
    judged = tr("p-values are adjusted for all slices of a column and all pairs of models (Holm); intervals are not")
    left = tr(Message("more_slices", "and {number:,} more slices", number=table.left)) if table.left else ""
    return "; ".join(filter(None, (left, judged)))


def remarks_on(comparison: Comparison) -> list[str]:
    """Why differences have no interval, or one to be taken with care, pair by pair."""
    several = len(comparison.pairs) > 1
    texts = []
    for pair in shown_pairs(comparison):
        named = f"{title_of(pair)} · " if several else ""
        texts += [f"{named}{text}" for text in reasons(pair.differences)]
    return texts


def notes_of(comparison: Comparison) -> list[str]:
    """All that is to be remarked on it."""
    told = [adjusted_note(comparison), *map(tr, comparison.notes)]
    return [*filter(None, told), *remarks_on(comparison)]


def shown_pairs(comparison: Comparison) -> tuple[Pair, ...]:
    """The pairs that are shown."""
    return comparison.pairs[:MOST_PAIRS]


def left_pairs(comparison: Comparison) -> str:
    """How many pairs are not shown; empty where all are."""
    left = len(comparison.pairs) - MOST_PAIRS
    return tr(Message("more_pairs", "and {left:,} more pairs, in the JSON form", left=left)) if left > 0 else ""


def adjusted_note(comparison: Comparison) -> str:
    """What p-values are adjusted for; empty where there is one pair."""
    if len(comparison.pairs) < 2:
        return ""
    return tr(
        Message(
            "p_values_adjusted",
            "p-values are adjusted for {number} pairs of models (Holm); intervals are not",
            number=len(comparison.pairs),
        )
    )
