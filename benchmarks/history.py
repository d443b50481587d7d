"""What the history costs: logging beside what is there already, listing, ranking; and a gate beside its comparison.

The history's own times are in milliseconds of this machine, beside those of an SQLite transaction that writes a row,
the floor. A gate is timed beside the comparison that it contains, in one process, as a ratio.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import gnomon
from gnomon.history.leaderboard import leaderboard


def median(run: Callable[[], object], repeats: int) -> float:
    """The median time of a call, in milliseconds."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def floor(folder: Path) -> Callable[[], object]:
    """A transaction that writes one row of 25 KB."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (b BLOB)")
    content = os.urandom(25_000)
    return lambda: connection.execute("INSERT INTO t VALUES (?)", (content,))


def rows(n: int) -> dict[str, np.ndarray]:
    """A target and two scores, with slices."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    x = rng.normal(size=n) + 1.4 * y
    old, new = (1 / (1 + np.exp(-(x + noise * rng.normal(size=n) - 0.7))) for noise in (0.2, 0.3))
    return {
        "id": np.arange(n),
        "y": y,
        "old": old,
        "new": new,
        "region": rng.choice([f"r{own}" for own in range(50)], n),
    }


def history(runs: int) -> None:
    """Logging, listing and ranking with so many runs there."""
    data = rows(5000)
    ev = gnomon.evaluate(data, target="y", score="old", id="id")
    sliced = gnomon.evaluate(data, target="y", score="old", id="id", slices=["region"])
    with tempfile.TemporaryDirectory() as folder:
        own = gnomon.History(Path(folder) / "history.db")
        for place in range(runs):
            own.log(ev, name=f"model {place % 40}", tags={"seed": place})
        size = os.path.getsize(own.url)
        print(f"{runs:,} runs: {size / runs / 1000:.1f} KB a run")
        logged = median(lambda: own.log(ev, name="one more"), 50)
        print(f"log {logged:.1f} ms (a row of 25 KB: {median(floor(Path(folder)), 50):.1f} ms)")
        print(f"list 20: {median(lambda: own.runs(limit=20), 20):.1f} ms")
        print(f"rank all: {median(lambda: leaderboard(own, 'roc_auc'), 5):.0f} ms")
        before = os.path.getsize(own.url)
        for _ in range(20):
            own.log(sliced, name="sliced")
        more = (os.path.getsize(own.url) - before) / 20 - size / runs
        print(f"a slice: {more / 50 / 1000:.2f} KB")


def gates(n: int) -> None:
    """A gate beside the comparison of the same models, with and without slices."""
    data = rows(n)
    asked = {"target": "y", "id": None}
    del asked["id"]
    for slices in (None, ["region"]):
        where = ["recall >= 0.5", *(["region:* f1 >= baseline - 0.2"] if slices else [])]
        times = [
            (
                median(lambda s=slices: gnomon.compare(data, score=["old", "new"], slices=s, **asked), 1),
                median(lambda w=where: gnomon.gate(data, score="new", baseline_score="old", where=w,
                                                   margin={"roc_auc": 0.1}, **asked), 1),
            )
            for _ in range(7)
        ]  # fmt: skip
        ratio = statistics.median(own / other for other, own in times)
        print(f"{n:,} rows, slices {slices}: a gate takes {ratio:.2f} times the comparison ({times[3][0]:.0f} ms)")


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    options = parser.parse_args()
    for n in (1000, 100_000):
        gates(n)
    history(options.runs)


if __name__ == "__main__":
    main()
