"""What the verdict of a gate is in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gnomon.gating.rules import COLUMNS, COUNTS, FACTS
from gnomon.measures.registry import get_measure
from gnomon.measures.rule import quoted
from gnomon.message import Message, word
from gnomon.text import number, signed

if TYPE_CHECKING:
    from gnomon.gating.result import GateResult, Judgement

# What facts are called, and estimates of the calibration.
TITLES = {
    "rows": word("number of rows"),
    "missing": word("share of missing rows"),
    "unmatched": word("share of unmatched rows"),
    "looks": word("number of models judged on the rows"),
    "columns": word("columns"),
    "calibration_slope": word("calibration slope"),
    "calibration_intercept": word("calibration intercept"),
}


def title_of(measure: str) -> Message:
    """What is limited, as a person calls it."""
    return TITLES[measure] if measure in TITLES else word(get_measure(measure).title)


def answer(result: GateResult) -> Message:
    """The verdict on the model, and how many rules it rests on."""
    gating = [own for own in result.judgements if not own.warns]
    judged = [own for own in gating if own.verdict != "not judged"]
    wrong = sum(own.verdict == result.verdict for own in judged)
    if result.verdict == "pass":
        text = "Passed: {number:,} of {number:,} rules and slices hold."
        return Message("gate_passed", text, number=len(judged))
    if result.verdict == "fail":
        text = "Failed: {wrong:,} of {number:,} rules and slices do not hold."
        return Message("gate_failed", text, wrong=wrong, number=len(judged))
    if not judged:
        return Message("gate_judged_nothing", "Inconclusive: nothing was judged.")
    text = "Inconclusive: the rows cannot tell for {wrong:,} of {number:,} rules and slices."
    return Message("gate_inconclusive", text, wrong=wrong, number=len(judged))


def place(slice: tuple[str, str] | None) -> str:
    """A slice as rules write it; empty for all rows."""
    return "" if slice is None else f"{quoted(slice[0])}:{quoted(slice[1])}"


def subject(judgement: Judgement) -> str:
    """What is judged: the measure, and the slice if it is of one."""
    title = title_of(judgement.measure)
    where = place(judgement.slice)
    return Message("measure_on_slice", "{where}: {measure}", where=where, measure=title) if where else title


def evidence(judgement: Judgement) -> str:
    """The value with its interval; empty where it is undefined."""
    if math.isnan(judgement.value) or judgement.measure == COLUMNS:
        return ""
    if judgement.measure in COUNTS:
        return f"{judgement.value:,.0f}"
    shown = signed if judgement.kind in ("baseline", "gap") else number
    if judgement.measure in FACTS or math.isnan(judgement.low):
        return shown(judgement.value)
    return f"{shown(judgement.value)} ({shown(judgement.low)} – {shown(judgement.high)})"


def sentence(judgement: Judgement) -> Message:
    """A verdict in a sentence, with what it rests on and how many rows would tell."""
    said = {"subject": subject(judgement), "evidence": evidence(judgement), "limit": limit(judgement)}
    if judgement.measure == COLUMNS and judgement.reason is None:
        return Message("columns_as_asked", "{rule}: as asked.", rule=judgement.rule)
    if judgement.reason is not None and not said["evidence"]:
        return Message("judged_because", "{subject}: {reason}.", subject=said["subject"], reason=judgement.reason)
    return judged_text(judgement, said)


def judged_text(judgement: Judgement, said: dict[str, str]) -> Message:
    """A verdict that has a value."""
    beside = "" if judgement.reason is None else Message("in_parentheses", " ({reason})", reason=judgement.reason)
    said = {**said, "beside": beside}
    said["rows"] = rows(judgement)
    if judgement.kind == "baseline":
        text = "{subject} changes by {evidence}{values}; {limit}{beside}{rows}."
        return Message("difference_judged", text, **said, values=values(judgement))
    text = "{subject} is {evidence}; the rule asks for {limit}{beside}{rows}."
    return Message("value_judged", text, **said)


def limit(judgement: Judgement) -> str:
    """The limit in words."""
    amount = f"{abs(judgement.limit):g}"
    if judgement.kind != "baseline":
        if judgement.least:
            return Message("limit_least", "at least {limit}", limit=f"{judgement.limit:g}")
        return Message("limit_most", "at most {limit}", limit=f"{judgement.limit:g}")
    if judgement.limit == 0:
        return word("it may not fall") if judgement.least else word("it may not rise")
    if judgement.sign * judgement.limit < 0:
        if judgement.least:
            return Message("may_fall", "it may fall by less than {amount}", amount=amount)
        return Message("may_rise", "it may rise by less than {amount}", amount=amount)
    if judgement.least:
        return Message("has_to_rise", "it has to rise by more than {amount}", amount=amount)
    return Message("has_to_fall", "it has to fall by more than {amount}", amount=amount)


def values(judgement: Judgement) -> str:
    """What the model and the baseline score; empty where that is not known."""
    if math.isnan(judgement.new) or math.isnan(judgement.old):
        return ""
    text = " (from {old} to {new})"
    return Message("from_to", text, old=number(judgement.old), new=number(judgement.new))


def rows(judgement: Judgement) -> str:
    """How many rows would tell; empty where that is not known."""
    if math.isnan(judgement.deviation) or judgement.verdict != "inconclusive":
        return ""
    seen = judgement.rows_needed(as_seen=True)
    if judgement.kind != "baseline":
        if seen is None:
            return Message("no_rows_will_do", "; as it is seen, no number of rows will do")
        return Message("rows_would_do", "; about {rows:,} rows would tell, of {n:,}", rows=rounded(seen), n=judgement.n)
    equal = judgement.rows_needed()
    if equal is None:
        return Message("no_rows_will_do", "; as it is seen, no number of rows will do")
    if seen is None:
        text = "; about {rows:,} rows would tell if they are equal, of {n:,}; as it is seen, no number will do"
        return Message("rows_if_equal_only", text, rows=rounded(equal), n=judgement.n)
    text = "; about {rows:,} rows would tell if they are equal, {seen:,} if it is as seen, of {n:,}"
    return Message("rows_if_equal", text, rows=rounded(equal), seen=rounded(seen), n=judgement.n)


def rounded(count: int) -> int:
    """A number of rows in three digits.

    >>> rounded(1374), rounded(87), rounded(10_049)
    (1370, 87, 10000)
    """
    unit = 10 ** max(0, len(str(count)) - 3)
    return int(round(count / unit) * unit)
