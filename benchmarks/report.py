"""What a report adds to an evaluation: time and size, at one and at ten million rows, in one process.

    python benchmarks/report.py

The evaluation is timed beside the page, the Markdown and the picture made of it; a figure is the median of some runs.
The chart library is bundled once before, as it is kept between runs.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

import gnomon
from gnomon.report.html.library import chart_library

RUNS = 5


def median(call: Callable[[], Any]) -> float:
    """Seconds of a call, the median of some runs."""
    took = []
    for _ in range(RUNS):
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def main() -> None:
    """Prints a line for each size and form."""
    mpl.use("agg")
    chart_library()
    print(f"{'rows':>12} {'evaluate':>9} {'page':>7} {'of it':>6} {'size':>9} {'markdown':>9} {'picture':>8}")
    for rows in (1_000_000, 10_000_000):
        rng = np.random.default_rng(0)
        y = (rng.random(rows) < 0.2).astype(np.int8)
        p = np.clip(rng.normal(0.3 + 0.2 * y, 0.15), 0, 1)
        evaluated = median(lambda y=y, p=p: gnomon.evaluate(y, p))
        ev = gnomon.evaluate(y, p)
        page = median(ev.to_html)
        size = len(ev.to_html().encode())
        with tempfile.TemporaryDirectory() as folder:
            picture = median(lambda: ev.plot.save(Path(folder) / "report.png"))  # noqa: B023
        print(
            f"{rows:>12,} {evaluated:>8.2f}s {page:>6.2f}s {page / evaluated:>6.1%} {size / 1e6:>6.2f} MB "
            f"{median(ev.to_markdown):>8.3f}s {picture:>7.2f}s"
        )


if __name__ == "__main__":
    main()
