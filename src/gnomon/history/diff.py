"""What changed from one run to another: paired where the rows of both are at hand, else as of two samples."""

from __future__ import annotations

from dataclasses import replace

from gnomon.comparison.compare import compare
from gnomon.comparison.result import Comparison
from gnomon.errors import DataError, UsageError
from gnomon.evaluation.result.evaluations import Evaluations
from gnomon.history.history import History
from gnomon.history.pairing import rows_together
from gnomon.message import Message


def diff(history: History, old: str, new: str) -> tuple[Comparison | Evaluations, Message | None]:
    """Two runs compared; and why they could not be compared row by row, where they were not.

    Args:
        history: The history.
        old: The one run, by a tag, an id or its beginning, or the newest of a name.
        new: The other.

    Raises:
        HistoryError: There is no such run.
        UsageError: They are the same run, or of different tasks or classes.
    """
    runs = [history[key] for key in (old, new)]
    if runs[0].id == runs[1].id:
        raise UsageError(Message("diff_of_itself", "{old} and {new} are the same run", old=old, new=new))
    names = [run.name for run in runs]
    if names[0] == names[1]:
        names = [f"{run.name} {run.short_id}" for run in runs]
    evaluations = [history.load(run.id) for run in runs]
    side_by_side = Evaluations(dict(zip(names, evaluations, strict=True)))
    found = rows_together(history, runs, names, evaluations)
    if isinstance(found, Message):
        return side_by_side, found
    data, asked = found
    try:
        comparison = compare(data, **asked)
    except DataError as error:
        return side_by_side, error.message
    return replace(comparison, provenance={**comparison.provenance, "source": " → ".join(names)}), None
