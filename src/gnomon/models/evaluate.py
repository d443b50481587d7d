"""``gnomon.evaluate_model``: from a fitted model, or several, and rows to evaluations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from gnomon.calling import TaskChoice, unknown, verb
from gnomon.errors import UsageError, nearest
from gnomon.evaluation.diagnostics.advice import advise
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.evaluations import Evaluations
from gnomon.message import Message
from gnomon.models.cutoff import cutoff_of
from gnomon.models.folds import OutOfFold, out_of_fold, rows_of
from gnomon.models.predictions import CLASSIFIER, REGRESSOR, UNSAID, Predictions, answers_of, kind_of
from gnomon.models.rows import FeatureRows
from gnomon.sources.arrays import check_aligned

# Options of gnomon.evaluate that go with a model, and the arguments of evaluate_model itself.
OPTIONS = ("measures", "level", "interval", "seed", "missing", "exact", "memory", "engine", "threads", "progress")
SAID = ("train", "cv", "groups", "weight", "cluster", "slices", "id", "task", "classes", "positive", "threshold")
# What the columns are called, unless the features have such columns themselves.
TARGET, PREDICTED, SCORE, WEIGHT, CLUSTER = "y_true", "y_pred", "y_score", "weight", "cluster"


@overload
def evaluate_model(
    model: Mapping[str, Any] | list[Any] | tuple[Any, ...],
    X: Any,
    y: Any,
    /,
    *,
    train: tuple[Any, ...] | None = None,
    cv: Any = None,
    groups: Any = None,
    weight: Any = None,
    cluster: Any = None,
    slices: str | Sequence[str] | None = None,
    id: str | None = None,
    task: TaskChoice = "auto",
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    threshold: float | None = None,
    **options: Any,
) -> Evaluations: ...
@overload
def evaluate_model(
    model: Any,
    X: Any,
    y: Any,
    /,
    *,
    train: tuple[Any, ...] | None = None,
    cv: Any = None,
    groups: Any = None,
    weight: Any = None,
    cluster: Any = None,
    slices: str | Sequence[str] | None = None,
    id: str | None = None,
    task: TaskChoice = "auto",
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    threshold: float | None = None,
    **options: Any,
) -> Evaluation: ...
@verb
def evaluate_model(
    model: Any,
    X: Any,
    y: Any,
    /,
    *,
    train: tuple[Any, ...] | None = None,
    cv: Any = None,
    groups: Any = None,
    weight: Any = None,
    cluster: Any = None,
    slices: str | Sequence[str] | None = None,
    id: str | None = None,
    task: TaskChoice = "auto",
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    threshold: float | None = None,
    **options: Any,
) -> Evaluation | Evaluations:
    """Evaluates fitted models of scikit-learn, or such as have the same methods, on rows.

    Of a classifier the probabilities are used (``predict_proba``), else the decision values, else the labels; of two
    classes a row counts as positive where ``model.predict`` says so, unless ``threshold`` is given.

    Args:
        model: A fitted classifier or regressor: a pipeline, a search, anything with ``predict``. Or several, to be seen
            side by side: a dict of models by name, or a list.
        X: The features, whatever the model takes: shape (rows, features).
        y: The true values: shape (rows,), of a multilabel task (rows, labels) of 0 and 1.
        train: The features and true values that the model was fitted on (and their weights, if ``weight`` is given):
            evaluated too, as ``ev.train``, and advice says where the difference points to overfitting.
        cv: Evaluate copies of the model instead, each fitted on the training rows of a fold: a number of folds, or a
            splitter of scikit-learn. Rows that are in no test fold are left out; predictions of a row that is in
            several are a cluster. The model need not be fitted.
        groups: Of each row, for splitters that keep groups together.
        weight: Of each row, for the evaluation alone: shape (rows,).
        cluster: Which rows belong together, for the intervals: shape (rows,), or the name of a column of ``X``.
        slices: Names of columns of ``X`` (a data frame) whose values divide the rows, as for :func:`gnomon.evaluate`.
        id: Name of a column of ``X`` that says what rows are called.
        task: ``"auto"``, ``"binary"`` or ``"regression"``, for a model that does not say what it is: with a target of 0
            and 1, predictions between 0 and 1 are taken as probabilities.
        classes: The classes in another order than the model's, or of a model that does not say them.
        positive: The positive class; needed unless the classes are 0/1, False/True or -1/1.
        threshold: A row is predicted positive at ``score >= threshold``; None for what the model itself predicts.
        options: Others of :func:`gnomon.evaluate`: ``measures``, ``level``, ``interval``, ``seed``, ``missing``,
            ``exact``, ``memory``, ``engine``, ``threads``, ``progress``.

    Returns:
        A :class:`gnomon.Evaluation`; of several models a mapping of them, :class:`gnomon.Evaluations`.

    Raises:
        UsageError: The model is not fitted, is not a classifier or regressor, or the arguments contradict each other.
        ColumnError: A column for ``slices`` or ``id`` is missing.
        DataError: Missing or infinite values, or labels that the model does not know.

    Examples:
        >>> import numpy as np
        >>> class Above:
        ...     classes_ = np.array([0, 1])
        ...     def predict_proba(self, X):
        ...         return np.column_stack([1 - X[:, 0], X[:, 0]])
        ...     def predict(self, X):
        ...         return (X[:, 0] > 0.5).astype(int)
        >>> X, y = np.array([[0.1], [0.4], [0.35], [0.8], [0.5], [0.7]]), [0, 0, 1, 1, 0, 1]
        >>> ev = evaluate_model(Above(), X, y)
        >>> ev["accuracy"].value, ev["roc_auc"].value
        (0.8333333333333334, 0.7777777777777778)
    """
    if train is not None and cv is not None:
        raise UsageError(
            Message(
                "cv_and_train",
                "cv= fits copies of the model on parts of X\nremove train=, or pass a fitted model without cv=",
            )
        )
    if train is not None and not (isinstance(train, tuple) and len(train) in (2, 3)):
        raise UsageError(
            Message(
                "train_tuple",
                "train= takes the features and the true values that the model was fitted on\ntrain=(X, y)",
            )
        )
    if train is not None and (weight is None) != (len(train) == 2):
        raise UsageError(
            Message(
                "train_weights",
                "pass weights for both sets of rows, or for neither\nweight=w and train=(X, y, w)",
            )
        )
    for name in options:
        if name not in OPTIONS:
            raise unknown("evaluate_model", name, (*SAID, *OPTIONS))
    models = several(model)
    if groups is not None and cv is None:
        raise UsageError(
            Message(
                "groups_need_cv",
                "groups= splits the rows of cv=\nfor intervals by group use cluster=",
            )
        )
    check_aligned({"X": X, "y": y, "weight": weight, "cluster": cluster, "groups": groups})
    said = {"classes": classes, "positive": positive, "threshold": threshold, "slices": slices, "id": id,
            "cluster": cluster, "task": task, **options}  # fmt: skip

    def one(fitted_model: Any) -> Evaluation:
        notes = []
        if cv is not None:
            folded = out_of_fold(fitted_model, X, y, cv, groups)
            notes = folded.notes()
            evaluation = evaluated(fitted_model, folded.answers, *of_folds(folded, X, y, weight, said))
        else:
            evaluation = evaluated(fitted_model, answers_of(fitted_model, X), X, y, weight, said)
        fitted = None
        if train is not None:
            own_weight = train[2] if len(train) == 3 else None
            fitted = evaluated(fitted_model, answers_of(fitted_model, train[0]), train[0], train[1], own_weight,
                               said | {"slices": None, "id": None, "cluster": None})  # fmt: skip
        evaluation = replace(
            evaluation,
            train=fitted,
            notes=(*notes, *evaluation.notes),
            provenance={
                **evaluation.provenance,
                "source": type(fitted_model).__name__,
                "model": description(fitted_model),
            },
        )
        return replace(evaluation, advice=advise(evaluation))

    if models is None:
        return one(model)
    return Evaluations({name: one(each) for name, each in models.items()})


def of_folds(
    folded: OutOfFold, X: Any, y: Any, weight: Any, said: dict[str, Any]
) -> tuple[Any, Any, Any, dict[str, Any]]:
    """The rows of each prediction, their true values, weights and options; those of one row are a cluster."""
    if folded.whole:
        return X, y, weight, said
    cluster = said["cluster"]
    if cluster is None and folded.repeated:
        cluster = folded.places
    elif cluster is not None and not isinstance(cluster, str):
        cluster = rows_of(cluster, folded.places)
    own_weight = None if weight is None else rows_of(weight, folded.places)
    return rows_of(X, folded.places), rows_of(y, folded.places), own_weight, said | {"cluster": cluster}


def several(model: Any) -> dict[str, Any] | None:
    """Models by name; None for one model. Models of a list are called by what they are.

    Raises:
        UsageError: There are none.
    """
    if isinstance(model, Mapping):
        models = {str(name): each for name, each in model.items()}
        if len(models) < len(model):
            raise UsageError(
                Message(
                    "models_of_one_name", "two models have the same name: {names}", names=", ".join(map(repr, model))
                )
            )
    elif isinstance(model, (list, tuple)):
        kinds = [type(each).__name__ for each in model]
        numbers = [kinds[:place].count(kind) + 1 for place, kind in enumerate(kinds)]
        models = {
            kind if kinds.count(kind) == 1 else f"{kind} {number}": each
            for kind, number, each in zip(kinds, numbers, model, strict=True)
        }
    else:
        return None
    if not models:
        raise UsageError(Message("no_model", "there is no model\npass a fitted model, or a dict of models by name"))
    return models


def evaluated(model: Any, answers: Predictions, X: Any, y: Any, weight: Any, said: dict[str, Any]) -> Evaluation:
    """The evaluation of what a model says of rows."""
    said = dict(said)
    cluster, task = said.pop("cluster"), said.pop("task")
    rows = FeatureRows(X, said.pop("slices"), said.pop("id"), cluster if isinstance(cluster, str) else None)
    truth = truth_of(y)
    if len(truth) != len(answers.predicted):
        raise UsageError(
            Message(
                "rows_of_x_and_y",
                "X has {rows:,} rows, but y has {others:,}",
                rows=len(answers.predicted),
                others=len(truth),
            )
        )
    if weight is not None:
        said["weight"] = rows.put(WEIGHT, np.asarray(weight))
    if cluster is not None:
        said["cluster"] = cluster if isinstance(cluster, str) else rows.put(CLUSTER, np.asarray(cluster))
    if truth.ndim == 2:
        labels = said.pop("classes") or [str(own) for own in getattr(y, "columns", range(truth.shape[1]))]
        return of_labels(answers, truth, labels, said, rows)
    said["target"] = rows.put(TARGET, truth)
    kind = kind_of(model)
    if task != "auto":
        kind = REGRESSOR if task == "regression" else CLASSIFIER
    elif kind == UNSAID:
        kind = CLASSIFIER if probable(answers.predicted, truth) else REGRESSOR
    if kind == CLASSIFIER and answers.scores is None and not answers.classes and probable(answers.predicted, truth):
        answers = from_probabilities(answers)
    if kind != CLASSIFIER:
        for name in ("classes", "positive", "threshold"):
            if said.pop(name) is not None:
                raise UsageError(
                    Message(
                        "for_classifier",
                        "{name}= is for a classifier, but {model} is a regressor",
                        name=name,
                        model=type(model).__name__,
                    )
                )
        if answers.predicted.ndim != 1:
            raise UsageError(
                Message(
                    "several_outputs",
                    "the model predicts several outputs per row\nevaluate each with gnomon.evaluate",
                )
            )
        return rows.evaluated(prediction=rows.put(PREDICTED, answers.predicted), task="regression", **said)
    known = known_classes(answers, said.pop("classes"))
    unknown = () if not answers.classes or said["positive"] is not None else unknown_classes(truth, known)
    known = (*known, *unknown)
    if len(known) == 2:
        return of_two(model, answers, known, said, rows)
    said |= {"classes": list(known) or None, "prediction": rows.put(PREDICTED, answers.predicted)}
    said["task"] = "multiclass" if len(known) > 2 else "auto"
    if answers.scores is not None and answers.scores.ndim == 2 and answers.scores.shape[1] == len(answers.classes):
        scored = [own for own in known if own not in unknown]
        columns = answers.scores[:, [answers.classes.index(own) for own in scored]]
        said |= {"score": rows.put_all(SCORE, scored, columns), "scale": scale_of(answers)}
    return rows.evaluated(**said)


def probable(predicted: NDArray[Any], truth: NDArray[Any]) -> bool:
    """Whether predictions of a model that does not say what it is are probabilities of classes, as boosters give them.

    Args:
        predicted: Of shape (rows,) or (rows, classes).
        truth: The true values, shape (rows,).
    """
    if predicted.dtype.kind != "f" or not len(predicted) or not np.isfinite(predicted).all():
        return False
    if truth.dtype.kind not in "iub" or not ((predicted >= 0) & (predicted <= 1)).all():
        return False
    if predicted.ndim == 1:
        return bool(np.isin(truth, (0, 1)).all() and (predicted % 1 != 0).any())
    inside = truth.min() >= 0 and truth.max() < predicted.shape[1]
    return bool(inside and (np.abs(predicted.sum(axis=1) - 1) < 1e-3).all())


def from_probabilities(answers: Predictions) -> Predictions:
    """Answers of a model whose ``predict`` gives probabilities: the classes are 0, 1 and so on."""
    scores = answers.predicted
    if scores.ndim == 2:
        return Predictions(scores.argmax(axis=1), scores, tuple(range(scores.shape[1])), probabilities=True)
    both = np.column_stack([1 - scores, scores])
    return Predictions((scores >= 0.5).astype(np.int64), both, (0, 1), probabilities=True)


def unknown_classes(truth: NDArray[Any], known: tuple[Any, ...]) -> tuple[Any, ...]:
    """True labels that a model does not know; none where labels and classes cannot be compared."""
    names = set(map(label_text, known))
    labels = [own for own in truth.tolist() if own is not None and not (isinstance(own, float) and np.isnan(own))]
    others = [own for own in dict.fromkeys(labels) if own not in known]
    return tuple(
        sorted((own for own in others if label_text(own) not in names), key=lambda label: (str(type(label)), label))
    )


def truth_of(y: Any) -> NDArray[Any]:
    """True values as an array; of several labels one column each, also where they came as a sparse matrix."""
    if hasattr(y, "toarray"):
        return np.asarray(y.toarray())
    truth = np.asarray(y.to_numpy() if hasattr(y, "to_numpy") else y)
    return truth[:, 0] if truth.ndim == 2 and truth.shape[1] == 1 else truth


def scale_of(answers: Predictions) -> str:
    """What scores are."""
    return "probability" if answers.probabilities else "any"


def known_classes(answers: Predictions, given: Sequence[Any] | None) -> tuple[Any, ...]:
    """The model's classes, in the order that was asked for.

    Raises:
        UsageError: They are not the same.
    """
    if given is None:
        return answers.classes
    if answers.classes and set(map(label_text, given)) != set(map(label_text, answers.classes)):
        raise UsageError(
            Message(
                "classes_of_model",
                "classes= names {given}, but the model knows {known}\nremove it, or pass exactly the model's classes",
                given=", ".join(map(repr, map(label_text, given))),
                known=", ".join(map(repr, map(label_text, answers.classes))),
            )
        )
    by_name = {label_text(own): own for own in answers.classes}
    return tuple(by_name.get(label_text(own), own) for own in given)


def of_two(
    model: Any, answers: Predictions, known: tuple[Any, ...], said: dict[str, Any], rows: FeatureRows
) -> Evaluation:
    """Of two classes: the score of the positive one, cut where the model itself cuts."""
    negative, positive = ordered(known, said.pop("positive"))
    said |= {"positive": label_text(positive), "classes": [negative, positive], "task": "binary"}
    predicted, scores = answers.predicted, answers.scores
    if scores is None or not answers.classes:
        if said["threshold"] is not None:
            raise UsageError(
                Message(
                    "threshold_without_scores",
                    "threshold= applies to scores, but {model} predicts labels without scores",
                    model=type(model).__name__,
                )
            )
        return rows.evaluated(prediction=rows.put(PREDICTED, predicted), **said)
    place = answers.classes.index(positive)
    class_scores = scores[:, place] if scores.ndim == 2 else scores if place == 1 else -scores
    said |= {"score": rows.put(SCORE, class_scores), "scale": scale_of(answers)}
    if said["threshold"] is None:
        said["threshold"] = cutoff_of(model, class_scores, predicted == positive, answers.probabilities)
        if said["threshold"] is None:
            said["prediction"] = rows.put(PREDICTED, predicted)
    return rows.evaluated(**said)


def ordered(known: tuple[Any, ...], positive: Any) -> tuple[Any, Any]:
    """The two classes, the negative one first.

    Raises:
        UsageError: Which one is positive was not said, or said wrongly.
    """
    names = [label_text(own) for own in known]
    if positive is None:
        if set(known) in ({0, 1}, {-1, 1}):  # False and True are 0 and 1
            return min(known), max(known)
        raise UsageError(
            Message(
                "positive_of_model",
                "the model distinguishes {first!r} and {last!r}\ndeclare the positive class, positive={first!r} or "
                "positive={last!r}",
                first=names[0],
                last=names[1],
            )
        )
    places = [place for place, own in enumerate(known) if own == positive or names[place] == label_text(positive)]
    if not places:
        raise UsageError(
            Message(
                "positive_not_of_model",
                "positive={positive!r} is not a class of the model\n{hint}",
                positive=positive,
                hint=nearest(str(positive), names),
            )
        )
    return known[1 - places[0]], known[places[0]]


def label_text(label: Any) -> str:
    """A class as text."""
    return str(bool(label)) if isinstance(label, np.bool_) else str(label)


def of_labels(
    answers: Predictions, truth: Any, labels: Sequence[Any], said: dict[str, Any], rows: FeatureRows
) -> Evaluation:
    """Of several labels: one column each."""
    if answers.predicted.shape != truth.shape:
        raise UsageError(
            Message(
                "shapes_of_y",
                "y has shape {shape}, but the model predicts shape {predicted}",
                shape=truth.shape,
                predicted=answers.predicted.shape,
            )
        )
    said |= {"target": rows.put_all(TARGET, labels, truth), "classes": labels, "task": "multilabel"}
    if answers.scores is None and not np.isin(answers.predicted, (0, 1)).all():
        # A network's probabilities: of one class a row, or of several labels, as its rows say.
        score = rows.put_all(SCORE, labels, answers.predicted)
        return rows.evaluated(**said | {"score": score, "task": "auto"})
    said["prediction"] = rows.put_all(PREDICTED, labels, answers.predicted)
    if answers.scores is not None and answers.scores.shape == truth.shape:
        said |= {"score": rows.put_all(SCORE, labels, answers.scores), "scale": scale_of(answers)}
    return rows.evaluated(**said)


def description(model: Any) -> dict[str, Any]:
    """What a model is: its kind, and how it shows itself, cut to a length."""
    kind = f"{type(model).__module__.partition('.')[0]}.{type(model).__name__}"
    return {"kind": kind, "text": " ".join(repr(model).split())[:500]}
