"""What changed between evaluations, for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from gnomon.evaluation.result.evaluations import Evaluations
from gnomon.report import changes
from gnomon.report.language import tr
from gnomon.report.terminal.tables import ASCII, GAP, UNICODE, grid, not_shown, widest


def render_changes(evaluations: Evaluations, console: Console) -> None:
    """Prints the changes from the first model to each other one; the old values go first where it is narrow."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    for place, own in enumerate(changes.change_tables(evaluations)):
        if place:
            console.print()
        console.print(Text(changes.heading(own), style="bold"))
        columns = {
            tr("measure"): [glyphs.write(line.name) for line in own.lines],
            own.old: [line.old for line in own.lines],
            own.new + (" " if own.new == own.old else ""): [line.new for line in own.lines],
            tr("difference"): [line.difference for line in own.lines],
            tr("interval"): [line.interval.replace("–", glyphs.dash) for line in own.lines],
            "": [line.verdict for line in own.lines],
        }
        dropped = []
        for head in (own.old, next(head for place, head in enumerate(columns) if place == 2)):
            if sum(widest(name, *cells) + GAP for name, cells in columns.items()) - GAP > console.width:
                del columns[head]
                dropped.append(head)
        table = grid()
        for place_of, head in enumerate(columns):
            words = place_of == 0 or not head
            table.add_column(head, justify="left" if words else "right", no_wrap=place_of > 0, overflow="fold")
        for row, line in enumerate(own.lines):
            style = {True: "bold green", False: "bold red"}.get(line.good, "") if line.good is not None else ""
            table.add_row(*(Text(cells[row], style=style if not head else "") for head, cells in columns.items()))
        console.print(table)
        for text in not_shown(dropped, glyphs):
            console.print(text)
        console.print(Text(changes.note(own), style="dim"))
