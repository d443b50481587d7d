"""How often the intervals of gnomon hold the truth: samples of known populations, evaluated as anyone would.

``make coverage-study`` runs this and comparison.py, and tables.py makes the tables and pictures of docs/coverage.md.
``python benchmarks/coverage/study.py --short`` runs some designs with few samples (a few minutes) and fails where an
interval holds the truth more rarely than it did when short.json was written (``--short --write``).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from populations import Amounts, Binary, Choice, LogNormal, Multiclass, Multilabel
from running import run_all

import gnomon

# Rows of the rarer class from which on 95 % is promised.
ENOUGH = 10
CLUSTERED = ("clusters", "uneven clusters")
BINARY = [
    (Binary(prevalence, auc, kind), n)
    for kind, strengths in (("plain", (0.6, 0.8, 0.95)), ("ties", (0.8,)), ("weights", (0.8,)), ("clusters", (0.8,)))
    for auc in strengths
    for prevalence in (0.5, 0.2, 0.05, 0.01)
    for n in (20, 50, 100, 300, 1000, 10_000)
    if n * prevalence >= (50 if kind == "clusters" else 10)
]
UNEVEN = [
    *((Binary(prevalence, 0.8, "uneven weights", spread), n) for prevalence in (0.3, 0.1)
      for spread in (0.5, 1.0, 1.5, 2.0) for n in (200, 1000)),
    *((Binary(prevalence, 0.8, "uneven clusters"), n) for prevalence in (0.3, 0.1) for n in (600, 3000)),
    *((Amounts(np.inf, "uneven weights", spread), n) for spread in (0.5, 1.0, 1.5) for n in (200, 1000)),
    *((Amounts(np.inf, "uneven clusters"), n) for n in (600, 3000)),
    *((Binary(prevalence, 0.8, "class weights"), n) for prevalence in (0.3, 0.1) for n in (200, 1000)),
]  # fmt: skip
REGRESSIONS = [
    *((Amounts(tails, kind), n) for tails in (np.inf, 6.0) for kind in ("plain", "clusters")
      for n in (50, 300, 1000) if kind == "plain" or n >= 300),
    *((LogNormal(), n) for n in (30, 50, 80, 300, 1000)),
]  # fmt: skip
CHOICES = [
    *((Choice(asked, strength, kind), n) for asked in ("cost", "f1", "youden") for strength in (0.7, 1.5)
      for kind, n in (("choice", 60), ("choice", 200), ("choice", 1000), ("choice, clusters", 600))),
    *((Choice(asked, strength, kind), n) for asked, strength in (("precision.low >= 0.33", 0.0),
      ("precision.low >= 0.45", 0.7), ("precision.low >= 0.6", 1.5), ("recall.low >= 0.8", 1.5))
      for kind, n in (("choice", 200), ("choice", 1000), ("choice, weights", 300), ("choice, clusters", 600))),
]  # fmt: skip
OTHERS = [
    *REGRESSIONS,
    *((Multiclass(strength), n) for strength in (1.0, 2.5) for n in (200, 500, 2000)),
    *((Multilabel(1.5), n) for n in (40, 70, 100, 200, 1000)),
]  # fmt: skip
# For intervals from replicates (--interval percentile, bca).
BOOTSTRAPPED = [(Binary(prevalence, auc), n) for auc in (0.8, 0.95) for prevalence, n in ((0.5, 100), (0.2, 300))]
DESIGNS = {
    "binary": BINARY, "uneven": UNEVEN, "others": OTHERS, "regressions": REGRESSIONS, "choices": CHOICES,
    "bootstrapped": BOOTSTRAPPED,
}  # fmt: skip
# A few of every kind.
SHORT = [
    (Binary(0.2, 0.8), 100), (Binary(0.05, 0.8), 300), (Binary(0.5, 0.95), 50), (Binary(0.2, 0.8, "weights"), 300),
    (Binary(0.3, 0.8, "uneven weights", 1.0), 200), (Binary(0.3, 0.8, "uneven weights", 1.5), 200),
    (Binary(0.2, 0.8, "clusters"), 600), (Binary(0.3, 0.8, "uneven clusters"), 600), (Amounts(6.0), 50),
    (Amounts(np.inf, "clusters"), 300), (Amounts(np.inf, "uneven weights", 1.0), 200),
    (Amounts(np.inf, "uneven clusters"), 600), (LogNormal(), 50), (Multiclass(1.0), 200), (Multilabel(1.5), 100),
    (Choice("cost", 1.5), 60), (Choice("f1", 0.7), 200), (Choice("precision.low >= 0.33", 0.0), 300),
    (Choice("recall.low >= 0.8", 1.5), 200), (Choice("precision.low >= 0.6", 1.5, "choice, clusters"), 600),
    (Binary(0.1, 0.8, "class weights"), 200),
]  # fmt: skip
SHORT_REPEATS = 200
RECORDED = Path(__file__).parent / "short.json"


class Seen(NamedTuple):
    """What one sample says of a quantity, and its truth."""

    name: str
    low: float
    high: float
    truth: float
    warning: str | None = None


def seen(population: Any, rows: dict[str, np.ndarray], truths: dict[str, float], interval: str) -> Iterator[Seen]:
    """All that an evaluation says of a sample."""
    options: dict[str, Any] = {"weight": rows.get("w"), "cluster": rows.get("c")}
    data: tuple[Any, ...] = rows["y"], rows["p"]
    if isinstance(population, Binary):
        options["threshold"] = population.threshold
        if population.kind in CLUSTERED:  # slices that share clusters
            part = np.where(np.arange(len(rows["y"])) % 2 == 0, "even", "odd")
            data = ({**rows, "part": part},)
            options = {"target": "y", "score": "p", "slices": "part", "cluster": "c", **options, "weight": None}
            options["cluster"] = "c"
    found = gnomon.evaluate(*data, interval=interval, threads=1, **options)
    for name, truth in truths.items():
        own = found[name]
        if own.defined and not np.isnan(own.low):
            yield Seen(name, own.low, own.high, truth, own.warning)
    for own in found.errors.residuals:  # errors do not depend on the prediction, but for log-normal amounts
        if isinstance(population, Amounts) and not np.isnan(own.mean_error.low):
            yield Seen("range_mean_error", own.mean_error.low, own.mean_error.high, 0.0, own.mean_error.warning)
    if found.slices:
        own = found.slices["part"]["even"].differences["accuracy"]
        yield Seen("slice_accuracy", own.low, own.high, 0.0)
    if found.calibration is not None:
        yield from of_calibration(found.calibration)
        if population.kind in CLUSTERED:
            yield from elsewhere(found, population)


def of_calibration(found: Any) -> Iterator[Seen]:
    """Probabilities of these populations are true: slope 1, intercepts 0, and tests at 5 % find nothing."""
    for name, own, truth in (("calibration_slope", found.slope, 1.0), ("slope_intercept", found.slope_intercept, 0.0),
                             ("calibration_intercept", found.intercept, 0.0)):  # fmt: skip
        if own.defined and not np.isnan(own.low):
            yield Seen(name, own.low, own.high, truth, own.warning)
    for name, p_value in (("ece_by_chance", found.equal_width.error_p_value), ("brier_by_chance", found.p_value)):
        if not math.isnan(p_value):
            yield Seen(name, 0.05, 1.0, p_value)


def elsewhere(found: Any, population: Binary) -> Iterator[Seen]:
    """The bands at another threshold than the evaluation's."""
    threshold = population.threshold * 0.8
    positive, score = population.masses[0], population.probability
    points = found.operating_points(["recall"])
    place = points.thresholds.place(threshold)
    reached = float(positive[score >= points.thresholds.threshold[place]].sum()) / population.prevalence
    band = points.bands["recall"]
    yield Seen("recall_elsewhere", float(band.low[place]), float(band.high[place]), reached)


def run(job: tuple[Any, int, int, int, str]) -> dict[str, Any]:
    """One design: for each estimate how many samples there were, how often the interval held, lay too high or low.

    A warning on an estimate counts as said: such samples are counted apart.
    """
    population, n, repeats, seed, interval = job
    rng = np.random.default_rng(seed)
    truths = population.truths()
    counts: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0, 0.0, 0])
    few = 0
    for _ in range(repeats):
        rows = population.sample(rng, n)
        if isinstance(population, Binary | Multiclass) and np.bincount(rows["y"], minlength=2).min() < ENOUGH:
            few += 1
            continue
        look = population.seen(rows) if isinstance(population, Choice) else seen(population, rows, truths, interval)
        for own in look:
            count = counts[own[0]]
            if own[4] is not None:
                count[5] += 1
                continue
            count[0] += 1
            count[1] += own[1] <= own[3] <= own[2]
            count[2] += own[3] < own[1]
            count[3] += own[3] > own[2]
            count[4] += own[2] - own[1]
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
                "warned": count[5] / (count[0] + count[5]),
            }
            for name, count in counts.items()
            if count[0] >= repeats / 4
        },
    }


def worse(found: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[str]:
    """The designs in which an interval holds the truth more rarely than it did, by more than chance (four errors)."""
    told = []
    for now, was in zip(found, before, strict=True):
        for name, own in was["estimates"].items():
            held, samples = own["coverage"], own["samples"]
            slack = 4 * math.sqrt(max(held * (1 - held), 0.01) / samples)
            there = now["estimates"].get(name)
            if there is None or there["coverage"] < held - slack:
                value = "none" if there is None else f"{there['coverage']:.3f}"
                told.append(f"{name}, n = {now['n']:,}, {now['population']}: {value}, was {held:.3f}")
    return told


def main() -> int:
    """Runs the designs and writes what they gave."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1000, help="samples of each design")
    parser.add_argument("--interval", default="auto", choices=("auto", "percentile", "bca"))
    parser.add_argument("--only", choices=DESIGNS, help="some of the designs")
    parser.add_argument("--results", type=Path, default=Path("build/coverage.json"), help="where the figures go")
    parser.add_argument("--short", action="store_true", help="few designs and samples, beside what they gave before")
    parser.add_argument("--write", action="store_true", help="with --short: record what they give now")
    options = parser.parse_args()
    if options.short:
        jobs = [(own, n, SHORT_REPEATS, seed, "auto") for seed, (own, n) in enumerate(SHORT)]
        path = RECORDED if options.write else Path("build/short.json")
        run_all(run, jobs, path)
        told = [] if options.write else worse(json.loads(path.read_text()), json.loads(RECORDED.read_text()))
        print("\n".join(told) or "no interval holds the truth more rarely than it did")
        return int(bool(told))
    designs = DESIGNS.get(options.only, [*BINARY, *UNEVEN, *OTHERS, *CHOICES])
    jobs = [(own, n, options.repeats, seed, options.interval) for seed, (own, n) in enumerate(designs)]
    run_all(run, sorted(jobs, key=lambda job: -job[1]), options.results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
