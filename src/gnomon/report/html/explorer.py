"""What the threshold slider moves over: exact counts at several hundred thresholds, and the measures there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.measures.registry import get_measure, shown, shown_in
from gnomon.report.html import charts
from gnomon.report.language import tr
from gnomon.report.remarks import level_of
from gnomon.report.text import number
from gnomon.visible import visible

# Thresholds that the slider stops at, of all models together and of one at least; the best by any costs is among them.
STOPS, FEWEST = 600, 150


def explorer(evaluations: Mapping[str, Evaluation]) -> dict[str, Any] | None:
    """The explorer's section, and the data that its slider needs; None unless all have thresholds."""
    if any(own.thresholds is None for own in evaluations.values()):
        return None
    first = next(iter(evaluations.values()))
    return {
        "models": list(charts.model_names(evaluations).values()),
        "positive": visible(str(first.positive), 40),
        "negative": visible(first.classes[0], 40),
        "measures": {name: tr(get_measure(name).title) for name in slider_measures()},
        "weighted": any(own.thresholds is not None and own.thresholds.weighted for own in evaluations.values()),
        "level": f"{100 * level_of(first):g} %",
        "data": [stops_of(own, max(FEWEST, STOPS // len(evaluations))) for own in evaluations.values()],
    }


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
    words = {"none": tr("no row is predicted positive")} | {
        own.name: tr(own.title) for own in shown("threshold_curves")
    }
    return {"explorer": {"models": section["models"], "stops": section.pop("data"), "words": words}}


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
    }


def plain_counts(counts: NDArray[np.float64]) -> list[float | int]:
    """Counts as whole numbers where they are."""
    return [int(own) if own.is_integer() else own for own in counts.tolist()]
