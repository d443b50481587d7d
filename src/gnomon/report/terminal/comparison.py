"""A comparison for a terminal: what every model scores, and for each pair the differences and what they say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from gnomon.comparison.pair import Pair
from gnomon.comparison.result import Comparison
from gnomon.measures.registry import get_measure
from gnomon.message import Message, word
from gnomon.report.language import tr
from gnomon.report.pairs import (
    Row,
    SliceTable,
    left_pairs,
    notes_of,
    row_of,
    rows_of,
    shown_pairs,
    slice_heading,
    slice_tables,
    slices_note,
    title_of,
)
from gnomon.report.parts import shown_parts
from gnomon.report.remarks import source_name
from gnomon.report.standings import BEST, TIED, from_first, legend, main_measures, standings
from gnomon.report.terminal.tables import (
    ASCII,
    GAP,
    LONGEST_LABEL,
    UNICODE,
    Column,
    Glyphs,
    bullets,
    grid,
    group_table,
    not_shown,
    notes_section,
    print_parts,
    stacked,
    widest,
)
from gnomon.text import number
from gnomon.visible import visible

# Models besides the first whose differences are shown by all main measures; of more, by the first.
MOST_MODELS = 4
# Slices of a column, the worst first.
MOST_SLICES = 12


def render_comparison(comparison: Comparison, console: Console, only: Collection[str] = ()) -> None:
    """Prints a comparison to a rich console: the answer, the models, how they differ."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    width, single = console.width, len(comparison.pairs) == 1
    parts: dict[str, Callable[[], RenderableType | None]] = {
        "answer": lambda: answer(comparison, glyphs),
        "models": lambda: models_table(comparison, width, glyphs),
        "differences": lambda: (pairs_section if single else differences_section)(comparison, width, glyphs),
        "pairs": lambda: pairs_section(comparison, width, glyphs),
        "slices": lambda: stacked(
            [slices_section(own, comparison.level, width, glyphs) for own in slice_tables(comparison, MOST_SLICES)]
        ),
        "notes": lambda: notes_section(notes_of(comparison), glyphs),
    }
    print_parts(title(comparison, glyphs), shown_parts(parts, only), console)


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


def answer(comparison: Comparison, glyphs: Glyphs) -> RenderableType | None:
    """The best model, and those that may be as good."""
    lines = [
        Text(visible(glyphs.write(text)), style="" if place else "bold green")
        for place, text in enumerate(comparison.answer)
    ]
    return Group(*lines) if lines else None


def models_table(comparison: Comparison, width: int, glyphs: Glyphs) -> RenderableType:
    """What every model scores, the best of each measure marked, and those that are not significantly different."""
    signs = {BEST: glyphs.best, TIED: glyphs.tied}
    marks = {place: signs[own] for place, own in standings(comparison).items()}
    more = []
    if comparison.decisions:
        chosen = [number(own.threshold.value) for own in comparison.decisions.values()]
        more = [Column("score >=", [Text(text) for text in chosen])]
    table = group_table(
        tr("model"), comparison.models, main_measures(comparison), width, glyphs, more, marks, wrap=True
    )
    told = legend(comparison, **signs)
    return Group(table, *([Text(told, style="dim")] if told else []))


def differences_section(comparison: Comparison, width: int, glyphs: Glyphs) -> RenderableType:
    """How the other models differ from the first, by the measures that they are first compared by."""
    first = next(iter(comparison.models))
    pairs = from_first(comparison)
    rows: list[tuple[str, Row | None]] = []
    names = main_measures(comparison)
    for name in names[: 1 if len(pairs) > MOST_MODELS else None]:
        having = [pair for pair in pairs if name in pair.differences]
        rows += [(glyphs.write(get_measure(name).title), None)] if having else []
        for pair in having:
            model = f"  {visible(pair.second, LONGEST_LABEL)}"
            rows.append((model, row_of(name, pair.differences[name], comparison.n)))
    head = tr(Message("differences_from", "differences from {first}", first=visible(first, LONGEST_LABEL)))
    text = "{number} pairs in all: --only pairs shows them"
    more = Text(tr(Message("all_pairs", text, number=len(comparison.pairs))), style="dim")
    return Group(Text(head, style="bold"), table(rows, comparison.level, width, glyphs), more)


def slices_section(own: SliceTable, level: float, width: int, glyphs: Glyphs) -> RenderableType:
    """The differences on the slices of a column, the worst first."""
    rows: list[tuple[str, Row | None]] = []
    for place, model in enumerate(own.models):
        rows += [(glyphs.write(model), None)] if len(own.models) > 1 else []
        for name, n, of_models in zip(own.names, own.rows, own.differences, strict=True):
            rows.append((glyphs.write(f"{name} (n = {n})"), of_models[place]))
    head = Text(glyphs.write(slice_heading(own)), style="bold")
    told = table(rows, level, width, glyphs, tr("slice"))
    return Group(head, told, Text(slices_note(own), style="dim"))


def pairs_section(comparison: Comparison, width: int, glyphs: Glyphs) -> RenderableType:
    """Every pair, one below the other."""
    pairs = stacked([pair_section(pair, comparison, width, glyphs) for pair in shown_pairs(comparison)])
    assert pairs is not None  # a comparison has a pair
    left = left_pairs(comparison)
    return Group(pairs, *([Text(left, style="dim")] if left else []))


def pair_section(pair: Pair, comparison: Comparison, width: int, glyphs: Glyphs) -> RenderableType:
    """The differences of a pair, and what they say."""
    rows = rows_of(pair, comparison.n)
    says = bullets([glyphs.write(text) for text in pair.sentences], glyphs)
    told = table([(glyphs.write(row.title), row) for row in rows], comparison.level, width, glyphs)
    return Group(Text(title_of(pair), style="bold"), says, Text(""), told)


def table(
    rows: Sequence[tuple[str, Row | None]], level: float, width: int, glyphs: Glyphs, what: str = ""
) -> RenderableType:
    """One row a difference; as the terminal gets narrower the rows needed go first, then p, then the margin.

    Args:
        rows: What each row is called, and its difference; None for a heading.
        level: Of the intervals.
        width: Of the terminal.
        glyphs: The characters that it can show.
        what: What rows are; empty for measures.
    """
    interval, needed, margin = (
        tr(Message("percent_interval", "{level:g} % interval", level=level * 100)),
        tr("rows needed"),
        tr("margin"),
    )
    told = [own or Row("", "", "", "", "", "", "", "", "", None) for _, own in rows]
    columns = {
        what or tr("measure"): [name for name, _ in rows],
        tr("difference"): [row.difference for row in told],
        interval: [row.interval.replace("–", glyphs.dash) for row in told],
        "p": [row.p_value for row in told],
        "": [row.verdict for row in told],
        margin: [row.margin for row in told],
        needed: [row.rows for row in told],
    }
    for head in (margin, needed):
        if not any(columns[head]):
            del columns[head]
    dropped = []
    for head in (needed, "p", margin):
        if head in columns and sum(widest(name, *own) + GAP for name, own in columns.items()) - GAP > width:
            del columns[head]
            dropped.append(head)
    made = grid()
    for place, head in enumerate(columns):
        words = place == 0 or head in ("", margin)
        made.add_column(head, justify="left" if words else "right", no_wrap=place > 0, overflow="fold")
    for number_, row in enumerate(told):
        style = {True: "bold green", False: "bold red"}.get(row.good, "") if row.good is not None else "dim"
        styles = {tr("difference"): "bold", "": style, needed: "dim"}
        made.add_row(*(Text(own[number_], style=styles.get(head, "")) for head, own in columns.items()))
    return Group(made, *not_shown(dropped, glyphs))
