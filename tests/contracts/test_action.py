"""The action for GitHub: its script in a repository with a base commit, as a pull request runs it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import ROOT

yaml = pytest.importorskip("yaml")
SCRIPT = ROOT / ".github" / "gate.sh"
RULES = '[tool.gnomon.gate]\ntarget = "y"\nscore = "p"\nid = "id"\nrules = ["accuracy >= baseline - 0.02"]\n'


def git(*words, cwd):
    done = subprocess.run(
        ["git", "-c", "user.email=a@b.c", "-c", "user.name=a", *words],
        cwd=cwd, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A base commit with rules and a baseline, and a branch that makes both lax and its model bad."""
    rng = np.random.default_rng(0)
    n = 2000
    y = rng.integers(0, 2, n)
    good = np.clip(0.5 + 0.6 * (y - 0.5) + rng.normal(size=n) * 0.2, 0, 1)
    folder = tmp_path / "repository"
    folder.mkdir()
    frame = pd.DataFrame({"id": np.arange(n), "y": y})
    frame.assign(p=good).to_csv(folder / "baseline.csv", index=False)
    frame.assign(p=good).to_csv(folder / "good.csv", index=False)
    frame.assign(p=np.where(rng.random(n) < 0.2, 1 - good, good)).to_csv(folder / "bad.csv", index=False)
    (folder / "pyproject.toml").write_text(RULES)
    git("init", "-q", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "-qm", "base", cwd=folder)
    (folder / "pyproject.toml").write_text(RULES.replace("0.02", "0.9"))
    frame.assign(p=1 - good).to_csv(folder / "baseline.csv", index=False)
    return folder


def judge(folder, tmp_path, **environment):
    """Runs the script; the exit code, what it wrote, and the folder of the page."""
    temp = tmp_path / "temp"
    temp.mkdir(exist_ok=True)
    bins = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", str(SCRIPT)], cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={
            "PATH": f"{bins}:{os.environ['PATH']}", "HOME": str(tmp_path), "RUNNER_TEMP": str(temp), "LANGUAGE": "en",
            "GITHUB_OUTPUT": str(temp / "output"), "GITHUB_STEP_SUMMARY": str(temp / "summary.md"),
            "CONFIG": "pyproject.toml", "BASELINE": "baseline.csv", **environment,
        },
    )  # fmt: skip
    return done, temp


def test_a_pull_request_cannot_change_what_judges_it(repository, tmp_path):
    """Rules and baseline are those of the base commit; without one they are those that are there."""
    base = git("rev-parse", "HEAD", cwd=repository)
    done, temp = judge(repository, tmp_path, PREDICTIONS="bad.csv", BASE=base)
    assert done.returncode == 4, done.stderr
    assert (temp / "output").read_text() == "verdict=fail\n"
    assert "**Failed: 1 of" in (temp / "summary.md").read_text()
    assert "::error title=gnomon%3A fail::" in done.stdout
    assert {own.name for own in (temp / "gnomon-gate").iterdir()} == {"gate.html", "gate.xml"}
    done, _ = judge(repository, tmp_path, PREDICTIONS="bad.csv")
    assert done.returncode == 0, done.stderr
    done, _ = judge(repository, tmp_path, PREDICTIONS="good.csv", BASE=base)
    assert done.returncode == 0, done.stderr


def test_what_the_rules_name_is_of_the_base_commit(repository, tmp_path):
    """A baseline that stands in the rules is not read from the pull request, either."""
    git("checkout", "-q", ".", cwd=repository)
    (repository / "pyproject.toml").write_text(RULES + 'baseline = "baseline.csv"\n')
    git("commit", "-qam", "rules", cwd=repository)
    base = git("rev-parse", "HEAD", cwd=repository)
    (repository / "baseline.csv").write_text((repository / "bad.csv").read_text())
    done, _ = judge(repository, tmp_path, PREDICTIONS="bad.csv", BASE=base, BASELINE="")
    assert done.returncode == 4, done.stdout + done.stderr
    (repository / "pyproject.toml").write_text(RULES + 'baseline = "added.csv"\n')
    git("commit", "-qam", "a baseline that is not there", cwd=repository)
    base = git("rev-parse", "HEAD", cwd=repository)
    (repository / "added.csv").write_text((repository / "bad.csv").read_text())
    done, _ = judge(repository, tmp_path, PREDICTIONS="bad.csv", BASE=base, BASELINE="")
    assert done.returncode == 2
    assert "is not in the base commit" in done.stdout


def test_inputs_are_words_and_not_scripts(repository, tmp_path):
    """Names with spaces, quotes or commands in them are only names."""
    (repository / "good.csv").rename(repository / "a $(touch evil) 'b'.csv")
    arguments = "--where\nrows >= 2000\n--inconclusive\nfail"
    done, _ = judge(repository, tmp_path, PREDICTIONS="a $(touch evil) 'b'.csv", ARGUMENTS=arguments)
    assert done.returncode == 0, done.stderr
    assert not (repository / "evil").exists()
    done, temp = judge(repository, tmp_path, PREDICTIONS="none.csv")
    assert done.returncode == 2
    assert (temp / "output").read_text().splitlines()[-1] == "verdict=error"


def test_the_action_passes_what_its_script_reads():
    """Every input is declared and passed by the environment; nothing is set into a script."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    install, gate, upload = action["runs"]["steps"]
    script = SCRIPT.read_text()
    for name in gate["env"]:
        assert f"${name}" in script or f"${{{name}" in script
    for step in (install, gate):
        assert "${{" not in step["run"]
    used = str([step.get("env", step.get("with")) for step in (install, gate, upload)])
    assert all(f"inputs.{name}" in used for name in action["inputs"])


def test_the_workflow_uses_the_action_on_the_examples(tmp_path):
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "gate.yml").read_text())
    step = workflow["jobs"]["gate"]["steps"][-1]
    assert step["uses"] == "./"
    done, _ = judge(ROOT, tmp_path, PREDICTIONS=step["with"]["predictions"], CONFIG=step["with"]["config"], BASELINE="")
    assert done.returncode in (0, 5), done.stderr
