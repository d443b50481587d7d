"""Which tests reach a line, and how long each takes: from one run of the suite that notes both."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
COVERAGE, TIMES = "coverage", "times.xml"
# Folders of tests that look closely at a part of the code, where it is not the one of the same name.
AREAS = {"core": ("kernels", "states", "metrics"), "metrics": ("metrics", "peer"), "kernels": ("kernels", "metrics"),
         "measures": ("measures", "metrics", "intervals", "evaluation"), "sources": ("sources", "schema"),
         "schema": ("schema", "sources"), "intervals": ("intervals", "evaluation"),
         "thresholds": ("thresholds", "decision")}  # fmt: skip


def measure(folder: Path, jobs: int) -> None:
    """Runs the suite once."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "pytest", "-q", "-n", str(jobs), "-p", "no:cacheprovider", "--cov=gnomon",
        "--cov-context=test", "--cov-report=", f"--junitxml={folder / TIMES}",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"COVERAGE_FILE": str(folder / COVERAGE)}, check=False)
    if done.returncode:
        (folder / TIMES).unlink(missing_ok=True)
        sys.exit("the suite fails without any fault: mend that first")


class Covering:
    """Tests by the line that they reach."""

    def __init__(self, folder: Path) -> None:
        from coverage import CoverageData

        self.data = CoverageData(str(folder / COVERAGE))
        self.data.read()
        self.files = {name.rpartition("/gnomon/")[2]: name for name in self.data.measured_files()}
        self.seconds: dict[str, float] = defaultdict(lambda: 0.2)
        for case in ET.parse(folder / TIMES).getroot().iter("testcase"):
            if not case.get("classname"):  # a module that is left out as a whole
                continue
            *module, last = case.get("classname", "").split(".")
            within = f"{last}.py" if last.startswith("test_") else f"{module.pop()}.py::{last}"
            self.seconds[f"{'/'.join([*module, within])}::{case.get('name')}"] = float(case.get("time", 0.2))
        self.names = sorted(self.seconds)
        reaching = {own.partition("|")[0] for own in self.data.measured_contexts()}
        # Tests that start processes of their own, where nobody noted what they reach.
        self.outside = sorted(set(self.names) - reaching, key=lambda own: self.seconds[own])

    def of(self, path: str, line: int) -> list[str]:
        """The tests that reach a line: those in the folder that mirrors the file's first, quick ones before slow ones.

        Where importing reaches it, or nothing that was noted does, those that reach the file, and then those that start
        processes of their own.
        """
        area = AREAS.get(path.split("/", maxsplit=1)[0]) or AREAS.get(path.split("/")[2], (path.split("/")[2],))

        def order(own: str) -> tuple[bool, float]:
            return own.split("/")[1] not in area, self.seconds[own]

        if path.startswith("core/"):
            return sorted(self.names, key=order)
        name = self.files.get(path.removeprefix("src/gnomon/"))
        by_line = self.data.contexts_by_lineno(name) if name else {}
        tests = {own.partition("|")[0] for own in by_line.get(line, []) if own}
        outside = [own for own in self.outside if own.split("/")[1] in area]
        if not tests:
            tests = {own.partition("|")[0] for contexts in by_line.values() for own in contexts if own}
            outside = self.outside
        return sorted({*tests, *outside}, key=order)

    def shown(self, path: str, line: int, seconds: float) -> tuple[list[str], float]:
        """The tests that a fault in a line is shown to, no more than so many seconds of them, and their seconds."""
        tests, expected = [], 0.0
        for own in self.of(path, line):
            if expected > seconds:
                break
            tests.append(own)
            expected += self.seconds[own]
        return tests, expected
