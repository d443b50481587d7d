"""The report of any result for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Collection
from io import StringIO
from typing import Any

from rich.console import Console
from rich.text import Text

from gnomon.comparison.result import Comparison
from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.evaluation.result.evaluations import Evaluations
from gnomon.gating.result import GateResult
from gnomon.history.trend import Trend
from gnomon.report import trends
from gnomon.report.terminal.changes import render_changes
from gnomon.report.terminal.comparison import render_comparison
from gnomon.report.terminal.decision import render_cost, render_recalibration, render_threshold
from gnomon.report.terminal.evaluation import render_evaluation
from gnomon.report.terminal.gate import render_gate
from gnomon.report.terminal.tables import ASCII, UNICODE, column_table
from gnomon.visible import visible


def render(result: Any, console: Console, only: Collection[str] = ()) -> None:
    """Prints a result to a rich console; several evaluations one after the other.

    Args:
        result: An evaluation, several, a comparison, or a decision.
        console: Where it is printed.
        only: The parts that are shown (:data:`gnomon.report.parts.PARTS`); none for the usual ones.

    Raises:
        UsageError: The result has none of these parts.
    """
    match result:
        case Comparison():
            render_comparison(result, console, only)
        case ThresholdDecision():
            render_threshold(result, console, only)
        case CostDecision():
            render_cost(result, console, only)
        case Recalibration():
            render_recalibration(result, console, only)
        case GateResult():
            render_gate(result, console, only)
        case Trend():
            render_trend(result, console)
        case Evaluations():
            render_evaluations(result, console, only)
        case _:
            render_evaluation(result, console, only)


def render_evaluations(evaluations: Evaluations, console: Console, only: Collection[str]) -> None:
    """Prints what changed, then one evaluation after the other."""
    several = len(evaluations) > 1
    if several and (not only or "changes" in only):
        render_changes(evaluations, console)
    rest = tuple(part for part in only if part != "changes" or not several)
    if only and not rest:
        return
    for place, (name, evaluation) in enumerate(evaluations.items()):
        if place or (several and (not only or "changes" in only)):
            console.print()
        console.print(Text(visible(name), style="bold underline"))
        render_evaluation(evaluation, console, rest)


def render_trend(trend: Trend, console: Console) -> None:
    """Prints how a measure went over runs."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    console.print(Text(trends.title_of(trend), style="bold"))
    console.print(column_table(trends.columns(trend), console.width, {}, glyphs))


# Of a report in a file, in characters.
WIDTH = 100


def as_text(result: Any, only: Collection[str] = ()) -> str:
    """The report, or some parts of it, as plain text."""
    text = StringIO()
    render(result, Console(file=text, width=WIDTH, markup=False, highlight=False, emoji=False, no_color=True), only)
    return text.getvalue()


def show(result: Any) -> None:
    """Prints the report to the standard output."""
    render(result, Console(file=sys.stdout, markup=False, highlight=False, emoji=False))
