"""What a gate says, in whatever form it is shown: every rule with its verdict, its evidence, and the rows it takes."""

from __future__ import annotations

from dataclasses import dataclass

from gnomon.gating.result import FAIL, INCONCLUSIVE, NOT_JUDGED, PASS, GateResult, Judgement
from gnomon.gating.words import evidence, place, rounded
from gnomon.message import Message, word
from gnomon.report.language import tr
from gnomon.report.remarks import source_of
from gnomon.visible import visible

LONGEST, LONGEST_RULE = 60, 200
# Rules and slices that are shown, the worst first.
MOST = 200
VERDICTS = {
    PASS: word("pass"), FAIL: word("fail"), INCONCLUSIVE: word("inconclusive"), NOT_JUDGED: word("not judged"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A verdict as text.

    Attributes:
        verdict: The verdict; of a rule that only warns with that.
        good: Whether it passes (True), fails (False), or neither (None).
        rule: The rule, about the slice where it is about a pattern of them.
        evidence: The value with its interval.
        n: The rows.
        equal, seen: About how many rows it takes if the model is as good as the baseline, and if it is as seen.
    """

    verdict: str
    good: bool | None
    rule: str
    evidence: str
    n: str
    equal: str
    seen: str


def lines(result: GateResult) -> list[Line]:
    """Every verdict as text."""
    return [line(own) for own in result.judgements[:MOST]]


def line(judgement: Judgement) -> Line:
    """A verdict as text."""
    said = tr(VERDICTS[judgement.verdict])
    if judgement.warns:
        said = tr(Message("only_warns", "{verdict} (warns only)", verdict=said))
    return Line(
        said,
        {PASS: True, FAIL: False}.get(judgement.verdict),
        visible(judgement.about, LONGEST_RULE),
        evidence(judgement),
        f"{judgement.n:,}" if judgement.n else "",
        rows(judgement.rows_needed()) if judgement.kind == "baseline" else "",
        rows(judgement.rows_needed(as_seen=True)) if judgement.kind != "fact" else "",
    )


def rows(needed: int | None) -> str:
    """About how many rows it takes."""
    return "" if needed is None else f"{rounded(needed):,}"


def told(result: GateResult) -> list[str]:
    """Every rule that does not pass, in a sentence; and what the policy makes of an inconclusive gate."""
    texts = [said(own) for own in result.judgements[:MOST] if own.verdict in (FAIL, INCONCLUSIVE)]
    left_out = [own for own in result.judgements if own.verdict == NOT_JUDGED]
    if left_out:
        names = dict.fromkeys(place(own.slice) for own in left_out)
        shown = ", ".join(list(names)[:10]) + (", ..." if len(names) > 10 else "")
        texts.append(tr(Message("slices_not_judged", "Slices with too few rows are not judged: {names}.", names=shown)))
    if result.verdict == INCONCLUSIVE and result.policy != INCONCLUSIVE:
        text = "The policy on inconclusive gates makes it count as: {policy}."
        texts.append(tr(Message("policy_counts", text, policy=VERDICTS[result.policy])))
    return texts


def said(judgement: Judgement) -> str:
    """A verdict in a sentence."""
    if not judgement.warns:
        return tr(judgement.sentence)
    return tr(Message("warning_sentence", "Warning only: {sentence}", sentence=judgement.sentence))


def facts(result: GateResult) -> list[str]:
    """The rows, and the baseline."""
    made = [f"n = {result.n:,}"]
    if result.baseline is not None:
        made.append(f"{tr('baseline')}: {visible(result.baseline, LONGEST)}")
    return made


def plan(result: GateResult) -> str:
    """How many rows it takes for all rules to pass together."""
    needed = result.rows_needed()
    if needed is None:
        return tr(
            "No number of rows makes all rules pass for a model that is as good as the baseline and whose other values "
            "are as seen, or it is not known how many."
        )
    text = (
        "All rules together pass with a power of {power:.0%} at about {rows:,} rows, if the model is as good as the "
        "baseline and its values are as seen; there are {n:,}."
    )
    return tr(Message("rows_for_all", text, power=result.power, rows=rounded(needed), n=result.n))


def source(result: GateResult) -> str:
    """Where the rows of the model came from."""
    return visible(source_of(result.provenance), LONGEST)
