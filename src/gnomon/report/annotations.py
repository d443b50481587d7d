"""A gate in GitHub Actions: annotations of the run, and a summary of the job."""

from __future__ import annotations

from gnomon.gating.result import FAIL, INCONCLUSIVE, PASS, GateResult
from gnomon.report.language import tr
from gnomon.report.markdown import markdown, plain
from gnomon.visible import visible

# GitHub shows so many annotations of a step, and drops a summary above so many bytes whole.
MOST, LARGEST = 10, 1_000_000


def workflow_commands(result: GateResult) -> list[str]:
    """The worst verdicts as workflow commands: errors, and warnings for what does not fail the gate.

    Names of slices and columns are foreign text: what could end the command, or begin another one, is escaped.
    """
    lines = []
    for own in result.judgements:
        if own.verdict not in (FAIL, INCONCLUSIVE):
            continue
        fails = not own.warns and (own.verdict == FAIL or result.policy != PASS)
        command = "error" if fails else "warning"
        title = property_of(f"gnomon: {tr(own.verdict)}")
        lines.append(f"::{command} title={title}::{escaped(visible(tr(own.sentence)))}")
    return lines[:MOST]


def escaped(text: str) -> str:
    """Text as the message of a workflow command.

    >>> escaped("100 %\\n::error::x")
    '100 %25%0A::error::x'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_of(text: str) -> str:
    """Text as the property of a workflow command."""
    return escaped(text).replace(":", "%3A").replace(",", "%2C")


def summary(result: GateResult, title: str | None = None) -> str:
    """The gate as Markdown for the summary of a job; where it would be too large, the verdict and the worst alone."""
    text = markdown(result, title=title)
    if len(text.encode("utf-8")) <= LARGEST:
        return text
    worst = [f"- {plain(tr(own.sentence))}" for own in result.judgements[:MOST]]
    return "\n".join([f"**{plain(tr(result.answer))}**", "", *worst, ""])
