"""Values with their intervals, one below the other: of the measures, and of slices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gnomon.comparison.result import Comparison
from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.measures.registry import get_measure
from gnomon.report.language import tr
from gnomon.report.pairs import shown_pairs, title_of
from gnomon.report.plots.style import GREY, colour, finish, marker
from gnomon.report.remarks import comparable, from_the_worst
from gnomon.visible import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Values with intervals, by the row that they are drawn in.
Rows = Mapping[int, Estimate] | Mapping[int, Difference]
# Slices that are drawn, those furthest below the rest first.
MOST_SLICES = 30


def draw_intervals(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
    """Every measure that ends at 1, or of a regression those in the target's unit, with the baseline."""
    first = next(iter(evaluations.values()))
    names = [name for name in comparable(first) if any(name in own for own in evaluations.values())]
    for place, (model, evaluation) in enumerate(evaluations.items()):
        rows = {
            row: evaluation[name] for row, name in enumerate(names) if name in evaluation and evaluation[name].defined
        }
        draw_rows(ax, place, len(evaluations), rows, visible(model, 30) or None)
    baselines = first.baseline.estimates if first.baseline is not None else {}
    marks = {row: baselines[name].value for row, name in enumerate(names) if name in baselines}
    if marks:
        ax.plot(list(marks.values()), list(marks), "|", color=GREY, markersize=12, markeredgewidth=2,
                label=tr("baseline without a model"))  # fmt: skip
    set_rows(ax, [tr(get_measure(name).title) for name in names])
    finish(ax, tr("measures and intervals"))


def draw_slices(ax: Axes, evaluations: Mapping[str, Evaluation], column: str, by: str) -> None:
    """A measure of each slice of a column, and a line at that of all rows."""
    first = next(iter(evaluations.values()))
    values = from_the_worst(first.slices[column], by)[:MOST_SLICES]
    for place, (model, evaluation) in enumerate(evaluations.items()):
        rows = {
            row: found[by]
            for row, value in enumerate(values)
            if (found := evaluation.slices[column].get(value)) is not None and by in found and found[by].defined
        }
        draw_rows(ax, place, len(evaluations), rows, visible(model, 30) or None)
        ax.axvline(evaluation[by].value, color=colour(place), linestyle=(0, (1, 2)), linewidth=1,
                   label=tr("all rows") if len(evaluations) == 1 else None)  # fmt: skip
    set_rows(ax, [f"{visible(value, 24)} (n={first.slices[column][value].n:,})" for value in values])
    ax.set(xlabel=tr(get_measure(by).title), ylabel=visible(column, 24))
    finish(ax, tr("slices"))


def draw_differences(ax: Axes, compared: Comparison) -> None:
    """Differences of every pair of models, of measures that stand on one axis, and a line at none."""
    first = next(iter(compared.models.values()))
    pairs = shown_pairs(compared)
    names = [name for name in comparable(first) if any(name in pair.differences for pair in pairs)]
    for place, pair in enumerate(pairs):
        rows = {row: pair[name] for row, name in enumerate(names) if name in pair.differences}
        draw_rows(ax, place, len(pairs), rows, title_of(pair))
    ax.axvline(0.0, color=GREY, linewidth=1)
    set_rows(ax, [tr(get_measure(name).title) for name in names])
    ax.set(xlabel=tr("difference"))
    finish(ax, tr("differences on the same rows"))


def draw_rows(
    ax: Axes, place: int, models: int, rows: Mapping[int, Estimate] | Mapping[int, Difference], label: str | None
) -> None:
    """One model's values with their intervals, beside those of others in the same rows."""
    shift = 0.0 if models == 1 else 0.5 * (place / (models - 1) - 0.5)
    values = np.array([own.value for own in rows.values()])
    ends = np.array([[own.value - own.low, own.high - own.value] for own in rows.values()]).reshape(-1, 2).T
    ax.errorbar(
        values, np.array(list(rows)) + shift, xerr=np.nan_to_num(ends).clip(0), linestyle="none", color=colour(place),
        marker=marker(place), markersize=5, capsize=2, elinewidth=1.2, label=label,
    )  # fmt: skip


def set_rows(ax: Axes, names: list[str]) -> None:
    """What the rows are, from the top down."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(max(1, len(names)) - 0.5, -0.5)
