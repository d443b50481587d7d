"""``gnomon.compare_folds``: two models by their scores in the same folds of a cross-validation."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from gnomon.calling import verb
from gnomon.errors import DataError, UsageError
from gnomon.estimate import Difference
from gnomon.evaluation.arguments.options import Options
from gnomon.intervals.resampled_t import resampled_t
from gnomon.message import Message


@verb
def compare_folds(first: Any, second: Any, /, *, test_share: float | None = None, level: float = 0.95) -> Difference:
    """The difference of two models' cross-validation scores, by the corrected resampled t test.

    The scores of folds vary together, since folds share their training rows: a plain t test finds differences that are
    not there. This one takes the variance as (1 / k + test rows / train rows) times that of the differences (C. Nadeau
    and Y. Bengio, "Inference for the generalization error", Machine Learning 52, 2003).

    Args:
        first: The scores of the first model, shape (folds,); of repeated cross-validation all of them.
        second: Those of the second, in the same folds and order.
        test_share: The share of the rows that a fold tests; None for one over the number of folds, as in k folds that
            are not repeated.
        level: The confidence level.

    Returns:
        What the second scores minus what the first does (:class:`gnomon.Difference`); ``n`` is the number of folds.

    Raises:
        UsageError: The scores are not of the same folds, or the share is none.
        DataError: A score is missing or infinite.

    Examples:
        >>> import gnomon
        >>> gnomon.compare_folds([0.81, 0.79, 0.84, 0.80, 0.82], [0.83, 0.80, 0.87, 0.82, 0.84])
        Difference(0.02 [0.00683, 0.03317], p=0.0135, n=5, corrected resampled t)
    """
    options = Options(level=level)
    try:
        scores = [np.asarray(own, np.float64) for own in (first, second)]
    except (TypeError, ValueError):
        raise UsageError(Message("folds_numbers", "pass the scores of the folds, one number for each")) from None
    shapes = [own.shape for own in scores]
    if shapes[0] != shapes[1] or len(shapes[0]) != 1:
        raise UsageError(
            Message(
                "folds_differ",
                "pass one score for each fold, of the same folds for both models: the shapes are {shape} and "
                "{other_shape}",
                shape=shapes[0],
                other_shape=shapes[1],
            )
        )
    folds = len(scores[0])
    if folds < 2:
        raise UsageError(Message("two_folds", "a comparison needs the scores of at least two folds"))
    for place, model_scores in enumerate(scores, 1):
        wrong = np.flatnonzero(~np.isfinite(model_scores))
        if len(wrong):
            raise DataError(
                Message(
                    "fold_score_missing",
                    "score {fold} of model {model} is {score}\nevery fold needs a finite score",
                    fold=wrong[0],
                    model=place,
                    score=model_scores[wrong[0]],
                )
            )
    share = 1 / folds if test_share is None else test_share
    if isinstance(share, bool) or not isinstance(share, Real) or not 0 < float(share) < 1:
        raise UsageError(
            Message(
                "test_share",
                "test_share= is the share of rows that a fold tests, between 0 and 1, not {test_share!r}",
                test_share=test_share,
            )
        )
    return resampled_t(scores[1] - scores[0], float(share) / (1 - float(share)), options.level)
