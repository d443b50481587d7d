"""Plots of decisions: what thresholds do, what a matrix of costs leads to, how probabilities are mapped."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.report import decisions
from gnomon.report.language import tr
from gnomon.report.plots.display import Display
from gnomon.report.plots.pictures import Pictures, panels
from gnomon.report.plots.style import GREY, colour, finish, line, unit_square
from gnomon.report.plots.thresholds import draw_confusion

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class DecisionPlots(Pictures):
    """Plots of a decision by matplotlib, in the way of scikit-learn's displays: those that there are of its kind.

    Each takes the axes to draw on (None for new ones) and returns what it drew, with ``ax_`` and ``figure_``. Called
    itself, ``decision.plot()`` draws all that there is as one figure.

    Examples:
        >>> import gnomon, matplotlib
        >>> matplotlib.use("agg")
        >>> decision = gnomon.choose_threshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], goal="f1")
        >>> decision.plot.thresholds().ax_.get_xlabel()
        'threshold'
    """

    def __init__(self, result: ThresholdDecision | CostDecision | Recalibration) -> None:
        super().__init__(result)
        self._decision = result

    def thresholds(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """The goal's measure at every threshold, with the chosen one; beside it precision, recall and F1."""

        def draw(ax: Axes) -> None:
            assert isinstance(self._decision, ThresholdDecision)  # else there is no such plot
            draw_choice(ax, self._decision)

        return self._on(draw, "thresholds", ax, lang)

    def confusion(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """The confusion matrix of what is decided."""

        def draw(ax: Axes) -> None:
            assert not isinstance(self._decision, Recalibration)  # else there is no such plot
            draw_confusion(ax, self._decision.confusion, "")

        return self._on(draw, "confusion", ax, lang)

    def maps(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """What each map makes of a probability."""

        def draw(ax: Axes) -> None:
            assert isinstance(self._decision, Recalibration)  # else there is no such plot
            draw_maps(ax, self._decision)

        return self._on(draw, "maps", ax, lang)

    def available(self) -> list[str]:
        """The plots that there are of such a decision."""
        match self._decision:
            case ThresholdDecision():
                return ["thresholds", "confusion"]
            case CostDecision():
                return ["confusion"]
        return ["maps"]

    def __call__(self, *, lang: str | None = None) -> Display:
        """All that there is, as one figure."""
        names = self.available()
        figure, axes = panels(len(names))
        for ax, name in zip(axes, names, strict=False):
            getattr(self, name)(ax=ax, lang=lang)
        return Display(np.array(axes), figure)


def draw_choice(ax: Axes, decision: ThresholdDecision) -> None:
    """The goal's measure at every threshold, and the chosen one; measures that end at 1 with the usual ones."""
    across = decision.thresholds.threshold[:0:-1]  # upwards: between two scores the counts are those of the higher one
    for place, (measure, column) in enumerate(decisions.by_threshold(decision, decisions.drawn(decision))):
        ax.plot(across, column[:0:-1], color=colour(place), linestyle=line(place), label=tr(measure.title),
                drawstyle="steps-pre")  # fmt: skip
    chosen = decision.threshold.value
    if math.isfinite(chosen):
        ax.axvline(chosen, color=GREY, linewidth=1, label=f"{tr('threshold')} {chosen:.4g}")
    ax.set(xlabel=tr("threshold"))
    finish(ax, tr("measures by threshold"))


def draw_maps(ax: Axes, recalibration: Recalibration) -> None:
    """What each map makes of a probability, and the line of no change."""
    across = np.linspace(0, 1, 201)
    for place, (name, score_map) in enumerate(recalibration.maps.items()):
        ax.plot(across, score_map(across), color=colour(place), linestyle=line(place), label=tr(name.replace("_", " ")))
    ax.plot([0, 1], [0, 1], color=GREY, linestyle=(0, (1, 2)), label=tr("as is"))
    unit_square(ax, tr("probability"), tr("probability, mapped"))
    finish(ax, tr("recalibration"))
