"""The report for a terminal: estimates with their intervals as bars, the confusion matrix, the notes.

It adapts to the width, to no colour, and to terminals without Unicode.
"""

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

from gnomon.comparison.result import Comparison
from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.calibration import Calibration
from gnomon.evaluation.result import SURE, ConfusionMatrix, Evaluation, ranked_by
from gnomon.evaluation.several import Evaluations
from gnomon.measures.registry import measure
from gnomon.report.language import tr
from gnomon.report.remarks import bounded, from_the_worst, level_of, reasons, row_name, source_name
from gnomon.report.text import number, p_text
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

    def write(self, title: str) -> str:
        """A measure's title in these characters."""
        said = tr(title)
        return said if self.dash == UNICODE.dash else said.replace("²", "^2")


UNICODE = Glyphs("╌", "━", "●", "•", "–", "·", "±")
ASCII = Glyphs(".", "=", "o", "*", "-", "-", "+-")

LONGEST_LABEL = 16
WIDEST_BAR, NARROWEST_BAR = 30, 8
GAP = 2
# Other names of the accuracy and the balanced accuracy, left out of the table.
OTHER_NAMES = {
    "multiclass": frozenset({"recall_macro", "recall_weighted", "precision_micro", "recall_micro", "f1_micro"}),
}

# Estimates of a class, the most telling first.
CLASS_ORDER = ("precision", "recall", "f1", "roc_auc", "average_precision", "specificity")
CLASS_HEADS = {
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "average_precision": "AP",
    "balanced_accuracy": "balanced acc.",
    "f1_macro": "macro F1",
    "roc_auc_macro": "macro AUC",
    "hamming_loss": "Hamming loss",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "median_absolute_error": "median error",
    "mean_error": "mean error",
}

# Estimates of a slice, the most telling first; slices that are shown.
SLICE_ORDER = {
    "binary": ("roc_auc", "recall", "precision", "f1", "accuracy", "balanced_accuracy"),
    "multiclass": ("accuracy", "f1_macro", "roc_auc_macro"),
    "multilabel": ("accuracy", "f1_macro", "hamming_loss"),
    "regression": ("rmse", "mean_error", "mae", "r2", "median_absolute_error"),
}
MOST_SLICES = 20
# Rows that are listed as most wrong.
WORST = 5
# Slices of few rows that are shown.
MOST_UNRELIABLE = 3


def render(evaluation: Evaluation, console: Console) -> None:
    """Prints an evaluation to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    sections: list[RenderableType] = [title(evaluation, glyphs)]
    others = OTHER_NAMES.get(evaluation.task, frozenset())
    estimates = {name: own for name, own in evaluation.estimates.items() if name not in others}
    guesses = {} if evaluation.baseline is None else evaluation.baseline.estimates
    sections.append(estimates_table(estimates, console.width, glyphs, level_of(evaluation), guesses))
    if evaluation.per_class:
        sections.append(class_table(evaluation, console.width, glyphs))
    sections += [slice_section(evaluation, column, console.width, glyphs) for column in evaluation.slices]
    if evaluation.calibration is not None:
        sections.append(calibration_section(evaluation.calibration, console.width, glyphs))
    if evaluation.confusion is not None:
        sections.append(confusion_section(evaluation.confusion, console.width, glyphs))
    sections += errors_sections(evaluation, console.width, glyphs)
    if evaluation.train is not None:
        sections.append(train_section(evaluation, console.width, glyphs))
    if evaluation.advice:
        advice = bullets([glyphs.write(own.text) for own in evaluation.advice], glyphs)
        sections.append(Group(Text(tr("What it says"), style="bold"), advice))
    notes = [*map(tr, evaluation.notes), *map(glyphs.write, reasons(estimates))]
    if notes:
        sections.append(bullets(notes, glyphs))
    print_sections(sections, console)


def render_all(result: Evaluation | Evaluations | Comparison, console: Console) -> None:
    """Prints an evaluation, or several, one after the other, or a comparison."""
    if isinstance(result, Comparison):
        from gnomon.report.comparison import render_comparison

        render_comparison(result, console)
        return
    if isinstance(result, Evaluation):
        render(result, console)
        return
    for place, (name, own) in enumerate(result.items()):
        if place:
            console.print()
        console.print(Text(visible(name), style="bold underline"))
        render(own, console)


def print_sections(sections: Sequence[RenderableType], console: Console) -> None:
    """Prints sections with an empty line between two."""
    for number_, section in enumerate(sections):
        if number_:
            console.print()
        console.print(section)


def title(evaluation: Evaluation, glyphs: Glyphs) -> Text:
    """What was evaluated: task, rows, positive class, threshold, source."""
    facts = [f"n = {evaluation.n:,}"]
    if evaluation.positive is not None:
        facts.append(tr(f"positive {visible(evaluation.positive, LONGEST_LABEL)!r}"))
    elif evaluation.classes:
        kind = "labels" if evaluation.task == "multilabel" else "classes"
        facts.append(f"{len(evaluation.classes)} {tr(kind)}")
    if evaluation.threshold is not None:
        facts.append(tr(f"positive at score >= {evaluation.threshold:g}"))
    text = Text()
    text.append(tr(f"{evaluation.task} evaluation"), style="bold")
    text.append(f" {glyphs.dot} {visible(source_name(evaluation))}\n")
    text.append(f" {glyphs.dot} ".join(facts), style="dim")
    return text


def estimates_table(
    estimates: Mapping[str, Estimate],
    width: int,
    glyphs: Glyphs,
    level: float,
    guesses: Mapping[str, Estimate] = MappingProxyType({}),
) -> Table:
    """One row an estimate; as the terminal gets narrower the bar goes first, then the guesses, then n.

    Args:
        estimates: The estimates by name.
        width: Of the terminal.
        glyphs: The characters that it can show.
        level: Of the intervals.
        guesses: What a guess without a model scores, by name.
    """
    first, guess, interval = tr("measure"), tr("guess"), tr(f"{level * 100:g} % interval")
    columns = {
        first: [glyphs.write(measure(name).title) for name in estimates],
        tr("value"): [value_text(own, glyphs) for own in estimates.values()],
        interval: [interval_text(own, glyphs) for own in estimates.values()],
        guess: [number(guesses[name].value) if name in guesses else "" for name in estimates],
        "n": [f"{own.n:,}" for own in estimates.values()],
    }
    if not guesses:
        del columns[guess]
    if not any(columns[interval]):
        del columns[interval]
    taken = sum(widest(head, *cells) + GAP for head, cells in columns.items())
    for head in (guess, "n"):
        if taken - GAP > width and head in columns:
            taken -= widest(head, *columns.pop(head)) + GAP
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
    styles = {tr("value"): "bold", guess: "dim", "n": "dim"}
    for row, (name, estimate) in enumerate(estimates.items()):
        cells = [Text(columns[head][row], style=styles.get(head, "")) for head in columns]
        if bars:
            drawn = bar(estimate, bar_width, glyphs) if has_bar(name, estimate) else Text("")
            cells.insert(len(cells) - ("n" in columns), drawn)
        table.add_row(*cells)
    return table


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
    return estimate.defined and measure(name).high == 1.0


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


def class_table(evaluation: Evaluation, width: int, glyphs: Glyphs) -> Table:
    """Each class, or label, against the rest."""
    support = {label: own["recall"].n if "recall" in own else None for label, own in evaluation.per_class.items()}
    kind = tr("label") if evaluation.task == "multilabel" else tr("class")
    return group_table(kind, evaluation.per_class, support, CLASS_ORDER, width, glyphs)


def slice_section(evaluation: Evaluation, column: str, width: int, glyphs: Glyphs) -> RenderableType:
    """The slices of one column: those furthest below the rest first, those of few rows last."""
    slices = evaluation.slices[column]
    by = ranked_by(slices.values())
    ordered = list(slices) if by is None else from_the_worst(slices, by)
    reliable = [value for value in ordered if slices[value].reliable][:MOST_SLICES]
    few = [value for value in ordered if not slices[value].reliable][:MOST_UNRELIABLE]
    shown = {value: slices[value] for value in (*reliable, *few)}
    against = {value: against_text(own, by) for value, own in shown.items()}
    first = next(iter(slices.values()))
    order = SLICE_ORDER[first.task]
    if by is not None:
        order = (by, *(name for name in order if name != by))
    table = group_table(
        visible(column, LONGEST_LABEL),
        shown,
        {value: own.n for value, own in shown.items()},
        order,
        width,
        glyphs,
        (f"{tr(CLASS_HEADS.get(by, by))} {tr('to the rest')}", against) if by is not None else None,
    )
    below = []
    if len(shown) < len(slices):
        below.append(Text(tr(f"and {len(slices) - len(shown):,} slices more"), style="dim"))
        if not reliable:
            below.append(Text(tr("no slice has enough rows to be ranked"), style="dim"))
    if any(text.plain.endswith("*") for text in against.values()):
        below.append(Text(tr("* more than chance, at a false discovery rate of 5 %"), style="dim"))
    return Group(table, *below)


def against_text(own: Evaluation, by: str | None) -> Text:
    """How far a slice lies from the rest."""
    if not own.reliable:
        return Text(tr("few rows"), style="dim")
    difference = own.differences.get(by) if by is not None else None
    if difference is None:
        return Text("")
    sure = difference.adjusted <= SURE
    shown = number(difference.value)
    sign = "" if shown.startswith("-") else "+"
    return Text(f"{sign}{shown}{'*' if sure else ''}", style="bold" if sure else "")


def group_table(
    kind: str,
    groups: Mapping[str, Mapping[str, Estimate]],
    support: Mapping[str, int | None],
    order: Sequence[str],
    width: int,
    glyphs: Glyphs,
    more: tuple[str, Mapping[str, Text]] | None = None,
) -> Table:
    """Estimates of each group of rows: as many as fit, the most telling first, and intervals where there is room.

    Args:
        kind: What the groups are.
        groups: The estimates of each.
        support: The rows of each.
        order: Names of estimates, the most telling first.
        width: Of the terminal.
        glyphs: The characters that it can show.
        more: A column more, and what it says of each group.
    """
    first = next(iter(groups.values()))
    heads = {name: glyphs.write(CLASS_HEADS.get(name, name)) for name in order if name in first}
    labels = [visible(label, LONGEST_LABEL) for label in groups]
    counts = ["" if support[label] is None else f"{support[label]:,}" for label in groups]
    room = width - widest(kind, *labels) - widest("n", *counts) - GAP
    if more is not None:
        room -= widest(more[0], *(text.plain for text in more[1].values())) + GAP
    cells = {name: [number(own[name].value) for own in groups.values()] for name in heads}
    ends = {name: [interval_text(own[name], glyphs) for own in groups.values()] for name in heads}
    bare = {name: widest(head, *cells[name]) + GAP for name, head in heads.items()}
    full = {
        name: widest(head, *(f"{a} {b}" for a, b in zip(cells[name], ends[name], strict=True))) + GAP
        for name, head in heads.items()
    }
    while len(heads) > 1 and room < sum(bare[name] for name in heads):
        heads.popitem()
    spare = room - sum(bare[name] for name in heads)
    with_interval = set()
    for name in heads:
        if full[name] - bare[name] <= spare:
            spare -= full[name] - bare[name]
            with_interval.add(name)
    table = grid()
    for head in (kind, *heads.values(), *([more[0]] if more else []), "n"):
        table.add_column(head, justify="left" if head == kind else "right", no_wrap=True)
    for row, (group, label, count) in enumerate(zip(groups, labels, counts, strict=True)):
        shown = []
        for name in heads:
            text = Text(cells[name][row], style="bold")
            if name in with_interval:
                text.append(f" {ends[name][row]}", style="dim not bold")
            shown.append(text)
        table.add_row(Text(label), *shown, *([more[1][group]] if more else []), Text(count, style="dim"))
    return table


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
    lines = [Text(tr(f"most frequent confusions, of {int(wrong.sum()):,}"), style="bold")]
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


def errors_sections(evaluation: Evaluation, width: int, glyphs: Glyphs) -> list[RenderableType]:
    """The rows that are most wrong, and a regression's errors by its prediction."""
    sections: list[RenderableType] = []
    errors = evaluation.errors
    if errors.rows:
        rows = errors.rows[:WORST]
        scored = any(row.score is not None for row in rows)
        lasts = [row.score if row.score is not None else row.wrongness for row in rows]
        last = tr("score") if scored else tr("error")
        columns = {
            tr("most wrong"): [visible(row_name(row.id, evaluation), LONGEST_LABEL) for row in rows],
            last: [number(own) for own in lasts],
            tr("true"): [said(row.true) for row in rows],
            tr("predicted"): [said(row.predicted) for row in rows],
        }
        sections.append(column_table(columns, width, {last: "bold"}))
    if errors.residuals:
        ranges = errors.residuals
        columns = {
            tr("predicted"): [f"{number(own.low)} {glyphs.dash} {number(own.high)}" for own in ranges],
            tr("mean error"): [number(own.mean_error.value) for own in ranges],
            tr("interval"): [interval_text(own.mean_error, glyphs) for own in ranges],
            "RMSE": [number(own.rmse) for own in ranges],
            "n": [f"{own.n:,}" for own in ranges],
        }
        sections.append(column_table(columns, width, {tr("mean error"): "bold", "n": "dim"}))
    return sections


def train_section(evaluation: Evaluation, width: int, glyphs: Glyphs) -> RenderableType:
    """The rows that the model was fitted on beside the others, and the gap."""
    assert evaluation.train is not None  # there is a section
    gaps = evaluation.gap
    columns = {
        f"{tr('train')} {glyphs.dot} {tr('test')}": [glyphs.write(tr(measure(name).title)) for name in gaps],
        tr("train"): [number(evaluation.train[name].value) for name in gaps],
        tr("test"): [number(evaluation[name].value) for name in gaps],
        tr("gap"): [number(own.value) for own in gaps.values()],
        tr("interval"): [interval_text(own, glyphs) for own in gaps.values()],
        "n": [f"{evaluation.train[name].n:,} / {evaluation[name].n:,}" for name in gaps],
    }
    return column_table(columns, width, {tr("gap"): "bold", "n": "dim"})


def column_table(columns: Mapping[str, Sequence[str]], width: int, styles: Mapping[str, str]) -> Table:
    """Columns of text, as many of the first ones as fit; the first is set to the left if it holds words.

    Args:
        columns: The cells by head, the most telling columns first.
        width: Of the terminal.
        styles: Of columns by head.
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
    return table


def said(answer: str | float) -> str:
    """A class or an amount."""
    return visible(answer, LONGEST_LABEL) if isinstance(answer, str) else number(answer)


def calibration_section(calibration: Calibration, width: int, glyphs: Glyphs) -> RenderableType:
    """The reliability curve as a table, with what chance would do; below, slope, intercept and the test."""
    curve = calibration.equal_width
    off = (curve.observed < curve.band_low) | (curve.observed > curve.band_high)
    bands = zip(curve.band_low.tolist(), curve.band_high.tolist(), strict=True)
    columns = {
        tr("mean p"): [number(own) for own in curve.probability.tolist()],
        tr("observed"): [number(own) for own in curve.observed.tolist()],
        tr("by chance, if p held"): [f"{number(low)} {glyphs.dash} {number(high)}" for low, high in bands],
        "": [tr("off") if own else "" for own in off],
        "n": [f"{own:,.6g}" for own in curve.weight.tolist()],
    }
    facts = [tr(f"ECE {number(curve.error)} ({number(curve.expected_error)} by chance)")]
    for name, own in ((tr("slope"), calibration.slope), (tr("intercept"), calibration.intercept)):
        if own.defined:
            ends = interval_text(own, glyphs)
            facts.append(f"{name} {number(own.value)}{f' ({ends})' if ends else ''}")
    if not math.isnan(calibration.p_value):
        shown = p_text(calibration.p_value)
        facts.append(f"{tr('Spiegelhalter p')} {shown if shown.startswith('<') else f'= {shown}'}")
    table = column_table(columns, width, {tr("observed"): "bold", "": "yellow", "n": "dim"})
    return Group(Text(tr("calibration"), style="bold"), table, Text(", ".join(facts), style="dim"))


def bullets(notes: list[str], glyphs: Glyphs) -> RenderableType:
    """The notes, wrapped with a hanging indent."""
    table = Table.grid(padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(style="yellow", no_wrap=True)
    table.add_column(overflow="fold")
    for note in notes:
        table.add_row(glyphs.bullet, Text(visible(note)))
    return table


def widest(*texts: str) -> int:
    """The columns of a terminal that the widest of some texts takes; Hangul takes two a letter."""
    return max(map(cell_len, texts))


def to_right(text: str, width: int) -> str:
    """A text set to the right in so many columns of a terminal."""
    return " " * (width - cell_len(text)) + text


def grid() -> Table:
    """A table without lines, its head dim."""
    return Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim", show_edge=False)
