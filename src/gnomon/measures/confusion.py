"""Measures of a confusion matrix: their formulas, and what each is.

Every formula takes :class:`Cells` and works on arrays of any shape: one matrix, one class against the
rest, or thousands of bootstrap replicates at once; of floats, or of exact fractions. Where a denominator
is 0 the value is NaN. Definitions and names are scikit-learn's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.measures.cells import Array, Cells, Mass, ratio
from gnomon.measures.measure import (
    LOWER,
    ZERO,
    Formula,
    MeanOfShares,
    Measure,
    OfClass,
    OfMatrix,
    Share,
    ShareOfAll,
    Transformed,
    places,
)
from gnomon.message import Message

PRECISION, RECALL = Share("tp", of="tp+fp"), Share("tp", of="tp+fn")
SPECIFICITY, FALL_OUT = Share("tn", of="fp+tn"), Share("fp", of="fp+tn")
NEGATIVE_PREDICTIVE_VALUE = Share("tn", of="fn+tn")
JACCARD = Share("tp", of="tp+fp+fn")


def f1_of_jaccard(jaccard: Any) -> Any:
    """F1 = 2J / (1 + J), where J = TP / (TP + FN + FP)."""
    return 2.0 * jaccard / (1.0 + jaccard)


def fbeta(cells: Cells, beta: float) -> Array:
    """The mean of precision and recall that weighs recall beta times as much, for each class.

    (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP): C. J. van Rijsbergen, Information Retrieval (1979), chapter 7.
    """
    square = beta * beta
    if math.isinf(square):
        return RECALL(cells)
    return ratio((1 + square) * cells.hits, square * cells.support + cells.predicted)


def f1(cells: Cells) -> Array:
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN), for each class."""
    return fbeta(cells, 1)


def likelihood_ratios(cells: Cells) -> tuple[Array, Array]:
    """Recall over false positive rate, and the miss rate over specificity, for each class.

    How much a prediction as the class, or as another, changes the odds of the class.
    """
    negatives = cells.total - cells.support
    return (
        ratio(cells.hits * negatives, cells.false_positives * cells.support),
        ratio(cells.false_negatives * negatives, cells.true_negatives * cells.support),
    )


def accuracy(cells: Cells) -> Array:
    """The share of rows predicted right."""
    return ratio(cells.hits.sum(axis=-1), cells.total[..., 0])


def error_rate(cells: Cells) -> Array:
    """The share of rows predicted wrong."""
    return ratio(cells.total[..., 0] - cells.hits.sum(axis=-1), cells.total[..., 0])


def exact_match(row: Cells) -> NDArray[np.bool_]:
    """Whether all labels of a row are right, from the cells of each row's labels (a row along the axis)."""
    return np.asarray((row.hits == row.support) & (row.hits == row.predicted))


def wrong_labels(row: Cells) -> Array:
    """The share of a row's labels that are wrong: its Hamming loss."""
    return np.asarray((row.support + row.predicted - 2 * row.hits) / row.total)


def balanced_accuracy(cells: Cells) -> Array:
    """The mean recall of the classes that occur."""
    return mean_defined(RECALL(cells))


def matthews_corrcoef(cells: Cells) -> Array:
    """The correlation of prediction and target, for any number of classes.

    J. Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient",
    Computational Biology and Chemistry 28 (2004). NaN where only one class is true, or only one predicted.
    """
    total = cells.total[..., 0]
    covariance = total * cells.hits.sum(axis=-1) - (cells.support * cells.predicted).sum(axis=-1)
    true = total * total - (cells.support * cells.support).sum(axis=-1)
    predicted = total * total - (cells.predicted * cells.predicted).sum(axis=-1)
    # Counted, not compared with the total, which a sum of fractions in another order misses by its rounding.
    one = ((cells.support > 0).sum(axis=-1) <= 1) | ((cells.predicted > 0).sum(axis=-1) <= 1)
    true, predicted = (np.where(one, 0.0, np.maximum(np.asarray(own, np.float64), 0.0)) for own in (true, predicted))
    spread = np.sqrt(true) * np.sqrt(predicted)
    return ratio(np.asarray(covariance, np.float64), spread)


def cohen_kappa(cells: Cells) -> Array:
    """Agreement beyond chance: (observed - expected) / (1 - expected).

    J. Cohen, "A coefficient of agreement for nominal scales" (1960). NaN where chance alone agrees always.
    """
    total = cells.total[..., 0]
    chance = (cells.support * cells.predicted).sum(axis=-1)
    certain = ((cells.support > 0) | (cells.predicted > 0)).sum(axis=-1) <= 1
    above, room = total * cells.hits.sum(axis=-1) - chance, total * total - chance
    return ratio(np.asarray(above, np.float64), np.where(certain, 0.0, np.asarray(room, np.float64)))


def weighted_kappa(matrix: Mass, power: int) -> float:
    """Agreement beyond chance on ordered classes: a disagreement counts by its distance, to a power.

    J. Cohen, "Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit"
    (1968). NaN where chance alone agrees always. The classes' places in the matrix are their ranks.
    """
    matrix = np.asarray(matrix, np.float64)
    ranks = np.arange(len(matrix))
    distance = np.abs(ranks[:, None] - ranks) ** power
    expected = np.outer(matrix.sum(axis=1), matrix.sum(axis=0)) / matrix.sum()
    return 1.0 - float(ratio((distance * matrix).sum(), (distance * expected).sum()))


def mean_defined(values: Array, weights: Mass | None = None) -> Array:
    """The mean over the last axis of the values that are not NaN; NaN if none is, or none has weight."""
    known = ~np.isnan(values)
    share = known.astype(np.float64) if weights is None else np.where(known, weights.astype(np.float64), 0.0)
    return ratio((np.where(known, values, 0.0) * share).sum(axis=-1), share.sum(axis=-1))


PER_CLASS: dict[str, Formula] = {"precision": PRECISION, "recall": RECALL, "f1": f1}


def averaged(formula: Formula, average: str) -> Formula:
    """The macro or weighted average over classes of a measure of one class.

    Classes for which the measure is undefined are left out, as scikit-learn does with
    ``zero_division=np.nan``; macro weighs classes alike, weighted by their support.
    """

    def value(cells: Cells) -> Array:
        return mean_defined(formula(cells), cells.support if average == "weighted" else None)

    return value


def youden(cells: Cells) -> Array:
    """Recall minus the false positive rate, for each class.

    W. J. Youden, "Index for rating diagnostic tests", Cancer 3 (1950).
    """
    return RECALL(cells) - FALL_OUT(cells)


def markedness(cells: Cells) -> Array:
    """Precision plus the negative predictive value minus 1, for each class.

    D. M. W. Powers, "Evaluation: from precision, recall and F-measure to ROC, informedness, markedness and
    correlation", Journal of Machine Learning Technologies 2 (2011).
    """
    return PRECISION(cells) + NEGATIVE_PREDICTIVE_VALUE(cells) - 1


def geometric_mean(cells: Cells) -> Array:
    """The geometric mean of the recalls of the classes: with two, the root of recall times specificity.

    M. Kubat and S. Matwin, "Addressing the curse of imbalanced training sets: one-sided selection" (1997).
    """
    recalls = RECALL(cells)
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.log(recalls).mean(axis=-1)))


def diagnostic_odds_ratio(cells: Cells) -> Array:
    """The odds of a prediction as the class among its rows, over those among the others, for each class.

    A. S. Glas et al., "The diagnostic odds ratio: a single indicator of test performance", Journal of Clinical
    Epidemiology 56 (2003).
    """
    return ratio(cells.hits * cells.true_negatives, cells.false_positives * cells.false_negatives)


def lift(cells: Cells) -> Array:
    """Precision over the share of the class: how much more often a predicted row is of the class than any row."""
    return ratio(cells.hits * cells.total, cells.predicted * cells.support)


ONE_CLASS = Message("one_class_either", "all rows have one true class, or all are predicted as one class")
NO_RATIO = Message("divides_by_zero", "its denominator is 0")


def f_beta(beta: float, name: str) -> Measure:
    """F-beta of any beta: ``f2``, ``f0.5``."""
    return Measure(
        name=name,
        title=f"F{beta:g}",
        definition=f"(1 + {beta:g}²) TP / ((1 + {beta:g}²) TP + {beta:g}² FN + FP)",
        basis=OfClass(lambda cells: fbeta(cells, beta), JACCARD.reason),
        guess="positive",
        curve="hull",
        harmed=True,
    )


# What weighs the classes alike rests on the rarer one: of so few rows of it, how much it varies is not known from them.
FEWEST = 10

FLAGGED_SHARE = Measure(
    name="flagged_share",
    title="share predicted positive",
    definition="(TP + FP) / all rows",
    basis=Share("tp+fp", of="tp+fp+fn+tn"),
    better=LOWER,
    shown=places(threshold_columns=6),
)
MEASURES = (
    Measure(
        name="accuracy",
        title="accuracy",
        definition="(TP + TN) / all rows",
        basis=ShareOfAll(accuracy, lambda cells: cells.hits.sum(axis=-1)),
        shown=places("binary", "multiclass", headline=1, slices=5, ranks_slices=3, gap=4),
    ),
    Measure(
        name="balanced_accuracy",
        title="balanced accuracy",
        definition="mean over classes of the recall",
        head="balanced acc.",
        basis=MeanOfShares(RECALL, balanced_accuracy, Message("no_class_with_rows", "no class has rows")),
        fewest=FEWEST,
        shown=places("binary", "multiclass", slices=9, ranks_slices=2),
    ),
    Measure(
        name="precision",
        title="precision",
        definition="TP / (TP + FP)",
        basis=PRECISION,
        aliases=("ppv",),
        shown=places(
            "binary",
            "class",
            "averages",
            slices=3,
            class_table=1,
            thresholds=1,
            threshold_curves=1,
            threshold_columns=1,
        ),
    ),
    Measure(
        name="recall",
        title="recall (sensitivity)",
        definition="TP / (TP + FN)",
        head="recall",
        basis=RECALL,
        aliases=("sensitivity", "tpr"),
        shown=places(
            "binary",
            "class",
            "averages",
            slices=2,
            class_table=2,
            thresholds=2,
            threshold_curves=2,
            threshold_columns=2,
        ),
    ),
    Measure(
        name="specificity",
        title="specificity",
        definition="TN / (TN + FP)",
        basis=SPECIFICITY,
        aliases=("tnr",),
        shown=places("binary", "class", class_table=6, threshold_columns=3),
    ),
    Measure(
        name="false_positive_rate",
        title="false positive rate",
        definition="FP / (TN + FP)",
        head="FPR",
        basis=FALL_OUT,
        aliases=("fpr", "fall_out"),
        better=LOWER,
        shown=places("binary", thresholds=3, threshold_columns=4),
    ),
    Measure(
        name="negative_predictive_value",
        title="negative predictive value",
        definition="TN / (TN + FN)",
        basis=NEGATIVE_PREDICTIVE_VALUE,
        aliases=("npv",),
        shown=places("binary"),
    ),
    Measure(
        name="f1",
        title="F1",
        definition="2 TP / (2 TP + FP + FN)",
        basis=Transformed(JACCARD, f1_of_jaccard, f1),
        aliases=("f1_score",),
        guess="positive",
        shown=places(
            "binary",
            "class",
            "averages",
            headline=3,
            headline_macro=4,
            slices=4,
            slices_macro=6,
            class_table=3,
            thresholds=4,
            threshold_curves=3,
            threshold_columns=5,
        ),
    ),
    Measure(
        name="matthews_corrcoef",
        title="Matthews correlation",
        definition="correlation of target and prediction",
        basis=OfMatrix(matthews_corrcoef, ONE_CLASS),
        fewest=FEWEST,
        aliases=("mcc",),
        low=-1.0,
        guess=0.0,
        curve="hull_above_0",
        harmed=False,
        shown=places("binary", "multiclass"),
    ),
    Measure(
        name="cohen_kappa",
        title="Cohen's kappa",
        definition="agreement beyond chance",
        basis=OfMatrix(
            cohen_kappa,
            Message("one_class_both", "all rows have the same true class and are predicted as it"),
        ),
        aliases=("kappa",),
        low=-1.0,
        guess=0.0,
        curve="hull",
        harmed=False,
        shown=places("binary", "multiclass"),
    ),
    # Those that are asked for.
    Measure(
        name="youden",
        title="Youden's index",
        definition="recall + specificity - 1",
        basis=OfClass(youden, Message("not_both_classes", "no row has the class {name!r}, or no row has another")),
        fewest=FEWEST,
        aliases=("informedness", "youden_j"),
        low=-1.0,
        guess=0.0,
        curve="hull",
        harmed=True,
    ),
    Measure(
        name="markedness",
        title="markedness",
        definition="precision + negative predictive value - 1",
        basis=OfClass(markedness, Message("predicted_alike", "all rows have the same prediction")),
        low=-1.0,
        guess=0.0,
        harmed=True,
    ),
    Measure(
        name="jaccard",
        title="Jaccard index",
        definition="TP / (TP + FP + FN)",
        basis=JACCARD,
        aliases=("iou", "critical_success_index", "threat_score"),
        guess="positive",
    ),
    Measure(
        name="false_discovery_rate",
        title="false discovery rate",
        definition="FP / (TP + FP)",
        basis=Share("fp", of="tp+fp"),
        aliases=("fdr",),
        better=LOWER,
    ),
    Measure(
        name="false_omission_rate",
        title="false omission rate",
        definition="FN / (FN + TN)",
        basis=Share("fn", of="fn+tn"),
        better=LOWER,
    ),
    Measure(
        name="false_negative_rate",
        title="false negative rate",
        definition="FN / (TP + FN)",
        basis=Share("fn", of="tp+fn"),
        aliases=("fnr", "miss_rate"),
        better=LOWER,
    ),
    Measure(
        name="geometric_mean",
        title="geometric mean of recalls",
        definition="geometric mean of the recalls of the classes",
        basis=OfMatrix(geometric_mean, Message("class_without_rows", "a class has no rows")),
        fewest=FEWEST,
        aliases=("g_mean", "gmean"),
        guess=0.0,
        curve="gains",
        harmed=True,
    ),
    Measure(
        name="prevalence",
        title="prevalence",
        definition="(TP + FN) / all rows",
        basis=Share("tp+fn", of="tp+fp+fn+tn"),
        better=ZERO,
    ),
    Measure(
        name="positive_likelihood_ratio",
        title="positive likelihood ratio",
        definition="recall / false positive rate",
        basis=OfClass(lambda cells: likelihood_ratios(cells)[0], NO_RATIO),
        fewest=FEWEST,
        aliases=("lr+",),
        high=math.inf,
        guess=1.0,
        curve="all",  # undefined without false positives, where the hull has its best
        harmed=False,
    ),
    Measure(
        name="negative_likelihood_ratio",
        title="negative likelihood ratio",
        definition="false negative rate / specificity",
        basis=OfClass(lambda cells: likelihood_ratios(cells)[1], NO_RATIO),
        fewest=FEWEST,
        aliases=("lr-",),
        high=math.inf,
        better=LOWER,
        guess=1.0,
        curve="hull",
        harmed=True,
    ),
    Measure(
        name="diagnostic_odds_ratio",
        title="diagnostic odds ratio",
        definition="TP TN / (FP FN)",
        basis=OfClass(diagnostic_odds_ratio, NO_RATIO),
        fewest=FEWEST,
        aliases=("dor",),
        high=math.inf,
        guess=1.0,
        curve="all",
        harmed=False,
    ),
    Measure(
        name="lift",
        title="lift",
        definition="precision / prevalence",
        basis=OfClass(lift, PRECISION.reason),
        high=math.inf,
        guess=1.0,
        curve="hull",
        harmed=True,
    ),
    FLAGGED_SHARE,
)
