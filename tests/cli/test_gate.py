"""``gnomon gate``: exit codes, rules in files, JUnit XML, GitHub Actions, and what it refuses."""

import json
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from gnomon.cli import run
from gnomon.report.annotations import LARGEST, MOST
from tests.cli.commands import process


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A model that is as good as its baseline, but for one region, whose name is a command."""
    rng = np.random.default_rng(8)
    n = 900
    y = rng.integers(0, 2, n)
    region = np.where(rng.random(n) < 0.3, "::error::50%,a:b", "north")
    old = np.clip(0.5 + 0.4 * (y - 0.5) + rng.normal(size=n) * 0.2, 0, 1)
    new = np.where(region == "north", np.clip(old + rng.normal(size=n) * 0.01, 0, 1), 1 - old)
    frame = pd.DataFrame({"id": np.arange(n), "y": y, "region": region})
    frame.assign(p=old).to_csv(tmp_path / "old.csv", index=False)
    frame.assign(p=new).sample(frac=1, random_state=1).to_csv(tmp_path / "new.csv", index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return tmp_path


COLUMNS = ["-t", "y", "-s", "p", "--id", "id"]
SLICES = ["--where", "region:* accuracy >= baseline - 0.05"]


def gate(*words):
    return run(["gate", "new.csv", *COLUMNS, *words])


def test_exit_codes(files, capsys):
    assert gate("--where", "rows >= 900") == 0
    assert gate("-b", "old.csv", *SLICES) == 4
    assert gate("-b", "old.csv", "--where", "region:north roc_auc >= baseline") == 5
    assert gate("-b", "old.csv", "--where", "region:north roc_auc >= baseline", "--inconclusive", "pass") == 0
    assert gate("-b", "old.csv", "--where", "region:north roc_auc >= baseline", "--inconclusive", "fail") == 4
    assert gate("-b", "old.csv", *SLICES, "--plan") == 0
    capsys.readouterr()
    assert gate("-b", "none.csv", *SLICES) == 2
    assert "there is no file none.csv" in capsys.readouterr().err


def test_rules_in_files(files, capsys, monkeypatch):
    """The nearest file that has a gate; options come first, rules add up; named gates."""
    (files / "pyproject.toml").write_text(
        '[tool.gnomon.gate]\ntarget = "y"\nscore = "p"\nid = "id"\nbaseline = "old.csv"\n'
        'rules = ["region:* accuracy >= baseline - 0.05"]\n[tool.gnomon.gate.small]\ntarget = "y"\nscore = "p"\n'
        'rules = ["rows >= 900"]\n'
    )
    assert run(["gate", "new.csv"]) == 4
    assert run(["gate", "new.csv", "--gate", "small"]) == 0
    assert run(["gate", "new.csv", "--gate", "small", "--where", "rows >= 901"]) == 4
    (files / "copy.toml").write_text((files / "pyproject.toml").read_text())  # as of another commit
    assert run(["gate", "new.csv", "--config", "copy.toml"]) == 4
    assert run(["gate", "new.csv", "--config", "copy.toml", "--gate", "small"]) == 0
    (files / "short.toml").write_text(
        '[gate]\ntarget = "y"\nscore = "p"\nrules = ["rows >= 9000"]\n[gate.few]\nrules = ["rows >= 9"]\n'
    )
    assert (
        run(["gate", "new.csv", "--config", "short.toml", "--gate", "few"]) == 0
    )  # its own rules, the others' columns
    assert run(["gate", "new.csv", "--baseline", "new.csv"]) == 0
    (files / "below").mkdir()
    monkeypatch.chdir(files / "below")
    assert run(["gate", "../new.csv", "--baseline", "../old.csv"]) == 4
    (files / "below" / "gnomon.toml").write_text('[gate]\ntarget = "y"\nscore = "p"\nrules = ["rows >= 1"]\n')
    assert run(["gate", "../new.csv"]) == 0
    assert run(["gate", "../new.csv", "--config", "../pyproject.toml", "--baseline", "../old.csv"]) == 4
    capsys.readouterr()
    for text, said in (
        ("[gate]\nrule = ['rows >= 1']", "no setting 'rule'; did you mean 'rules'"),
        ("[gate]\nrules = 'rows >= 1'", "takes a list of texts"), ("[gate]\nlevel = true", "takes a number"),
        ("gate = 3", "is not a table"), ("[gate", "cannot read"), ("[other]", "has no gate"),
        ("[gate.a]\nrules = []\n[gate.b]\nrules = []", "several gates"),
        ("[gate]\nrules = ['recal >= 1']", "did you mean 'recall'"),
    ):  # fmt: skip
        (files / "bad.toml").write_text(text)
        assert run(["gate", "../new.csv", "--config", str(files / "bad.toml"), "-t", "y", "-s", "p"]) == 2
        assert said in capsys.readouterr().err, text
    assert run(["gate", "../new.csv", "--gate", "none"]) == 2
    assert run(["gate", "../new.csv", "--config", "nowhere.toml"]) == 2


def test_junit(files, capsys):
    """A case for each rule and slice; what is inconclusive is a failure of its own type."""
    assert gate("-b", "old.csv", *SLICES, "--where", "region:north roc_auc >= baseline", "--junit", "gate.xml",
                "--format", "json") == 4  # fmt: skip
    form = json.loads(capsys.readouterr().out)
    suite = ElementTree.parse("gate.xml").getroot().find("testsuite")
    cases = suite.findall("testcase")
    assert len(cases) == len(form["judgements"]) == int(suite.get("tests"))
    for case, own in zip(cases, form["judgements"], strict=True):
        failure = case.find("failure")
        assert (failure is None) == (own["verdict"] == "pass")
        if failure is not None:
            assert failure.get("type") == own["verdict"]
            assert failure.text == own["sentence"]["text"]
    assert int(suite.get("failures")) == sum(own["verdict"] != "pass" for own in form["judgements"])
    gate(
        "-b", "old.csv", "--where", "region:north roc_auc >= baseline", "--inconclusive", "pass", "--junit", "gate.xml"
    )
    assert ElementTree.parse("gate.xml").getroot().get("failures") == "0"
    assert gate("-b", "old.csv", *SLICES, "--junit", "new.csv") == 2
    assert gate("-b", "old.csv", *SLICES, "--junit", "old.csv") == 2
    assert gate("-b", "old.csv", *SLICES, "--output", "old.csv", "--format", "markdown") == 2


def test_github(files, capsys, monkeypatch):
    """Names cannot end a command or begin one; the summary stays below what GitHub drops; ten annotations."""
    assert gate("-b", "old.csv", *SLICES, "--github") == 2
    assert "GITHUB_STEP_SUMMARY is not set" in capsys.readouterr().err
    summary = files / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert gate("-b", "old.csv", *SLICES, "--github") == 4
    commands = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::")]
    assert len(commands) == 1
    assert commands[0].startswith("::error title=gnomon%3A fail::")
    assert "50%25" in commands[0]
    text = summary.read_text()
    assert text.startswith("before\n")
    assert "**Failed: 1 of" in text
    many = [part for place in range(30) for part in ("--where", f"recall >= 0.99{place:02d}")]
    gate(*many, "--github")
    commands = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::")]
    assert len(commands) == MOST
    monkeypatch.setattr("gnomon.report.annotations.LARGEST", 500)
    before = len(summary.read_text())
    gate(*many, "--github")
    added = summary.read_text()[before:]
    assert len(added) < LARGEST
    assert "| rule |" not in added
    assert added.startswith("**Failed")


def test_every_form(files, capsys, tmp_path):
    for end in ("html", "md", "txt", "json"):
        assert gate("-b", "old.csv", *SLICES, "-o", f"gate.{end}") == 4
        assert (files / f"gate.{end}").stat().st_size > 100
    capsys.readouterr()
    assert run(["report", "gate.json", "--format", "markdown"]) == 0
    assert capsys.readouterr().out == (files / "gate.md").read_text()
    assert gate("-b", "old.csv", *SLICES, "-o", "gate.png") == 2
    assert "has no plots" in capsys.readouterr().err
    code, out, _ = process("gate", "new.csv", *COLUMNS, "-b", "old.csv", *SLICES, "--lang", "ko")
    assert code == 4
    assert "실패: 규칙과" in out


@pytest.mark.parametrize(("words", "said"), [
    (["--margin", "roc_auc"], "roc_auc=0.02"), (["--margin", "roc_auc=x"], "roc_auc=0.02"),
    (["--unmatched", "many", "--where", "rows >= 1"], "such as 0.01 or 1%"), ([], "has no rules"),
    (["--where", "recall >= 0.5", "--baseline-score", "q"], "no column 'q'"),
    (["old.csv", "--where", "rows >= 1"], "of one model, not 2 paths"), (["--margin", "f1=2"], "did you mean 0.02"),
    (["--where", "rows >= 99 %"], "is not a share"), (["--where", "age band:* f1 >= 0.2"], "in quotes"),
])  # fmt: skip
def test_what_is_refused(files, capsys, words, said):
    assert gate(*words) == 2
    assert said in capsys.readouterr().err
