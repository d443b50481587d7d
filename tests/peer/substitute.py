"""A pytest plugin that puts gnomon's metrics in the place of scikit-learn's, before any test is collected.

    python -m pytest -p tests.peer.substitute --pyargs sklearn.metrics.tests.test_ranking

Every module of scikit-learn that holds one of its metrics under its name gets gnomon's instead. What is replaced is
what `gnomon.metrics` exports; private helpers stay scikit-learn's, so tests of these test scikit-learn.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
import sklearn.metrics
import sklearn.model_selection
from sklearn.metrics._scorer import _SCORERS

import gnomon.metrics
from tests.peer.exceptions import EXCEPTIONS


def substitutes() -> dict[str, Callable[..., Any]]:
    """Gnomon's metrics under the names that scikit-learn has, too."""
    return {
        name: getattr(gnomon.metrics, name)
        for name in gnomon.metrics.__all__
        if callable(getattr(sklearn.metrics, name, None))
    }


def substitute() -> None:
    """Replaces the metrics in every loaded module of scikit-learn, and in the scorers it has made."""
    for name, own in substitutes().items():
        peer = getattr(sklearn.metrics, name)
        for module_name, module in list(sys.modules.items()):
            if module_name.startswith("sklearn") and vars(module).get(name) is peer:
                setattr(module, name, own)
        for scorer in _SCORERS.values():
            if scorer._score_func is peer:
                scorer._score_func = own


substitute()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expects the listed tests to fail; one that passes is an error, so the list stays short."""
    for item in items:
        listed = EXCEPTIONS.get(item.path.stem, {})
        if item.name in listed:
            item.add_marker(pytest.mark.xfail(reason=listed[item.name], strict=True))
