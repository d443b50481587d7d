"""What a fitted model says of rows: labels, scores of each class, or amounts, by the methods that it has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import UsageError
from gnomon.message import Message

Labels = NDArray[Any]
Scores = NDArray[np.float64]

CLASSIFIER, REGRESSOR, UNSAID = "classifier", "regressor", "unsaid"


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a model says of some rows.

    Attributes:
        predicted: The labels or amounts that it predicts: shape (rows,), of several labels (rows, labels).
        scores: Its scores: shape (rows,) of two classes by a decision value, (rows, classes) of probabilities or of
            decision values, of several labels (rows, labels); None where it has none.
        classes: The classes in the order of the scores; empty where the model does not say.
        probabilities: Whether scores are probabilities.
    """

    predicted: Labels
    scores: Scores | None = None
    classes: tuple[Any, ...] = ()
    probabilities: bool = False

    @classmethod
    def joined(cls, parts: Sequence[Predictions]) -> Predictions:
        """The answers of several models, one after the other, as one.

        Raises:
            UsageError: The models know different classes.
        """
        first = parts[0]
        if any(own.classes != first.classes for own in parts):
            raise UsageError(
                Message(
                    "folds_of_classes",
                    "some folds lack classes that others have, so their scores cannot be put together\nuse fewer "
                    "folds, or folds with rows of every class (StratifiedKFold)",
                )
            )
        predicted = np.concatenate([own.predicted for own in parts])
        scores = [own.scores for own in parts if own.scores is not None]
        return cls(predicted, np.concatenate(scores) if scores else None, first.classes, first.probabilities)

    def taken(self, places: NDArray[np.intp]) -> Predictions:
        """Some of the answers, in this order."""
        scores = None if self.scores is None else self.scores[places]
        return replace(self, predicted=self.predicted[places], scores=scores)


def kind_of(model: Any) -> str:
    """Whether a model is a classifier or a regressor, by scikit-learn's tags or by what it has; or does not say it.

    Raises:
        UsageError: It has no ``predict``, or is neither.
    """
    if not callable(getattr(model, "predict", None)):
        raise UsageError(
            Message(
                "not_a_model",
                "{kind} is not a model: it has no predict method",
                kind=type(model).__name__,
            )
        )
    kind = getattr(model, "_estimator_type", None)
    if kind is None and hasattr(model, "__sklearn_tags__"):
        kind = model.__sklearn_tags__().estimator_type
    if kind in (CLASSIFIER, REGRESSOR):
        return str(kind)
    if kind is not None:
        raise UsageError(
            Message(
                "kind_of_model",
                "{model} is neither a classifier nor a regressor: scikit-learn calls it {kind}",
                model=type(model).__name__,
                kind=kind,
            )
        )
    classifies = any(hasattr(model, name) for name in ("predict_proba", "decision_function", "classes_"))
    return CLASSIFIER if classifies else UNSAID


def answers_of(model: Any, X: Any) -> Predictions:
    """What a fitted model says of rows; probabilities before decision values, and neither where it has none.

    Raises:
        UsageError: It is not fitted, or is not a model.
    """
    kind = kind_of(model)
    try:
        predicted = table_of(model.predict(X))
        if kind != CLASSIFIER:
            return Predictions(predicted)
        for method in ("predict_proba", "decision_function"):
            # A model may have the attribute and refuse it only when it is looked up, as SVC(probability=False) does.
            ask = getattr(model, method, None)
            if callable(ask):
                scores = score_table(ask(X), predicted)
                return Predictions(predicted, scores, classes_of(model), method == "predict_proba")
    except Exception as error:
        if type(error).__name__ != "NotFittedError":
            raise
        raise UsageError(
            Message(
                "not_fitted",
                "{model} is not fitted\ncall fit() first, or pass cv=5",
                model=type(model).__name__,
            )
        ) from None
    return Predictions(predicted, None, classes_of(model))


def table_of(predicted: Any) -> Labels:
    """Predictions as an array, one column as none; of a data frame its values."""
    table = np.asarray(predicted.to_numpy() if hasattr(predicted, "to_numpy") else predicted)
    return table[:, 0] if table.ndim == 2 and table.shape[1] == 1 else table


def score_table(scores: Any, predicted: Labels) -> Scores:
    """Scores as one array; a list with one table for each label gives the column of 1 of each."""
    if isinstance(scores, list) and predicted.ndim == 2:
        columns = [np.asarray(own, np.float64) for own in scores]
        if any(own.ndim != 2 or own.shape[1] != 2 for own in columns):
            raise UsageError(
                Message(
                    "label_of_one_class",
                    "the model knows a single class of some label: each label needs rows of 0 and of 1",
                )
            )
        return np.column_stack([own[:, 1] for own in columns])
    return np.asarray(scores.to_numpy() if hasattr(scores, "to_numpy") else scores, np.float64)


def classes_of(model: Any) -> tuple[Any, ...]:
    """The classes of a model, if it says them; none of a model of several labels."""
    classes = getattr(model, "classes_", None)
    if not isinstance(classes, Iterable) or isinstance(classes, (str, bytes)):
        return ()
    label_array = np.asarray(list(classes), dtype=object)
    return (
        tuple(label_array.tolist())
        if label_array.ndim == 1 and not any(isinstance(own, np.ndarray) for own in label_array)
        else ()
    )
