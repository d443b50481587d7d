"""gnomon beside scikit-learn in one process: ratios of times on the same arrays.

    python benchmarks/evaluate.py [--rows 10000000] [--repeats 3] [--positives 0.1]

Each pair is run in turn, gnomon several times for each run of the slower peer, and the median of each
is compared: on a noisy machine the ratio is what holds. The table is printed as Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
from sklearn import metrics as sk

import gnomon
from gnomon.kernels.confusion import count_confusion
from gnomon.kernels.ranking import Ranking
from gnomon.kernels.threads import thread_count
from gnomon.measures.ranking import roc_auc


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(peer: Callable[[], object], own: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median seconds of both, run in turn."""
    own()
    peers, owns = [], []
    for _ in range(repeats):
        peers.append(timed(peer))
        owns += [timed(own) for _ in range(3)]
    return statistics.median(peers), statistics.median(owns)


def table_by_sklearn(label: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """The values of a binary evaluation, one scikit-learn call each, without any interval."""
    flagged = (score >= 0.5).astype(label.dtype)
    fpr, tpr, _ = sk.roc_curve(label, score)
    return {
        "confusion": sk.confusion_matrix(label, flagged),
        "accuracy": sk.accuracy_score(label, flagged),
        "balanced_accuracy": sk.balanced_accuracy_score(label, flagged),
        "precision": sk.precision_score(label, flagged),
        "recall": sk.recall_score(label, flagged),
        "specificity": sk.recall_score(label, flagged, pos_label=0),
        "negative_predictive_value": sk.precision_score(label, flagged, pos_label=0),
        "f1": sk.f1_score(label, flagged),
        "matthews_corrcoef": sk.matthews_corrcoef(label, flagged),
        "cohen_kappa": sk.cohen_kappa_score(label, flagged),
        "roc_auc": sk.roc_auc_score(label, score),
        "average_precision": sk.average_precision_score(label, score),
        "ks": np.abs(tpr - fpr).max(),
        "log_loss": sk.log_loss(label, score),
        "brier_score": sk.brier_score_loss(label, score),
    }


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--positives", type=float, default=0.1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")

    rng = np.random.default_rng(0)
    label = (rng.random(options.rows) < options.positives).astype(np.int64)
    score = 1 / (1 + np.exp(-(rng.standard_normal(options.rows) + 1.5 * label - 2)))
    weight = rng.exponential(size=options.rows)
    flagged = (score >= 0.5).astype(np.int64)
    codes = label.astype(np.uint8)
    amount = score + 0.1 * rng.standard_normal(options.rows)
    threads = thread_count()

    pairs: list[tuple[str, str, Callable[[], object], Callable[[], object]]] = [
        (
            "ranking kernel (AUC, AP, KS, DeLong variance)",
            "roc_auc_score",
            lambda: sk.roc_auc_score(label, score),
            lambda: roc_auc(Ranking([score], [codes], None, threads).pairs()),
        ),
        (
            "the same, float32 scores",
            "roc_auc_score",
            lambda: sk.roc_auc_score(label, single),
            lambda: roc_auc(Ranking([single], [codes], None, threads).pairs()),
        ),
        (
            "the same, half of the rows tied",
            "roc_auc_score",
            lambda: sk.roc_auc_score(label, tied),
            lambda: roc_auc(Ranking([tied], [codes], None, threads).pairs()),
        ),
        (
            "the same, weighted rows",
            "roc_auc_score",
            lambda: sk.roc_auc_score(label, score, sample_weight=weight),
            lambda: roc_auc(Ranking([score], [codes], [weight], threads).pairs()),
        ),
        (
            "confusion counts of int64 labels",
            "confusion_matrix",
            lambda: sk.confusion_matrix(label, flagged),
            lambda: count_confusion(label, flagged, 2, threads),
        ),
        (
            "whole binary evaluate, every interval included",
            "the same 15 values, no interval",
            lambda: table_by_sklearn(label, score),
            lambda: gnomon.evaluate(label, score),
        ),
        (
            "whole regression evaluate, every interval included",
            "the same 8 values, no interval",
            lambda: [
                sk.mean_squared_error(score, amount),
                sk.root_mean_squared_error(score, amount),
                sk.mean_absolute_error(score, amount),
                sk.r2_score(score, amount),
                sk.median_absolute_error(score, amount),
                sk.mean_absolute_percentage_error(score, amount),
                sk.max_error(score, amount),
                sk.explained_variance_score(score, amount),
            ],
            lambda: gnomon.evaluate(score, amount, task="regression"),
        ),
    ]
    single = score.astype(np.float32)
    tied = np.where(rng.random(options.rows) < 0.5, 0.5, score)
    print(f"{options.rows:,} rows, {options.positives:.0%} positive, {threads} threads\n")
    print("| gnomon | scikit-learn | gnomon, s | scikit-learn, s | ratio |")
    print("| --- | --- | ---: | ---: | ---: |")
    for own_name, peer_name, peer, own in pairs:
        slow, fast = compare(peer, own, options.repeats)
        print(f"| {own_name} | {peer_name} | {fast:.3f} | {slow:.2f} | {slow / fast:.0f} |", flush=True)


if __name__ == "__main__":
    main()
