"""What several renderers say of estimates: why they are undefined, and whether their numeric bound is worth telling."""

from __future__ import annotations

from collections.abc import Mapping

from gnomon.estimate import Estimate
from gnomon.evaluation.result import Evaluation
from gnomon.measures.catalogue import measure
from gnomon.report.language import tr
from gnomon.report.text import number

# A bound is shown where it is more than this share of the interval's width.
NEGLIGIBLE = 0.01


def reasons(estimates: Mapping[str, Estimate]) -> list[str]:
    """Why values or intervals are undefined, the same reason once."""
    by_reason: dict[str, list[str]] = {}
    for name, estimate in estimates.items():
        if estimate.reason is not None:
            said = estimate.reason if estimate.defined else f"undefined, as {estimate.reason}"
            by_reason.setdefault(tr(said), []).append(tr(measure(name).title))
    return [f"{', '.join(titles)}: {reason}." for reason, titles in by_reason.items()]


def row_name(id: str, evaluation: Evaluation) -> str:
    """What a row is called: as its column of ids says, else its number in the reader's language."""
    named = evaluation.provenance.get("columns", {}).get("id") is not None
    return id if named else tr(id)


def bounded(estimate: Estimate) -> bool:
    """Whether the numeric bound is not negligible beside the interval and what is shown."""
    width = estimate.high - estimate.low
    if not estimate.defined or estimate.bound <= (NEGLIGIBLE * width if width > 0 else 0.0):
        return False
    return number(estimate.value - estimate.bound) != number(estimate.value + estimate.bound)
