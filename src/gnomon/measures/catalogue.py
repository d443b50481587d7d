"""What every measure is called, how far it can reach, and which direction is better."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure's name for people and its range.

    Attributes:
        title: What a report calls it.
        low, high: The values it can take; infinite where it has no end.
        better: +1 if greater is better, -1 if smaller is better.
    """

    title: str
    low: float = 0.0
    high: float = 1.0
    better: int = 1


_UP, _DOWN = 1, -1
_INF = math.inf

CATALOGUE: dict[str, Measure] = {
    "accuracy": Measure("accuracy"),
    "balanced_accuracy": Measure("balanced accuracy"),
    "precision": Measure("precision"),
    "recall": Measure("recall (sensitivity)"),
    "specificity": Measure("specificity"),
    "false_positive_rate": Measure("fall-out (FPR)", better=_DOWN),
    "negative_predictive_value": Measure("negative predictive value"),
    "f1": Measure("F1"),
    "matthews_corrcoef": Measure("Matthews correlation", low=-1.0),
    "cohen_kappa": Measure("Cohen's kappa", low=-1.0),
    "youden": Measure("Youden's index", low=-1.0),
    "flagged": Measure("flagged", high=_INF, better=_DOWN),
    "flagged_share": Measure("share flagged", better=_DOWN),
    "cost": Measure("cost a row", low=-_INF, high=_INF, better=_DOWN),
    "roc_auc": Measure("ROC AUC"),
    "average_precision": Measure("average precision (AP)"),
    "ks": Measure("Kolmogorov-Smirnov"),
    "log_loss": Measure("log loss", high=_INF, better=_DOWN),
    "brier_score": Measure("Brier score", better=_DOWN),
    "hamming_loss": Measure("Hamming loss", better=_DOWN),
    "label_ranking_average_precision": Measure("label ranking AP"),
    "label_ranking_loss": Measure("label ranking loss", better=_DOWN),
    "coverage_error": Measure("coverage error", high=_INF, better=_DOWN),
    "mse": Measure("MSE", high=_INF, better=_DOWN),
    "rmse": Measure("RMSE", high=_INF, better=_DOWN),
    "mae": Measure("MAE", high=_INF, better=_DOWN),
    "mean_error": Measure("mean error (bias)", low=-_INF, high=_INF, better=_DOWN),
    "r2": Measure("R²", low=-_INF),
    "explained_variance": Measure("explained variance", low=-_INF),
    "median_absolute_error": Measure("median absolute error", high=_INF, better=_DOWN),
    "mape": Measure("MAPE", high=_INF, better=_DOWN),
    "max_error": Measure("largest error", high=_INF, better=_DOWN),
}

# Other names of estimates that people know.
ALSO_CALLED = {
    "sensitivity": "recall", "tpr": "recall", "tnr": "specificity", "fpr": "false_positive_rate",
    "fall_out": "false_positive_rate", "ppv": "precision", "npv": "negative_predictive_value", "auc": "roc_auc",
    "auroc": "roc_auc", "ap": "average_precision", "pr_auc": "average_precision", "mcc": "matthews_corrcoef",
    "kappa": "cohen_kappa", "brier": "brier_score", "f1_score": "f1",
}  # fmt: skip

AVERAGES = ("macro", "micro", "weighted", "samples")


def measure(name: str) -> Measure:
    """The measure behind an estimate's name; ``f1_macro`` is F1 with its average named.

    >>> measure("f1_macro").title
    'F1, macro'
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    if re.fullmatch(r"f[0-9.]+", name):
        return Measure(name.upper())
    base, _, average = name.rpartition("_")
    if average in AVERAGES and base in CATALOGUE:
        plain = CATALOGUE[base]
        return Measure(f"{plain.title}, {average}", plain.low, plain.high, plain.better)
    raise KeyError(name)
