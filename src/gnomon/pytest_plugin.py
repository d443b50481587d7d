"""A plugin of pytest: a fixture of the history, and a summary of the gates that tests have judged."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gnomon.history.history import History


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--gnomon-history``: where the history is."""
    group = parser.getgroup("gnomon")
    group.addoption("--gnomon-history", metavar="FILE", help="The history that the fixture gnomon_history opens.")


@pytest.fixture(scope="session")
def gnomon_history(pytestconfig: pytest.Config) -> History:
    """The history of the project, or that of ``--gnomon-history``."""
    from gnomon.history.history import History

    return History(pytestconfig.getoption("gnomon_history"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A line for each gate: its verdict, and the rules that only warn."""
    testing = sys.modules.get("gnomon.testing")
    if testing is None or not testing.judged:
        return
    from gnomon.visible import visible

    terminalreporter.section("gnomon gates")
    for result in testing.judged:
        terminalreporter.line(f"{visible(str(result.provenance.get('source', '')))}: {result.answer}")
        for own in result.warnings:
            terminalreporter.line(f"  warning: {visible(own.sentence)}")
