"""What several renderers say of estimates: which stand side by side, at what level, why some are undefined."""

from __future__ import annotations

from collections.abc import Mapping

from gnomon.estimate import Estimate
from gnomon.evaluation.result import Evaluation
from gnomon.measures.catalogue import measure
from gnomon.report.language import tr
from gnomon.report.text import number

# A bound is shown where it is more than this share of the interval's width.
NEGLIGIBLE = 0.01


# Of a regression: errors in the unit of the target.
IN_UNITS = ("rmse", "mae", "median_absolute_error")


def comparable(evaluation: Evaluation) -> list[str]:
    """The estimates that have a place on one axis: those that end at 1, of a regression those in the target's unit."""
    if evaluation.task == "regression":
        return [name for name in IN_UNITS if name in evaluation]
    averages = ("_micro", "_weighted", "_samples")
    return [name for name in evaluation if measure(name).high == 1.0 and not name.endswith(averages)]


def level_of(evaluation: Evaluation) -> float:
    """The level of the intervals."""
    return next((own.level for own in evaluation.values()), 0.95)


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
