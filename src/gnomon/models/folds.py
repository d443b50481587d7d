"""Out-of-fold predictions: a row is answered by copies of the model that were not fitted on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.message import Message, word
from gnomon.models.predictions import Predictions, answers_of


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What copies of a model say of rows that they were not fitted on.

    Attributes:
        answers: One answer for each prediction, in the order of ``places``.
        places: The row that each prediction is of, ascending: shape (predictions,).
        rows: How many rows there are in all.
        folds: How many copies were fitted.
    """

    answers: Predictions
    places: NDArray[np.intp]
    rows: int
    folds: int

    @property
    def repeated(self) -> bool:
        """Whether a row was predicted more than once, as in repeated splits."""
        return bool((np.diff(self.places) == 0).any())

    @property
    def left_out(self) -> int:
        """How many rows were never predicted, as the first ones of a time series."""
        return self.rows - len(np.unique(self.places))

    @property
    def whole(self) -> bool:
        """Whether every row was predicted exactly once."""
        return not self.repeated and not self.left_out

    def notes(self) -> list[Message]:
        """How the predictions came about, in words."""
        if self.whole:
            return [
                Message(
                    "out_of_fold",
                    "Every row was predicted by a copy of the model fitted on the other {folds} folds.",
                    folds=self.folds - 1,
                )
            ]
        copies = word("1 copy") if self.folds == 1 else Message("copies", "{number} copies", number=self.folds)
        text = "Predicted by {copies} of the model, each fitted on rows other than those it predicts."
        notes = [Message("folds", text, copies=copies)]
        if self.left_out:
            text = "{left_out:,} of {rows:,} rows are in no test fold and are left out."
            notes.append(Message("in_no_fold", text, left_out=self.left_out, rows=self.rows))
        if self.repeated:
            text = "Some rows are predicted more than once: every prediction counts, and intervals take those of one "
            notes.append(Message("repeated_folds", text + "row as a cluster."))
        return notes


def out_of_fold(model: Any, X: Any, y: Any, cv: Any, groups: Any) -> OutOfFold:
    """Fit a copy of a model on each training fold and let it predict the test fold.

    Args:
        model: The model; it is cloned, and stays as it is.
        X: The features.
        y: The true values.
        cv: The number of folds, or a splitter of scikit-learn, or pairs of train and test rows. Test folds may leave
            rows out, as those of ``TimeSeriesSplit``, or repeat them, as those of ``RepeatedKFold``.
        groups: Of each row, for splitters that keep groups together.
    """
    from sklearn.model_selection import cross_validate

    folds = cross_validate(
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
    # As scikit-learn takes them: places, also counted from the end, or masks.
    tests = [np.arange(len(y))[np.asarray(own)] for own in folds["indices"]["test"]]
    parts = [answers_of(each, rows_of(X, own)) for own, each in zip(tests, folds["estimator"], strict=True)]
    places = np.concatenate(tests)
    order = np.argsort(places, kind="stable")
    return OutOfFold(Predictions.joined(parts).taken(order), places[order], len(y), len(parts))


def _unscored(model: Any, X: Any, y: Any) -> float:
    """A score for what asks for one; the folds are evaluated together."""
    return 0.0


def rows_of(X: Any, places: NDArray[np.intp]) -> Any:
    """Some rows of a pandas or Polars frame or series, a sparse matrix, an array or a list."""
    if hasattr(X, "iloc"):
        return X.iloc[places]
    if hasattr(X, "shape") and not hasattr(X, "to_pylist"):
        return X[places]
    return [X[place] for place in places]
