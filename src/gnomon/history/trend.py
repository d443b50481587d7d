"""How a measure went over the runs of the history, of all rows or of slices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gnomon.errors import UsageError
from gnomon.estimate import Estimate
from gnomon.evaluation.result.displayable import Displayable
from gnomon.history.history import History
from gnomon.history.run import Run, short
from gnomon.measures.registry import find, shown_in
from gnomon.message import Message

# Runs that are shown unless more are asked for; slices, those of the most rows.
SHOWN, MOST_SLICES = 30, 8


@dataclass(frozen=True, slots=True)
class Trend(Displayable):
    """A measure over runs.

    Attributes:
        measure: The name of the measure.
        runs: The runs, the oldest first.
        series: By the name of the runs, or by the slice, the estimate of each run; None where it has none.
    """

    measure: str
    runs: tuple[Run, ...]
    series: Mapping[str, tuple[Estimate | None, ...]]

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where the numbers came from: nothing that the runs do not say."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "measure": self.measure,
            "runs": [
                {"id": run.id, "name": run.name, "created": run.created, "held": list(run.held)} for run in self.runs
            ],
            "series": {
                name: [None if own is None else short(own) for own in values] for name, values in self.series.items()
            },
        }


def trend(
    history: History,
    by: str | None = None,
    *,
    slices: str | None = None,
    name: str | None = None,
    tag: str | None = None,
    limit: int = SHOWN,
) -> Trend:
    """How a measure went over the newest runs.

    Args:
        history: The history.
        by: The measure; None for the first of those that are looked at first that the newest run has.
        slices: The column of slices: a line for each of its slices, instead of one for each name.
        name: Runs of this name alone.
        tag: Runs with this tag alone.
        limit: At most so many runs.

    Raises:
        UsageError: There are no runs, or none has the measure.
    """
    runs = history.runs(name=name, tag=tag, limit=limit)[::-1]
    if not runs:
        raise UsageError(Message("trend_of_nothing", "the history has no such runs\nlog some with --log"))
    usual = (*shown_in("ranks_slices"), *shown_in("headline"))
    measure = next((own for own in usual if own in runs[-1].estimates), None) if by is None else None
    if by is not None and (found := find(by)) is not None:
        measure = found.name
    if measure is None or not any(measure in run.estimates for run in runs):
        text = "no such run in the history has {measure!r}"
        raise UsageError(Message("no_run_with_measure", text, measure=by or measure))
    ids = [run.id for run in runs]
    if slices is None:
        names = dict.fromkeys(run.name for run in runs)
        series = {own: tuple(run.estimates.get(measure) if run.name == own else None for run in runs) for own in names}
        return Trend(measure, tuple(runs), series)
    values = history.slice_values(ids, slices)
    if not values:
        raise UsageError(Message("no_run_with_slices", "no run in the history has slices of {column!r}", column=slices))
    series = {
        f"{slices}:{value}": tuple(history.values(ids, measure, (slices, value))) for value in values[:MOST_SLICES]
    }
    return Trend(measure, tuple(runs), series)
