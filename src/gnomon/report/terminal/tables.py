"""Tables for a terminal: they adapt to the width, to no colour, and to terminals without Unicode."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.report.language import tr
from gnomon.report.remarks import bounded
from gnomon.text import number
from gnomon.visible import visible


class Glyphs(NamedTuple):
    """The characters that a terminal can show."""

    track: str
    line: str
    point: str
    bullet: str
    dash: str
    dot: str
    plus_minus: str
    best: str
    tied: str

    def write(self, title: str) -> str:
        """A measure's title in these characters."""
        said = tr(title)
        return said if self.dash == UNICODE.dash else said.replace("²", "^2")


UNICODE = Glyphs("╌", "━", "●", "•", "–", "·", "±", "*", "≈")
ASCII = Glyphs(".", "=", "o", "*", "-", "-", "+-", "*", "~")

LONGEST_LABEL = 16
WIDEST_BAR, NARROWEST_BAR = 30, 8
GAP = 2


def print_parts(head: RenderableType, parts: Mapping[str, RenderableType], console: Console) -> None:
    """Prints the parts of a report below its head, with an empty line between two."""
    console.print(head)
    for part in parts.values():
        console.print()
        console.print(part)


def stacked(sections: Sequence[RenderableType]) -> RenderableType | None:
    """Sections as one, with an empty line between two; None where there are none."""
    parts: list[RenderableType] = []
    for section in sections:
        parts += [*([Text("")] if parts else []), section]
    return Group(*parts) if parts else None


def estimates_table(
    estimates: Mapping[str, Estimate],
    width: int,
    glyphs: Glyphs,
    level: float,
    baselines: Mapping[str, str] = MappingProxyType({}),
) -> tuple[RenderableType, bool]:
    """One row an estimate, and whether the baselines are shown: as it gets narrower the bar goes, then they, then n.

    Args:
        estimates: The estimates by name.
        width: Of the terminal.
        glyphs: The characters that it can show.
        level: Of the intervals.
        baselines: What answering without a model scores, by name, as text.
    """
    first, baseline, interval = (
        tr("measure"),
        tr("baseline"),
        tr(Message("percent_interval", "{level:g} % interval", level=level * 100)),
    )
    columns = {
        first: [glyphs.write(get_measure(name).title) for name in estimates],
        tr("value"): [value_text(own, glyphs) for own in estimates.values()],
        interval: [interval_text(own, glyphs) for own in estimates.values()],
        baseline: [baselines.get(name, "") for name in estimates],
        "n": [f"{own.n:,}" for own in estimates.values()],
    }
    if not baselines:
        del columns[baseline]
    if not any(columns[interval]):
        del columns[interval]
    taken = sum(widest(head, *cells) + GAP for head, cells in columns.items())
    dropped = []
    for head in (baseline, "n"):
        if taken - GAP > width and head in columns:
            taken -= widest(head, *columns.pop(head)) + GAP
            dropped.append(head)
    bar_width = min(WIDEST_BAR, width - taken)
    bars = bar_width >= NARROWEST_BAR and any(has_bar(name, own) for name, own in estimates.items())
    table = grid()
    for head in columns:
        if head == "n" and bars:
            table.add_column(Text("0" + "1".rjust(bar_width - 1), style="dim"), no_wrap=True)
        others = sum(widest(own, *columns[own]) + GAP for own in columns if own != first)
        table.add_column(
            head,
            justify="left" if head == first else "right",
            no_wrap=True,
            overflow="ellipsis",
            max_width=max(8, width - others) if head == first else None,
            min_width=None if head == first else widest(head, *columns[head]),
        )
    if "n" not in columns and bars:
        table.add_column(Text("0" + "1".rjust(bar_width - 1), style="dim"), no_wrap=True)
    styles = {tr("value"): "bold", baseline: "dim", "n": "dim"}
    for row, (name, estimate) in enumerate(estimates.items()):
        cells = [Text(columns[head][row], style=styles.get(head, "")) for head in columns]
        if bars:
            drawn = bar(estimate, bar_width, glyphs) if has_bar(name, estimate) else Text("")
            cells.insert(len(cells) - ("n" in columns), drawn)
        table.add_row(*cells)
    return Group(table, *not_shown(dropped, glyphs)), baseline in columns


def value_text(estimate: Estimate, glyphs: Glyphs) -> str:
    """The value, with its numeric bound where that is not negligible beside the interval and what is shown."""
    shown = number(estimate.value)
    return f"{shown} {glyphs.plus_minus} {number(estimate.bound)}" if bounded(estimate) else shown


def interval_text(estimate: Estimate | Difference, glyphs: Glyphs) -> str:
    """Both ends of the interval."""
    if math.isnan(estimate.low):
        return ""
    return f"{number(estimate.low)} {glyphs.dash} {number(estimate.high)}"


def has_bar(name: str, estimate: Estimate) -> bool:
    """Whether a value has a place on an axis that ends at 1."""
    return estimate.defined and get_measure(name).high == 1.0


def bar(estimate: Estimate, width: int, glyphs: Glyphs) -> Text:
    """The interval on the axis from 0 to 1; what lies below 0 is drawn at 0, a value as <."""

    def column(value: float) -> int:
        return round(min(1.0, max(0.0, value)) * (width - 1))

    cells = [glyphs.track] * width
    styles = ["dim"] * width
    if not math.isnan(estimate.low):
        for at in range(column(estimate.low), column(estimate.high) + 1):
            cells[at], styles[at] = glyphs.line, "cyan"
    point = glyphs.point if estimate.value >= 0 else "<"
    cells[column(estimate.value)], styles[column(estimate.value)] = point, "bold"
    text = Text()
    for cell, style in zip(cells, styles, strict=True):
        text.append(cell, style=style)
    return text


class Column(NamedTuple):
    """A column of a table: its head and its cells."""

    head: str
    cells: Sequence[Text]

    @property
    def width(self) -> int:
        """The columns of a terminal that it takes, with the gap to the next."""
        return widest(self.head, *(cell.plain for cell in self.cells)) + GAP


def group_table(
    kind: str,
    groups: Mapping[str, Mapping[str, Estimate]],
    order: Sequence[str],
    width: int,
    glyphs: Glyphs,
    more: Sequence[Column] = (),
    marks: Mapping[tuple[str, str], str] = MappingProxyType({}),
    *,
    wrap: bool = False,
) -> RenderableType:
    """Estimates of each group of rows with their intervals: what does not fit is wrapped, or named below.

    Args:
        kind: What the groups are.
        groups: The estimates of each.
        order: Names of estimates, the most telling first.
        width: Of the terminal.
        glyphs: The characters that it can show.
        more: Columns after the estimates; the last ones go first where there is no room.
        marks: What stands after an estimate, by its name and the group.
        wrap: Whether estimates that do not fit stand in another table below.
    """
    first = next(iter(groups.values()))
    labels = Column(kind, [Text(visible(label, LONGEST_LABEL)) for label in groups])
    measures = [
        Column(
            glyphs.write(get_measure(name).column),
            [estimate_text(own.get(name), glyphs, marks.get((name, group), "")) for group, own in groups.items()],
        )
        for name in order
        if name in first
    ]
    beside, dropped = list(more), []
    while beside and labels.width + sum(own.width for own in (*measures[:1], *beside)) - GAP > width:
        dropped.append(beside.pop().head)
    blocks: list[list[Column]] = [[]]
    room = width + GAP - labels.width - sum(own.width for own in beside)
    for place, column in enumerate(measures):
        if blocks[-1] and column.width > room:
            if not wrap:
                dropped = [*(own.head for own in measures[place:]), *dropped]
                break
            blocks.append([])
            room = width + GAP - labels.width
        blocks[-1].append(column)
        room -= column.width
    tables = [text_table([labels, *block, *(beside if place == 0 else [])]) for place, block in enumerate(blocks)]
    made = stacked(tables)
    assert made is not None  # there is a block
    return Group(made, *not_shown(dropped, glyphs))


def text_table(columns: Sequence[Column]) -> Table:
    """Columns side by side: the first set to the left, all others to the right."""
    table = grid()
    for place, column in enumerate(columns):
        table.add_column(column.head, justify="right" if place else "left", no_wrap=True)
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*cells)
    return table


def estimate_text(estimate: Estimate | None, glyphs: Glyphs, mark: str) -> Text:
    """A value, its interval, and a mark, which takes its place where others have one."""
    if estimate is None:
        return Text("")
    text = Text(number(estimate.value), style="bold")
    text.append(f" {interval_text(estimate, glyphs)}".rstrip(), style="dim not bold")
    return text.append(f" {mark}" if mark else "", style="green not bold")


def not_shown(names: Sequence[str], glyphs: Glyphs) -> list[Text]:
    """What a table leaves out for want of room, if anything."""
    if not names:
        return []
    named = ", ".join(glyphs.write(name) for name in names)
    return [Text(tr(Message("not_shown", "not shown at this width: {names}", names=named)), style="dim")]


def confusion_section(confusion: ConfusionMatrix, width: int, glyphs: Glyphs) -> RenderableType:
    """The matrix with both axes named, or the most frequent confusions where it is too wide."""
    labels = [visible(label, LONGEST_LABEL) for label in confusion.labels]
    counts = confusion.counts
    longest = widest(*labels)
    cell = widest(*labels, f"{int(counts.max()):,}")
    true = tr("true") + " " * GAP
    margin = cell_len(true)
    if margin + longest + len(labels) * (cell + GAP) > width:
        return confusions_list(confusion, labels, glyphs)
    indent = " " * (margin + longest)
    lines = [
        Text(f"{indent}{' ' * GAP}{tr('predicted')}", style="dim"),
        Text(indent + "".join(f"{' ' * GAP}{to_right(label, cell)}" for label in labels), style="dim"),
    ]
    for row, label in enumerate(labels):
        line = Text(true if row == 0 else " " * margin, style="dim")
        line.append(to_right(label, longest), style="not dim")
        for column in range(len(labels)):
            count = int(counts[row, column])
            style = "bold green not dim" if row == column else ("red not dim" if count else "dim")
            line.append(" " * GAP)
            line.append(f"{count:>{cell},}", style=style)
        lines.append(line)
    return Group(Text(tr("confusion matrix (rows)"), style="bold"), *lines)


def confusions_list(confusion: ConfusionMatrix, labels: list[str], glyphs: Glyphs) -> RenderableType:
    """The cells off the diagonal with the highest counts."""
    wrong = confusion.counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:10]
    lines = [
        Text(
            tr(Message("most_frequent_confusions", "most frequent confusions, of {number:,}", number=int(wrong.sum()))),
            style="bold",
        )
    ]
    for flat in order:
        true, predicted = divmod(int(flat), len(labels))
        if wrong[true, predicted]:
            lines.append(
                Text(
                    f"{glyphs.bullet} {tr('true')} {labels[true]!r}, {tr('predicted')} {labels[predicted]!r}: "
                    f"{wrong[true, predicted]:,}"
                )
            )
    return Group(*lines)


def column_table(
    columns: Mapping[str, Sequence[str]], width: int, styles: Mapping[str, str], glyphs: Glyphs
) -> RenderableType:
    """Columns of text, as many of the first ones as fit, the others named below.

    The first is set to the left if it holds words.

    Args:
        columns: The cells by head, the most telling columns first.
        width: Of the terminal.
        styles: Of columns by head.
        glyphs: The characters that it can show.
    """
    shown: dict[str, Sequence[str]] = {}
    taken = -GAP
    for head, cells in columns.items():
        taken += widest(head, *cells) + GAP
        if shown and taken > width:
            break
        shown[head] = cells
    table = grid()
    for place, (head, cells) in enumerate(shown.items()):
        words = place == 0 and not any(cell[:1].isdigit() or cell[:1] == "-" for cell in cells)
        table.add_column(head, justify="left" if words else "right", no_wrap=True, style=styles.get(head, ""))
    for cells in zip(*shown.values(), strict=True):
        table.add_row(*map(Text, cells))
    return Group(table, *not_shown([head for head in columns if head not in shown and head], glyphs))


def bullets(notes: list[str], glyphs: Glyphs) -> RenderableType:
    """The notes, wrapped with a hanging indent."""
    table = Table.grid(padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(style="yellow", no_wrap=True)
    table.add_column(overflow="fold")
    for note in notes:
        table.add_row(glyphs.bullet, Text(visible(note)))
    return table


def notes_section(notes: Sequence[str], glyphs: Glyphs) -> RenderableType | None:
    """Notes as a list; None where there are none."""
    return bullets([*map(glyphs.write, notes)], glyphs) if notes else None


def widest(*texts: str) -> int:
    """The columns of a terminal that the widest of some texts takes; Hangul takes two a letter."""
    return max(map(cell_len, texts))


def to_right(text: str, width: int) -> str:
    """A text set to the right in so many columns of a terminal."""
    return " " * (width - cell_len(text)) + text


def grid() -> Table:
    """A table without lines, its head dim."""
    return Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim", show_edge=False)
