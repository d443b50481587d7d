"""An evaluation for a terminal: estimates with their intervals as bars, the confusion matrix, the notes."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from rich.console import Console, Group, RenderableType
from rich.text import Text

from gnomon.evaluation.estimates.small_samples import resting_on
from gnomon.evaluation.result.calibration import Calibration
from gnomon.evaluation.result.evaluation import SURE, Evaluation, ranked_by
from gnomon.measures.registry import get_measure, in_order
from gnomon.message import Message, word
from gnomon.report.language import tr
from gnomon.report.parts import shown_parts
from gnomon.report.remarks import (
    baseline_marks,
    baseline_texts,
    from_the_worst,
    level_of,
    other_names,
    reasons,
    row_name,
    shown_estimates,
    source_name,
)
from gnomon.report.terminal.tables import (
    ASCII,
    LONGEST_LABEL,
    UNICODE,
    Column,
    Glyphs,
    bullets,
    column_table,
    confusion_section,
    estimates_table,
    group_table,
    interval_text,
    print_parts,
    stacked,
)
from gnomon.text import number, p_text
from gnomon.visible import visible

# Slices that are shown.
MOST_SLICES = 20
# Rows that are listed as most wrong.
WORST = 5
# Slices of few rows that are shown.
MOST_UNRELIABLE = 3


def render_evaluation(evaluation: Evaluation, console: Console, only: Collection[str] = ()) -> None:
    """Prints an evaluation to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    width = console.width
    parts: dict[str, Callable[[], RenderableType | None]] = {
        "measures": lambda: measures_section(evaluation, width, glyphs),
        "classes": lambda: class_table(evaluation, width, glyphs) if evaluation.per_class else None,
        "slices": lambda: slices_section(evaluation, width, glyphs),
        "calibration": lambda: (
            None if evaluation.calibration is None else calibration_section(evaluation.calibration, width, glyphs)
        ),
        "confusion": lambda: (
            None if evaluation.confusion is None else confusion_section(evaluation.confusion, width, glyphs)
        ),
        "errors": lambda: stacked(errors_sections(evaluation, width, glyphs)),
        "train": lambda: None if evaluation.train is None else train_section(evaluation, width, glyphs),
        "advice": lambda: advice_section(evaluation, glyphs),
        "notes": lambda: notes_section(evaluation, glyphs),
    }
    print_parts(title(evaluation, glyphs), shown_parts(parts, only), console)


def measures_section(evaluation: Evaluation, width: int, glyphs: Glyphs) -> RenderableType:
    """Every estimate beside what answering without a model scores."""
    marks, told = baseline_marks(evaluation)
    baselines = {} if evaluation.baseline is None else baseline_texts(evaluation, marks)
    table, shown = estimates_table(shown_estimates(evaluation), width, glyphs, level_of(evaluation), baselines)
    lines = [*([told] if shown else []), *filter(None, [other_names(evaluation)])]
    return Group(table, *(Text(line, style="dim") for line in lines))


def slices_section(evaluation: Evaluation, width: int, glyphs: Glyphs) -> RenderableType | None:
    """The slices of every column."""
    return stacked([slice_section(evaluation, column, width, glyphs) for column in evaluation.slices])


def advice_section(evaluation: Evaluation, glyphs: Glyphs) -> RenderableType | None:
    """What the numbers mean for what to do next."""
    if not evaluation.advice:
        return None
    advice = bullets([glyphs.write(own.text) for own in evaluation.advice], glyphs)
    return Group(Text(tr("Interpretation"), style="bold"), advice)


def notes_section(evaluation: Evaluation, glyphs: Glyphs) -> RenderableType | None:
    """Remarks on the rows, and why estimates have no interval or one to be taken with care."""
    notes = [*map(tr, evaluation.notes), *map(glyphs.write, reasons(shown_estimates(evaluation)))]
    return bullets(notes, glyphs) if notes else None


def title(evaluation: Evaluation, glyphs: Glyphs) -> Text:
    """What was evaluated: task, rows, positive class, threshold, source."""
    facts = [f"n = {evaluation.n:,}"]
    if evaluation.positive is not None:
        facts.append(
            tr(Message("positive_class", "positive {positive!r}", positive=visible(evaluation.positive, LONGEST_LABEL)))
        )
    elif evaluation.classes:
        kind = "labels" if evaluation.task == "multilabel" else "classes"
        facts.append(f"{len(evaluation.classes)} {tr(kind)}")
    if evaluation.threshold is not None:
        facts.append(tr(Message("positive_at", "positive at score >= {threshold:g}", threshold=evaluation.threshold)))
    text = Text()
    text.append(tr(Message("evaluation_of", "{task} evaluation", task=word(evaluation.task))), style="bold")
    text.append(f" {glyphs.dot} {visible(source_name(evaluation))}\n")
    text.append(f" {glyphs.dot} ".join(facts), style="dim")
    return text


def class_table(evaluation: Evaluation, width: int, glyphs: Glyphs) -> RenderableType:
    """Each class, or label, against the rest."""
    support = [resting_on(own, "class") for own in evaluation.per_class.values()]
    kind = tr("label") if evaluation.task == "multilabel" else tr("class")
    order = in_order("class_table", next(iter(evaluation.per_class.values())))
    counts = Column("n", [Text("" if rows is None else f"{rows:,}", style="dim") for rows in support])
    return group_table(kind, evaluation.per_class, order, width, glyphs, [counts])


def slice_section(evaluation: Evaluation, column: str, width: int, glyphs: Glyphs) -> RenderableType:
    """The slices of one column: those furthest below the rest first, those of few rows last."""
    slices = evaluation.slices[column]
    by = ranked_by(slices.values())
    ordered = list(slices) if by is None else from_the_worst(slices, by)
    reliable = [value for value in ordered if slices[value].reliable][:MOST_SLICES]
    few = [value for value in ordered if not slices[value].reliable][:MOST_UNRELIABLE]
    shown = {value: slices[value] for value in (*reliable, *few)}
    against = [against_text(own, by) for own in shown.values()]
    first = next(iter(slices.values()))
    order = [name for name in in_order("slices", first) if name != by]
    if by is not None:
        order.insert(0, by)
    more = [Column("n", [Text(f"{own.n:,}", style="dim") for own in shown.values()])]
    if by is not None:
        more.insert(0, Column(f"{tr(get_measure(by).column)} {tr('vs. rest')}", against))
    table = group_table(visible(column, LONGEST_LABEL), shown, order, width, glyphs, more)
    below = []
    if len(shown) < len(slices):
        below.append(
            Text(tr(Message("more_slices", "and {number:,} more slices", number=len(slices) - len(shown))), style="dim")
        )
        if not reliable:
            below.append(Text(tr("no slice has enough rows to be ranked"), style="dim"))
    if any(text.plain.endswith("*") for text in against):
        below.append(Text(tr("* significantly worse than the rest, at a false discovery rate of 5 %"), style="dim"))
    return Group(table, *below)


def against_text(evaluation: Evaluation, by: str | None) -> Text:
    """How far a slice lies from the rest."""
    if not evaluation.reliable:
        return Text(tr("few rows"), style="dim")
    difference = evaluation.differences.get(by) if by is not None else None
    if difference is None:
        return Text("")
    assert by is not None  # there is a difference
    worse = difference.p_value_bh <= SURE and get_measure(by).better * difference.value < 0
    shown = number(difference.value)
    sign = "" if shown.startswith("-") else "+"
    return Text(f"{sign}{shown}{'*' if worse else ''}", style="bold" if worse else "")


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
            tr("largest errors"): [visible(row_name(row.id, evaluation), LONGEST_LABEL) for row in rows],
            last: [number(own) for own in lasts],
            tr("true"): [said(row.true) for row in rows],
            tr("predicted"): [said(row.predicted) for row in rows],
        }
        sections.append(column_table(columns, width, {last: "bold"}, glyphs))
    if errors.residuals:
        ranges = errors.residuals
        columns = {
            tr("predicted"): [f"{number(own.low)} {glyphs.dash} {number(own.high)}" for own in ranges],
            tr("mean error"): [number(own.mean_error.value) for own in ranges],
            tr("interval"): [interval_text(own.mean_error, glyphs) for own in ranges],
            "RMSE": [number(own.rmse) for own in ranges],
            "n": [f"{own.n:,}" for own in ranges],
        }
        sections.append(column_table(columns, width, {tr("mean error"): "bold", "n": "dim"}, glyphs))
    return sections


def train_section(evaluation: Evaluation, width: int, glyphs: Glyphs) -> RenderableType:
    """The rows that the model was fitted on beside the others, and the gap."""
    assert evaluation.train is not None  # there is a section
    gaps = evaluation.gap
    columns = {
        f"{tr('train')} {glyphs.dot} {tr('test')}": [glyphs.write(tr(get_measure(name).title)) for name in gaps],
        tr("train"): [number(evaluation.train[name].value) for name in gaps],
        tr("test"): [number(evaluation[name].value) for name in gaps],
        tr("gap"): [number(own.value) for own in gaps.values()],
        tr("interval"): [interval_text(own, glyphs) for own in gaps.values()],
        "n": [f"{evaluation.train[name].n:,} / {evaluation[name].n:,}" for name in gaps],
    }
    return column_table(columns, width, {tr("gap"): "bold", "n": "dim"}, glyphs)


def said(answer: str | float) -> str:
    """A class or an amount."""
    return visible(answer, LONGEST_LABEL) if isinstance(answer, str) else number(answer)


def calibration_section(calibration: Calibration, width: int, glyphs: Glyphs) -> RenderableType:
    """The reliability curve as a table, with what chance would do; below, the coefficients and the test."""
    curve = calibration.equal_width
    off = (curve.observed < curve.band_low) | (curve.observed > curve.band_high)
    bands = zip(curve.band_low.tolist(), curve.band_high.tolist(), strict=True)
    columns = {
        tr("mean p"): [number(own) for own in curve.probability.tolist()],
        tr("observed"): [number(own) for own in curve.observed.tolist()],
        tr("if calibrated"): [f"{number(low)} {glyphs.dash} {number(high)}" for low, high in bands],
        "": [tr("significant") if own else "" for own in off],
        "n": [f"{own:,.6g}" for own in curve.weight.tolist()],
    }
    facts = [
        tr(
            Message(
                "ece_with_chance",
                "ECE {error} ({expected_error} by chance)",
                error=number(curve.error),
                expected_error=number(curve.expected_error),
            )
        )
    ]
    coefficients = {
        tr("slope"): calibration.slope,
        tr("intercept with that slope"): calibration.slope_intercept,
        tr("calibration in the large"): calibration.intercept,
    }
    for name, coefficient in coefficients.items():
        if coefficient.defined:
            ends = interval_text(coefficient, glyphs)
            facts.append(f"{name} {number(coefficient.value)}{f' ({ends})' if ends else ''}")
    if not math.isnan(calibration.p_value):
        shown = p_text(calibration.p_value)
        facts.append(f"{tr('Spiegelhalter p')} {shown if shown.startswith('<') else f'= {shown}'}")
    table = column_table(columns, width, {tr("observed"): "bold", "": "yellow", "n": "dim"}, glyphs)
    return Group(Text(tr("calibration"), style="bold"), table, Text(", ".join(facts), style="dim"))
