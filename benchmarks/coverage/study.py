"""How often the intervals of gnomon hold the truth: samples of known populations, evaluated as anyone would.

``make coverage-study`` runs this and comparison.py, and tables.py makes the tables and pictures of docs/coverage.md.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from populations import Amounts, Binary, LogNormal, Multiclass
from running import run_all

import gnomon

# Rows of the rarer class from which on 95 % is promised.
ENOUGH = 10
BINARY = [
    (Binary(prevalence, auc, kind), n)
    for kind, strengths in (("plain", (0.6, 0.8, 0.95)), ("ties", (0.8,)), ("weights", (0.8,)), ("clusters", (0.8,)))
    for auc in strengths
    for prevalence in (0.5, 0.2, 0.05, 0.01)
    for n in (20, 50, 100, 300, 1000, 10_000)
    if n * prevalence >= (50 if kind == "clusters" else 10)
]
REGRESSIONS = [
    *((Amounts(tails, kind), n) for tails in (np.inf, 6.0) for kind in ("plain", "clusters")
      for n in (50, 300, 1000) if kind == "plain" or n >= 300),
    *((LogNormal(), n) for n in (30, 80, 300, 1000)),
]  # fmt: skip
OTHERS = [
    *REGRESSIONS,
    *((Multiclass(strength), n) for strength in (1.0, 2.5) for n in (200, 500, 2000)),
]  # fmt: skip


def run(job: tuple[Any, int, int, int, str]) -> dict[str, Any]:
    """One design: for each estimate how many samples there were, how often the interval held, lay too high or low."""
    population, n, repeats, seed, interval = job
    rng = np.random.default_rng(seed)
    truths = population.truths()
    counts: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0, 0.0])
    few = 0
    for _ in range(repeats):
        rows = population.sample(rng, n)
        options: dict[str, Any] = {"weight": rows.get("w"), "cluster": rows.get("c")}
        if not isinstance(population, Amounts | LogNormal):
            support = np.bincount(rows["y"], minlength=2)
            if support.min() < ENOUGH:
                few += 1
                continue
        if isinstance(population, Binary):
            options["threshold"] = population.threshold
        found = gnomon.evaluate(rows["y"], rows["p"], interval=interval, threads=1, **options)
        for name, truth in truths.items():
            own = found[name]
            if not own.defined or np.isnan(own.low):
                continue
            count = counts[name]
            count[0] += 1
            count[1] += own.low <= truth <= own.high
            count[2] += truth < own.low
            count[3] += truth > own.high
            count[4] += own.high - own.low
    return {
        "population": repr(population),
        "kind": population.kind,
        "n": n,
        "repeats": repeats,
        "few": few,
        "interval": interval,
        "estimates": {
            name: {
                "samples": count[0],
                "coverage": count[1] / count[0],
                "above": count[2] / count[0],
                "below": count[3] / count[0],
                "width": count[4] / count[0],
            }
            for name, count in counts.items()
            if count[0] >= repeats / 4
        },
    }


def main() -> None:
    """Runs the designs and writes what they gave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=1000, help="samples of each design")
    parser.add_argument("--interval", default="auto", choices=("auto", "percentile", "bca"))
    parser.add_argument("--only", choices=("binary", "others", "regressions"), help="some of the designs")
    parser.add_argument("--results", type=Path, default=Path("build/coverage.json"), help="where the figures go")
    options = parser.parse_args()
    designs = {"binary": BINARY, "others": OTHERS, "regressions": REGRESSIONS}.get(options.only, BINARY + OTHERS)
    jobs = [(own, n, options.repeats, seed, options.interval) for seed, (own, n) in enumerate(designs)]
    run_all(run, sorted(jobs, key=lambda job: -job[1]), options.results)


if __name__ == "__main__":
    main()
