"""How often models that are equally good are told apart at p < 0.05: pairs of equal models, compared as anyone would.

Both models score alike in the population: given the class, their scores are exchangeable. Without a difference a test
keeps its size if it finds one in about 5 of 100 samples.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from running import run_all

import gnomon

# What both models' scores have in common, given the class; rows of a cluster; what these have in common.
SHARED, CLUSTER, ALIKE = 0.5, 5, 0.4
FOUR = "four models"
# What the threshold of each model is chosen for.
CHOSEN: dict[str, dict[str, Any]] = {"least cost": {"costs": {"fn": 10, "fp": 1}}, "best F1": {"goal": "f1"}}


@dataclass(frozen=True)
class Pair:
    """Two equally good models of one kind of task.

    Attributes:
        kind: ``"plain"``, ``"ties"``, ``"weights"``, ``"clusters"``, ``"multiclass"``, ``"regression"``,
            ``"heavy tails"``, or ``"four models"``: plain, of which any pair is told apart by Holm's p-value; ``"least
            cost"`` (10 of a false negative, 1 of a false positive) and ``"best F1"``: plain, each model at its own best
            threshold.
        n: Rows of a sample.
        prevalence: Share of positives of a binary task.
    """

    kind: str
    n: int
    prevalence: float = 0.5

    def sample(self, rng: np.random.Generator) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        """The true values, what both models say, and options of the comparison."""
        n = self.n
        if self.kind in ("regression", "heavy tails"):
            common, *own = rng.normal(size=(3, n)) if self.kind == "regression" else rng.standard_t(6, size=(3, n))
            y = rng.normal(size=n)
            return y, {name: y + 0.5 * (common + each) for name, each in zip("ab", own, strict=True)}, {}
        if self.kind == "multiclass":
            y = rng.choice(3, n, p=(0.5, 0.3, 0.2))
            common = rng.normal(size=(n, 3)) + 1.5 * np.eye(3)[y]
            raised = {name: np.exp(common + 0.7 * rng.normal(size=(n, 3))) for name in "ab"}
            return y, {name: own / own.sum(axis=1, keepdims=True) for name, own in raised.items()}, {}
        options: dict[str, Any] = {}
        y = (rng.random(n) < self.prevalence).astype(int)
        shared = rng.normal(size=n)
        if self.kind == "clusters":
            cluster = np.arange(n) // CLUSTER
            options["cluster"] = cluster
            a = self.prevalence * 4
            y = (rng.random(n) < rng.beta(a, 4 - a, cluster[-1] + 1)[cluster]).astype(int)
            shared = np.sqrt(ALIKE) * rng.normal(size=cluster[-1] + 1)[cluster] + np.sqrt(1 - ALIKE) * shared
        if self.kind == "weights":
            options["weight"] = rng.uniform(0.2, 2.0, n)
        scores = {}
        for name in "abcd" if self.kind == FOUR else "ab":
            own = rng.normal(size=n)
            if self.kind == "clusters":
                own = np.sqrt(ALIKE) * rng.normal(size=cluster[-1] + 1)[cluster] + np.sqrt(1 - ALIKE) * own
            latent = 1.2 * y + np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * own
            odds = np.log(self.prevalence / (1 - self.prevalence)) + 1.2 * (latent - 0.6)
            scores[name] = 1 / (1 + np.exp(-odds))
            if self.kind == "ties":
                scores[name] = np.round(scores[name], 1)
        options |= CHOSEN.get(self.kind) or {"threshold": float(np.clip(self.prevalence, 0.1, 0.5))}
        return y, scores, options


BINARY = [(0.5, 50), (0.5, 200), (0.5, 1000), (0.2, 100), (0.2, 500), (0.05, 400), (0.05, 2000)]
DESIGNS = [
    *(Pair("plain", n, prevalence) for prevalence, n in BINARY),
    *(Pair(kind, n, 0.2) for kind in ("ties", "weights", "clusters") for n in (200, 1000)),
    *(Pair(FOUR, n) for n in (200, 1000)),
    *(Pair(kind, n, 0.3) for kind in CHOSEN for n in (100, 200, 1000)),
    *(Pair(kind, n) for kind in ("multiclass", "regression", "heavy tails") for n in (50, 200, 1000)),
]


def run(job: tuple[Pair, int, int, str]) -> dict[str, Any]:
    """One design: for each estimate how many samples there were, and in how many the models were told apart."""
    pair, repeats, seed, interval = job
    rng = np.random.default_rng(seed)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for _ in range(repeats):
        y, scores, options = pair.sample(rng)
        if pair.kind not in ("regression", "heavy tails") and np.bincount(y, minlength=2).min() < 10:
            continue
        found = gnomon.compare(y, scores, interval=interval, threads=1, **options)
        for name, own in found["a", "b"].differences.items():
            if not np.isnan(own.p_value):
                counts[name][0] += 1
                # Of one pair, its p-value.
                counts[name][1] += any(other.differences[name].p_value_holm < 0.05 for other in found)
                counts[name][2] += own.low <= 0 <= own.high
    return {
        "kind": pair.kind,
        "n": pair.n,
        "prevalence": pair.prevalence,
        "repeats": repeats,
        "interval": interval,
        "estimates": {
            name: {"samples": own[0], "size": own[1] / own[0], "coverage": own[2] / own[0]}
            for name, own in counts.items()
            if own[0] >= repeats / 4
        },
    }


def main() -> None:
    """Runs the designs and writes what they gave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=2000, help="samples of each design")
    parser.add_argument("--interval", default="auto", choices=("auto", "percentile", "bca"))
    parser.add_argument("--only", help="designs of this kind")
    parser.add_argument("--results", type=Path, default=Path("build/comparison.json"), help="where the figures go")
    options = parser.parse_args()
    jobs = [(pair, options.repeats, seed, options.interval) for seed, pair in enumerate(DESIGNS)
            if options.only in (None, pair.kind)]  # fmt: skip
    run_all(run, sorted(jobs, key=lambda job: -job[0].n), options.results)


if __name__ == "__main__":
    main()
