"""Curves over all thresholds: ROC, precision and recall, and detection error trade-off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import Estimate
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.measures.ranking import AVERAGE_PRECISION, PR_AXES, ROC_AUC, ROC_AXES
from gnomon.message import word
from gnomon.report.language import tr
from gnomon.report.plots.style import BAND, GREY, Label, colour, finish, line, unit_square
from gnomon.text import number
from gnomon.thresholds.table import Thresholds
from gnomon.visible import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]


def draw_roc(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
    """Recall against the false positive rate, with the pointwise interval of the recall, and the line of chance."""
    for place, (name, evaluation) in enumerate(evaluations.items()):
        operating = evaluation.operating_points(ROC_AXES)
        across, recall = operating.bands[ROC_AXES[0]].value, operating.bands[ROC_AXES[1]]
        draw_curve(ax, place, across, recall.value, legend_text(name, "AUC", evaluation[ROC_AUC.name]))
        ax.fill_between(across, recall.low, recall.high, color=colour(place), alpha=BAND, linewidth=0)
        mark(ax, place, evaluation, operating.start, across, recall.value)
    ax.plot(
        [0, 1],
        [0, 1],
        color=GREY,
        linestyle=(0, (1, 2)),
        label=f"{tr('chance')} (AUC 0.5)",
    )
    unit_square(
        ax,
        word("false positive rate"),
        word("true positive rate (recall)"),
    )
    finish(
        ax, tr("ROC curve"), beside(ax, 0.98, 0.04, Label(f"{tr('chance')} (AUC 0.5)", 0.6, 0.61, GREY, rotation=45))
    )


def draw_precision_recall(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
    """Precision against recall in steps, with the pointwise interval of the precision, and the share of positives."""
    shares = set()
    for place, (name, evaluation) in enumerate(evaluations.items()):
        operating, table = evaluation.operating_points(PR_AXES), thresholds_of(evaluation)
        recall, precision = operating.bands[PR_AXES[0]].value, operating.bands[PR_AXES[1]]
        value = np.where(np.isnan(precision.value), 1.0, precision.value)  # by convention, where nothing is flagged
        draw_curve(
            ax, place, recall, value, legend_text(name, "AP", evaluation[AVERAGE_PRECISION.name]), drawstyle="steps-pre"
        )
        ax.fill_between(recall, precision.low, precision.high, step="pre", color=colour(place), alpha=BAND, linewidth=0)
        mark(ax, place, evaluation, operating.start, recall, precision.value)  # where nothing is flagged it has none
        shares.add(table.positives / (table.positives + table.negatives))
    for share in sorted(shares):
        label = f"{tr('chance')} ({number(share)})"
        ax.axhline(share, color=GREY, linestyle=(0, (1, 2)), label=label)
    unit_square(ax, word("recall"), word("precision"))
    share = min(shares)
    chance = Label(f"{tr('chance')} ({number(share)})", 0.02, min(share + 0.01, 0.85), GREY, "left")
    direct = beside(ax, 0.02, chance.y + 0.07, chance, "left") if len(shares) == 1 else []
    finish(ax, tr("precision-recall curve"), direct)


def draw_det(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
    """Miss rate against false positive rate, both on the scale of normal deviates.

    A. Martin et al., "The DET curve in assessment of detection task performance" (1997).
    """
    from scipy.special import ndtri

    for place, (name, evaluation) in enumerate(evaluations.items()):
        table = thresholds_of(evaluation)
        across, up = table["false_positive_rate"], 1 - table["recall"]
        inside = (across > 0) & (across < 1) & (up > 0) & (up < 1)
        draw_curve(
            ax, place, ndtri(across[inside]), ndtri(up[inside]), legend_text(name, "AUC", evaluation[ROC_AUC.name])
        )
    ticks = np.array([0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999])
    names = [f"{tick:.1%}" if tick in (0.001, 0.999) else f"{tick:.0%}" for tick in ticks]
    ax.set_xticks(ndtri(ticks), names)
    ax.set_yticks(ndtri(ticks), names)
    ax.set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal")
    ax.set(xlabel=tr("false positive rate"), ylabel=tr("false negative rate"))
    finish(ax, tr("detection error trade-off"))


def draw_curve(ax: Axes, place: int, across: Array, up: Array, label: str, **style: Any) -> None:
    """One model's curve."""
    ax.plot(across, up, color=colour(place), linestyle=line(place), label=label, **style)


def beside(ax: Axes, x: float, y: float, chance: Label, side: str = "right") -> list[Label]:
    """What stands beside the curve of one model and the line of chance; nothing where there are several models."""
    first, *others = [own for own in ax.get_lines() if not str(own.get_label()).startswith("_")]
    if len(others) > 1:
        return []
    return [Label(str(first.get_label()), x, y, str(first.get_color()), side), chance]


def mark(ax: Axes, place: int, evaluation: Evaluation, at: int, across: Array, up: Array) -> None:
    """A point where the evaluation's own threshold lies, if it has one."""
    if evaluation.threshold is not None:
        ax.plot(across[at], up[at], "o", color=colour(place), markeredgecolor="white", markersize=7)


def legend_text(name: str, title: str, estimate: Estimate) -> str:
    """A model's name with its value and interval."""
    ends = "" if np.isnan(estimate.low) else f" [{number(estimate.low)}, {number(estimate.high)}]"
    shown = f"{title} {number(estimate.value)}{ends}"
    return f"{visible(name, 30)} ({shown})" if name else shown


def thresholds_of(evaluation: Evaluation) -> Thresholds:
    """The table of thresholds, which only evaluations with curves come here with."""
    assert evaluation.thresholds is not None
    return evaluation.thresholds
