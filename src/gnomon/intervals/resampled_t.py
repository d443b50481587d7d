"""The difference of two models' scores in the same folds of a cross-validation."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import Difference
from gnomon.intervals.difference import linearised_difference

METHOD = "corrected resampled t"
ROUNDING = 1e-12


def resampled_t(differences: NDArray[np.float64], test_to_train: float, level: float) -> Difference:
    """The mean of the differences of folds, by the corrected resampled t test.

    Folds share their training rows, so that their scores vary together: the variance of the mean of k differences is
    taken as (1 / k + test rows / train rows) times their variance (C. Nadeau and Y. Bengio, "Inference for the
    generalization error", Machine Learning 52, 2003; R. R. Bouckaert and E. Frank, "Evaluating the replicability of
    significance tests for comparing learning algorithms", 2004, for repeated cross-validation).

    Args:
        differences: The second model's score minus the first's in each fold, shape (folds,), at least two.
        test_to_train: The number of test rows of a fold over that of its train rows.
        level: The confidence level.

    >>> own = resampled_t(np.array([0.02, 0.01, 0.03, 0.02, 0.02]), 0.25, 0.95)
    >>> round(own.value, 4), round(own.p_value, 4)
    (0.02, 0.0135)
    """
    folds = len(differences)
    mean = math.fsum(differences) / folds
    spread = math.fsum((differences - mean) ** 2) / (folds - 1)
    if spread <= (ROUNDING * abs(mean)) ** 2:  # differences that are alike but for rounding
        spread = 0.0
    return linearised_difference(mean, (1 / folds + test_to_train) * spread, folds, level, folds, METHOD)
