"""What a model is compared with: rows, a saved evaluation, or a run of the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gnomon.errors import HistoryError, UsageError
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.message import Message


@dataclass(frozen=True, slots=True)
class GateBaseline:
    """A baseline.

    Attributes:
        name: What it is called; None where there is none, or where it is a column of the model's rows.
        rows: Its rows; None where they are not at hand.
        saved: Its evaluation, where it was saved or logged.
        score, prediction: Its columns, where they are known.
        looks: How many sets of predictions were judged on its rows; None where that is not known.
        notes: What is to be known of it.
    """

    name: str | None = None
    rows: Any = None
    saved: Evaluation | None = None
    score: Any = None
    prediction: Any = None
    looks: int | None = None
    notes: tuple[Message, ...] = field(default=())


def baseline_of(given: Any, history: Any = None) -> GateBaseline:
    """What was passed as the baseline.

    Args:
        given: Rows, an evaluation, the path of either, or what the history knows a run by.
        history: The address of the history; None for that of the project.

    Raises:
        UsageError: There is neither a file nor a run of that name.
        StateError: A file holds another result.
        HistoryError: The rows of a run have changed.
    """
    if given is None:
        return GateBaseline()
    if isinstance(given, Evaluation):
        return GateBaseline(str(given.provenance.get("source", "")), saved=given)
    if not isinstance(given, (str, Path)):
        return GateBaseline("baseline", given)
    if Path(given).exists() or "*" in str(given):
        if Path(given).suffix.lower() == ".json":
            return GateBaseline(str(given), saved=Evaluation.load(given))
        return GateBaseline(str(given), given)
    from gnomon.history.history import History

    known = History(history)
    try:
        run = known[str(given)]
    except HistoryError as error:
        raise UsageError(
            Message(
                "no_such_baseline",
                "there is no file {name}, and the history has no run of that tag, name or id\n{hint}",
                name=str(given),
                hint=error.message.values.get("hint", ""),
            )
        ) from None
    saved = known.load(run.id)
    columns = saved.provenance.get("columns", {})
    looks = known.looks(run.rows) if run.rows is not None else 0
    notes = (chosen_from(looks),) if looks > 1 else ()
    try:
        rows = known.rows(run.id)
    except HistoryError as error:
        if error.message.code == "run_rows_changed":
            raise
        rows = None
        notes = (*notes, error.message)
    score = list(columns.get("score") or ()) or None
    return GateBaseline(
        f"{run.name} ({run.short_id})",
        rows,
        saved,
        score[0] if score is not None and len(score) == 1 else score,
        columns.get("prediction"),
        None if run.rows is None else looks,
        notes,
    )


def chosen_from(looks: int) -> Message:
    """What a baseline that was chosen from many looks like."""
    return Message(
        "baseline_chosen",
        "{looks:,} models were judged on the rows of the baseline: if it was chosen as the best of them, it looks "
        "better than it is\njudge a close call on fresh rows",
        looks=looks,
    )
