"""scikit-learn's metrics: the same names, signatures, answers, warnings and errors, many times faster.

    >>> from gnomon.metrics import roc_auc_score
    >>> roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75

They take what scikit-learn's take (lists, NumPy arrays, series and frames of any library, sparse matrices of labels)
and are accepted where scikit-learn's are (``make_scorer``, ``cross_validate``), and scikit-learn is not needed for
them. Counts are whole numbers and sums are exact, so a value does not depend on the order of the rows, the number of
threads, or (except where `log_loss` clips) the float type of the scores. docs/metrics.md lists them, and where they
differ.
"""

from gnomon.metrics.accuracy import accuracy_score, balanced_accuracy_score, hamming_loss, zero_one_loss
from gnomon.metrics.agreement import cohen_kappa_score, matthews_corrcoef
from gnomon.metrics.confusion import class_likelihood_ratios, confusion_matrix, multilabel_confusion_matrix
from gnomon.metrics.curves import (
    auc,
    confusion_matrix_at_thresholds,
    det_curve,
    metric_at_thresholds,
    precision_recall_curve,
    roc_curve,
)
from gnomon.metrics.deviance import d2_tweedie_score, mean_gamma_deviance, mean_poisson_deviance, mean_tweedie_deviance
from gnomon.metrics.explained import d2_absolute_error_score, d2_pinball_score, explained_variance_score, r2_score
from gnomon.metrics.label_ranking import (
    coverage_error,
    dcg_score,
    label_ranking_average_precision_score,
    label_ranking_loss,
    ndcg_score,
)
from gnomon.metrics.per_class import (
    f1_score,
    false_positive_rate_score,
    fbeta_score,
    jaccard_score,
    negative_predictive_value_score,
    precision_recall_fscore_support,
    precision_score,
    recall_score,
    specificity_score,
)
from gnomon.metrics.probabilities import (
    brier_score_loss,
    d2_brier_score,
    d2_log_loss_score,
    expected_calibration_error,
    hinge_loss,
    log_loss,
)
from gnomon.metrics.ranking import average_precision_score, ks_statistic, roc_auc_score, top_k_accuracy_score
from gnomon.metrics.regression import (
    max_error,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_pinball_loss,
    mean_squared_error,
    mean_squared_log_error,
    median_absolute_error,
    root_mean_squared_error,
    root_mean_squared_log_error,
)
from gnomon.metrics.report import classification_report
from gnomon.metrics.warning import UndefinedMetricWarning

__all__ = [
    "UndefinedMetricWarning",
    "accuracy_score",
    "auc",
    "average_precision_score",
    "balanced_accuracy_score",
    "brier_score_loss",
    "class_likelihood_ratios",
    "classification_report",
    "cohen_kappa_score",
    "confusion_matrix",
    "confusion_matrix_at_thresholds",
    "coverage_error",
    "d2_absolute_error_score",
    "d2_brier_score",
    "d2_log_loss_score",
    "d2_pinball_score",
    "d2_tweedie_score",
    "dcg_score",
    "det_curve",
    "expected_calibration_error",
    "explained_variance_score",
    "f1_score",
    "false_positive_rate_score",
    "fbeta_score",
    "hamming_loss",
    "hinge_loss",
    "jaccard_score",
    "ks_statistic",
    "label_ranking_average_precision_score",
    "label_ranking_loss",
    "log_loss",
    "matthews_corrcoef",
    "max_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_gamma_deviance",
    "mean_pinball_loss",
    "mean_poisson_deviance",
    "mean_squared_error",
    "mean_squared_log_error",
    "mean_tweedie_deviance",
    "median_absolute_error",
    "metric_at_thresholds",
    "multilabel_confusion_matrix",
    "ndcg_score",
    "negative_predictive_value_score",
    "precision_recall_curve",
    "precision_recall_fscore_support",
    "precision_score",
    "r2_score",
    "recall_score",
    "roc_auc_score",
    "roc_curve",
    "root_mean_squared_error",
    "root_mean_squared_log_error",
    "specificity_score",
    "top_k_accuracy_score",
    "zero_one_loss",
]
