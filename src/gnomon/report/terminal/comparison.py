"""A comparison for a terminal: what every model scores, and for each pair the differences and what they say."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.text import Text

from gnomon.comparison.pair import Pair
from gnomon.comparison.result import Comparison
from gnomon.measures.registry import in_order
from gnomon.message import Message, word
from gnomon.report.language import tr
from gnomon.report.pairs import Row, notes_of, rows_of, shown_pairs, title_of
from gnomon.report.remarks import source_name
from gnomon.report.terminal.tables import (
    ASCII,
    GAP,
    LONGEST_LABEL,
    UNICODE,
    Glyphs,
    bullets,
    grid,
    group_table,
    print_sections,
    widest,
)
from gnomon.visible import visible

# Measures of every model that are shown: few, so that the first of them has room for its interval.
MOST_MEASURES = 5


def render_comparison(comparison: Comparison, console: Console) -> None:
    """Prints a comparison to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    sections: list[RenderableType] = [title(comparison, glyphs), models_table(comparison, console.width, glyphs)]
    sections += [pair_section(pair, comparison, console.width, glyphs) for pair in shown_pairs(comparison)]
    notes = [glyphs.write(note) for note in notes_of(comparison)]
    if notes:
        sections.append(bullets(notes, glyphs))
    print_sections(sections, console)


def title(comparison: Comparison, glyphs: Glyphs) -> Text:
    """What was compared."""
    first = next(iter(comparison.models.values()))
    facts = [f"n = {comparison.n:,}", f"{len(comparison.models)} {tr('models')}"]
    if first.positive is not None:
        facts.append(
            tr(Message("positive_class", "positive {positive!r}", positive=visible(first.positive, LONGEST_LABEL)))
        )
    text = Text()
    text.append(tr(Message("comparison_of", "{task} comparison", task=word(comparison.task))), style="bold")
    text.append(f" {glyphs.dot} {visible(source_name(first))}\n")
    text.append(f" {glyphs.dot} ".join(facts), style="dim")
    return text


def models_table(comparison: Comparison, width: int, glyphs: Glyphs) -> RenderableType:
    """What every model scores."""
    support = {name: own.n for name, own in comparison.models.items()}
    first, *others = comparison.models.values()
    order = [name for name in in_order("slices", first) if all(name in own for own in others)]
    return group_table(tr("model"), comparison.models, support, order[:MOST_MEASURES], width, glyphs)


def pair_section(pair: Pair, comparison: Comparison, width: int, glyphs: Glyphs) -> RenderableType:
    """The differences of a pair, and what they say."""
    rows = rows_of(pair, comparison.n)
    says = bullets([glyphs.write(text) for text in pair.sentences], glyphs)
    return Group(Text(title_of(pair), style="bold"), says, Text(""), table(rows, comparison.level, width, glyphs))


def table(rows: list[Row], level: float, width: int, glyphs: Glyphs) -> RenderableType:
    """One row a measure; as the terminal gets narrower the rows needed go first, then the margin, then the interval."""
    interval, needed, margin = (
        tr(Message("percent_interval", "{level:g} % interval", level=level * 100)),
        tr("rows needed"),
        tr("margin"),
    )
    columns = {
        tr("measure"): [glyphs.write(row.title) for row in rows],
        tr("difference"): [row.difference for row in rows],
        interval: [row.interval.replace("–", glyphs.dash) for row in rows],
        "p": [row.p_value for row in rows],
        "": [row.verdict for row in rows],
        margin: [row.margin for row in rows],
        needed: [row.rows for row in rows],
    }
    if not any(columns[margin]):
        del columns[margin]
    for head in (needed, margin, interval):
        if head in columns and sum(widest(name, *own) + GAP for name, own in columns.items()) - GAP > width:
            del columns[head]
    made = grid()
    for place, head in enumerate(columns):
        words = place == 0 or head in ("", margin)
        made.add_column(head, justify="left" if words else "right", no_wrap=True, overflow="ellipsis")
    for number, row in enumerate(rows):
        style = {True: "bold green", False: "bold red"}.get(row.good, "") if row.good is not None else "dim"
        styles = {tr("difference"): "bold", "": style, needed: "dim"}
        made.add_row(*(Text(own[number], style=styles.get(head, "")) for head, own in columns.items()))
    return made
