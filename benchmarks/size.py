"""Evaluations of large files beside a scan of the same columns and beside other tools: times, ratios, peak memory.

    python benchmarks/size.py [--rows 50000000] [--repeats 3] [--folder FOLDER] [--growth]

The data are made in FOLDER (a temporary one unless named; about 17 bytes a row). Contenders run in turn in one
process, the slow ones once, and medians are compared: on a noisy machine the ratio to the scan is what holds. Peak
memory is measured in a process for each, over what Python and its imports take. With --growth the table of how time
and memory grow with threads, rows, slices and classes is made as well (some minutes, 4 GB of disk). Both tables are
printed as Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 1 << 20
NAMES = {"target": "y", "score": "p"}


def make(path: Path, rows: int, slices: int = 10, classes: int = 0) -> None:
    """A file of labels, scores, slices, a column that no one needs, and scores of several classes if asked for."""
    if path.exists():
        return
    rng = np.random.default_rng(0)
    part, writer = path.with_suffix(".part"), None
    for start in range(0, rows, ROW_GROUP):
        count = min(ROW_GROUP, rows - start)
        y = (rng.random(count) < 0.1).astype(np.int64)
        p = 1 / (1 + np.exp(-(rng.standard_normal(count) + 1.5 * y - 2)))
        columns = {"y": y, "p": p, "g": rng.integers(0, slices, count), "x": rng.random(count)}
        if classes:
            columns = {"y": rng.integers(0, classes, count)}
            raw = rng.gamma(1.0 + (columns["y"][:, None] == np.arange(classes)))
            raw /= raw.sum(axis=1, keepdims=True)
            columns |= {f"p{code}": raw[:, code].astype(np.float32) for code in range(classes)}
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(part, table.schema)
        writer.write_table(table)
    writer.close()
    part.rename(path)


def scan(path: str) -> int:
    """Merely reading the two columns."""
    import pyarrow.dataset as ds

    return sum(batch.num_rows for batch in ds.dataset(path).to_batches(columns=["y", "p"]))


def certified(path: str) -> object:
    """gnomon, every estimate with its interval, scores in bins."""
    import gnomon

    return gnomon.evaluate(path, **NAMES, exact=False)


def exact(path: str) -> object:
    """gnomon, every estimate with its interval, exact."""
    import gnomon

    return gnomon.evaluate(path, **NAMES, exact=True)


def in_ranges(path: str) -> object:
    """The same where only a few rows may be kept at once: some readings more."""
    import gnomon

    return gnomon.evaluate(path, **NAMES, exact=True, memory="300MB")


def duckdb(path: str) -> object:
    """A histogram of 100,000 bins, and nothing else."""
    import duckdb

    return duckdb.sql(
        f"SELECT CAST(p * 100000 AS INT) AS bin, count(*), sum(y) FROM read_parquet('{path}') GROUP BY 1"
    ).fetchnumpy()


def polars(path: str) -> object:
    """The same by a streaming group-by."""
    import polars as pl

    frame = pl.scan_parquet(path).group_by((pl.col("p") * 100000).cast(pl.Int32)).agg(pl.len(), pl.col("y").sum())
    return frame.collect(engine="streaming")


def sklearn(path: str) -> object:
    """AUC, average precision and the confusion matrix, without an interval."""
    import pandas as pd
    from sklearn import metrics

    frame = pd.read_parquet(path, columns=["y", "p"])
    return (
        metrics.roc_auc_score(frame["y"], frame["p"]),
        metrics.average_precision_score(frame["y"], frame["p"]),
        metrics.confusion_matrix(frame["y"], frame["p"] >= 0.5),
    )


CONTENDERS: dict[str, tuple[Callable[[str], object], str]] = {
    "scan": (scan, "pyarrow: reading the two columns"),
    "certified": (certified, "gnomon, certified"),
    "exact": (exact, "gnomon, exact in memory"),
    "in_ranges": (in_ranges, "gnomon, exact in ranges (memory=300MB)"),
    "duckdb": (duckdb, "DuckDB: GROUP BY, 100,000 bins"),
    "polars": (polars, "Polars: streaming group-by, 100,000 bins"),
    "sklearn": (sklearn, "pandas and scikit-learn: AUC, AP, confusion"),
}


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def peak() -> int:
    """The most memory that this process has held, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def peak_of(code: str) -> float:
    """MB that some code takes over the interpreter and its imports, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--peak", code], capture_output=True, check=True, text=True)
    return float(done.stdout.split()[-1]) / 1e6


def print_peak(code: str) -> None:
    """Runs the code here, on little data first so that all is imported."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / "few.parquet", 1000, classes=3 if "classes" in code else 0)
        run(code, Path(folder) / "few.parquet")
        before = peak()
    name, path = code.split("@", 1)
    run(name + "@" + path, Path(path))
    print(peak() - before)


def run(code: str, path: Path) -> None:
    """A contender by name, or gnomon with some options."""
    import gnomon

    name = code.split("@", 1)[0]
    if name in CONTENDERS:
        CONTENDERS[name][0](str(path))
    elif name == "slices":
        gnomon.evaluate(path, **NAMES, slices="g", exact=False, interval="none")
    elif name.startswith("classes"):
        count = len(pq.read_schema(path).names) - 1
        gnomon.evaluate(path, target="y", score=[f"p{code}" for code in range(count)], exact=False)


def beside_others(path: Path, repeats: int) -> None:
    """The table of contenders."""
    times: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for name, (call, _) in CONTENDERS.items():
        if name != "sklearn":
            call(str(path))  # warm: imports, and the file in the page cache
    for _ in range(repeats):
        for name, (call, _) in CONTENDERS.items():
            if name != "sklearn" or not times[name]:
                times[name].append(timed(lambda call=call: call(str(path))))
    base = statistics.median(times["scan"])
    print("| what | s | times the scan | peak memory, MB |")
    print("| --- | ---: | ---: | ---: |")
    for name, (_, title) in CONTENDERS.items():
        seconds = statistics.median(times[name])
        print(f"| {title} | {seconds:.2f} | {seconds / base:.1f} | {peak_of(f'{name}@{path}'):.0f} |", flush=True)


def growth(folder: Path) -> None:
    """The table of how time and memory grow."""
    import gnomon

    print("\n| rows | threads | what | s | peak memory, MB |")
    print("| ---: | ---: | --- | ---: | ---: |")

    def row(rows: int, threads: int, what: str, call: Callable[[], object], code: str) -> None:
        call()
        seconds = statistics.median(timed(call) for _ in range(3))
        print(f"| {rows:,} | {threads} | {what} | {seconds:.2f} | {peak_of(code):.0f} |", flush=True)

    for rows in (100_000, 1_000_000, 10_000_000, 50_000_000, 200_000_000):
        path = folder / f"{rows}.parquet"
        make(path, rows)
        for threads in (1, 2) if rows == 50_000_000 else (2,):
            for exact_ in (False, True):
                row(
                    rows,
                    threads,
                    "exact" if exact_ else "certified",
                    lambda: gnomon.evaluate(path, **NAMES, exact=exact_, threads=threads),  # noqa: B023
                    f"{'exact' if exact_ else 'certified'}@{path}",
                )
    for slices in (10, 1000, 5000):
        path = folder / f"slices{slices}.parquet"
        make(path, 10_000_000, slices=slices)
        call = lambda: gnomon.evaluate(path, **NAMES, slices="g", exact=False, interval="none")  # noqa: B023, E731
        row(10_000_000, 2, f"certified, {slices:,} slices, no intervals", call, f"slices@{path}")
    for classes in (3, 10, 100):
        rows = 10_000_000 // classes
        path = folder / f"classes{classes}.parquet"
        make(path, rows, classes=classes)
        scores = [f"p{code}" for code in range(classes)]
        call = lambda: gnomon.evaluate(path, target="y", score=scores, exact=False)  # noqa: B023, E731
        row(rows, 2, f"certified, {classes} classes", call, f"classes@{path}")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        return print_peak(options.peak)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        path = folder / f"{options.rows}.parquet"
        make(path, options.rows)
        print(f"{options.rows:,} rows\n")
        beside_others(path, options.repeats)
        if options.growth:
            growth(folder)
    return None


if __name__ == "__main__":
    main()
