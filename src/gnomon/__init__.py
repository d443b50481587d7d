"""gnomon: evaluate a model's predictions.

    >>> import gnomon
    >>> ev = gnomon.evaluate([0, 0, 1, 1], [0, 1, 1, 1])
    >>> ev["recall"].value, ev["precision"].n
    (1.0, 3)

Every number is an :class:`Estimate`: a value with its interval, its support, its numeric error bound and,
where it is undefined, the reason. Importing this package does nothing; names are loaded when used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gnomon import metrics
    from gnomon.comparison.changed import ChangedRows, changed_rows
    from gnomon.comparison.compare import compare
    from gnomon.comparison.folds import compare_folds
    from gnomon.comparison.pair import Pair
    from gnomon.comparison.result import Comparison
    from gnomon.decision.cost import CostDecision, minimum_cost
    from gnomon.decision.recalibration import Recalibration, recalibrate
    from gnomon.decision.threshold import ThresholdDecision, choose_threshold
    from gnomon.errors import (
        ColumnError,
        DataError,
        EngineError,
        GnomonError,
        HistoryError,
        MissingValuesError,
        SourceError,
        StateError,
        UnknownArgumentError,
        UnknownEstimateError,
        UsageError,
    )
    from gnomon.estimate import Difference, Estimate
    from gnomon.evaluation.evaluate import evaluate
    from gnomon.evaluation.result.advice import Advice
    from gnomon.evaluation.result.baseline import Baseline
    from gnomon.evaluation.result.calibration import Calibration
    from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
    from gnomon.evaluation.result.error_analysis import ErrorAnalysis
    from gnomon.evaluation.result.evaluation import Evaluation
    from gnomon.evaluation.result.evaluations import Evaluations
    from gnomon.evaluation.result.operating_points import OperatingPoints
    from gnomon.gating.gate import gate
    from gnomon.gating.result import GateResult, Judgement
    from gnomon.history.gates import GateRun
    from gnomon.history.history import History
    from gnomon.history.leaderboard import Leaderboard, leaderboard
    from gnomon.history.recipe import Recipe, recipe
    from gnomon.history.run import Run
    from gnomon.loading import load
    from gnomon.measures.measure import Measure
    from gnomon.measures.user_defined import measure
    from gnomon.models.evaluate import evaluate_model
    from gnomon.models.scorers import get_scorer, get_scorer_names
    from gnomon.thresholds.table import OperatingPoint, Thresholds

__all__ = [
    "Advice",
    "Baseline",
    "Calibration",
    "ChangedRows",
    "ColumnError",
    "Comparison",
    "ConfusionMatrix",
    "CostDecision",
    "DataError",
    "Difference",
    "EngineError",
    "ErrorAnalysis",
    "Estimate",
    "Evaluation",
    "Evaluations",
    "GateResult",
    "GateRun",
    "GnomonError",
    "History",
    "HistoryError",
    "Judgement",
    "Leaderboard",
    "Measure",
    "MissingValuesError",
    "OperatingPoint",
    "OperatingPoints",
    "Pair",
    "Recalibration",
    "Recipe",
    "Run",
    "SourceError",
    "StateError",
    "ThresholdDecision",
    "Thresholds",
    "UnknownArgumentError",
    "UnknownEstimateError",
    "UsageError",
    "__version__",
    "changed_rows",
    "choose_threshold",
    "compare",
    "compare_folds",
    "evaluate",
    "evaluate_model",
    "gate",
    "get_scorer",
    "get_scorer_names",
    "leaderboard",
    "load",
    "measure",
    "metrics",
    "minimum_cost",
    "recalibrate",
    "recipe",
]

_HOME = {
    "Advice": "gnomon.evaluation.result.advice",
    "Baseline": "gnomon.evaluation.result.baseline",
    "Calibration": "gnomon.evaluation.result.calibration",
    "ChangedRows": "gnomon.comparison.changed",
    "Comparison": "gnomon.comparison.result",
    "ConfusionMatrix": "gnomon.evaluation.result.confusion_matrix",
    "CostDecision": "gnomon.decision.cost",
    "Difference": "gnomon.estimate",
    "ErrorAnalysis": "gnomon.evaluation.result.error_analysis",
    "Estimate": "gnomon.estimate",
    "Evaluation": "gnomon.evaluation.result.evaluation",
    "GateResult": "gnomon.gating.result",
    "GateRun": "gnomon.history.gates",
    "History": "gnomon.history.history",
    "Judgement": "gnomon.gating.result",
    "Evaluations": "gnomon.evaluation.result.evaluations",
    "OperatingPoint": "gnomon.thresholds.table",
    "OperatingPoints": "gnomon.evaluation.result.operating_points",
    "Leaderboard": "gnomon.history.leaderboard",
    "Measure": "gnomon.measures.measure",
    "Pair": "gnomon.comparison.pair",
    "Recalibration": "gnomon.decision.recalibration",
    "Recipe": "gnomon.history.recipe",
    "Run": "gnomon.history.run",
    "ThresholdDecision": "gnomon.decision.threshold",
    "Thresholds": "gnomon.thresholds.table",
    "changed_rows": "gnomon.comparison.changed",
    "choose_threshold": "gnomon.decision.threshold",
    "compare": "gnomon.comparison.compare",
    "compare_folds": "gnomon.comparison.folds",
    "evaluate": "gnomon.evaluation.evaluate",
    "evaluate_model": "gnomon.models.evaluate",
    "gate": "gnomon.gating.gate",
    "get_scorer": "gnomon.models.scorers",
    "get_scorer_names": "gnomon.models.scorers",
    "leaderboard": "gnomon.history.leaderboard",
    "load": "gnomon.loading",
    "measure": "gnomon.measures.user_defined",
    "minimum_cost": "gnomon.decision.cost",
    "recalibrate": "gnomon.decision.recalibration",
    "recipe": "gnomon.history.recipe",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("gnomon")
    if name not in __all__:
        raise AttributeError(f"module 'gnomon' has no attribute {name!r}")
    from importlib import import_module

    if name == "metrics":
        return import_module("gnomon.metrics")
    value = getattr(import_module(_HOME.get(name, "gnomon.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
