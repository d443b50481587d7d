"""What CI runs with: one version of each tool, and the platforms that the package says it has."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = dict(
    line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
)


def name_of(requirement):
    """The package of a requirement, as pip spells it."""
    return re.split(r"[\[<>=~! ]", requirement)[0].lower().replace("_", "-")


def test_everything_that_the_tests_need_is_pinned():
    """Requirements of the package and of its tests have a version in the constraints."""
    pinned = {own.lower().replace("_", "-") for own in PINNED}
    extras = PROJECT["project"]["optional-dependencies"]
    needed = [
        *PROJECT["project"]["dependencies"],
        *extras["test"],
        *extras["plots"],
        *extras["report"],
        *extras["lesson"],
    ]
    assert {name_of(own) for own in needed} - {"gnomon"} <= pinned


def test_pre_commit_has_the_same_versions():
    """A commit is formatted as CI checks it."""
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    revisions = dict(re.findall(r"repo: \S+/(\S+)\n    rev: v(\S+)", text))
    assert revisions["ruff-pre-commit"] == PINNED["ruff"]
    assert revisions["mirrors-clang-format"] == PINNED["clang-format"]
    assert f"clang-format=={PINNED['clang-format']}" in PROJECT["project"]["optional-dependencies"]["test"]


def test_the_pythons_that_it_says_it_has_are_tested():
    """In the hosted workflows, and among the wheels."""
    told = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    assert re.findall(r'"(3\.\d+)"', re.search(r"python: \[(.*)\]", workflow)[1]) == told
    assert PROJECT["tool"]["cibuildwheel"]["build"].split() == [f"cp{own.replace('.', '')}-*" for own in told]
