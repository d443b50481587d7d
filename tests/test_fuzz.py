"""The fuzz harness: a few inputs of every kind, and that it notices what goes wrong."""

import os
import signal
import time

import pytest

from tests.fuzz import cases
from tests.fuzz.__main__ import fuzz

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def test_a_few_inputs_of_every_kind():
    """400 of them, the same each time; ``make fuzz`` tries more."""
    told = []
    faults, tally = fuzz(range(400), 1, show=told.append)
    assert (faults, told) == ([], [])
    assert set(cases.KINDS) <= set(tally)
    assert tally["evaluations: compared"] > 20  # independent readings, not refusals, are what it is for
    assert tally["results: shown"] > 5
    assert tally["evaluate: exit code 0"] > 20


@pytest.mark.parametrize(("wrong", "said"), [
    (lambda *_: os.kill(os.getpid(), signal.SIGKILL), f"ends by signal {int(signal.SIGKILL)}"),
    (lambda *_: (signal.alarm(1), time.sleep(20)), "hangs"),
    (lambda *_: 1 / 0, "ZeroDivisionError"),
    (lambda *_: ["two rows are one"], "two rows are one"),
])  # fmt: skip
def test_what_goes_wrong_is_told_with_its_seed(monkeypatch, wrong, said):
    """A crash, a hang, an error and a wrong answer; the inputs after it are tried all the same."""

    def once(folder, rng, tally):
        tally["tried"] += 1
        return wrong() or [] if tally["tried"] == 3 else []

    monkeypatch.setitem(cases.KINDS, "commands", (once, 1.0))
    told = []
    faults, _ = fuzz(range(7, 11), 1, "commands", told.append)
    assert [seed for seed, _ in faults] == [9]
    assert said in faults[0][1]
    assert "python -m tests.fuzz 1 --seed 9 --kind commands" in told[0]


def output(folder, code=0, out="", err=""):
    """A command as if it had run."""
    ran = object.__new__(cases.Ran)
    ran.arguments, ran.code, ran.out, ran.err = [], code, out, err
    return ran.faults(folder, set(), folder / "out.json")


def test_promises_of_the_command_line(tmp_path):
    """Undocumented codes, tracebacks, long errors, half-written and forgotten files are faults."""
    assert "exit code 1" in output(tmp_path, code=1)[0]
    assert "not written" in output(tmp_path)[0]
    (tmp_path / "out.json").write_text("")
    assert "begins with" in output(tmp_path)[0]
    (tmp_path / "out.json").write_text("{}")
    assert output(tmp_path) == []
    assert "written by a command that failed" in output(tmp_path, code=2, err="Error: no\n")[0]
    assert "traceback" in output(tmp_path, err="Traceback (most recent call last)")[0]
    (tmp_path / "out.json.tmp").write_text("")
    assert "left behind" in output(tmp_path)[0]
    (tmp_path / "out.json.tmp").unlink()
    (tmp_path / "out.json").unlink()
    assert "error of 3 lines" in output(tmp_path, code=2, err="a\nb\nc\n")[0]
    assert cases.parsed("{")
    assert cases.parsed('{"a": NaN}')
    assert not cases.parsed('{"a": 1}')
