"""What the threshold slider moves over: exact counts at several hundred thresholds, and the measures there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.comparison.ranking import leading, ranking
from gnomon.comparison.result import Comparison
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.measures.registry import get_measure, shown, shown_in
from gnomon.report.html import charts
from gnomon.report.language import tr
from gnomon.report.remarks import level_of
from gnomon.text import number
from gnomon.visible import visible

# Thresholds that the slider stops at, of all models together and of one at least; the best by any costs is among them.
STOPS, FEWEST = 600, 150
# Bars of the distribution of scores.
SCORE_BINS = 40


def explorer(evaluations: Mapping[str, Evaluation], compared: Comparison | None = None) -> dict[str, Any] | None:
    """The explorer's section, and the data that its slider needs; None unless all have thresholds.

    Args:
        evaluations: By the names of their models.
        compared: Their comparison: the best model is shown first, at the costs that thresholds were chosen by.
    """
    if any(own.thresholds is None for own in evaluations.values()):
        return None
    first = next(iter(evaluations.values()))
    return {
        "models": list(charts.model_names(evaluations).values()),
        "positive": visible(str(first.positive), 40),
        "negative": visible(first.classes[0], 40),
        "measures": {name: tr(get_measure(name).title) for name in slider_measures()},
        "first": first_shown(evaluations, compared),
        "costs": costs_of(compared),
        "weighted": any(own.thresholds is not None and own.thresholds.weighted for own in evaluations.values()),
        "level": f"{100 * level_of(first):g} %",
        "data": [stops_of(own, max(FEWEST, STOPS // len(evaluations))) for own in evaluations.values()],
    }


def first_shown(evaluations: Mapping[str, Evaluation], compared: Comparison | None) -> int:
    """The place of the model that is shown first: the best of a comparison."""
    ranked = None if compared is None else ranking(compared, leading(compared))
    return 0 if ranked is None else list(evaluations).index(ranked.best)


def costs_of(compared: Comparison | None) -> dict[str, str]:
    """What a false positive and a false negative cost more than the right answer, by the cell; 1 where unsaid."""
    decisions = [] if compared is None else list(compared.decisions.values())
    costs = decisions[0].costs if decisions else None
    if costs is None:
        return {"fp": "1", "fn": "1"}
    return {"fp": f"{max(0.0, costs.fp - costs.tn):g}", "fn": f"{max(0.0, costs.fn - costs.tp):g}"}


def slider_measures() -> list[str]:
    """The measures that are shown where the slider stands, those that are drawn first."""
    return list(dict.fromkeys((*shown_in("threshold_curves"), *shown_in("binary"))))


def explorer_data(evaluations: Mapping[str, Evaluation], section: dict[str, Any], specs: dict[str, Any]) -> Any:
    """What the page's script needs of the section; its charts are put beside the others.

    Args:
        evaluations: By the names of their models.
        section: What :func:`explorer` gave; its numbers are taken out of it.
        specs: The page's charts.
    """
    specs["roc"] = charts.curve_chart(evaluations, "roc")
    specs["precision-recall"] = charts.curve_chart(evaluations, "precision_recall")
    specs["thresholds"] = charts.thresholds_chart(evaluations)
    specs["scores"] = charts.scores_chart(evaluations)
    words: dict[str, Any] = {"none": tr("no row is predicted positive")} | {
        own.name: tr(own.title) for own in shown("threshold_curves")
    }
    words |= {"classes": [section["negative"], section["positive"]]}
    return {
        "explorer": {
            "models": section["models"],
            "stops": section.pop("data"),
            "words": words,
            "first": section["first"],
        }
    }


def stops_of(evaluation: Evaluation, most: int) -> dict[str, Any]:
    """One model's counts and measures at the slider's stops, from the highest threshold down.

    Measures and intervals that are shown are text, as a report shows them.
    """
    operating = evaluation.operating_points(slider_measures(), most=most)
    table = operating.thresholds
    told = {name: [[number(each) for each in end.tolist()] for end in band] for name, band in operating.bands.items()}
    return {
        "threshold": [None if math.isinf(own) else own for own in table.threshold.tolist()],
        "tp": plain_counts(table.true_positives),
        "fp": plain_counts(table.false_positives),
        "positives": table.positives,
        "negatives": table.negatives,
        "measures": told,
        "start": operating.start,
        "used": evaluation.threshold,
        "scores": score_bins(evaluation),
    }


def score_bins(evaluation: Evaluation) -> list[list[float]]:
    """How the scores of both classes are spread: each bin's ends, and the share of the negatives and positives in it.

    Bins of equal width over the range of the scores; counts follow from those that reach the ends.
    """
    table = evaluation.thresholds
    assert table is not None  # there is a slider
    at = table.threshold[:0:-1]  # ascending, without the one that nothing reaches
    low, high = float(at[0]), float(at[-1])
    if evaluation.provenance.get("scale") == "probability":
        low, high = 0.0, 1.0
    ends = np.linspace(low, high, SCORE_BINS + 1) if low < high else np.array([low - 0.5, low + 0.5])
    places = np.searchsorted(at, ends[:-1])  # the least threshold that is not below an end
    shares = []
    for counts, total in (
        (table.false_positives, table.negatives),
        (table.true_positives, table.positives),
    ):
        reaching = np.append(counts[::-1][:-1][places.clip(max=len(at) - 1)] * (places < len(at)), 0.0)
        shares.append((reaching[:-1] - reaching[1:]) / total)
    return [[float(f"{value:.6g}") for value in row] for row in zip(ends[:-1], ends[1:], *shares, strict=True)]


def plain_counts(counts: NDArray[np.float64]) -> list[float | int]:
    """Counts as whole numbers where they are."""
    return [int(own) if own.is_integer() else own for own in counts.tolist()]
