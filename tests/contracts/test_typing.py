"""Type checkers know what is returned, and what arguments take."""

import subprocess
import sys

from tests.conftest import ROOT


def test_types_of_what_people_call(tmp_path):
    """Every line of typed.py holds, and those that are wrong are told to be."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "tests/contracts/typed.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
