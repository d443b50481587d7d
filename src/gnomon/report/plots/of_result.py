"""The plots of any result."""

from __future__ import annotations

from typing import Any

from gnomon.report.plots.accessor import Plots
from gnomon.report.plots.decision import DecisionPlots
from gnomon.report.results import DECISIONS


def plots_of(result: Any) -> Plots | DecisionPlots:
    """What holds the plots of an evaluation, of several, of a comparison, or of a decision."""
    return DecisionPlots(result) if isinstance(result, DECISIONS) else Plots(result)
