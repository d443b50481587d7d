"""Decisions for a terminal: what was chosen, what it achieves, and what other thresholds would do."""

from __future__ import annotations

import math

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.text import Text

from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import AS_IS, Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.estimate import Estimate
from gnomon.measures.registry import measure
from gnomon.report.language import tr
from gnomon.report.terminal import (
    ASCII,
    LONGEST_LABEL,
    UNICODE,
    Glyphs,
    bullets,
    column_table,
    confusion_section,
    estimates_table,
    grid,
    interval_text,
    print_sections,
)
from gnomon.report.text import number
from gnomon.visible import visible

# Columns of the table of thresholds, the most telling first; thresholds that are shown.
COLUMNS = {"precision": "precision", "recall": "recall", "false_positive_rate": "fall-out", "f1": "F1"}
SHOWN = 12


def render_threshold(decision: ThresholdDecision, console: Console) -> None:
    """Prints a chosen threshold to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    chosen = decision.threshold
    head = Text()
    head.append(tr("threshold"), style="bold")
    head.append(f" {glyphs.dot} {tr(decision.goal)}\n")
    judged = int(decision.confusion.counts.sum())
    part = decision.provenance["columns"]["part"]
    facts = [f"n = {chosen.n:,}"]
    if part is not None:
        facts = [tr(f"chosen on {chosen.n:,} rows ({visible(part)})"), tr(f"judged on {judged:,} others")]
    facts.append(tr(f"positive {visible(decision.positive, LONGEST_LABEL)!r}"))
    head.append(f" {glyphs.dot} ".join(facts), style="dim")
    style = "bold green" if decision.met else "bold red"
    answer = Text("")
    if math.isinf(chosen.value):
        answer.append(tr("flag nothing"), style=style)
    else:
        answer.append("score >= ").append(repr(chosen.value), style=style)
    ends = interval_text(chosen, glyphs) if math.isfinite(chosen.low) and math.isfinite(chosen.high) else ""
    if ends:
        answer.append(f"  ({tr(f'{ends} in other samples')})", style="dim")
    if not decision.met:
        answer.append(f"  {tr('the constraints are not met')}", style="red")
    sections: list[RenderableType] = [head, answer]
    sections.append(estimates_table(decision.estimates, console.width, glyphs, chosen.level))
    sections += [line for line in (compared(decision, glyphs),) if line is not None]
    sections.append(confusion_section(decision.confusion, console.width, glyphs))
    sections.append(threshold_table(decision, console.width))
    if decision.notes:
        sections.append(bullets([*map(tr, decision.notes)], glyphs))
    print_sections(sections, console)


def render_cost(decision: CostDecision, console: Console) -> None:
    """Prints decisions of least cost to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    head = Text()
    head.append(tr("decision of least expected cost"), style="bold")
    head.append(f"\nn = {decision.cost.n:,} {glyphs.dot} {len(decision.classes)} {tr('classes')}", style="dim")
    table = grid()
    for name in ("", tr("cost a row"), tr(f"{decision.cost.level * 100:g} % interval")):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for name, own in (
        (tr("least expected cost"), decision.cost),
        (tr("most probable class"), decision.most_probable),
        (tr("difference"), decision.difference),
    ):
        table.add_row(name, Text(number(own.value), style="bold"), interval_text(own, glyphs))
    always = tr(f"always {visible(decision.constant[0], LONGEST_LABEL)!r}")
    table.add_row(always, number(decision.constant[1]), "")
    sections: list[RenderableType] = [head, table, confusion_section(decision.confusion, console.width, glyphs)]
    if decision.notes:
        sections.append(bullets([*map(tr, decision.notes)], glyphs))
    print_sections(sections, console)


def render_recalibration(found: Recalibration, console: Console) -> None:
    """Prints what maps of probabilities gain to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    some = found.estimates[AS_IS]["log_loss"]
    head = Text()
    head.append(tr("recalibration"), style="bold")
    head.append(f" {glyphs.dot} {tr(f'judged on {some.n:,} others')}", style="dim")
    rows = found.estimates.items()
    differences = [found.differences.get(name) for name, _ in rows]
    columns = {
        tr("map"): [tr(name.replace("_", " ")) for name, _ in rows],
        tr("log loss"): [number(own["log_loss"].value) for _, own in rows],
        "ECE": [number(own["expected_calibration_error"].value) for _, own in rows],
        tr("difference of log loss"): [
            "" if own is None else difference_text(own["log_loss"], glyphs) for own in differences
        ],
        tr("Brier score"): [number(own["brier_score"].value) for _, own in rows],
    }
    table = column_table(columns, console.width, {tr("log loss"): "bold"})
    sections: list[RenderableType] = [head, table]
    if found.notes:
        sections.append(bullets([*map(tr, found.notes)], glyphs))
    print_sections(sections, console)


def difference_text(estimate: Estimate, glyphs: Glyphs) -> str:
    """A difference with its interval."""
    return f"{number(estimate.value)} ({interval_text(estimate, glyphs)})"


def compared(decision: ThresholdDecision, glyphs: Glyphs) -> Text | None:
    """What the goal's measure is once its optimism is taken off, and at 0.5."""
    title = glyphs.write(measure(decision.measure).title)
    facts = []
    if decision.corrected is not None and not math.isnan(decision.corrected.value):
        facts.append(tr(f"{number(decision.corrected.value)} once corrected for optimism"))
    if decision.default is not None and not math.isnan(decision.default.value):
        facts.append(tr(f"{number(decision.default.value)} at a threshold of 0.5"))
    return Text(f"{title}: {', '.join(facts)}") if facts else None


def threshold_table(decision: ThresholdDecision, width: int) -> RenderableType:
    """About a dozen thresholds, spread over what is flagged, the chosen one marked."""
    table, chosen, wanted = decision.thresholds, decision.threshold.value, decision.measure
    share = table["flagged_share"]
    places = {int(np.argmin(np.abs(share - goal))) for goal in np.linspace(0, 1, SHOWN - 1) ** 2}
    at = table.place(chosen)
    shown = sorted(places | {at})
    names = dict(COLUMNS)
    if wanted not in (*names, "flagged_share", "flagged"):
        names = {wanted: measure(wanted).title} | names
    columns = {
        "": [">" if place == at else "" for place in shown],
        "score >=": [shown_threshold(table.threshold[place]) for place in shown],
        tr("flagged"): [f"{share[place]:.1%}" for place in shown],
    }
    for name, title in names.items():
        values = decision.costs.mean(table.points) if decision.costs and name == "cost" else table[name]
        columns[tr(title)] = [number(float(values[place])) for place in shown]
    table_ = column_table(columns, width, {"": "bold green", "score >=": "bold"})
    if decision.provenance["columns"]["part"] is None:
        return table_
    return Group(Text(tr("thresholds, on the rows that it was chosen on"), style="bold"), table_)


def shown_threshold(threshold: float) -> str:
    """A threshold, rounded to be looked at."""
    return tr("none") if math.isinf(threshold) else f"{threshold:.6g}"
