"""The plots of any result."""

from __future__ import annotations

from typing import Any

from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.errors import UsageError
from gnomon.gating.result import GateResult
from gnomon.history.trend import Trend
from gnomon.message import Message
from gnomon.report.plots.accessor import Plots
from gnomon.report.plots.decision import DecisionPlots


def plots_of(result: Any) -> Plots | DecisionPlots:
    """What holds the plots of an evaluation, of several, of a comparison, or of a decision."""
    if isinstance(result, GateResult | Trend):
        raise UsageError(
            Message(
                "gate_without_plots",
                "a gate, or a trend, has no plots here\nwrite its page (.html), or plot a comparison of the models",
            )
        )
    if isinstance(result, ThresholdDecision | CostDecision | Recalibration):
        return DecisionPlots(result)
    return Plots(result)
