"""gnomon: evaluate a model's predictions.

    >>> import gnomon
    >>> ev = gnomon.evaluate([0, 0, 1, 1], [0, 1, 1, 1])
    >>> ev["recall"].value, ev["precision"].n
    (1.0, 3)

Every number is an :class:`Estimate`: a value with its interval, its support, its numeric error bound and,
where it is undefined, the reason. Importing this package does nothing; names are loaded when used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gnomon import metrics
    from gnomon.errors import (
        ColumnError,
        DataError,
        GnomonError,
        MissingValuesError,
        SourceError,
        StateError,
        UnknownEstimateError,
        UsageError,
    )
    from gnomon.estimate import Estimate
    from gnomon.evaluation.evaluate import evaluate
    from gnomon.evaluation.result import ConfusionMatrix, Evaluation, load

__all__ = [
    "ColumnError",
    "ConfusionMatrix",
    "DataError",
    "Estimate",
    "Evaluation",
    "GnomonError",
    "MissingValuesError",
    "SourceError",
    "StateError",
    "UnknownEstimateError",
    "UsageError",
    "__version__",
    "evaluate",
    "load",
    "metrics",
]

_HOME = {
    "ConfusionMatrix": "gnomon.evaluation.result",
    "Estimate": "gnomon.estimate",
    "Evaluation": "gnomon.evaluation.result",
    "evaluate": "gnomon.evaluation.evaluate",
    "load": "gnomon.evaluation.result",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("gnomon")
    if name not in __all__:
        raise AttributeError(f"module 'gnomon' has no attribute {name!r}")
    from importlib import import_module

    if name == "metrics":
        return import_module("gnomon.metrics")
    value = getattr(import_module(_HOME.get(name, "gnomon.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
