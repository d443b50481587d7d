"""One input of each kind, tried: what goes wrong with it is a list of sentences, empty if all is well."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import traceback
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tests.decision.test_damaged_results import damaged as damaged_form
from tests.decision.test_damaged_results import results_of_every_kind, show
from tests.fuzz import reading
from tests.fuzz.rows import FORMATS, Rows, damage, damaged, make, write

# What was tried, by kind and outcome, so that a harness that compares nothing shows.
Tally = Counter[str]
DOCUMENTED = {0, 2, 3}
ENDINGS = {"json": b"{", "html": b"<!doctype html>", "md": b"#", "txt": b"", "png": b"\x89PNG", "svg": b"<?xml",
           "pdf": b"%PDF"}  # fmt: skip


class Ran:
    """A command that ran in this process: its exit code and what it wrote."""

    def __init__(self, arguments: list[str]) -> None:
        from gnomon.cli import run

        self.arguments = arguments
        os.environ["LANGUAGE"] = "en"  # an earlier command may have set another
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            self.code = run(arguments)
        self.out, self.err = out.getvalue(), err.getvalue()

    def faults(self, folder: Path, before: set[str], output: Path | None) -> list[str]:
        """What breaks the promises of the command line."""
        found = []
        if self.code not in DOCUMENTED:
            found.append(f"exit code {self.code}: {self.err.strip()}")
        if "Traceback" in self.err or "Traceback" in self.out:
            found.append("a traceback is shown")
        if self.code == 2 and not 1 <= len(self.err.strip().splitlines()) <= 2:
            found.append(f"an error of {len(self.err.splitlines())} lines: {self.err!r}")
        if self.code != 2 and self.err and not self.err.startswith(("Warning", "경고")):
            found.append(f"errors without failure: {self.err!r}")
        new = set(os.listdir(folder)) - before - ({output.name} if output else set())
        if new:
            found.append(f"files are left behind: {sorted(new)}")
        if output is not None:
            found += self._output_faults(output)
        return found

    def _output_faults(self, output: Path) -> list[str]:
        if self.code == 2:
            return [f"{output.name} is written by a command that failed"] if output.exists() else []
        if not output.exists():
            return [f"{output.name} is not written"] if self.code == 0 else []
        raw = output.read_bytes()
        start = ENDINGS[output.suffix[1:]]
        if not raw.lower().startswith(start.lower()):
            return [f"{output.name} begins with {raw[:20]!r}"]
        return []


def strict(text: str) -> Any:
    """JSON as RFC 8259 has it: without NaN and infinities."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


# Options with values that fit, and some that do not.
COMMON = [
    ("--level", "0.9"), ("--seed", "7"), ("--threads", "1"), ("--threads", "3"), ("--memory", "1MiB"), ("--lang", "ko"),
    ("--scale", "any"),
]  # fmt: skip
FITTING = {
    "evaluate": [
        ("--slice", "g"), ("--slice", "g"), ("--slice", "g:part"), ("--slice", "part"), ("--split", "part=train"),
        ("--cluster", "g"), ("--id", "id"), ("--exact",), ("--certified",), ("--interval", "percentile"),
    ],
    "threshold": [
        ("--goal", "f1"), ("--goal", "youden"), ("--goal", "recall"), ("--cost", "fn=10,fp=1"), ("--gain", "tp=5"),
        ("--where", "recall >= 0.9"), ("--where", "precision.low >= 0.5"), ("--where", "flagged <= 3"),
        ("--where", "flagged_share <= 10 %"), ("--split", "part=train"), ("--certified",), ("--interval", "none"),
    ],
    "compare": [
        ("--margin", "0.01"), ("--margin", "roc_auc=0.02"), ("--minimum-effect", "0.05"), ("--threshold", "0.4"),
        ("--cluster", "g"), ("--split", "part=train"), ("--interval", "percentile"),
    ],
    "calibrate": [("--method", "platt"), ("--method", "isotonic")],
}  # fmt: skip
ODD = [
    ("--level", "2"), ("--level", "x"), ("--threads", "0"), ("--memory", "10"), ("--memory", "many"), ("-w", "g"),
    ("--positive", "yes"), ("--classes", "0,1"), ("--nonsense", "1"), ("-w", "nowhere"), ("--slice", "p=0.2,0.6"),
    ("--slice", "p=3"), ("--slice", "nowhere"), ("--split", "part=nobody"), ("--threshold", "0.3"), ("--periods", "3"),
    ("--threshold", "nan"), ("--task", "regression"), ("--task", "multiclass"), ("--interval", "bca"),
    ("--goal", "nothing"),
    ("--cost", "fn=-1"), ("--where", "recall > "), ("--margin", "x=y"), ("--method", "none"), ("--column", "q"),
]  # fmt: skip


def options_of(command: str, rng: random.Random) -> list[str]:
    """A few options that the command has; seldom one that does not fit."""
    taken = rng.sample(COMMON + 2 * FITTING[command], rng.choice((0, 0, 1, 1, 2, 3)))
    if rng.random() < 0.15:
        taken.append(rng.choice(ODD))
    return ["--missing", "drop"] * (rng.random() < 0.7) + [own for option in taken for own in option]


def output_of(folder: Path, command: str, rng: random.Random) -> Path | None:
    """Where to write, in one of the forms that the command has; pictures seldom, as they take long."""
    ending = rng.choices(
        ("", "json", "txt", "html", "md", "png", "svg", "pdf"), (60, 20, 5, 3, 4, 0.3, 0.3, 0.3)
    )[0]  # fmt: skip
    if not ending or (command in ("threshold", "calibrate") and ending not in ("json", "txt")):
        return None
    return folder / f"out.{ending}"


def commands(folder: Path, rng: random.Random, tally: Tally) -> list[str]:
    """A file, damaged or not, through a command with random options."""
    rows, form = make(rng), rng.choice(FORMATS)
    command = rng.choice(("evaluate", "threshold", "compare", "calibrate")) if rows.task == "binary" else "evaluate"
    path = folder / f"rows.{form}"
    write(rows, form, path, rng)
    if rng.random() < 0.5:
        damage(path, form, rng)
    arguments = [command, str(path), *rows.options]
    if command == "compare":
        arguments += ["-s", rng.choice(("q", "q", "w", "other=g"))]
    elif command == "calibrate":
        arguments += ["--split", "part=train"]
    elif command == "threshold":
        arguments += rng.choice((["--goal", "f1"], ["--cost", "fn=10,fp=1"], ["--where", "recall >= 0.9"]))
    arguments += options_of(command, rng)
    if command == "evaluate" and "--interval" not in arguments and rng.random() < 0.6:
        arguments += ["--interval", "none"]
    output = output_of(folder, command, rng)
    arguments += ["-o", str(output)] if output else rng.choice(([], [], ["-f", "json"]))
    before = set(os.listdir(folder))
    ran = Ran(arguments)
    tally[f"{command}: exit code {ran.code}"] += 1
    found = ran.faults(folder, before, output)
    if ran.code == 0 and output is None and arguments[-1] == "json":
        found += parsed(ran.out)
    return [f"{own}\n    gnomon {' '.join(arguments)}" for own in found]


def parsed(text: str) -> list[str]:
    """What is wrong with JSON on stdout."""
    try:
        strict(text)
    except ValueError as error:
        return [f"the output is no JSON: {error}"]
    return []


def evaluations(folder: Path, rng: random.Random, tally: Tally) -> list[str]:
    """A file, whole or damaged, evaluated: where it is accepted, its rows and numbers are those of other readers."""
    rows, form = make(rng), rng.choice(FORMATS)
    path = folder / f"rows.{form}"
    write(rows, form, path, rng)
    whole = rng.random() < 0.4
    if not whole:
        damage(path, form, rng)
    arguments = ["evaluate", str(path), *rows.options, "--missing", "drop", "--interval", "none", "-f", "json"]
    before = set(os.listdir(folder))
    ran = Ran(arguments)
    found = ran.faults(folder, before, None)
    told = f"\n    gnomon {' '.join(arguments)}"
    if ran.code:
        tally["evaluations: refused"] += 1
        if whole and not acceptable_refusal(rows, ran.err):
            found.append(f"a whole file is refused: {ran.err.strip()}")
        return [own + told for own in found]
    table = reading.read(path, form)
    wrong = None if table is None else reading.differences(rows, table, strict(ran.out))
    tally[f"evaluations: {'accepted, not compared' if wrong is None else 'compared'}"] += 1
    return [own + told for own in [*found, *(wrong or [])]]


def acceptable_refusal(rows: Rows, said: str) -> bool:
    """Whether a whole file holds nothing to evaluate: every row misses something, or weighs nothing."""

    def lacking(i: int) -> bool:
        return any(rows.columns[own][i] == "" for own in ("y", "p", "w") if own in rows.columns)

    kept = [i for i in range(len(rows.columns["g"])) if not lacking(i)]
    weights = [rows.columns["w"][i] for i in kept] if "w" in rows.columns else ["1"] * len(kept)
    return not any(float(own) for own in weights) or any(own in said for own in ("no rows", "missing"))


@cache
def saved() -> list[dict[str, Any]]:
    """One of each kind of result, as JSON holds it."""
    return [json.loads(own.to_json()) for own in results_of_every_kind()]


def results(folder: Path, rng: random.Random, tally: Tally) -> list[str]:
    """A saved result with values changed, or its text damaged: refused, or shown by every renderer."""
    import gnomon
    from gnomon.errors import SourceError, StateError

    path = folder / "saved.json"
    form = rng.choice(saved())
    raw = (
        json.dumps(damaged_form(form, rng)).encode() if rng.random() < 0.7 else damaged(json.dumps(form).encode(), rng)
    )
    path.write_bytes(raw)
    try:
        found = gnomon.load(path)
    except (StateError, SourceError) as error:
        tally["results: refused"] += 1
        return [f"an error of several lines: {error}"] if "\n" in str(error) else []
    tally["results: shown"] += 1
    show(found, page=rng.random() < 0.05)
    if rng.random() < 0.1:
        before = set(os.listdir(folder))
        output = output_of(folder, "report", rng)
        arguments = ["report", str(path), *(["-o", str(output)] if output else [])]
        return Ran(arguments).faults(folder, before, output)
    return []


@cache
def states() -> list[Any]:
    """One of each state."""
    import numpy as np

    from tests.states.test_laws import ALL, CASES, ROWS

    rng = np.random.default_rng(0)
    columns = {
        "code": rng.integers(0, 3, ROWS).astype(np.uint8), "other": rng.integers(0, 3, ROWS).astype(np.uint8),
        "amount": rng.normal(0, 3, ROWS), "second": rng.normal(0, 3, ROWS), "weight": rng.random(ROWS) + 0.1,
    }  # fmt: skip
    plain = columns | {"weight": None}
    return [case.make(own, ALL) for case in CASES.values() for own in (columns, plain)]


def state_bytes(folder: Path, rng: random.Random, tally: Tally) -> list[str]:
    """Damaged bytes of a state, half of them with their checksum made anew: refused, or a state like any other."""
    from gnomon.errors import StateError

    state = rng.choice(states())
    raw = damaged(state.to_bytes(), rng)
    if rng.random() < 0.5:
        raw = raw[:-4] + zlib.crc32(raw[:-4]).to_bytes(4, "little")
    try:
        found = type(state).from_bytes(raw)
    except StateError:
        tally["states: refused"] += 1
        return []
    tally["states: accepted"] += 1
    if found.to_bytes() != raw:
        return [f"{type(state).__name__}: its bytes are not those that it was read from"]
    try:
        found.merge(found)
        found.merge(state)
    except StateError:
        pass  # of other bins, classes or weights
    return []


KINDS: dict[str, tuple[Callable[[Path, random.Random, Tally], list[str]], float]] = {
    "commands": (commands, 0.35),
    "evaluations": (evaluations, 0.25),
    "results": (results, 0.2),
    "states": (state_bytes, 0.2),
}


def attempt(seed: int, folder: Path, tally: Tally, kind: str | None = None) -> list[str]:
    """Tries the input that a seed makes; the folder is empty before and after."""
    rng = random.Random(seed)
    own = rng.choices(list(KINDS), [share for _, share in KINDS.values()])[0]
    name = kind or own
    tally[name] += 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("default" if name in ("commands", "evaluations") else "error")  # those show on stderr
            return [f"{name}: {fault}" for fault in KINDS[name][0](folder, rng, tally)]
    except BaseException:  # an exit is a fault as well
        return [f"{name}: {traceback.format_exc()}"]
    finally:
        for path in folder.iterdir():
            path.unlink()
