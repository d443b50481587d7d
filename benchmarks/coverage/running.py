"""Runs the designs of a study on all CPUs, the largest first, and keeps what they gave."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any


def run_all(run: Callable[[Any], dict[str, Any]], jobs: Sequence[Any], results: Path) -> None:
    """Runs every job and writes what was found so far after each.

    Args:
        run: One design.
        jobs: The designs, those that take longest first.
        results: Where the figures go.
    """
    started, found = time.perf_counter(), []
    with ProcessPoolExecutor() as pool:
        for done, result in enumerate(pool.map(run, jobs), 1):
            found.append(result)
            print(f"{done}/{len(jobs)} {time.perf_counter() - started:.0f} s", file=sys.stderr)
            results.parent.mkdir(exist_ok=True)
            results.write_text(json.dumps(found, indent=1) + "\n")
