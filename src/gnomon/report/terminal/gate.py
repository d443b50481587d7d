"""A gate for a terminal: the verdict, why, and every rule."""

from __future__ import annotations

from collections.abc import Callable, Collection

from rich.console import Console, Group, RenderableType
from rich.text import Text

from gnomon.gating.result import GateResult
from gnomon.message import Message
from gnomon.report import gates
from gnomon.report.language import tr
from gnomon.report.parts import shown_parts
from gnomon.report.terminal.tables import (
    ASCII,
    GAP,
    UNICODE,
    Glyphs,
    bullets,
    grid,
    not_shown,
    notes_section,
    print_parts,
    widest,
)

STYLES = {"pass": "bold green", "fail": "bold red", "inconclusive": "bold yellow"}


def render_gate(result: GateResult, console: Console, only: Collection[str] = ()) -> None:
    """Prints what a gate says to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    head = Text()
    head.append(tr("gate"), style="bold")
    head.append(f" {glyphs.dot} {gates.source(result)}\n")
    head.append(f" {glyphs.dot} ".join(gates.facts(result)), style="dim")
    parts: dict[str, Callable[[], RenderableType | None]] = {
        "decision": lambda: decision(result, console.width, glyphs),
        "plan": lambda: plan(result, console.width, glyphs),
        "notes": lambda: notes_section(list(map(tr, result.notes)), glyphs),
    }
    print_parts(head, shown_parts(parts, only), console)


def decision(result: GateResult, width: int, glyphs: Glyphs) -> RenderableType:
    """The verdict, why it is so, and every rule with its evidence."""
    answer = Text(tr(result.answer), style=STYLES[result.verdict])
    told = [glyphs.write(text).replace("–", glyphs.dash) for text in gates.told(result)]
    return Group(answer, *([bullets(told, glyphs)] if told else []), Text(""), rules(result, width, glyphs))


def rules(result: GateResult, width: int, glyphs: Glyphs) -> RenderableType:
    """A line a rule, or a slice that one is about, the worst first; where it is narrow the evidence stands alone."""
    shown = gates.lines(result)
    interval = tr(Message("value_and_interval", "value ({level:g} % interval)", level=result.level * 100))
    columns = {
        "": [f" {line.verdict}" for line in shown],  # so that no line begins with what a file or a rule says
        tr("rule"): [line.rule.replace("·", glyphs.dot) for line in shown],
        interval: [line.evidence.replace("–", glyphs.dash) for line in shown],
        "n": [line.n for line in shown],
    }
    dropped = []
    if sum(widest(name, *own) + GAP for name, own in columns.items()) - GAP > width:
        del columns["n"]
        dropped.append("n")
    table = grid()
    for place, head in enumerate(columns):
        table.add_column(head, justify="left" if place < 2 else "right", no_wrap=place != 1, overflow="fold")
    for place, line in enumerate(shown):
        style = {True: "green", False: "bold red"}.get(line.good, "yellow") if line.good is not None else "yellow"
        table.add_row(*(Text(own[place], style="" if head else style) for head, own in columns.items()))
    left = len(result.judgements) - len(shown)
    more = [Text(tr(Message("and_more", "and {number:,} more", number=left)), style="dim")] if left else []
    return Group(table, *more, *not_shown(dropped, glyphs))


def plan(result: GateResult, width: int, glyphs: Glyphs) -> RenderableType:
    """How many rows each rule takes, and all together."""
    shown = [line for line in gates.lines(result) if line.equal or line.seen]
    table = grid()
    heads = [tr("rule"), tr("rows"), tr("needed if equal"), tr("needed as seen")]
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left", no_wrap=place > 0, overflow="fold")
    for line in shown:
        table.add_row(*map(Text, (line.rule.replace("·", glyphs.dot), line.n, line.equal, line.seen or glyphs.dash)))
    return Group(Text(gates.plan(result), style="bold"), Text(""), table)
