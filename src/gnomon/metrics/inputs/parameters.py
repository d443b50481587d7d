"""Checks of keyword arguments: a wrong one is named with what it may be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral, Real
from typing import Any

from gnomon.errors import UsageError


class ParameterError(UsageError, TypeError):
    """A keyword argument is of the wrong type or out of range; a ValueError and a TypeError, as in scikit-learn."""


def one_of(name: str, value: Any, known: Sequence[Any]) -> None:
    """Raises ParameterError unless ``value`` is one of the known ones."""
    if not any(value is own or (type(value) is type(own) and value == own) for own in known):
        raise ParameterError(f"{name} has to be one of {tuple(known)}, not {value!r}")


def flag(name: str, value: Any) -> None:
    """Raises ParameterError unless ``value`` is a boolean (a NumPy one, or 0 or 1, will do)."""
    if not (isinstance(value, bool) or type(value).__name__ in ("bool", "bool_") or value in (0, 1)):
        raise ParameterError(f"{name} must be True or False, not {value!r}")


def number(name: str, value: Any, fits: Callable[[float], bool], range_: str) -> None:
    """Raises ParameterError unless ``value`` is a real number that fits; ``range_`` says what does."""
    if isinstance(value, bool) or not isinstance(value, Real) or not fits(float(value)):
        raise ParameterError(f"{name} must be a number {range_}, not {value!r}")


def whole_number(name: str, value: Any, least: int) -> None:
    """Raises ParameterError unless ``value`` is a whole number from ``least`` on."""
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise ParameterError(f"{name} must be a whole number, {least} or more, not {value!r}")


def positive_label(value: Any, optional: bool = True) -> None:
    """Raises ParameterError unless ``value`` can be a label."""
    if not (isinstance(value, (Real, str)) or type(value).__name__ == "bool" or (optional and value is None)):
        raise ParameterError(f"pos_label must be a number, text or a boolean, not {value!r}")


def division(value: Any) -> float:
    """What ``zero_division`` stands for: 0.0, 1.0 or NaN.

    Raises:
        ParameterError: It is none of ``"warn"``, 0, 1 and NaN.
    """
    if isinstance(value, str):
        if value == "warn":
            return 0.0
    elif isinstance(value, Real) and (value in (0, 1) or math.isnan(value)):
        return float(value)
    raise ParameterError(f"zero_division must be 'warn', 0, 1 or nan, not {value!r}")


def renamed(y_proba: Any, y_pred: Any, warn: Callable[[str, type[Warning]], None]) -> Any:
    """The probabilities, also where they came under their older name.

    Raises:
        ParameterError: Both names were used, or none.
    """
    if isinstance(y_pred, str) and y_pred == "deprecated":
        if y_proba is None:
            raise ParameterError("y_proba is missing: pass the probabilities")
        return y_proba
    if y_proba is not None:
        raise ParameterError("Cannot use both `y_pred` and `y_proba`. `y_pred` is deprecated, use `y_proba` instead.")
    warn(
        "`y_pred` was renamed to `y_proba` in version 1.9 and will be removed in 1.11 of scikit-learn: "
        "use `y_proba` instead.",
        FutureWarning,
    )
    return y_pred


def names(values: Iterable[Any]) -> str:
    """Values for a message, at most ten."""
    shown = [repr(value) for value in values]
    return ", ".join(shown[:10]) + (", ..." if len(shown) > 10 else "")
