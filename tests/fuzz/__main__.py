"""``python -m tests.fuzz N``: tries N inputs, each made from its seed, in forked processes that may crash or hang.

Ends with 0 if nothing went wrong, with 1 otherwise; every fault is told with the command that repeats it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import mmap
import os
import select
import signal
import struct
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from gnomon.machine import usable_cpus

SECONDS = 30  # an input that takes longer hangs
BATCH = 200  # inputs of one process
SEED = struct.Struct("<q")
PRELOADED = ("matplotlib.pyplot", "sklearn.metrics", "scipy.stats", "gnomon.cli", "gnomon.report.terminal")


class Worker:
    """A process that tries seeds one after the other, and the seed that it is at."""

    def __init__(self, seeds: range, kind: str | None) -> None:
        self.seeds = seeds
        self.at = mmap.mmap(-1, SEED.size)
        self.at[:] = SEED.pack(seeds.start)
        self.reading, writing = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(self.reading)
            with os.fdopen(writing, "w", encoding="utf-8", errors="backslashreplace") as stream:
                code = 1
                try:
                    self._work(kind, stream)
                    code = 0
                finally:
                    stream.flush()
                    os._exit(code)
        os.close(writing)
        self.said = b""

    def _work(self, kind: str | None, stream) -> None:
        from tests.fuzz.cases import attempt

        tally: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder:
            for seed in self.seeds:
                self.at[:] = SEED.pack(seed)
                signal.alarm(SECONDS)
                faults = attempt(seed, Path(folder), tally, kind)
                signal.alarm(0)
                if faults:
                    print(json.dumps({"seed": seed, "faults": faults}), file=stream, flush=True)
        print(json.dumps({"tally": tally}), file=stream)

    def read(self) -> bool:
        """Takes what the process says; False once it has ended."""
        said = os.read(self.reading, 1 << 16)
        self.said += said
        return bool(said)

    def end(self) -> tuple[list[tuple[int, str]], Counter[str], range]:
        """Its faults, its tally, and the seeds that are left where it crashed."""
        os.close(self.reading)
        code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        faults, tally, left = [], Counter(), range(0)
        for line in self.said.decode("utf-8", "replace").splitlines():
            told = json.loads(line)
            tally.update(told.get("tally", {}))
            faults += [(told["seed"], fault) for fault in told.get("faults", [])]
        if code:
            (seed,) = SEED.unpack(self.at[:])
            name = "hangs" if code == -signal.SIGALRM else f"ends by signal {-code}" if code < 0 else f"exits {code}"
            faults.append((seed, f"the process {name}"))
            left = range(seed + 1, self.seeds.stop)
        return faults, tally, left


def fuzz(seeds: range, jobs: int, kind: str | None = None, show=print) -> tuple[list[tuple[int, str]], Counter[str]]:
    """Tries the inputs of these seeds; returns the faults, each with its seed, and what was tried."""
    warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
    waiting = [range(start, min(start + BATCH, seeds.stop)) for start in range(seeds.start, seeds.stop, BATCH)][::-1]
    working: dict[int, Worker] = {}
    faults: list[tuple[int, str]] = []
    tally: Counter[str] = Counter()
    while waiting or working:
        while waiting and len(working) < jobs:
            worker = Worker(waiting.pop(), kind)
            working[worker.reading] = worker
        for ready in select.select(list(working), [], [])[0]:
            if working[ready].read():
                continue
            found, counts, left = working.pop(ready).end()
            tally += counts
            faults += found
            for seed, fault in found:
                show(f"seed {seed}: {fault}\n    repeat: python -m tests.fuzz 1 --seed {seed}"
                     + (f" --kind {kind}" if kind else ""))  # fmt: skip
            if left:
                waiting.append(left)
    return faults, tally


def main() -> int:
    """Runs from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("inputs", type=int)
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first input")
    parser.add_argument("--jobs", type=int, default=usable_cpus())
    parser.add_argument("--kind", help="inputs of one kind only")
    given = parser.parse_args()
    os.environ |= {"GNOMON_THREADS": "1", "COLUMNS": "100", "LANGUAGE": "en"}
    for name in PRELOADED:  # once, before processes are forked
        importlib.import_module(name)
    from tests.fuzz.cases import KINDS

    began = time.monotonic()
    faults, tally = fuzz(range(given.seed, given.seed + given.inputs), given.jobs, given.kind)
    for name, count in sorted(tally.items()):
        print(f"{count:9,}  {name}")
    tried = sum(tally[name] for name in KINDS)
    if not faults and tried != given.inputs:
        faults.append((given.seed, f"only {tried:,} of the inputs were tried"))
        print(f"only {tried:,} of the inputs were tried")
    print(f"{given.inputs:,} inputs in {time.monotonic() - began:.0f} s, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
