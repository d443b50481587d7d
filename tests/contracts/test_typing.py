"""Type checkers know what is returned, and what arguments take."""

import subprocess
import sys

from tests.conftest import ROOT


def test_what_metrics_return_is_declared():
    """The stub of gnomon.metrics is that of its functions."""
    done = subprocess.run([sys.executable, "docs/write_stubs.py", "--check"], cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, "run: python docs/write_stubs.py"


def test_types_of_what_people_call(tmp_path):
    """Every line of typed.py holds, and those that are wrong are told to be."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "tests/contracts/typed.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
