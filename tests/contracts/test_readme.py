"""The README tells the truth: its sessions print what they show, its commands are the ones CI runs."""

import doctest
import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

MADE_WITH_THE_SITE = ("api.md", "gallery.md", "start.ko.md", "lesson.html", "lesson.ko.html")
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["measures", "reference"])
def test_pages_that_are_written(page):
    """docs/measures.md says what the declarations say, docs/reference.md what the code does."""
    command = [sys.executable, f"docs/write_{page}.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, f"run: python docs/write_{page}.py"


def test_console_sessions():
    """Every session in the README prints exactly what stands there."""
    done = subprocess.run([sys.executable, "docs/write_readme.py", "--check"], cwd=ROOT, timeout=300, check=False)
    assert done.returncode == 0, "run: python docs/write_readme.py"


def test_python_examples(tmp_path, monkeypatch):
    """Every Python example runs; files that it saves stay out of the repository."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    for path in (ROOT / "README.md", ROOT / "README.ko.md", *sorted((ROOT / "docs").rglob("*.md"))):
        found = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
        assert found.failed == 0, path
        assert found.attempted >= 8 or path.name != "README.md"


def test_the_readme_is_short():
    """What is longer stands in the guides, in both languages."""
    for name in ("README.md", "README.ko.md"):
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 200, name


def test_the_first_two_blocks_install_run_and_test():
    """The first two sh blocks are the whole set-up, and CI runs the second."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert blocks[0].startswith("pip install . && gnomon evaluate examples/")
    assert blocks[1] == "pip install '.[test]' && pytest -n auto\n"
    assert "readme_command" in (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_links_lead_somewhere():
    """Every relative link in the README and in docs points at a file, or at a page that is made with the site."""
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert link in MADE_WITH_THE_SITE or (path.parent / link).exists(), (path, link)
