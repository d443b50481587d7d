"""Out-of-fold predictions: every row is answered by a copy of the model that was not fitted on it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import UsageError
from gnomon.models.answers import Answers, answers_of


def out_of_fold(model: Any, X: Any, y: Any, cv: Any, groups: Any) -> tuple[Answers, int]:
    """What copies of a model, each fitted on the other folds, say of every row, and the number of folds.

    Args:
        model: The model; it is cloned, and stays as it is.
        X: The features.
        y: The true values.
        cv: The number of folds, or a splitter of scikit-learn, or pairs of train and test rows.
        groups: Of each row, for splitters that keep groups together.

    Raises:
        UsageError: The folds do not hold every row exactly once, as those of repeated splits.
    """
    from sklearn.model_selection import cross_validate

    found = cross_validate(
        model,
        X,
        y,
        cv=cv,
        groups=groups,
        scoring=_unscored,
        return_estimator=True,
        return_indices=True,
        error_score="raise",
    )
    places = found["indices"]["test"]
    rows = len(y)
    seen = np.bincount(np.concatenate(places), minlength=rows)
    if (seen != 1).any():
        raise UsageError(
            f"cv={cv!r} leaves {int((seen == 0).sum()):,} rows without a prediction and predicts "
            f"{int((seen > 1).sum()):,} more than once: use folds that hold every row once, such as cv=5"
        )
    parts = [(own, answers_of(each, rows_of(X, own))) for own, each in zip(places, found["estimator"], strict=True)]
    return Answers.joined(parts, rows), len(parts)


def _unscored(model: Any, X: Any, y: Any) -> float:
    """A score for what asks for one; the folds are evaluated together."""
    return 0.0


def rows_of(X: Any, places: NDArray[np.intp]) -> Any:
    """Some rows of a pandas or Polars frame, a sparse matrix, an array or a list."""
    if hasattr(X, "iloc"):
        return X.iloc[places]
    if hasattr(X, "shape"):
        return X[places]
    return [X[place] for place in places]
