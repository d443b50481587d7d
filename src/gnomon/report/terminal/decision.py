"""Decisions for a terminal: what was chosen, what it achieves, and what other thresholds would do."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from rich.console import Console, Group, RenderableType
from rich.text import Text

from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.estimate import Estimate
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.report import decisions
from gnomon.report.language import tr
from gnomon.report.parts import shown_parts
from gnomon.report.terminal.tables import (
    ASCII,
    LONGEST_LABEL,
    UNICODE,
    Glyphs,
    column_table,
    confusion_section,
    estimates_table,
    grid,
    interval_text,
    notes_section,
    print_parts,
    stacked,
)
from gnomon.text import number
from gnomon.visible import visible


def render_threshold(decision: ThresholdDecision, console: Console, only: Collection[str] = ()) -> None:
    """Prints a chosen threshold to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    head = Text()
    head.append(tr("threshold"), style="bold")
    head.append(f" {glyphs.dot} {tr(decision.goal)}\n")
    facts = [
        *decisions.rows_of(decision),
        tr(Message("positive_class", "positive {positive!r}", positive=visible(decision.positive, LONGEST_LABEL))),
    ]
    head.append(f" {glyphs.dot} ".join(facts), style="dim")
    style = "bold green" if decision.met else "bold red"
    answer = Text(decisions.answer(decision), style=style)
    if math.isfinite(decision.threshold.value):
        answer = Text("score >= ").append(repr(decision.threshold.value), style=style)
    elsewhere = decisions.in_other_samples(decision, glyphs.dash)
    if elsewhere:
        answer.append(f"  ({elsewhere})", style="dim")
    if not decision.met:
        answer.append(f"  {tr('the constraints cannot be met')}", style="red")
    width, level = console.width, decision.threshold.level
    parts: dict[str, Callable[[], RenderableType | None]] = {
        "decision": lambda: stacked([answer, *filter(None, [compared(decision, glyphs)])]),
        "measures": lambda: estimates_table(decision.estimates, width, glyphs, level)[0],
        "confusion": lambda: confusion_section(decision.confusion, width, glyphs),
        "thresholds": lambda: threshold_table(decision, width, glyphs),
        "notes": lambda: notes_section(decision.notes, glyphs),
    }
    print_parts(head, shown_parts(parts, only), console)


def render_cost(decision: CostDecision, console: Console, only: Collection[str] = ()) -> None:
    """Prints decisions of least cost to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    head = Text()
    head.append(tr("decision of minimum expected cost"), style="bold")
    head.append(f"\nn = {decision.cost.n:,} {glyphs.dot} {len(decision.classes)} {tr('classes')}", style="dim")
    table = grid()
    for name in (
        "",
        tr("mean cost per row"),
        tr(Message("percent_interval", "{level:g} % interval", level=decision.cost.level * 100)),
    ):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for name, estimate in decisions.costs_of(decision).items():
        value, ends = (
            (estimate.value, interval_text(estimate, glyphs)) if isinstance(estimate, Estimate) else (estimate, "")
        )
        table.add_row(name, Text(number(value), style="bold" if ends else ""), ends)
    parts: dict[str, Callable[[], RenderableType | None]] = {
        "decision": lambda: table,
        "confusion": lambda: confusion_section(decision.confusion, console.width, glyphs),
        "notes": lambda: notes_section(decision.notes, glyphs),
    }
    print_parts(head, shown_parts(parts, only), console)


def render_recalibration(recalibration: Recalibration, console: Console, only: Collection[str] = ()) -> None:
    """Prints what maps of probabilities gain to a rich console."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    judged = decisions.judged_rows(recalibration)
    head = Text()
    head.append(tr("recalibration"), style="bold")
    head.append(
        f" {glyphs.dot} {tr(Message('evaluated_on_others', 'evaluated on {judged:,} others', judged=judged))}",
        style="dim",
    )
    rows = recalibration.estimates.items()
    differences = [recalibration.differences.get(name) for name, _ in rows]
    columns = {
        tr("map"): list(decisions.maps_of(recalibration).values()),
        tr("log loss"): [number(own[LOG_LOSS.name].value) for _, own in rows],
        "ECE": [number(own["expected_calibration_error"].value) for _, own in rows],
        tr("difference in log loss"): [
            "" if own is None else difference_text(own[LOG_LOSS.name], glyphs) for own in differences
        ],
        tr("Brier score"): [number(own[BRIER_SCORE.name].value) for _, own in rows],
    }
    table = column_table(columns, console.width, {tr("log loss"): "bold"}, glyphs)
    parts: dict[str, Callable[[], RenderableType | None]] = {
        "decision": lambda: table,
        "notes": lambda: notes_section(recalibration.notes, glyphs),
    }
    print_parts(head, shown_parts(parts, only), console)


def difference_text(estimate: Estimate, glyphs: Glyphs) -> str:
    """A difference with its interval."""
    return f"{number(estimate.value)} ({interval_text(estimate, glyphs)})"


def compared(decision: ThresholdDecision, glyphs: Glyphs) -> Text | None:
    """What the goal's measure is once its optimism is taken off, and at 0.5."""
    facts = decisions.beside(decision)
    return Text(f"{glyphs.write(get_measure(decision.measure).title)}: {', '.join(facts)}") if facts else None


def threshold_table(decision: ThresholdDecision, width: int, glyphs: Glyphs) -> RenderableType:
    """About a dozen thresholds, spread over what is flagged, the chosen one marked."""
    listed = decisions.alternatives(decision)
    columns = {
        "": [">" if place == listed.chosen else "" for place in range(len(listed.thresholds))],
        "score >=": listed.thresholds,
        tr("flagged"): listed.flagged,
        **listed.columns,
    }
    table = column_table(columns, width, {"": "bold green", "score >=": "bold"}, glyphs)
    if decision.provenance["columns"]["part"] is None:
        return table
    return Group(Text(tr("thresholds, on the rows used to choose"), style="bold"), table)
