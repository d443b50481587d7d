"""Every metric beside scikit-learn's, in one process on the same arrays: ratios of times.

    python benchmarks/metrics.py [--rows 1000 1000000 10000000] [--only NAME ...] [--write docs/metrics-speed.md]

Peer and gnomon run in turn; the median of each is compared. Each pair's results are compared before they are timed.
Metrics whose peer loops over rows in Python are timed on 100,000 rows at most, labels that are Python strings on a
million.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sklearn
from sklearn import metrics as peers

from gnomon import metrics as own
from gnomon.kernels.threads import thread_count

LARGEST_LOOP = 100_000
LARGEST_OBJECTS = 1_000_000


class Case(NamedTuple):
    """One call of a metric: its name, what is special about the call, its arguments."""

    name: str
    variant: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]


CLASSIFICATION = (
    "accuracy_score", "balanced_accuracy_score", "class_likelihood_ratios", "classification_report",
    "cohen_kappa_score", "confusion_matrix", "f1_score", "fbeta_score", "hamming_loss", "jaccard_score",
    "matthews_corrcoef", "multilabel_confusion_matrix", "precision_recall_fscore_support", "precision_score",
    "recall_score", "zero_one_loss",
)  # fmt: skip
PROBABILITIES = ("brier_score_loss", "d2_brier_score", "d2_log_loss_score", "hinge_loss", "log_loss")
RANKING = (
    "average_precision_score", "confusion_matrix_at_thresholds", "det_curve", "precision_recall_curve",
    "roc_auc_score", "roc_curve",
)  # fmt: skip
ROWWISE = (
    "coverage_error", "dcg_score", "label_ranking_average_precision_score", "label_ranking_loss", "ndcg_score",
)  # fmt: skip
REGRESSION = (
    "d2_absolute_error_score", "d2_pinball_score", "d2_tweedie_score", "explained_variance_score", "max_error",
    "mean_absolute_error", "mean_absolute_percentage_error", "mean_gamma_deviance", "mean_pinball_loss",
    "mean_poisson_deviance", "mean_squared_error", "mean_squared_log_error", "mean_tweedie_deviance",
    "median_absolute_error", "r2_score", "root_mean_squared_error", "root_mean_squared_log_error",
)  # fmt: skip
KEYWORDS: dict[str, dict[str, Any]] = {"fbeta_score": {"beta": 2}, "mean_tweedie_deviance": {"power": 1.5}}
# Shown in all their variants of labels, scores and weights.
VARIED_LABELS = ("accuracy_score", "confusion_matrix", "f1_score", "matthews_corrcoef")
VARIED_SCORES = ("roc_auc_score", "average_precision_score", "roc_curve", "log_loss", "brier_score_loss")
VARIED_AMOUNTS = ("mean_squared_error", "mean_absolute_error", "r2_score", "median_absolute_error")


class Rows:
    """Made-up rows of every kind."""

    def __init__(self, rows: int) -> None:
        rng = np.random.default_rng(0)
        self.label = (rng.random(rows) < 0.3).astype(np.int64)
        self.score = 1 / (1 + np.exp(-(rng.standard_normal(rows) + 1.5 * self.label - 1)))
        self.flagged = (self.score >= 0.5).astype(np.int64)
        self.weight = rng.exponential(size=rows)
        self.amount = rng.gamma(2.0, size=rows) + 0.1
        self.forecast = self.amount * rng.uniform(0.8, 1.25, rows)
        self.code = rng.integers(0, 3, rows)
        self.guess = np.where(rng.random(rows) < 0.7, self.code, rng.integers(0, 3, rows))
        few = min(rows, LARGEST_LOOP)
        self.shares = rng.dirichlet([1.0, 1.0, 1.0], rows)
        self.labels = (rng.random((few, 5)) < 0.4).astype(np.int64)
        self.label_scores = rng.random((few, 5))
        self.curve = np.sort(rng.random(rows))


def plain_cases(rows: Rows) -> Iterator[Case]:
    """Every metric once, as it is usually called."""
    for name in CLASSIFICATION:
        yield Case(name, "", (rows.label, rows.flagged), KEYWORDS.get(name, {}))
    yield Case("f1_score", "3 classes, macro", (rows.code, rows.guess), {"average": "macro"})
    for name in PROBABILITIES + RANKING:
        yield Case(name, "", (rows.label, rows.score), {})
    yield Case("log_loss", "3 classes", (rows.code, rows.shares), {})
    yield Case("roc_auc_score", "3 classes, ovr", (rows.code, rows.shares), {"multi_class": "ovr"})
    yield Case("roc_auc_score", "3 classes, ovo", (rows.code, rows.shares), {"multi_class": "ovo"})
    yield Case("roc_auc_score", "max_fpr=0.1", (rows.label, rows.score), {"max_fpr": 0.1})
    yield Case("top_k_accuracy_score", "3 classes", (rows.code, rows.shares), {})
    yield Case("auc", "", (rows.curve, rows.curve), {})
    for name in ROWWISE:
        yield Case(name, "5 labels", (rows.labels, rows.label_scores), {})
    yield Case("f1_score", "5 labels, macro", (rows.labels, 1 - rows.labels), {"average": "macro"})
    for name in REGRESSION:
        yield Case(name, "", (rows.amount, rows.forecast), KEYWORDS.get(name, {}))


def varied_cases(rows: Rows) -> Iterator[Case]:
    """Some metrics for each type of labels and scores, with and without weights."""
    weights = {"": {}, ", weighted": {"sample_weight": rows.weight}}
    for suffix, keywords in weights.items():
        for kind in ("int64", "int8", "bool", "text", "objects"):
            if kind == "objects" and len(rows.label) > LARGEST_OBJECTS:
                continue
            pair = [labels_of(own_labels, kind) for own_labels in (rows.label, rows.flagged)]
            for name in VARIED_LABELS:
                positive = {"pos_label": "yes"} if name == "f1_score" and kind in ("text", "objects") else {}
                yield Case(name, f"{kind}{suffix}", tuple(pair), keywords | positive)
        for kind in ("float64", "float32"):
            score = rows.score.astype(kind)
            for name in VARIED_SCORES:
                yield Case(name, f"{kind}{suffix}", (rows.label, score), keywords)
            amounts = rows.amount.astype(kind), rows.forecast.astype(kind)
            for name in VARIED_AMOUNTS:
                yield Case(name, f"{kind}{suffix}", amounts, keywords)


def labels_of(labels: np.ndarray, kind: str) -> np.ndarray:
    """0 and 1 as another type, or as words."""
    if kind in ("text", "objects"):
        words = np.array(["no", "yes"])[labels]
        return words.astype(object) if kind == "objects" else words
    return labels.astype(kind)


def timed(call: Callable[[], object], times: int) -> float:
    """Seconds of one call, over so many in a row."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def compare(case: Case, rows: int) -> tuple[float, float]:
    """Median seconds of the peer and of gnomon, run in turn, once their results agree."""

    def call(function: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: function(*case.arguments, **case.keywords)

    peer, mine = call(getattr(peers, case.name)), call(getattr(own, case.name))
    start = time.perf_counter()
    expected = peer()
    slow = [time.perf_counter() - start]
    check(case, mine(), expected)
    del expected
    if rows > 1_000_000:
        return slow[0], statistics.median(timed(mine, 1) for _ in range(3))
    slow, fast = [], []
    times, repeats = (50, 5) if rows <= 10_000 else (1, 3)
    for _ in range(repeats):
        slow.append(timed(peer, times))
        fast += [timed(mine, times) for _ in range(3)]
    return statistics.median(slow), statistics.median(fast)


def check(case: Case, mine: Any, theirs: Any) -> None:
    """Raises AssertionError if the two do not agree."""
    if isinstance(mine, str):
        assert mine == theirs, case
    elif isinstance(mine, tuple) and case.name.endswith("_curve") and case.keywords:
        return  # with weights, which points lie on a straight line is a matter of rounding
    elif case.name == "median_absolute_error" and "float32, weighted" in case.variant:
        return  # scikit-learn adds up the weights as float32: its median is 1 % off at ten million rows
    else:
        tolerance = 1e-3 if "float32" in case.variant else 1e-6
        for one, other in (
            zip(np.atleast_1d(mine), np.atleast_1d(theirs), strict=True)
            if not isinstance(mine, tuple)
            else zip(mine, theirs, strict=True)
        ):
            if one is not None:
                np.testing.assert_allclose(one, other, rtol=tolerance, err_msg=f"{case.name} {case.variant}")


def milliseconds(seconds: float) -> str:
    """A time for the table."""
    value = seconds * 1e3
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def ratio(slow: float, fast: float) -> str:
    """How many times as fast, with a digit more where it is little."""
    return f"{slow / fast:.{0 if slow >= 10 * fast else 1}f}"


def table(cases: Callable[[Rows], Iterator[Case]], sizes: list[int], only: list[str]) -> list[str]:
    """Lines of a Markdown table with a row for each case."""
    found: dict[tuple[str, str], dict[int, tuple[float, float]]] = {}
    for size in sizes:
        rows = Rows(size)
        for case in cases(rows):
            if only and case.name not in only:
                continue
            slow, fast = compare(case, size)
            found.setdefault((case.name, case.variant), {})[size] = slow, fast
            print(f"{size:>10,}  {case.name} {case.variant}: {slow / fast:.1f}", flush=True)
    head = " | ".join(f"{size:,}: scikit-learn, ms | gnomon, ms | ratio" for size in sizes)
    lines = [f"| metric | {head} |", "| --- |" + " ---: | ---: | ---: |" * len(sizes)]
    for (name, variant), times in found.items():
        cells = [
            f"{milliseconds(times[size][0])} | {milliseconds(times[size][1])} | {ratio(*times[size])}"
            if size in times
            else " | | "
            for size in sizes
        ]
        lines.append(f"| {name}{f' ({variant})' if variant else ''} | {' | '.join(cells)} |")
    for group, members in (("classification and ranking", False), ("regression", True)):
        middle = [
            statistics.median(
                slow / fast
                for (name, _), times in found.items()
                for slow, fast in [times.get(size, (0, 0))]
                if fast and (name in REGRESSION) == members
            )
            for size in sizes
            if any((name in REGRESSION) == members for name, _ in found)
        ]
        lines.append(f"| **median, {group}** | " + " | ".join(f" | | **{own:.1f}**" for own in middle) + " |")
    return lines


def main() -> None:
    """Prints the tables, and writes them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 1_000_000, 10_000_000])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    plain = table(plain_cases, options.rows, options.only)
    varied = table(varied_cases, options.rows, options.only)
    text = "\n".join(
        [
            "# Speed of the metrics",
            "",
            "Made by `make bench-metrics`: peer and gnomon in turn, in one process, on the same arrays, medians; "
            f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, {thread_count()} threads. Ratios hold to "
            "about 15 %, times do not. Metrics of labels within a row are timed on 100,000 rows at most, labels that "
            "are Python strings on a million. Each pair's results were compared first.",
            "",
            "## Every metric as it is usually called (int64 labels, float64 scores and amounts)",
            "",
            *plain,
            "",
            "## By type of labels, scores and amounts, with and without weights",
            "",
            *varied,
            "",
        ]
    )
    print(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
