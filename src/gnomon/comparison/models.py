"""Which models are compared, and which columns are whose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gnomon.errors import UsageError, nearest
from gnomon.evaluation.arguments.sources import column_names
from gnomon.message import Message


@dataclass(frozen=True, slots=True)
class ModelColumns:
    """The columns of one model.

    Attributes:
        predictions: Its predictions, if any.
        scores: Its scores: one, or one for each class.
        either: One that is its predictions or its scores, as the values say.
        by_place: Whether scores of several classes are in the order of the classes, as their columns have no names.
    """

    predictions: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    either: str | None = None
    by_place: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.predictions, *self.scores, *(() if self.either is None else (self.either,)))


def models_of(score: Any, prediction: Any) -> dict[str, ModelColumns]:
    """The models whose columns stand in one place.

    Args:
        score: A list of columns, each a model's, or a dict of a model's name to its column, or its list of columns.
        prediction: The same for predictions.

    Raises:
        UsageError: There are not two models, or it is not clear what is whose.
    """
    given_columns = {"score": by_model("score", score), "prediction": by_model("prediction", prediction)}
    if all(isinstance(own, (str, list, tuple)) for own in (score, prediction)):
        raise UsageError(
            Message(
                "name_models",
                "name the models, to tell whose the scores and the predictions are\nscore=dict(old='p_old', "
                "new='p_new'), and prediction= likewise",
            )
        )
    names = dict.fromkeys(name for own in given_columns.values() for name in own)
    models = {
        name: ModelColumns(given_columns["prediction"].get(name, ()), given_columns["score"].get(name, ()))
        for name in names
    }
    check_models(models)
    return models


def by_model(part: str, given: Any) -> dict[str, tuple[str, ...]]:
    """The columns of each model.

    Raises:
        UsageError: Something else was passed, or two models have one column.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        if len(set(map(str, given))) < len(given):
            raise UsageError(
                Message(
                    "model_named_twice",
                    "{part}= names a model twice: {names}",
                    part=part,
                    names=", ".join(map(repr, given)),
                )
            )
        return {str(name): column_names(part, own) for name, own in given.items()}
    listed = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else [given]
    if not all(isinstance(own, str) for own in listed):
        raise UsageError(
            Message(
                "column_for_each_model",
                "{part}= takes a column for each model here, or a dict from model names to columns, not {given!r}",
                part=part,
                given=given,
            )
        )
    if len(set(listed)) < len(listed):
        raise UsageError(
            Message("column_named_twice", "{part}= names a column twice: {names}", part=part, names=", ".join(listed))
        )
    return {own: (own,) for own in listed}


def check_models(models: Mapping[str, Any]) -> None:
    """Raises UsageError unless there are two models or more, with names."""
    if len(models) < 2:
        raise UsageError(
            Message(
                "two_models",
                "a comparison takes at least two models\nscore=['p_old', 'p_new'], or score=dict(old='p_old', "
                "new='p_new'), or two files with id=",
            )
        )
    if "" in models:
        raise UsageError(Message("model_name_empty", "a model has an empty name\nchoose another"))


def of_model(part: str, given: Any, name: str, models: Iterable[str]) -> Any:
    """What holds for one model of what was given for all, or as a dict by name.

    Raises:
        UsageError: The dict names no such model.
    """
    if not isinstance(given, Mapping):
        return given
    unknown = [own for own in given if own not in set(models)]
    if unknown:
        raise UsageError(
            Message(
                "unknown_model",
                "{part}= names the model {name!r}\n{hint}",
                part=part,
                name=unknown[0],
                hint=nearest(str(unknown[0]), models),
            )
        )
    return given.get(name)
