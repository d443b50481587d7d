"""What a change does to the times that people feel: some small workloads, each beside a peer in the same run.

    python benchmarks/quick.py [--repeats 5]

Two minutes. Run it before and after a change: the ratios are printed beside those of the run before, which is kept in
build/quick.json. Times depend on the machine and the hour, ratios much less.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import metrics as sk

import gnomon
from evaluate import compare, table_by_sklearn

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "build" / "quick.json"
EXAMPLE = str(ROOT / "examples" / "predictions" / "digits_tree.csv")


def process(*words: str) -> Callable[[], object]:
    """A Python process, from nothing to its end."""
    return lambda: subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)


def binary(n: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Labels and probabilities of a middling model."""
    label = rng.integers(0, 2, n)
    return label, np.clip(0.3 * label + 0.7 * rng.random(n), 0.0, 1.0)


def several(n: int, classes: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Codes of classes, and probabilities of shape (rows, classes)."""
    code = rng.integers(0, classes, n)
    scores = rng.random((n, classes))
    scores[np.arange(n), code] += 0.3
    return code, scores / scores.sum(axis=1, keepdims=True)


def by_class(code: Any, scores: Any) -> list[Any]:
    """What scikit-learn says of several classes, without any interval."""
    said = scores.argmax(axis=1)
    return [
        sk.confusion_matrix(code, said),
        sk.accuracy_score(code, said),
        *sk.precision_recall_fscore_support(code, said, zero_division=0.0)[:3],
        sk.matthews_corrcoef(code, said),
        sk.cohen_kappa_score(code, said),
        sk.log_loss(code, scores),
        sk.roc_auc_score(code, scores, multi_class="ovr"),
    ]


def amounts(target: Any, predicted: Any) -> list[Any]:
    """What scikit-learn says of a regression."""
    measures = (
        sk.mean_squared_error, sk.root_mean_squared_error, sk.r2_score, sk.explained_variance_score,
        sk.mean_absolute_error, sk.mean_absolute_percentage_error, sk.median_absolute_error, sk.max_error,
    )  # fmt: skip
    return [measure(target, predicted) for measure in measures]


def workloads() -> Iterator[tuple[str, str, Callable[[], object], Callable[[], object]]]:
    """What gnomon does, what is done beside it, and both."""
    rng = np.random.default_rng(0)
    command = ["-m", "gnomon", "evaluate", EXAMPLE, "-t", "y", "-s", "p", "--positive", "9"]
    yield (
        "gnomon evaluate, 450 rows",
        "import sklearn.metrics",
        process(*command),
        process("-c", "import sklearn.metrics"),
    )
    y, p = binary(1000, rng)
    yield "evaluate, 1,000 rows", "15 values", lambda: gnomon.evaluate(y, p), lambda: table_by_sklearn(y, p)
    large = binary(1_000_000, rng)
    yield "evaluate, 1,000,000 rows", "15 values", lambda: gnomon.evaluate(*large), lambda: table_by_sklearn(*large)
    label, score = binary(100_000, rng)
    rows = {"y": label, "p": score, "g": rng.integers(0, 100, len(label)).astype(str)}
    parts = [np.flatnonzero(rows["g"] == name) for name in np.unique(rows["g"])]
    yield (
        "100 slices of 1,000 rows", "15 values of each",
        lambda: gnomon.evaluate(rows, target="y", score="p", slices="g"),
        lambda: [table_by_sklearn(label[own], score[own]) for own in parts],
    )  # fmt: skip
    cluster = rng.integers(0, 100_000, 200_000)
    own_rows = binary(200_000, rng)
    yield (
        "200,000 rows in 86,000 clusters", "the same without clusters",
        lambda: gnomon.evaluate(*own_rows, cluster=cluster), lambda: gnomon.evaluate(*own_rows),
    )  # fmt: skip
    truth = rng.normal(size=1_000_000) + 10
    said = truth + rng.normal(size=len(truth))
    yield "regression, 1,000,000 rows", "8 values", lambda: gnomon.evaluate(truth, said), lambda: amounts(truth, said)
    ten = several(100_000, 10, rng)
    names = list(range(10))
    yield "100,000 rows, 10 classes", "9 values", lambda: gnomon.evaluate(*ten, classes=names), lambda: by_class(*ten)
    many, wide = several(10_000, 300, rng), list(range(300))
    yield "10,000 rows, 300 classes", "9 values", lambda: gnomon.evaluate(*many, classes=wide), lambda: by_class(*many)
    labels = (rng.random((20_000, 50)) < 0.1).astype(np.uint8)
    marks = np.clip(0.2 * labels + 0.8 * rng.random(labels.shape), 0, 1)
    yield (
        "20,000 rows, 50 labels", "AUC and AP of each",
        lambda: gnomon.evaluate(labels, marks),
        lambda: (sk.roc_auc_score(labels, marks), sk.average_precision_score(labels, marks)),
    )  # fmt: skip


def main() -> None:
    """Prints the table, and keeps it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="how often the peer runs, gnomon thrice as often")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    before = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    kept = {}
    print("| gnomon | beside it | gnomon, ms | beside it, ms | times as fast | before |")
    print("| --- | --- | --: | --: | --: | --: |")
    for work, beside, own, peer in workloads():
        of_peer, of_own = compare(peer, own, options.repeats)
        kept[work] = of_peer / of_own
        was = f"{before[work]:.2f}" if work in before else ""
        print(
            f"| {work} | {beside} | {1000 * of_own:.1f} | {1000 * of_peer:.1f} | {kept[work]:.2f} | {was} |", flush=True
        )
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
