"""The best threshold by cost beside what people write with scikit-learn, in one process, on the same arrays.

    python benchmarks/threshold.py [--rows 10000000] [--repeats 3] [--positives 0.1]

gnomon looks at every score and gives the threshold's interval and the optimism from 1,000 replicates. Of the peers,
one looks at every score through ``precision_recall_curve``, without an interval; to have one it would have to do that
for every replicate, which is timed for a few. ``TunedThresholdClassifierCV`` looks at 100 thresholds, scoring each on
all rows; a few of them are timed. The ratio is what holds on a noisy machine.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from sklearn import metrics as sk

import gnomon
from gnomon.kernels.threads import thread_count

MISS, ALARM = 10.0, 1.0
REPLICATES, TUNED = 1000, 100


def by_curve(label: np.ndarray, score: np.ndarray) -> float:
    """The threshold of least cost, from the precision and recall of every score."""
    precision, recall, threshold = sk.precision_recall_curve(label, score)
    positives = np.count_nonzero(label)
    tp = recall[:-1] * positives
    fp = tp / precision[:-1] - tp
    return float(threshold[np.argmin(MISS * (positives - tp) + ALARM * fp)])


def scored(label: np.ndarray, score: np.ndarray, threshold: float) -> float:
    """The cost at one threshold, as a scorer computes it."""
    (_, fp), (fn, _) = sk.confusion_matrix(label, score >= threshold)
    return float(MISS * fn + ALARM * fp)


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--positives", type=float, default=0.1)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    label = (rng.random(options.rows) < options.positives).astype(np.int64)
    score = 1 / (1 + np.exp(-(rng.standard_normal(options.rows) + 1.5 * label - 2)))
    costs = {"fn": MISS, "fp": ALARM}

    def own() -> gnomon.ThresholdDecision:
        return gnomon.choose_threshold(label, score, costs=costs)

    found = own()
    assert found.threshold.value == by_curve(label, score)
    rows = rng.integers(0, options.rows, options.rows)
    times: dict[str, list[float]] = {"gnomon": [], "curve": [], "replicate": [], "tuned": []}
    for _ in range(options.repeats):
        times["gnomon"] += [timed(own) for _ in range(3)]
        times["curve"].append(timed(lambda: by_curve(label, score)))
        times["replicate"].append(timed(lambda: by_curve(label[rows], score[rows])))
        times["tuned"].append(timed(lambda: scored(label, score, 0.3)))
    seconds = {name: statistics.median(own) for name, own in times.items()}
    first = seconds["gnomon"]
    print(f"{options.rows:,} rows, {options.positives:.0%} positive, {thread_count()} threads\n")
    print("| what | s | times gnomon |")
    print("| --- | ---: | ---: |")
    print(f"| gnomon: every score, interval and optimism | {first:.2f} | 1 |")
    for title, value in (
        ("precision_recall_curve and NumPy: every score, no interval", seconds["curve"]),
        (
            f"the same with {REPLICATES:,} replicates ({options.repeats} timed)",
            seconds["curve"] + REPLICATES * seconds["replicate"],
        ),
        (f"scoring {TUNED} thresholds, no interval ({options.repeats} timed)", TUNED * seconds["tuned"]),
    ):
        print(f"| {title} | {value:,.2f} | {value / first:,.0f} |")


if __name__ == "__main__":
    main()
