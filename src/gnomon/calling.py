"""How the functions of gnomon are called: unknown arguments are refused with the one that is meant."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import CO_VARKEYWORDS
from typing import Literal, ParamSpec, TypeVar

import numpy as np

from gnomon.errors import UnknownArgumentError, nearest
from gnomon.message import Message

# What arguments take that several functions have.
TaskChoice = Literal["auto", "binary", "multiclass", "multilabel", "regression"]
ScaleChoice = Literal["probability", "any"]
IntervalChoice = Literal["auto", "percentile", "bca", "none"]
MissingChoice = Literal["error", "drop"]
EngineChoice = Literal["threads", "processes"]
ExactChoice = bool | Literal["auto"]

P = ParamSpec("P")
R = TypeVar("R")

# What other libraries call an argument, and what it is called here: the first of these that a function has.
MEANT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("sample_weight", "sample_weights", "weights", "w"), ("weight",)),
    **dict.fromkeys(("pos_label", "positive_label", "positive_class"), ("positive",)),
    **dict.fromkeys(("y_pred", "y_hat", "predictions", "preds", "predicted"), ("prediction",)),
    **dict.fromkeys(("y_score", "y_prob", "y_proba", "scores", "proba", "probas", "probability"), ("score",)),
    **dict.fromkeys(("labels", "class_names", "target_names"), ("classes",)),
    **dict.fromkeys(("slice", "by", "sensitive_features"), ("slices",)),
    **dict.fromkeys(("group", "groups", "clusters"), ("cluster", "groups")),
    **dict.fromkeys(("cost", "loss"), ("costs",)),
    **dict.fromkeys(("gain", "profit"), ("gains",)),
    **dict.fromkeys(("constraint", "constraints"), ("where",)),
    **dict.fromkeys(("metric", "measure", "scoring"), ("goal", "measures")),
    **dict.fromkeys(("confidence", "confidence_level", "alpha", "ci"), ("level",)),
    **dict.fromkeys(("random_state", "random_seed"), ("seed",)),
    **dict.fromkeys(("n_jobs", "num_threads", "n_threads", "workers"), ("threads",)),
    **dict.fromkeys(("ids", "index", "key", "on"), ("id",)),
    **dict.fromkeys(("targets", "label", "y"), ("target",)),
    **dict.fromkeys(("cutoff",), ("threshold",)),
    **dict.fromkeys(("folds", "splits"), ("cv", "split")),
}
# What is passed first, without a name.
FIRST = ("y_true", "data", "X", "model", "y", "df", "path")


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one that people call: unknown arguments are explained, and NumPy warns of nothing inside it.

    Where a number overflows or is undefined the result says so; a warning would say it of gnomon's own lines.
    """
    code = function.__code__
    names = code.co_varnames[code.co_posonlyargcount : code.co_argcount + code.co_kwonlyargcount]
    open_ended = bool(code.co_flags & CO_VARKEYWORDS)
    known = frozenset(names)

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        if not open_ended and not known.issuperset(kwargs):
            raise unknown(function.__name__, next(name for name in kwargs if name not in known), names)
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)

    return called


def unknown(function: str, name: str, known: tuple[str, ...]) -> UnknownArgumentError:
    """What to say of an argument that a function does not have.

    >>> print(unknown("evaluate", "sample_weight", ("weight", "target")))
    evaluate() has no argument 'sample_weight': use weight=
    """
    meant = meant_by(name, known)
    if meant is not None:
        hint = f"use {meant}="
    elif name in FIRST:
        hint = "pass it first, without a name"
    else:
        hint = nearest(name, known)
    return UnknownArgumentError(
        Message(
            "no_such_argument", "{function}() has no argument {name!r}\n{hint}", function=function, name=name, hint=hint
        )
    )


def meant_by(name: str, known: tuple[str, ...]) -> str | None:
    """The argument that is meant by a name from another library; None if it is no such name."""
    if name in FIRST and name != "y":
        return None
    return next((own for own in MEANT.get(name, ()) if own in known), None)
