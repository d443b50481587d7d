"""Makes the tables and the picture of docs/coverage.md from what study.py, comparison.py and gate.py found.

``python benchmarks/coverage/tables.py`` reads build/coverage.json, build/comparison.json and build/gate.json and writes
the parts of docs/coverage.md between its markers, and docs/coverage.svg; ``--only gates`` that part alone.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

from gnomon.measures.registry import get_measure

ROOT = Path(__file__).parent.parent.parent
# What 95 % may be in a study, and what a test's 5 % may be.
AIM, SIZE = (0.93, 0.975), (0.04, 0.06)
METHODS = {
    "accuracy": "Wilson", "recall": "Wilson", "precision": "Wilson", "specificity": "Wilson",
    "negative_predictive_value": "Wilson", "f1": "Wilson, by the Jaccard index",
    "balanced_accuracy": "Wilson, averaged", "matthews_corrcoef": "Dirichlet draws", "cohen_kappa": "Dirichlet draws",
    "f1_macro": "Dirichlet draws", "f1_weighted": "Dirichlet draws", "precision_macro": "Dirichlet draws",
    "roc_auc": "Newcombe, DeLong from 100 rows", "roc_auc_macro": "averaged", "roc_auc_weighted": "averaged",
    "average_precision": "linearised", "ks": "Newcombe, less bias", "log_loss": "t on the log scale",
    "brier_score": "t on the log scale", "mse": "t on the log scale", "rmse": "t on the log scale",
    "mae": "t on the log scale", "mean_error": "t", "r2": "delta", "explained_variance": "delta",
    "median_absolute_error": "order statistics", "mape": "t on the log scale",
}  # fmt: skip
CLUSTERED = "linearised"
# What is no measure by itself, and how its interval or its test is made.
TITLES = {
    "calibration_slope": "calibration slope", "slope_intercept": "intercept with that slope",
    "calibration_intercept": "calibration in the large", "ece_by_chance": "ECE by chance, p >= 0.05",
    "brier_by_chance": "Spiegelhalter's test, p >= 0.05", "range_mean_error": "mean error of a range of predictions",
    "slice_accuracy": "accuracy of a slice minus that of the rest", "recall_elsewhere": "recall at another threshold",
    "chosen_cost": "cost of a chosen threshold, corrected", "chosen_f1": "F1 of a chosen threshold, corrected",
    "chosen_youden": "Youden's index of a chosen threshold, corrected",
    "promise_precision": "promise precision.low >= x, kept", "promise_recall": "promise recall.low >= x, kept",
}  # fmt: skip


def title_of(name: str) -> str:
    """What a table calls a quantity."""
    return TITLES.get(name) or get_measure(name).title


TESTS = {
    "roc_auc": "DeLong", "roc_auc_macro": "DeLong", "roc_auc_weighted": "DeLong", "accuracy": "McNemar, mid-p",
    "recall": "McNemar, mid-p", "specificity": "McNemar, mid-p", "false_positive_rate": "McNemar, mid-p",
    "log_loss": "paired t", "brier_score": "paired t", "mse": "paired t", "mae": "paired t", "mape": "paired t",
    "mean_error": "paired t",
}  # fmt: skip

# What the designs of gates are called, and those that are judged with and without telling the gate.
GATES = {
    "plain": "", "clusters": "clusters of five", "slices 4": "on four slices, too",
    "slices 20": "on twenty slices, too", "same": "against itself", "looks": "ten looks at equal steps",
    "uneven looks": "ten looks, each at half as many more",
}  # fmt: skip
TOLD = ("champion 5", "champion 30", "looks", "uneven looks")


def percent(share: float) -> str:
    """A share as a percentage."""
    return f"{100 * share:.1f}"


def table(heads: list[str], rows: Iterable[list[str]]) -> str:
    """A table in Markdown, its first two columns words."""
    lines = [heads, ["---", "---", *["--:"] * (len(heads) - 2)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def gathered(found: list[dict[str, Any]], value: str, chosen: Callable[[dict[str, Any]], bool]) -> dict[str, list[Any]]:
    """The designs of each estimate: what it achieved, and the design."""
    by_name: dict[str, list[Any]] = {}
    for design in filter(chosen, found):
        for name, own in design["estimates"].items():
            by_name.setdefault(name, []).append((own[value], own, design))
    return by_name


def coverage_table(found: list[dict[str, Any]], chosen: Callable[[dict[str, Any]], bool], clustered: bool,
                   only: str | None = None) -> str:  # fmt: skip
    """For every estimate the coverage over designs, and the width of its intervals."""
    rows = []
    for name, own in gathered(found, "coverage", chosen).items():
        held = [value for value, *_ in own]
        within = sum(AIM[0] <= value <= AIM[1] for value in held)
        widths = [each["width"] for _, each, _ in own]
        method = (
            CLUSTERED if clustered and name not in ("ks",) and name not in TITLES else only or METHODS.get(name, "")
        )
        warned = median(each.get("warned", 0.0) for _, each, _ in own)
        rows.append(
            [title_of(name), method, str(len(held)), str(within), percent(min(held)), percent(median(held)),
             percent(max(held)), "" if "chance" in name or "promise" in name else f"{median(widths):.3f}",
             percent(warned)]
        )  # fmt: skip
    heads = ["measure", "method", "designs", "within", "least", "median", "greatest", "width", "warned"]
    return table(heads, rows)


def outside(found: list[dict[str, Any]]) -> str:
    """The designs in which an interval held the truth too rarely, the worst first."""
    rows = []
    for design in found:
        for name, own in design["estimates"].items():
            if own["coverage"] < AIM[0]:
                population = re.sub(r"np\.\w+\(|\)$", "", design["population"]).replace("(", " (") + ")"
                rows.append((own["coverage"], [title_of(name), population, f"{design['n']:,}",
                             percent(own["coverage"]), percent(own["above"]), percent(own["below"])]))  # fmt: skip
    rows.sort(key=lambda one: one[0])
    return table(["measure", "population", "n", "held", "truth below", "truth above"], [own for _, own in rows])


def sizes_table(found: list[dict[str, Any]]) -> str:
    """For every estimate how often equal models were told apart."""
    rows = []
    for name, own in gathered(found, "size", lambda _: True).items():
        sizes = [value for value, *_ in own]
        within = sum(SIZE[0] <= value <= SIZE[1] for value in sizes)
        rows.append(
            [get_measure(name).title, TESTS.get(name, "linearised"), str(len(sizes)), str(within), percent(min(sizes)),
             percent(median(sizes)), percent(max(sizes))]
        )  # fmt: skip
    return table(["measure", "test", "designs", "within", "least", "median", "greatest"], rows)


def gates_table(found: list[dict[str, Any]]) -> str:
    """What gates say of a model that is worse by the margin, and of one that is equal."""
    said = [(truth, verdict) for truth in ("worse", "equal") for verdict in ("pass", "fail")]
    rows = []
    for own in found:
        kind = GATES.get(own["kind"]) or own["kind"].replace("champion", "baseline the best of")
        told = {True: ", told", False: ", not told"}[own["allowed"]] if own["kind"] in TOLD else ""
        shares = [percent(own[truth][verdict]) if truth in own else "" for truth, verdict in said]
        margin = f"{own['margin']:.3f}" if own["margin"] else "0"
        rows.append([title_of(own["measure"]), kind + told, f"{own['n']:,}", margin, *shares])
    return table(
        ["measure", "design", "rows", "margin", "worse by the margin: passes", "fails", "equal: passes", "fails"], rows
    )


def picture(found: list[dict[str, Any]], path: Path) -> None:
    """Every design as a point: how often the interval of a measure held the truth."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "gnomon", "svg.fonttype": "none"})
    import matplotlib.pyplot as plt

    kinds = {
        "plain": "#0072B2",
        "ties": "#009E73",
        "weights": "#E69F00",
        "clusters": "#D55E00",
        "log-normal": "#CC79A7",
    }
    by_name = gathered(found, "coverage", lambda _: True)
    figure, ax = plt.subplots(figsize=(8, 0.3 * len(by_name) + 1.2), layout="constrained")
    ax.axvspan(100 * AIM[0], 100 * AIM[1], color="#000000", alpha=0.08)
    ax.axvline(95, color="#767676", linewidth=1)
    for kind, colour in kinds.items():
        points = [
            (100 * value, place + 0.12 * (list(kinds).index(kind) - 1.5))
            for place, own in enumerate(by_name.values())
            for value, _, design in own
            if design["kind"] == kind
        ]
        ax.plot(*zip(*points, strict=True), ".", color=colour, label=kind, alpha=0.7, markersize=5)
    ax.set_yticks(range(len(by_name)), [title_of(name) for name in by_name])
    ax.set(ylim=(len(by_name) - 0.5, -0.5), xlabel="samples in which the 95 % interval holds the truth, in percent")
    ax.grid(axis="y", alpha=0.2)
    ax.legend(loc="lower left", fontsize="small")
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Writes the documentation's parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coverage", type=Path, nargs="*", default=[Path("build/coverage.json")],
                        help="what study.py found")  # fmt: skip
    parser.add_argument("--sizes", type=Path, default=Path("build/comparison.json"), help="what comparison.py found")
    parser.add_argument("--gates", type=Path, default=Path("build/gate.json"), help="what gate.py found")
    parser.add_argument("--only", nargs="*", help="some of the parts; the picture is of all")
    options = parser.parse_args()
    found = [path for path in options.coverage if path.exists() or options.only is None]
    coverage = [design for path in found for design in json.loads(path.read_text())]
    gates = json.loads(options.gates.read_text()) if options.gates.exists() or options.only is None else []
    sizes = json.loads(options.sizes.read_text()) if options.sizes.exists() else []
    percentile, bca = ([own for own in coverage if own["interval"] == kind] for kind in ("percentile", "bca"))
    coverage = [own for own in coverage if own["interval"] == "auto"]
    uneven = [own for own in coverage if own["kind"].startswith(("uneven", "class", "choice"))]
    parts = {
        "uneven weights": coverage_table(
            coverage, lambda own: own["kind"] in ("uneven weights", "class weights"), False
        ),
        "uneven clusters": coverage_table(coverage, lambda own: own["kind"] == "uneven clusters", True),
        "choices": coverage_table(coverage, lambda own: own["kind"].startswith("choice"), False),
        "percentile": coverage_table(percentile, lambda _: True, False, "percentile"),
        "bca": coverage_table(bca, lambda _: True, False, "BCa"),
        "several models": sizes_table([own for own in sizes if own["kind"] == "four models"]),
        "outside, uneven": outside(uneven),
        "independent": coverage_table(coverage, lambda own: own["kind"] in ("plain", "ties"), False),
        "weights": coverage_table(coverage, lambda own: own["kind"] == "weights", False),
        "clusters": coverage_table(coverage, lambda own: own["kind"] == "clusters", True),
        "log-normal": coverage_table(coverage, lambda own: own["kind"] == "log-normal", False),
        "outside": outside([own for own in coverage if own not in uneven]),
        "gates": gates_table(gates),
        "sizes": sizes_table([own for own in sizes if own["kind"] != "four models"]),
    }
    page = ROOT / "docs" / "coverage.md"
    text = page.read_text(encoding="utf-8")
    for name, own in parts.items():
        if options.only is not None and name not in options.only:
            continue
        text, times = re.subn(
            rf"(<!-- {name} -->\n).*?(<!-- end -->)", lambda m, own=own: f"{m[1]}\n{own}\n\n{m[2]}", text,
            flags=re.DOTALL,
        )  # fmt: skip
        assert times == 1, name
    page.write_text(text, encoding="utf-8")
    if options.only is None:
        picture(coverage, ROOT / "docs" / "coverage.svg")


if __name__ == "__main__":
    main()
