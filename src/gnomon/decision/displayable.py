"""How a decision shows itself: as other results do, with plots of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gnomon.evaluation.result.displayable import Displayable
from gnomon.lazy import load
from gnomon.renderers import PLOTS

if TYPE_CHECKING:
    from gnomon.report.plots.decision import DecisionPlots


class DisplayableDecision(Displayable):
    """Methods of a decision that is seen."""

    __slots__ = ()

    @property
    def plot(self) -> DecisionPlots:  # type: ignore[override]
        """Plots by matplotlib: ``decision.plot.confusion(ax=ax)``, or all that there are with ``decision.plot()``."""
        plots: DecisionPlots = load(PLOTS)(self)
        return plots
