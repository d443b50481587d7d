"""What a result is to a report: evaluations by the names of their models, how they compare, or a decision."""

from __future__ import annotations

from collections.abc import Mapping

from gnomon.comparison.result import Comparison
from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.evaluations import Evaluations
from gnomon.gating.result import GateResult
from gnomon.history.trend import Trend

Decision = ThresholdDecision | CostDecision | Recalibration | GateResult | Trend
DECISIONS = (ThresholdDecision, CostDecision, Recalibration, GateResult, Trend)
Evaluated = Evaluation | Evaluations | Comparison


def evaluations_of(result: Evaluated) -> Mapping[str, Evaluation]:
    """The evaluations, by the names of their models; one alone has no name."""
    if isinstance(result, Evaluation):
        return {"": result}
    return result.models if isinstance(result, Comparison) else dict(result)


def comparison_of(result: Evaluated) -> Comparison | None:
    """The comparison of the models, if they were compared."""
    return result if isinstance(result, Comparison) else None
