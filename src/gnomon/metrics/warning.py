"""Warnings as scikit-learn gives them, without importing scikit-learn."""

from __future__ import annotations

import sys
import warnings
from functools import cache
from pathlib import Path

_OWN = str(Path(__file__).parent)


class UndefinedMetricWarning(UserWarning):
    """A metric is undefined on these rows, and a conventional value stands in.

    Where scikit-learn has been imported, what is warned with is a ``sklearn.exceptions.UndefinedMetricWarning``
    as well, so filters that name either apply.
    """


def warn_undefined(message: str) -> None:
    """Warns that a metric is undefined, at the line that called it."""
    peer = sys.modules.get("sklearn.exceptions")
    warn(message, UndefinedMetricWarning if peer is None else _both(peer.UndefinedMetricWarning))


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warns at the line that called into this package."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OWN):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


@cache
def _both(peer: type[Warning]) -> type[Warning]:
    """A category that is gnomon's and scikit-learn's."""
    return type("UndefinedMetricWarning", (UndefinedMetricWarning, peer), {"__module__": __name__})
