"""The README tells the truth: its sessions print what they show, its commands are the ones CI runs."""

import doctest
import os
import re
import subprocess
import sys

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_tables_of_measures():
    """docs/measures.md says what the declarations say."""
    command = [sys.executable, "docs/write_measures.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, "run: python docs/write_measures.py"


def test_console_sessions():
    """Every session in the README prints exactly what stands there."""
    done = subprocess.run([sys.executable, "docs/write_readme.py", "--check"], cwd=ROOT, timeout=300, check=False)
    assert done.returncode == 0, "run: python docs/write_readme.py"


def test_python_examples(tmp_path, monkeypatch):
    """Every Python example runs; files that it saves stay out of the repository."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert found.attempted >= 8
    assert found.failed == 0


def test_documents_have_running_examples(monkeypatch):
    """So do the examples in docs."""
    monkeypatch.chdir(ROOT)
    for path in sorted((ROOT / "docs").rglob("*.md")):
        assert doctest.testfile(str(path), module_relative=False, encoding="utf-8").failed == 0


def test_the_first_two_blocks_install_run_and_test():
    """The first two sh blocks are the whole set-up, and CI runs the second."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert blocks[0].startswith("pip install . && gnomon evaluate examples/")
    assert blocks[1] == "pip install '.[test]' && pytest -n auto\n"
    assert "readme_command" in (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_links_lead_somewhere():
    """Every relative link in the README and in docs points at a file."""
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), (path, link)
