"""Measures with their intervals beside the package ``confidenceinterval`` and scikit-learn, in one process.

    python benchmarks/intervals.py [--repeats 5]

Three pairs on the same arrays: AUC with DeLong's interval, a million rows; F1 with 1,000 bootstrap replicates, a
hundred thousand rows; average precision with 1,000 replicates, ten million rows, against one
``average_precision_score`` without an interval. Each value is compared with its peer's first. The ratio of medians is
what holds on a noisy machine.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable

import confidenceinterval as peer
import numpy as np
from sklearn.metrics import average_precision_score

import gnomon
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.ranking import auc_estimate
from gnomon.evaluation.reading.ranked_scores import RankedScoresInMemory
from gnomon.kernels.threads import thread_count
from gnomon.states.scores import Scores


def rows(n: int, positives: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """A target and probabilities."""
    rng = np.random.default_rng(0)
    label = (rng.random(n) < positives).astype(np.uint8)
    return label, 1 / (1 + np.exp(-(rng.standard_normal(n) + 1.5 * label - 2)))


def timed(call: Callable[[], object], repeats: int) -> float:
    """The median of the seconds of some calls."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def line(what: str, own: float, others: float) -> None:
    """One comparison."""
    print(f"{what:64} {own:9.4f} s {others:9.3f} s {others / own:9.1f}")


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the peer's
    threads = thread_count(None)
    print(f"{threads} threads; medians of {options.repeats}, of the slowest peer of one")
    print(f"{'':64} {'gnomon':>11} {'peer':>11} {'ratio':>9}")

    label, score = rows(1_000_000)

    def auc() -> object:
        return auc_estimate(RankedScoresInMemory(Scores.of(score, label, None), threads), Options(threads=threads))

    value, (low, high) = peer.roc_auc_score(label, score)
    own = auc_estimate(RankedScoresInMemory(Scores.of(score, label, None), threads), Options(threads=threads))
    assert own is not None
    assert abs(own.value - value) < 1e-12
    assert abs((own.high - own.low) / (high - low) - 1) < 0.01
    others = timed(lambda: peer.roc_auc_score(label, score), options.repeats)
    line("AUC with DeLong's interval, 1,000,000 rows", timed(auc, options.repeats), others)
    whole = timed(lambda: gnomon.evaluate(label, score), options.repeats)
    line("the same, beside the whole evaluation with every interval", whole, others)

    label, score = rows(100_000)
    said = (score >= 0.3).astype(np.uint8)
    target, predicted = label.tolist(), said.tolist()  # as the peer takes them

    def replicates() -> object:
        return peer.f1_score(target, predicted, average="binary", method="bootstrap_percentile", n_resamples=1000)

    start = time.perf_counter()
    value, (low, high) = replicates()  # type: ignore[misc]
    others = time.perf_counter() - start
    own = gnomon.evaluate(label, said, interval="percentile")["f1"]
    assert abs(own.value - value) < 1e-12
    assert abs((own.high - own.low) / (high - low) - 1) < 0.1
    mine = timed(lambda: gnomon.evaluate(label, said, interval="percentile"), options.repeats)
    line("F1 with 1,000 replicates, 100,000 rows (every other measure, too)", mine, others)

    label, score = rows(10_000_000)
    own = gnomon.evaluate(label, score, scale="any", interval="percentile")["average_precision"]
    assert abs(own.value - average_precision_score(label, score)) < 1e-9
    mine = timed(lambda: gnomon.evaluate(label, score, scale="any", interval="percentile"), options.repeats)
    others = timed(lambda: average_precision_score(label, score), min(3, options.repeats))
    line("AP with 1,000 replicates, 10,000,000 rows (AUC and KS, too)", mine, others)


if __name__ == "__main__":
    main()
