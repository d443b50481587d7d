"""What a model is compared with: rows, a saved evaluation, or a run of the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gnomon.errors import HistoryError, UsageError
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.intervals.crossed import noise_floor
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.text import number

if TYPE_CHECKING:
    from gnomon.history.history import History

# How often two runs of a recipe lie no farther apart than its noise floor.
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class GateBaseline:
    """A baseline.

    Attributes:
        name: What it is called; None where there is none, or where it is a column of the model's rows.
        rows: Its rows; None where they are not at hand.
        saved: Its evaluation, where it was saved or logged.
        score, prediction: Its columns, where they are known.
        looks: How many models were judged on its rows; None where that is not known.
        chosen_from: Among how many of them it may have been chosen: those that were judged until it was given its tag.
        history: The history that has it, and its fingerprint of the rows; None where none does.
        until: When it was given its tag; None where it was named otherwise.
        floors: By measure, by how much two runs of its recipe differ though nothing was changed, where there are such.
        notes: What is to be known of it.
    """

    name: str | None = None
    rows: Any = None
    saved: Evaluation | None = None
    score: Any = None
    prediction: Any = None
    looks: int | None = None
    chosen_from: int = 1
    history: History | None = None
    until: str | None = None
    floors: Mapping[str, float] = field(default_factory=dict)
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
    tagged = known.tag_events(str(given))[0][0] if str(given) in known.tagged() else None
    chosen = looks if tagged is None or run.rows is None else known.looks(run.rows, until=tagged)
    notes: tuple[Message, ...] = ()
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
        max(1, chosen),
        known,
        tagged,
        noise_floors(known, run.name, run.rows),
        notes,
    )


def noise_floors(history: History, name: str, rows: str | None) -> dict[str, float]:
    """By measure, by how much two runs of a name on the same rows differ though nothing was changed, if there are."""
    from gnomon.history.recipe import without_repeats

    runs = without_repeats([] if rows is None else history.runs(name=name, rows=rows))
    if len(runs) < 2:
        return {}
    common = [own for own in runs[0].estimates if all(own in run.estimates for run in runs)]
    values = {own: np.array([run.estimates[own].value for run in runs]) for own in common}
    return {own: noise_floor(held, LEVEL) for own, held in values.items() if np.isfinite(held).all()}


def note_on_choice(number: int) -> Message:
    """What a baseline that was chosen from many looks like."""
    return Message(
        "baseline_chosen",
        "The baseline may have been chosen as the best of {number:,} models on these rows, and would then look better "
        "than it is: failures against it are corrected for that, passes need no correction; judge a close call on "
        "fresh rows.",
        number=number,
    )


def within_noise(measure: str, margin: float, floor: float) -> Message:
    """What a margin is that is smaller than what chance does to a recipe."""
    return Message(
        "margin_within_noise",
        "By its runs in the history, two runs of the baseline's recipe differ by up to {floor} in {measure} though "
        "nothing was changed, more than the margin of {margin:g}: compare several runs of both (gnomon history "
        "recipe).",
        floor=number(floor),
        measure=get_measure(measure).title,
        margin=margin,
    )
