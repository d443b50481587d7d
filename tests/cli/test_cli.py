"""The command line: exit codes, messages, output to terminals, pipes and files."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.cli import run
from tests.cli.commands import command, process

DIGITS = ("--target", "y", "--score", "p", "--positive", "9")


def test_report(examples):
    """The report names the numbers, both axes of the matrix, and the paradox of the dummy."""
    code, out, err = command("evaluate", examples / "digits_dummy.csv", *DIGITS)
    assert (code, err) == (0, "")
    assert "The accuracy of 0.90 equals that of always predicting 'not 9'" in out
    for word in ("accuracy", "recall (sensitivity)", "ROC AUC", "95 % interval", "predicted", "true  not 9"):
        assert word in out
    assert "\x1b" not in out  # a pipe gets no colour


def test_json(examples, tmp_path):
    """The same form on stdout, in a file and from Python."""
    code, out, _ = command("evaluate", examples / "digits_tree.csv", *DIGITS, "--format", "json")
    assert code == 0
    target = tmp_path / "out.json"
    assert command("evaluate", examples / "digits_tree.csv", *DIGITS, "-f", "json", "-o", target) == (0, "", "")
    assert target.read_text(encoding="utf-8") == out
    ev = gnomon.evaluate(examples / "digits_tree.csv", target="y", score="p", positive="9")
    assert json.loads(out) == ev.to_dict()
    assert gnomon.load(target) == ev


def test_report_to_a_file(examples, tmp_path):
    """A terminal report can be written to a file, without colour."""
    target = tmp_path / "report.txt"
    assert command("evaluate", examples / "diabetes.csv", "-t", "progression", "-p", "predicted", "-o", target)[0] == 0
    text = target.read_text(encoding="utf-8")
    assert "R²" in text
    assert "\x1b" not in text


def test_every_option(tmp_path):
    """Each option reaches the evaluation."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"y": rng.integers(0, 2, 50), "s": rng.normal(size=50), "w": rng.random(50)})
    frame.loc[3, "s"] = np.nan
    path = tmp_path / "a.csv"
    frame.to_csv(path, index=False)
    options = [
        "-t",
        "y",
        "-s",
        "s",
        "-w",
        "w",
        "--positive",
        "0",
        "--classes",
        "0,1",
        "--task",
        "binary",
        "--threshold",
        "-0.5",
        "--scale",
        "any",
    ]
    code, out, _ = command(
        "evaluate",
        path,
        *options,
        *["--level", "0.9", "--interval", "auto", "--missing", "drop", "--seed", "3", "--threads", "2", "-f", "json"],
    )
    assert code == 0
    expected = gnomon.evaluate(
        path,
        target="y",
        score="s",
        weight="w",
        positive=0,
        threshold=-0.5,
        scale="any",
        level=0.9,
        missing="drop",
        seed=3,
    )
    assert json.loads(out)["estimates"] == expected.to_dict()["estimates"]
    assert expected.positive == "0"
    form = json.loads(command("evaluate", path, *options, "--missing", "drop", "--interval", "none", "-f", "json")[1])
    assert form["estimates"]["recall"]["low"] is None


def test_many_score_columns(examples):
    """Score columns by commas or one by one."""
    names = [f"p{digit}" for digit in range(10)]
    path = examples / "digits_ten.csv"
    once = command("evaluate", path, "-t", "digit", "-s", ",".join(names), "-f", "json")
    each = command("evaluate", path, "-t", "digit", *(part for name in names for part in ("-s", name)), "-f", "json")
    assert once == each
    assert json.loads(once[1])["task"] == "multiclass"


BAD = {
    "no file": (["nope.csv", "-t", "y", "-s", "p"], "no file or folder nope.csv"),
    "misspelt column": (["{digits}", "-t", "yy", "-s", "p"], "no column 'yy'"),
    "no positive": (["{digits}", "-t", "y", "-s", "p"], "declare the positive class, positive='9' or positive='not 9'"),
    "no target": (["{digits}", "-s", "p"], "Missing option '-t' / '--target'"),
    "nothing to evaluate": (["{digits}", "-t", "y"], "pass what to evaluate"),
    "unknown option": (["{digits}", "-t", "y", "--scor", "p"], "No such option"),
    "unknown format": (["{digits}", *DIGITS, "-f", "yaml"], "'yaml' is not one of"),
    "bad level": (["{digits}", *DIGITS, "--level", "95"], "level must lie between 0 and 1"),
    "bad threads": (["{digits}", *DIGITS, "--threads", "0"], "threads must be"),
    "no folder for the output": (["{digits}", *DIGITS, "-o", "nowhere/x.json"], "the folder nowhere does not exist"),
    "text as numbers": (["{digits}", "-t", "p", "-p", "y", "--task", "regression"], "holds text"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_two_lines_and_code_2(case, examples, tmp_path, monkeypatch):
    """Exit code 2, at most two lines on stderr, nothing on stdout, no traceback, no file."""
    monkeypatch.chdir(tmp_path)
    arguments, message = BAD[case]
    code, out, err = command("evaluate", *(part.format(digits=examples / "digits_tree.csv") for part in arguments))
    assert code == 2
    assert out == ""
    assert message in err
    assert len(err.strip().splitlines()) <= 2
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_leaves_the_old_output(examples, tmp_path):
    """An output file of an earlier run survives a run that fails."""
    target = tmp_path / "out.json"
    target.write_text("old")
    assert command("evaluate", examples / "digits_tree.csv", "-t", "y", "-s", "p", "-o", target)[0] == 2
    assert target.read_text() == "old"


def test_labels_are_untrusted(tmp_path):
    """Control characters in labels and column names do not reach the terminal, in reports or in errors."""
    path = tmp_path / "a.csv"
    path.write_text("\x1b[31my,p\nev\x1b[2Jil,0.2\ngood\u202e,0.7\n")
    code, out, _ = command("evaluate", path, "-t", "\x1b[31my", "-s", "p", "--positive", "good\u202e")
    assert code == 0
    assert "\x1b" not in out
    assert "\u202e" not in out
    code, _, err = command("evaluate", path, "-t", "y", "-s", "p")
    assert code == 2
    assert "\x1b" not in err


def test_narrow_terminals_and_plain_ones(examples):
    """Lines fit the width; without Unicode only ASCII is written."""
    for width in (40, 60, 80, 120):
        out = command("evaluate", examples / "digits_tree.csv", *DIGITS, COLUMNS=str(width))[1]
        assert max(map(len, out.splitlines())) <= width
    out = process(
        "evaluate", examples / "diabetes.csv", "-t", "progression", "-p", "predicted", PYTHONIOENCODING="ascii"
    )
    assert out[0] == 0
    assert out[1].isascii()
    assert "R^2" in out[1]


def test_labels_that_the_terminal_cannot_show(tmp_path):
    """A Korean label on an ASCII terminal does not end the report."""
    (tmp_path / "a.csv").write_text("y,p\n양성,0.9\n음성,0.2\n", encoding="utf-8")
    code, out, err = process(
        "evaluate", tmp_path / "a.csv", "-t", "y", "-s", "p", "--positive", "양성", PYTHONIOENCODING="ascii"
    )
    assert (code, err) == (0, "")
    assert out.isascii()
    assert "양성" in command("evaluate", tmp_path / "a.csv", "-t", "y", "-s", "p", "--positive", "양성")[1]


def test_colour_on_a_terminal_and_no_color(examples, capsys):
    """FORCE_COLOR and NO_COLOR are respected."""
    assert "\x1b[" in command("evaluate", examples / "digits_tree.csv", *DIGITS, FORCE_COLOR="1")[1]
    out = command("evaluate", examples / "digits_tree.csv", *DIGITS, FORCE_COLOR="1", NO_COLOR="1")[1]
    assert "\x1b[36m" not in out


def test_demo():
    """All six files, one after the other."""
    code, out, err = process("demo")
    assert (code, err) == (0, "")
    for word in ("digits_tree.csv", "digits_dummy.csv", "breast_cancer_tree.csv", "breast_cancer_forest.csv"):
        assert word in out
    assert out.count("binary evaluation") == 4
    assert out.count("multiclass evaluation") == 1
    assert out.count("regression evaluation") == 1


def test_the_input_is_never_overwritten(tmp_path):
    """--output that names the input is refused."""
    path = tmp_path / "a.csv"
    path.write_text("y,p\n0,0.2\n1,0.7\n")
    code, _, err = command("evaluate", path, "-t", "y", "-s", "p", "-o", path)
    assert code == 2
    assert "is the input itself" in err
    assert path.read_text().startswith("y,p")


def test_without_a_command_there_is_help():
    """Bare ``gnomon`` explains itself."""
    code, out, err = command()
    assert (code, err) == (0, "")
    assert "Is it good?\n" in out


def test_a_full_disk_is_said(examples):
    """Writing to a device that is full: one line, code 2."""
    shell = f"{sys.executable} -m gnomon evaluate {examples / 'digits_tree.csv'} {' '.join(DIGITS)} -f json > /dev/full"
    done = subprocess.run(["bash", "-c", shell], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "No space left" in done.stderr


def test_help_and_version():
    """Help for each command; the version."""
    code, out, _ = command("--help")
    assert code == 0
    assert "evaluate" in out
    assert "demo" in out
    code, out, _ = command("evaluate", "--help")
    assert code == 0
    assert "--threshold" in out
    assert command("--version")[1] == f"gnomon {gnomon.__version__}\n"


def test_faults_have_no_traceback(monkeypatch, capsys, examples):
    """A bug of ours is one line and exit code 1; GNOMON_DEBUG shows where."""

    def broken(*args, **kwargs):
        raise RuntimeError("boom")

    monkeypatch.setattr("gnomon.evaluation.evaluate.evaluate", broken)
    arguments = ["evaluate", str(examples / "digits_tree.csv"), *DIGITS]
    assert run(arguments) == 1
    assert "internal error in gnomon, please report it: RuntimeError: boom" in capsys.readouterr().err
    monkeypatch.setenv("GNOMON_DEBUG", "1")
    with pytest.raises(RuntimeError, match="boom"):
        run(arguments)


def test_interrupted(monkeypatch, capsys, examples):
    """Ctrl-C: exit code 130 and one word."""

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("gnomon.evaluation.evaluate.evaluate", interrupted)
    assert run(["evaluate", str(examples / "digits_tree.csv"), *DIGITS]) == 130
    assert capsys.readouterr().err.strip() == "Interrupted."


def test_a_reader_that_leaves(examples):
    """``gnomon ... | head -1`` ends without a complaint."""
    shell = f"{sys.executable} -m gnomon demo | head -1"
    done = subprocess.run(["bash", "-c", shell], check=False, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""


def test_killed_while_writing(tmp_path):
    """Killed at any moment, the output is the old file or a complete new one."""
    rng = np.random.default_rng(0)
    path, target = tmp_path / "a.csv", tmp_path / "out.json"
    pd.DataFrame({"y": rng.integers(0, 2, 20_000), "p": rng.random(20_000)}).to_csv(path, index=False)
    arguments = [
        sys.executable,
        "-m",
        "gnomon",
        "evaluate",
        str(path),
        "-t",
        "y",
        "-s",
        "p",
        "-f",
        "json",
        "-o",
        str(target),
    ]
    target.write_text('{"old": true}')
    for delay in np.linspace(0.05, 1.2, 6):
        process = subprocess.Popen(arguments)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        form = json.loads(target.read_text())
        assert form == {"old": True} or form["n"] == 20_000


def test_options_that_a_person_would_quote_are_quoted():
    """As the demo shows them."""
    from gnomon.cli.demo import command_options

    assert command_options({"target": "y", "score": ["p a", "q"], "split": "part=a b"}) == (
        "--target y --score 'p a,q' --split 'part=a b'"
    )


def test_a_task_is_one_of_those_that_a_command_has():
    """Others are refused with the choices."""
    code, _, err = command("compare", "a.csv", "-t", "y", "-s", "p,q", "--task", "multilabel")
    assert code == 2
    assert "'multilabel' is not one of 'auto', 'binary', 'multiclass', 'regression'" in err
