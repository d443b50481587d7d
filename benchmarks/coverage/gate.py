"""How often a gate is wrong: a model that is worse by exactly the margin and passes, an equal one that fails.

Populations are known, so that the true difference of every measure is: the margin of a design is that difference. The
pair of models is drawn, the gate judges it as anyone would, and the verdicts are counted, for each policy on what is
inconclusive; then a champion that was chosen from k on the same rows, and looks repeated as rows are added, both before
and after what the gate does about them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from running import run_all

import gnomon

# Rows of which the truth is taken, and how far the noise of the worse model goes.
TRUTH, WORSE = 2_000_000, 0.6
# How often a gate is judged as rows are added.
LOOKS = 10
LOWER = ("log_loss", "mae")


@dataclass(frozen=True)
class Design:
    """A model and its baseline.

    Attributes:
        measure: What the rule is about.
        n: Rows of a sample.
        kind: ``"plain"``, ``"clusters"`` (five rows each, alike in score), ``"slices 4"`` or ``"slices 20"`` (a rule on
            so many of them), ``"same"`` (a model against itself), ``"champion 5"`` or ``"champion 30"`` (the baseline
            is the best of so many equal models on these rows, and the model may not be worse at all), ``"looks"``
            (judged ten times as equal numbers of rows are added, until it passes) or ``"uneven looks"`` (each time half
            as many more).
        prevalence: Share of positives.
        allowed: Whether the gate is told of the choice, or of the looks.
    """

    measure: str
    n: int
    kind: str = "plain"
    prevalence: float = 0.3
    allowed: bool = False


def sample(design: Design, n: int, rng: np.random.Generator, worse: float, models: int = 2) -> dict[str, Any]:
    """Rows: the true values, and what the baseline and the model say; the model is noisier by ``worse``."""
    if design.measure == "mae":
        y, common = rng.normal(size=(2, n))
        errors = 0.5 * (common + rng.normal(size=(models, n)))
        columns = {f"m{place}": y + own for place, own in enumerate(errors)}
        columns["m1"] = y + errors[1] * (1 + 0.3 * worse)
        return {"y": y, **columns}
    y = (rng.random(n) < design.prevalence).astype(int)
    shared, own = rng.normal(size=n), rng.normal(size=(models, n))
    more = rng.normal(size=n)
    rows: dict[str, Any] = {"y": y}
    if design.kind == "clusters":
        cluster = np.arange(n) // 5
        rows["g"] = cluster
        shared = np.sqrt(0.5) * rng.normal(size=cluster[-1] + 1)[cluster] + np.sqrt(0.5) * shared
        own = np.sqrt(0.5) * rng.normal(size=(models, cluster[-1] + 1))[:, cluster] + np.sqrt(0.5) * own
    if design.kind.startswith("slices"):
        rows["region"] = rng.integers(0, int(design.kind.split()[1]), n).astype(str)
    for place in range(models):
        noise = own[place] + (worse * more if place == 1 else 0.0)
        latent = 1.6 * y + 0.7 * shared + 0.7 * noise
        odds = np.log(design.prevalence / (1 - design.prevalence)) + 1.2 * (latent - 0.8)
        rows[f"m{place}"] = 1 / (1 + np.exp(-odds))
    return rows


@cache
def true_difference(design: Design) -> float:
    """By how much the noisier model is truly worse."""
    plain = Design(design.measure, TRUTH, "plain", design.prevalence)
    rows = sample(plain, TRUTH, np.random.default_rng(99), WORSE)
    found = [
        gnomon.evaluate(
            rows["y"], rows[name], interval="none", exact=True, task=task_of(design), measures=[design.measure]
        )
        for name in ("m0", "m1")
    ]
    return abs(found[1][design.measure].value - found[0][design.measure].value)


def task_of(design: Design) -> str:
    """What the models do."""
    return "regression" if design.measure == "mae" else "binary"


def verdict(
    design: Design, rows: dict[str, Any], margin: float, models: tuple[str, str] = ("m0", "m1"), **told: Any
) -> str:
    """What the gate says of the second model."""
    side = "<= baseline +" if design.measure in LOWER else ">= baseline -"
    where = f"{design.measure} {side} {margin!r}"
    told = told if design.allowed else {}
    what = "prediction" if design.measure == "mae" else "score"
    asked: dict[str, Any] = {what: models[1], f"baseline_{what}": models[0], "task": task_of(design)}
    if design.kind == "clusters":
        asked["cluster"] = "g"
    if design.kind.startswith("slices"):
        where = [where, f"region:* {where}"]
    columns = {name: own for name, own in rows.items() if name in ("y", "g", "region", *models)}
    return gnomon.gate(columns, target="y", where=where, threads=1, **asked, **told).verdict


def run(job: tuple[Design, int, int]) -> dict[str, Any]:
    """One design: verdicts on a model that is worse by the margin, and on one that is equal."""
    design, repeats, seed = job
    rng = np.random.default_rng(seed)
    margin = true_difference(design)
    counts: dict[str, Counter[str]] = {"worse": Counter(), "equal": Counter()}
    for _ in range(repeats):
        if design.kind == "same":
            rows = sample(design, design.n, rng, 0.0)
            rows["m1"] = rows["m0"].copy()
            counts["equal"][verdict(design, rows, margin)] += 1
        elif design.kind.startswith("champion"):
            k = int(design.kind.split()[1])
            rows = sample(design, design.n, rng, 0.0, k + 1)
            best = max(range(k), key=lambda place: score_of(design, rows, f"m{place + (place > 0)}"))
            pair = (f"m{best + (best > 0)}", "m1")
            counts["equal"][verdict(design, rows, 0.0, pair, chosen_from=k)] += 1
        elif design.kind.endswith("looks"):
            for truth, worse in (("worse", WORSE), ("equal", 0.0)):
                rows = sample(design, design.n, rng, worse)
                shares = [
                    look / LOOKS if design.kind == "looks" else 1.5 ** (look - LOOKS) for look in range(1, LOOKS + 1)
                ]
                sizes = [max(60, round(design.n * share)) for share in shares]
                looks = [
                    verdict(design, {name: own[:size] for name, own in rows.items()}, margin, look=f"{look}/{LOOKS}")
                    for look, size in enumerate(sizes, 1)
                ]
                counts[truth]["pass" if "pass" in looks else looks[-1]] += 1
        else:
            counts["worse"][verdict(design, sample(design, design.n, rng, WORSE), margin)] += 1
            counts["equal"][verdict(design, sample(design, design.n, rng, 0.0), margin)] += 1
    return {
        "measure": design.measure, "n": design.n, "kind": design.kind, "allowed": design.allowed,
        "margin": 0.0 if design.kind.startswith("champion") else margin, "repeats": repeats,
        **{name: {said: own[said] / own.total() for said in ("pass", "fail", "inconclusive")}
           for name, own in counts.items() if own},
    }  # fmt: skip


def score_of(design: Design, rows: dict[str, Any], name: str) -> float:
    """What a model scores, so that higher is better."""
    value = gnomon.evaluate(rows["y"], rows[name], interval="none", threads=1)[design.measure].value
    return -value if design.measure in LOWER else value


MEASURES = ("roc_auc", "average_precision", "f1", "accuracy", "log_loss", "mae")
DESIGNS = [
    *(Design(measure, n) for measure in MEASURES for n in (200, 1000)),
    *(Design(measure, 1000, "clusters") for measure in ("roc_auc", "f1")),
    *(Design(measure, 6000, f"slices {k}") for measure in ("roc_auc", "f1") for k in (4, 20)),
    *(Design(measure, 500, "same") for measure in ("roc_auc", "f1")),
    *(Design("roc_auc", 1000, f"champion {k}", allowed=told) for k in (5, 30) for told in (False, True)),
    *(Design("roc_auc", 2000, kind, allowed=told) for kind in ("looks", "uneven looks") for told in (False, True)),
]


def main() -> None:
    """Runs the designs and writes what they gave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=2000, help="samples of each design")
    parser.add_argument("--only", help="designs of this kind")
    parser.add_argument("--results", type=Path, default=Path("build/gate.json"), help="where the figures go")
    options = parser.parse_args()
    jobs = [(own, options.repeats, seed) for seed, own in enumerate(DESIGNS) if options.only in (None, own.kind)]
    run_all(run, sorted(jobs, key=lambda job: -job[0].n), options.results)


if __name__ == "__main__":
    main()
