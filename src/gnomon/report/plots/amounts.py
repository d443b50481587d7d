"""A regression's predictions against the truth, and its errors by prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.scatter import Scatter
from gnomon.measures.regression import R2, RMSE
from gnomon.report.language import tr
from gnomon.report.plots.curves import legend_text
from gnomon.report.plots.style import GREY, colour, finish, marker

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
# Points are drawn with this area at most; cells with more rows have larger ones.
AREA = 60.0


def draw_predicted_vs_true(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
    """Each row, or cells of rows by their number, and the line of no error."""
    ends = []
    for place, (name, evaluation) in enumerate(evaluations.items()):
        scatter = scatter_of(evaluation)
        draw_points(
            ax, place, scatter.target, scatter.prediction, scatter, legend_text(name, "R²", evaluation[R2.name])
        )
        ends += [scatter.target.min(), scatter.target.max(), scatter.prediction.min(), scatter.prediction.max()]
    span = [min(ends), max(ends)]
    ax.plot(span, span, color=GREY, linestyle=(0, (1, 2)), label=tr("no error"))
    ax.set(xlabel=tr("true"), ylabel=tr("predicted"), aspect="equal")
    finish(ax, tr("predicted against true values"))


def draw_residuals(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
    """Errors against predictions, and their mean in ranges of the prediction with its interval."""
    for place, (name, evaluation) in enumerate(evaluations.items()):
        scatter = scatter_of(evaluation)
        label = legend_text(name, "RMSE", evaluation[RMSE.name])
        draw_points(ax, place, scatter.prediction, scatter.prediction - scatter.target, scatter, label)
        ranges = [each for each in evaluation.errors.residuals if not np.isnan(each.mean_error.low)]
        middle = [(each.low + each.high) / 2 for each in ranges]
        mean = np.array([each.mean_error.value for each in ranges])
        low, high = (np.array([getattr(each.mean_error, end) for each in ranges]) for end in ("low", "high"))
        ax.errorbar(
            middle, mean, yerr=np.array([mean - low, high - mean]).clip(0), color="black", ecolor="black",
            linestyle="none", marker=marker(place), markersize=4, capsize=2, zorder=3,
            markerfacecolor=colour(place), label=tr("mean error") if place == 0 else None,
        )  # fmt: skip
    ax.axhline(0, color=GREY, linestyle=(0, (1, 2)))
    ax.set(xlabel=tr("predicted"), ylabel=tr("predicted minus true"))
    finish(ax, tr("residuals by prediction"))


def draw_points(ax: Axes, place: int, across: Array, up: Array, scatter: Scatter, label: str) -> None:
    """Points, their areas by the rows that they stand for."""
    most = scatter.rows.max()
    area = 12.0 if most == 1 else np.maximum(1.5, AREA * scatter.rows / most)
    ax.scatter(across, up, s=area, color=colour(place), marker=marker(place), alpha=0.5, linewidths=0,
               label=label)  # fmt: skip


def scatter_of(evaluation: Evaluation) -> Scatter:
    """The points, which only evaluations that have some come here with."""
    assert evaluation.errors.scatter is not None
    return evaluation.errors.scatter
