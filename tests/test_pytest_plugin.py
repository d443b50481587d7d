"""The plugin of pytest, in a session of its own: failures tell the rules; what is inconclusive fails, never skips."""

import os
import subprocess
import sys

import numpy as np
import pytest

import gnomon
from gnomon.errors import UsageError
from gnomon.testing import GateError, assert_gate

ROWS = {"y": [0, 1] * 500, "p": [0.2, 0.8] * 480 + [0.7, 0.4] * 20}
TESTS = """
import pytest
from gnomon.testing import assert_gate

ROWS = {"y": [0, 1] * 500, "p": [0.2, 0.8] * 480 + [0.7, 0.4] * 20}

def test_passes(gnomon_history):
    assert_gate(ROWS, target="y", score="p", where=["recall >= 0.9", "warn recall >= 0.99"])
    assert [run.name for run in gnomon_history.runs()] == ["forest"]

def test_fails():
    assert_gate(ROWS, target="y", score="p", where="recall >= 0.99")

@pytest.mark.parametrize("policy", ["fail", "pass"])
def test_cannot_tell(policy):
    assert_gate(ROWS, target="y", score="p", where="recall >= 0.95", inconclusive=policy)
"""


def of_its_own():
    """The environment without what this session was started with: another one would erase what it has measured."""
    return {name: own for name, own in os.environ.items() if not name.startswith(("PYTEST", "COV"))}


def test_a_session(tmp_path):
    """Exit code 1, not 5 or 0; the report stands in the failure, the gates in the summary."""
    (tmp_path / "test_model.py").write_text(TESTS)
    gnomon.History(tmp_path / "h.db").log(gnomon.evaluate([0, 1], [0, 1]), name="forest")
    words = [sys.executable, "-m", "pytest", "-q", "--gnomon-history", "h.db", "-p", "no:cacheprovider"]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False, env=of_its_own()
    )
    assert done.returncode == 1, done.stdout
    assert "2 failed, 2 passed" in done.stdout
    assert "skipped" not in done.stdout
    assert "Failed: 1 of 1 rules and slices do not hold." in done.stdout
    assert "Inconclusive: the rows cannot tell for 1 of 1" in done.stdout
    assert "gnomon gates" in done.stdout
    assert "warning: recall (sensitivity) is" in done.stdout
    assert "in assert_gate" not in done.stdout  # the failure points at the test


def test_a_gate_that_does_not_pass_is_an_assertion():
    with pytest.raises(GateError, match="do not hold") as error:
        assert_gate(ROWS, target="y", score="p", where="recall >= 0.99")
    assert error.value.result.verdict == "fail"
    assert isinstance(error.value, AssertionError)
    with pytest.raises(UsageError, match="'fail' or 'pass'"):
        assert_gate(ROWS, target="y", score="p", where="recall >= 0.9", inconclusive="inconclusive")
    few = {name: np.array(own)[:20] for name, own in ROWS.items()}
    with pytest.raises(GateError, match="cannot tell"):
        assert_gate(few, target="y", score="p", where="recall >= 0.9")


def test_the_plugin_is_light():
    """Every session of pytest loads it: it loads nothing of gnomon's weight."""
    code = (
        "import sys, gnomon.pytest_plugin; print([own for own in ('numpy', 'pyarrow', 'scipy') if own in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
