"""Runs of the history as tables: for a terminal, as Markdown, as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from rich.console import Console, RenderableType
from rich.text import Text

from gnomon.history.gates import GateRun
from gnomon.history.leaderboard import Leaderboard, Place
from gnomon.history.run import Run
from gnomon.measures.registry import get_measure, shown_in
from gnomon.message import Message
from gnomon.report.language import tr
from gnomon.report.markdown import plain
from gnomon.report.markdown import table as markdown_table
from gnomon.report.remarks import figure, tags_of
from gnomon.report.terminal.tables import ASCII, UNICODE, Glyphs, column_table
from gnomon.text import number
from gnomon.visible import visible

LONGEST = 24
# Values of a small trend, from the oldest to the newest, and its steps.
TREND, STEPS = 10, "▁▂▃▄▅▆▇█"


def leading(runs: Sequence[Run]) -> list[str]:
    """The measures that a list of runs shows: those that are looked at first."""
    names = dict.fromkeys((*shown_in("ranks_slices"), *shown_in("headline"), *shown_in("headline_macro")))
    return [name for name in names if any(name in run.estimates for run in runs)][:2]


def listing(runs: Sequence[Run], glyphs: Glyphs = UNICODE) -> dict[str, list[str]]:
    """The runs as columns of text, each with a small trend of those of its name."""
    names = leading(runs)
    columns: dict[str, list[str]] = {
        tr("run"): [run.short_id for run in runs],
        tr("name"): [visible(run.name, LONGEST) for run in runs],
    }
    for name in names:
        columns[tr(get_measure(name).column)] = [figure(run.estimates.get(name), glyphs.dash) for run in runs]
        if name == names[0] and len({run.name for run in runs}) < len(runs) and glyphs is UNICODE:
            columns[tr("trend")] = [trend(runs, place, name) for place in range(len(runs))]
        if name == names[0]:
            columns[tr("tags")] = [visible(tags_of(run), LONGEST) for run in runs]
            columns[tr("when")] = [run.created[:16].replace("T", " ") for run in runs]
    columns |= {
        "n": [f"{run.n:,}" for run in runs],
        tr("commit"): ["" if run.commit is None else run.commit[:9] + ("+" if run.dirty else "") for run in runs],
    }
    return {head: own for head, own in columns.items() if any(own)}


def trend(runs: Sequence[Run], place: int, measure: str) -> str:
    """The values of a run and of those of its name before it, as small bars between the least and the greatest."""
    alike = [run for run in runs[place:] if (run.name, run.rows) == (runs[place].name, runs[place].rows)]
    own = [run.estimates.get(measure) for run in alike][:TREND]
    values = [each.value for each in reversed(own) if each is not None and each.defined]
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    wide = (high - low) or 1.0
    return "".join(STEPS[round((value - low) / wide * (len(STEPS) - 1))] for value in values)


def show_runs(runs: Sequence[Run], console: Console) -> None:
    """Prints runs, the newest first."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    if not runs:
        console.print(Text(tr("There are no runs."), style="dim"))
        return
    console.print(column_table(listing(runs, glyphs), console.width, {tr("run"): "dim", tr("when"): "dim"}, glyphs))


def runs_as(form: str, runs: Sequence[Run]) -> str:
    """Runs as JSON, or as Markdown."""
    if form == "json":
        forms = {"runs": [run.to_dict() for run in runs]}
        return json.dumps(forms, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return as_markdown(listing(runs)) if runs else tr("There are no runs.") + "\n"


def as_markdown(columns: Mapping[str, Sequence[str]]) -> str:
    """Columns of text as a table of Markdown."""
    rows = [list(map(plain, row)) for row in zip(*columns.values(), strict=True)]
    return markdown_table([plain(head) for head in columns], rows) + "\n"


def verdicts(gates: Sequence[GateRun]) -> dict[str, list[str]]:
    """What gates said as columns of text."""
    columns = {
        "id": [own.short_id for own in gates],
        tr("gate"): [visible(own.name, LONGEST) for own in gates],
        tr("verdict"): [tr(own.verdict) for own in gates],
        tr("baseline"): [visible(own.baseline or "", LONGEST) for own in gates],
        tr("look"): [own.look or "" for own in gates],
        "n": [f"{own.n:,}" for own in gates],
        tr("when"): [own.created[:16].replace("T", " ") for own in gates],
        tr("commit"): ["" if own.commit is None else own.commit[:9] + ("+" if own.dirty else "") for own in gates],
    }
    return {head: own for head, own in columns.items() if any(own)}


def show_gates(gates: Sequence[GateRun], console: Console) -> None:
    """Prints what gates said, the newest first."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    if not gates:
        console.print(Text(tr("No gate has been logged."), style="dim"))
        return
    console.print(column_table(verdicts(gates), console.width, {"id": "dim", tr("when"): "dim"}, glyphs))


def gates_as(form: str, gates: Sequence[GateRun]) -> str:
    """What gates said as JSON, or as Markdown."""
    if form == "json":
        forms = {"gates": [own.to_dict() for own in gates]}
        return json.dumps(forms, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return as_markdown(verdicts(gates)) if gates else tr("No gate has been logged.") + "\n"


def places(board: Leaderboard, glyphs: Glyphs = UNICODE) -> dict[str, list[str]]:
    """A leaderboard as columns of text."""
    several = any(own.group > 1 for own in board.places)
    columns = {
        "": [str(place) for place in range(1, len(board.places) + 1)],
        tr("name"): [visible(own.run.name, LONGEST) for own in board.places],
        tr(get_measure(board.measure).column): [figure(own.estimate, glyphs.dash) for own in board.places],
        tr("may be the best"): [best_of(own, glyphs.dash) for own in board.places],
        tr("run"): [own.run.short_id for own in board.places],
        **({tr("rows"): [str(own.group) for own in board.places]} if several else {}),
        "n": [f"{own.run.n:,}" for own in board.places],
        tr("tags"): [visible(tags_of(own.run), 2 * LONGEST) for own in board.places],
    }
    return {head: own for head, own in columns.items() if any(own)}


def best_of(place: Place, dash: str) -> str:
    """Whether a run may be the best of those on the same rows."""
    if place.may_be_best is None:
        return dash
    return tr("yes") if place.may_be_best else tr("no")


def remarks(board: Leaderboard) -> list[str]:
    """What is to be known of a leaderboard."""
    level = f"{100 * board.level:g}"
    text = (
        "A run may be the best if no other one on the same rows is shown to be better, at {level} % for all of them "
        "together."
    )
    best = Message("may_be_best", text, level=level)
    said = [tr(best)]
    if board.unpaired is not None:
        text = "Not all are compared row by row, but as if their rows were others, which is cautious: {why}."
        said.append(tr(Message("may_be_best_unpaired", text, why=board.unpaired)))
    if any(own.group > 1 for own in board.places):
        said.append(
            tr("Runs with the same number under rows were judged on the same rows; only those can be compared.")
        )
    if board.luck > 0:
        text = "The best value is optimistic, as it was picked as the best: by at most about {luck}."
        curse = Message("winners_curse", text, luck=number(board.luck))
        if not math.isnan(board.optimism):
            text = "The best value is optimistic, as it was picked as the best: by about {optimism}, at most {luck}."
            curse = Message("winners_curse_seen", text, optimism=number(board.optimism), luck=number(board.luck))
        said.append(tr(curse))
    if board.looks > 1:
        text = "{looks:,} models were judged on these rows: each one more makes the best look better by chance."
        said.append(tr(Message("rows_wear_out", text, looks=board.looks)))
    if board.older:
        text = "Of each name the newest run is shown; older ones: {number:,} (--name shows them)."
        said.append(tr(Message("runs_older", text, number=board.older)))
    if board.left:
        said.append(tr(Message("runs_left", "{number:,} more runs are not shown.", number=board.left)))
    return said


def show_board(board: Leaderboard, console: Console) -> None:
    """Prints a leaderboard."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    table: RenderableType = column_table(places(board, glyphs), console.width, {tr("run"): "dim"}, glyphs)
    console.print(table)
    console.print()
    for text in remarks(board):
        console.print(Text(text, style="dim"))


def board_as(form: str, board: Leaderboard) -> str:
    """A leaderboard as JSON, or as Markdown."""
    if form == "json":
        return json.dumps(board.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return as_markdown(places(board)) + "\n" + "\n".join(f"- {plain(text)}" for text in remarks(board)) + "\n"
