"""``python -m tests.mutants --count 300``: the share of small faults that the tests notice.

Each fault is put into a copy of the package and the tests that reach its line are run until one fails. Faults that
change nothing are listed in equivalent.txt, each with its reason. Ends with 1 if fewer are noticed than ``--least``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from gnomon.machine import usable_cpus
from tests.mutants.covering import ROOT, TIMES, Covering, measure
from tests.mutants.sites import Mutant, sites

EQUIVALENT = Path(__file__).parent / "equivalent.txt"
# Also found where gnomon is installed to be edited: it would be found in its place.
SITE = """import sys
sys.meta_path[:] = [own for own in sys.meta_path if "ScikitBuild" not in type(own).__name__]
"""
PRELOADED = ("numpy", "scipy.stats", "pandas", "polars", "pyarrow.dataset", "pyarrow.csv", "pyarrow.parquet",
             "sklearn.metrics", "sklearn.linear_model", "sklearn.ensemble", "pytest", "click", "jinja2",
             "rich.console", "matplotlib.pyplot")  # fmt: skip


@dataclass
class Outcome:
    """What became of a fault: ``noticed``, ``survived``, ``equivalent`` or ``broken`` (it does not compile)."""

    mutant: Mutant
    key: str
    state: str
    seconds: float
    by: str = ""


class Workshop:
    """A copy of the package in which one fault at a time is put."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "package"
        shutil.copytree(ROOT / "src" / "gnomon", self.package / "gnomon", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "examples" / "predictions", self.package / "gnomon" / "demo", dirs_exist_ok=True)
        found = importlib.util.find_spec("gnomon.kernels._core")
        assert found is not None
        assert found.origin is not None
        self.core = self.package / "gnomon" / "kernels" / Path(found.origin).name
        self.whole = Path(found.origin)
        shutil.copy2(self.whole, self.core)
        (self.package / "sitecustomize.py").write_text(SITE)
        self.core_tried = False

    def put(self, mutant: Mutant) -> bool:
        """Puts the fault in; False where it does not compile."""
        raw = mutant.applied((ROOT / mutant.path).read_bytes())
        if not mutant.path.startswith("src/"):
            return self._build("bindings", mutant.path, raw)
        try:
            compile(raw, mutant.path, "exec")
        except SyntaxError:
            return False
        (self.package / mutant.path.removeprefix("src/")).write_bytes(raw)
        return True

    def take_out(self, mutant: Mutant) -> None:
        """Puts the file back as it was."""
        raw = (ROOT / mutant.path).read_bytes()
        if mutant.path.startswith("src/"):
            (self.package / mutant.path.removeprefix("src/")).write_bytes(raw)
        else:
            (self.folder / "source" / mutant.path).write_bytes(raw)
            shutil.copy2(self.whole, self.core)

    def core_notices(self, mutant: Mutant) -> str | None:
        """What the core's own tests and fuzzer, under the sanitizers, say of a fault: nothing, or what failed.

        Raises:
            SyntaxError: It does not compile.
        """
        raw = (ROOT / mutant.path).read_bytes()
        if not self.core_tried:
            self.core_tried = True
            said = "it does not compile" if not self._build("core", mutant.path, raw) else self._core_fails()
            if said is not None:
                sys.exit(f"the core's tests fail without any fault: {said}")
        if not self._build("core", mutant.path, mutant.applied(raw)):
            raise SyntaxError
        return self._core_fails()

    def _core_fails(self) -> str | None:
        """What the core's tests and its fuzzer say; nothing if they pass."""
        for command in (["core_tests"], ["core_fuzz", "-runs=400", "-max_len=8192", "-seed=1", "-verbosity=0"]):
            program = self.folder / "build-core" / "tests" / "core" / command[0]
            try:
                done = subprocess.run(
                    [program, *command[1:]], capture_output=True, check=False, timeout=300, cwd=self.folder
                )
            except subprocess.TimeoutExpired:
                return f"{command[0]} took too long"
            if done.returncode:
                return f"{command[0]} ends with {done.returncode}"
        return None

    def _build(self, what: str, path: str, raw: bytes) -> bool:
        """Builds the bindings, or the core's own tests, with one file of the core changed."""
        source, build = self.folder / "source", self.folder / f"build-{what}"
        if not source.exists():
            for own in ("core", "bindings", "tests/core"):
                shutil.copytree(ROOT / own, source / own)
            shutil.copy2(ROOT / "CMakeLists.txt", source)
            (source / "examples" / "predictions").mkdir(parents=True)
        if not build.exists():
            options = {
                "core": ["-DGNOMON_BINDINGS=OFF", "-DGNOMON_CORE_TESTS=ON", "-DGNOMON_SANITIZE=address,undefined"]
            }
            if what == "bindings":
                nanobind = subprocess.run(
                    [sys.executable, "-m", "nanobind", "--cmake_dir"], capture_output=True, text=True, check=True
                ).stdout.strip()
                options[what] = [f"-DPython_EXECUTABLE={sys.executable}", f"-Dnanobind_DIR={nanobind}",
                                 "-DGNOMON_OPTIMIZATION=-O1"]  # fmt: skip
            configured = subprocess.run(
                ["cmake", "-S", source, "-B", build, "-DCMAKE_BUILD_TYPE=Release", *options[what]],
                check=False, capture_output=True, text=True,
            )  # fmt: skip
            if configured.returncode:
                sys.exit(configured.stderr)
        (source / path).write_bytes(raw)
        done = subprocess.run(["cmake", "--build", build], capture_output=True, check=False)
        if done.returncode == 0 and what == "bindings":
            self.core.unlink()  # a process that has the old one open keeps it
            shutil.copy2(build / self.core.name, self.core)
        return done.returncode == 0

    def run(self, tests: list[str], limit: float) -> tuple[bool, str]:
        """Whether a test fails, and which; a run that outlasts the limit counts as failing."""
        log = self.folder / "log"
        child = os.fork()
        if child == 0:
            code = 3
            try:
                code = self._child(tests, log)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        until = time.monotonic() + limit
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            if time.monotonic() > until:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return True, "took too long"
            time.sleep(0.02)
        code = os.waitstatus_to_exitcode(status)
        said = log.read_text(errors="replace")
        unnamed = code == 4 and not re.search(
            r"^ERROR \S+ - ", said, re.MULTILINE
        )  # else a file of tests does not load
        if unnamed and any("[" in own for own in tests):  # a parameter whose name pytest does not take back
            return self.run(list(dict.fromkeys(own.partition("[")[0] for own in tests)), limit)
        if unnamed or code in (3, 5):
            sys.exit(f"the tests cannot be run: {said[-2000:]}")
        failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return code != 0, failed[0] if failed else f"exit code {code}"

    def _child(self, tests: list[str], log: Path) -> int:
        os.setpgid(0, 0)
        with log.open("w") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
        os.chdir(ROOT)
        os.environ |= {"PYTHONPATH": str(self.package), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(self.folder)}
        tempfile.tempdir = None
        sys.dont_write_bytecode = True
        sys.meta_path[:] = [own for own in sys.meta_path if "ScikitBuild" not in type(own).__name__]
        sys.path[:0] = [str(self.package), str(ROOT)]
        for name in [own for own in sys.modules if own.partition(".")[0] in ("gnomon", "tests")]:
            del sys.modules[name]
        importlib.invalidate_caches()
        import pytest

        return int(pytest.main(["-x", "-q", "--tb=no", "-p", "no:cacheprovider", *tests]))


def known_equivalents() -> dict[str, str]:
    """The reasons of the faults that change nothing, by their keys."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines() if EQUIVALENT.exists() else []
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    return {key: reason for key, _, reason in (line.rpartition(" :: ") for line in kept)}


def reason_of(key: str, equivalents: dict[str, str]) -> str | None:
    """Why a fault changes nothing; None where nobody says so."""
    return next((reason for known, reason in equivalents.items() if key == known or fnmatchcase(key, known)), None)


SHOP: Workshop


def set_up(folder: str) -> None:
    """What a working process needs: a workshop of its own."""
    global SHOP  # noqa: PLW0603
    SHOP = Workshop(Path(tempfile.mkdtemp(dir=folder)))
    failed, by = SHOP.run(["tests/intervals/test_ends.py", "tests/cli/test_options_reach.py"], 300)
    if failed:
        sys.exit(f"tests fail without any fault: {by}")


def one(mutant: Mutant, key: str, tests: list[str], expected: float) -> Outcome:
    """Puts a fault in, runs the tests that reach it, and takes it out."""
    began = time.monotonic()
    if not tests:
        return Outcome(mutant, key, "survived", 0.0, "no test reaches the line")
    try:
        said = SHOP.core_notices(mutant) if mutant.path.startswith("core/") else None
        if said is not None:
            return Outcome(mutant, key, "noticed", time.monotonic() - began, said)
        if not SHOP.put(mutant):
            return Outcome(mutant, key, "broken", time.monotonic() - began)
        noticed, by = SHOP.run(tests, 60 + 5 * expected)
    except SyntaxError:
        return Outcome(mutant, key, "broken", time.monotonic() - began)
    finally:
        SHOP.take_out(mutant)
    by = by if noticed else f"{len(tests)} tests pass"
    return Outcome(mutant, key, "noticed" if noticed else "survived", time.monotonic() - began, by)


def arguments() -> argparse.Namespace:
    """What is said at the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=usable_cpus())
    parser.add_argument("--seconds", type=float, default=60, help="of tests that a fault is shown to, quick ones first")
    parser.add_argument("--least", type=float, default=0.9, help="the share that must be noticed")
    parser.add_argument("--under", default="", help="faults in these files only, such as src/gnomon/intervals")
    parser.add_argument("--again", type=Path, help="only the faults that survived in this report")
    parser.add_argument(
        "--map", type=Path, default=ROOT / "build" / "mutants", help="what each test reaches, made once"
    )
    parser.add_argument("--report", type=Path, help="where to write what became of each fault, a line of JSON each")
    return parser.parse_args()


def main() -> int:
    """Runs from the command line."""
    given = arguments()
    if not (given.map / TIMES).exists():
        measure(given.map, given.jobs)
    elif any(path.stat().st_mtime > (given.map / TIMES).stat().st_mtime for path in (ROOT / "src").rglob("*.py")):
        print(f"the code is newer than {given.map}: remove that to learn anew which test reaches what", flush=True)
    covering, equivalents, everything = Covering(given.map), known_equivalents(), sites(ROOT)
    raws = {own: (ROOT / own).read_bytes() for own in {site.path for site in everything}}
    drawn = random.Random(given.seed).sample(everything, len(everything))
    chosen = [(own, own.key(raws[own.path])) for own in drawn if own.path.startswith(given.under)]
    if given.again:
        lines = map(json.loads, given.again.read_text().splitlines())
        survived = {own["key"] for own in lines if own["state"] == "survived"}
        chosen = [own for own in chosen if own[1] in survived]
    for name in PRELOADED:
        importlib.import_module(name)
    outcomes: list[Outcome] = []

    def others() -> Iterator[tuple[Mutant, str]]:
        """Those that are not known to change nothing."""
        for mutant, key in chosen:
            reason = reason_of(key, equivalents)
            if reason is None:
                yield mutant, key
            else:
                outcomes.append(Outcome(mutant, key, "equivalent", 0.0, reason))

    waiting = others()
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(given.jobs, get_context("fork"), set_up, (folder,)) as pool,
    ):
        counted = 0
        running: set[Future[Outcome]] = set()
        while counted < given.count:
            for mutant, key in islice(waiting, min(2 * given.jobs, given.count - counted) - len(running)):
                running.add(pool.submit(one, mutant, key, *covering.shown(mutant.path, mutant.line, given.seconds)))
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for outcome in (own.result() for own in done):
                outcomes.append(outcome)
                if given.report:
                    with given.report.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps(vars(outcome) | {"mutant": vars(outcome.mutant)}) + "\n")
                counted += outcome.state in ("noticed", "survived")
                if outcome.state == "survived":
                    at = f"{outcome.mutant.path}:{outcome.mutant.line}"
                    print(f"survived: {at}\n    {outcome.key}\n    {outcome.by}", flush=True)
    count = Counter(own.state for own in outcomes)
    share = count["noticed"] / max(1, count["noticed"] + count["survived"])
    print(f"{count['noticed']} of {count['noticed'] + count['survived']} faults noticed ({share:.0%}); "
          f"{count['equivalent']} that change nothing and {count['broken']} that do not compile left out")  # fmt: skip
    return 0 if share >= given.least else 1


if __name__ == "__main__":
    sys.exit(main())
