"""The page's charts as Vega-Lite specifications. Colours come from the page, so that they follow its light and dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from gnomon.comparison.pair import Pair
from gnomon.comparison.result import Comparison
from gnomon.decision.threshold import ThresholdDecision
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.measures.registry import get_measure, shown
from gnomon.report import decisions
from gnomon.report.language import tr
from gnomon.report.pairs import title_of
from gnomon.report.remarks import comparable, short_names

Spec = dict[str, Any]

HEIGHT = 300
# With more classes than this, the cells of a confusion matrix are too small for their counts.
MOST_NUMBERS = 12


def field(name: str, title: str | None = None, kind: str = "quantitative", **more: Any) -> Spec:
    """An encoding by a field."""
    return {"field": name, "type": kind, "title": title if title is None else tr(title), **more}


def model_names(evaluations: Mapping[str, Evaluation]) -> dict[str, str]:
    """What models are called in charts, by their names."""
    return short_names(evaluations, 40)


def by_model(evaluations: Mapping[str, Evaluation]) -> Spec:
    """Colours and lines that tell models apart, with a legend where there are several."""
    several = len(evaluations) > 1
    look = {"symbolOpacity": 1, "symbolType": "stroke"}
    legend = {"title": None, "orient": "top", "labelLimit": 400, **look} if several else None
    names = list(model_names(evaluations).values())
    kind = {"field": "model", "type": "nominal", "legend": legend, "sort": names, "scale": {"domain": names}}
    return {"color": kind, **({"strokeDash": kind} if several else {})}


def unit(**more: Any) -> Spec:
    """A scale from 0 to 1."""
    return {"scale": {"domain": [0, 1]}, **more}


def guide(x: Spec, y: Spec, ends: Sequence[float] = (0, 1)) -> Spec:
    """The line of equal values on both axes, which are named as those of the other layers."""
    return {
        "data": {"values": [{"x": end, "y": end} for end in ends]},
        "mark": {"type": "line", "style": "guide"},
        "encoding": {"x": {**x, "field": "x"}, "y": {**y, "field": "y"}},
    }


def curve_chart(evaluations: Mapping[str, Evaluation], kind: str) -> Spec:
    """ROC or precision-recall curves; the page sets in the points and where the slider stands."""
    roc = kind == "roc"
    x = field("fpr", "false positive rate", **unit()) if roc else field("tpr", "recall", **unit())
    y = field("tpr", "true positive rate (recall)", **unit()) if roc else field("precision", "precision", **unit())
    low, high = ("tprLow", "tprHigh") if roc else ("precisionLow", "precisionHigh")
    step = {} if roc else {"interpolate": "step-before"}
    tips = [field("threshold", "threshold"), field("tpr", "recall"), field("precision", "precision"),
            field("fpr", "false positive rate")]  # fmt: skip
    order = {"field": "place", "type": "quantitative"}
    colours = by_model(evaluations)
    band = {
        "data": {"name": "curve"},
        "mark": {"type": "area", "opacity": 0.15, **step},
        "encoding": {"x": x, "y": {**field(low), "title": y["title"]}, "y2": {"field": high},
                     "color": colours["color"]},
    }  # fmt: skip
    line = {
        "data": {"name": "curve"},
        "mark": {"type": "line", **step},
        "encoding": {"x": x, "y": y, "order": order, **colours},
    }
    point = {
        "data": {"name": "at"},
        "mark": {"type": "point", "filled": True, "size": 140, "opacity": 1, "style": "at"},
        "encoding": {"x": x, "y": y, "color": colours["color"], "tooltip": tips},
    }
    guess = guide(x, y) if roc else {
        "data": {"name": "share"},
        "mark": {"type": "rule", "style": "guide"},
        "encoding": {"y": {**y, "field": "share"}},
    }  # fmt: skip
    return {"height": HEIGHT, "layer": [guess, band, line, point]}


def thresholds_chart(evaluations: Mapping[str, Evaluation]) -> Spec:
    """Precision, recall and F1 of the chosen model against the threshold, on an axis that has room for all models."""
    domain = list(score_range(evaluations))
    legend = {"title": None, "orient": "top", "labelLimit": 300}
    names = [tr(own.title) for own in shown("threshold_curves")]
    kind = {"field": "measure", "type": "nominal", "legend": legend, "sort": names, "scale": {"domain": names}}
    line = {
        "data": {"name": "measures"},
        "mark": {"type": "line", "interpolate": "step-after"},
        "encoding": {
            "x": field("threshold", "threshold", scale={"domain": domain}),
            "y": field("value", None, **unit()),
            "color": kind,
            "strokeDash": kind,
            "order": {"field": "place", "type": "quantitative"},
        },
    }
    rule = {"data": {"name": "at"}, "mark": {"type": "rule", "style": "at"},
            "encoding": {"x": field("threshold", "threshold")}}  # fmt: skip
    return {"height": HEIGHT, "layer": [line, rule]}


def score_range(evaluations: Mapping[str, Evaluation]) -> tuple[float, float]:
    """An axis of scores that has room for those of all models; of probabilities from 0 to 1."""
    if all(own.provenance.get("scale") == "probability" for own in evaluations.values()):
        return 0.0, 1.0
    tables = [own.thresholds.threshold for own in evaluations.values() if own.thresholds is not None]
    low, high = min(float(own[-1]) for own in tables), max(float(own[1]) for own in tables)
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def scores_chart(evaluations: Mapping[str, Evaluation]) -> Spec:
    """How the scores of both classes of the chosen model are spread; the page sets in the bars and the threshold."""
    domain = list(score_range(evaluations))
    legend = {"title": None, "orient": "top", "labelLimit": 300}
    bars = {
        "data": {"name": "scores"},
        "mark": {"type": "rect", "opacity": 0.55},
        "encoding": {
            "x": field("low", "score", scale={"domain": domain, "nice": False}),
            "x2": {"field": "high"},
            "y": field("share", "share of the class"),
            "y2": {"datum": 0},
            "color": {"field": "class", "type": "nominal", "legend": legend, "sort": None},
            "tooltip": [field("class", "class", "nominal"), field("low", "low"), field("high", "high"),
                        field("share", "share", format=".1%")],
        },
    }  # fmt: skip
    rule = {"data": {"name": "at"}, "mark": {"type": "rule", "style": "at", "strokeWidth": 2},
            "encoding": {"x": field("threshold", "score")}}  # fmt: skip
    return {"height": 140, "layer": [bars, rule]}


def decision_chart(decision: ThresholdDecision) -> Spec:
    """The goal's measure at every threshold, and the chosen one; beside it the usual measures, where it ends at 1."""
    curves = list(decisions.by_threshold(decision, decisions.drawn(decision)))
    values = [
        {"threshold": float(at), "measure": tr(own.title), "value": finite(float(value)), "place": place}
        for own, column in curves
        for place, (at, value) in enumerate(zip(decision.thresholds.threshold, column, strict=True))
        if math.isfinite(at)
    ]
    names = [tr(own.title) for own, _ in curves]
    kind = {"field": "measure", "type": "nominal", "legend": {"title": None, "orient": "top", "labelLimit": 300},
            "sort": names, "scale": {"domain": names}}  # fmt: skip
    line = {
        "data": {"values": values},
        "mark": {"type": "line", "interpolate": "step-after"},
        "encoding": {
            "x": field("threshold", "threshold", scale={"zero": False}),
            "y": field("value", None),
            "color": kind,
            "strokeDash": kind,
            "order": {"field": "place", "type": "quantitative"},
        },
    }
    chosen = decision.threshold.value
    at = {"data": {"values": [{"threshold": chosen}] if math.isfinite(chosen) else []},
          "mark": {"type": "rule", "style": "at"}, "encoding": {"x": field("threshold", "threshold")}}  # fmt: skip
    return {"height": HEIGHT, "layer": [line, at]}


def intervals_chart(evaluations: Mapping[str, Evaluation]) -> Spec:
    """Measures that end at 1 (of a regression, those in its unit) with intervals, and the baseline."""
    first = next(iter(evaluations.values()))
    regression = first.task == "regression"
    names = comparable(first)
    titles = {name: tr(get_measure(name).title) for name in names}
    baselines = {} if first.baseline is None else first.baseline.estimates
    shown = model_names(evaluations)
    values = [
        {"measure": titles[name], "model": shown[model], "value": own[name].value, "low": finite(own[name].low),
         "high": finite(own[name].high)}
        for model, own in evaluations.items()
        for name in names
        if name in own and own[name].defined
    ]  # fmt: skip
    marks = [
        {"measure": titles[name], "model": shown[model], "baseline": baselines[name].value}
        for model in evaluations
        for name in names
        if name in baselines and baselines[name].defined
    ]
    bars = [own for own in values if own["low"] is not None]
    rows = {"field": "measure", "type": "nominal", "sort": list(titles.values()), "title": None,
            "axis": {"labelLimit": 260, "ticks": False, "domain": False}}  # fmt: skip
    x = {"type": "quantitative", "title": None, "scale": {"zero": not regression}}
    several = len(evaluations) > 1
    offset = {"yOffset": {"field": "model", "type": "nominal", "sort": list(shown.values())}}
    encoding = {"y": rows, "color": by_model(evaluations)["color"], **(offset if several else {})}
    tips = [field("model", None, "nominal"), field("measure", None, "nominal"), field("value", "value"),
            field("low", "low"), field("high", "high"), ][0 if several else 1 :]  # fmt: skip
    return {
        "height": len(titles) * (24 if not several else 12 + 10 * len(evaluations)),
        "layer": [
            *([] if not marks else [
            {"data": {"values": marks}, "mark": {"type": "tick", "style": "guess", "thickness": 3},
             "encoding": {"x": {"field": "baseline", **x}, "y": rows, **(offset if several else {}),
                          "tooltip": [field("baseline", "baseline without a model")]}}]),
            *([] if not bars else [
            {"data": {"values": bars}, "mark": {"type": "rule", "strokeWidth": 2.5},
             "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, **encoding}}]),
            {"data": {"values": values}, "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
             "encoding": {"x": {"field": "value", **x}, **encoding, "tooltip": tips}},
        ],
    }  # fmt: skip


def calibration_chart(evaluations: Mapping[str, Evaluation]) -> Spec:
    """Reliability curves with intervals; of one model also where chance would put them."""
    values, bands = [], []
    shown = model_names(evaluations)
    for model, evaluation in evaluations.items():
        assert evaluation.calibration is not None  # there is a section
        curve = evaluation.calibration.equal_width
        columns = (curve.probability, curve.observed, curve.low, curve.high, curve.band_low, curve.band_high,
                   curve.weight)  # fmt: skip
        for p, share, low, high, least, most, rows in zip(*(each.tolist() for each in columns), strict=True):
            values.append({"model": shown[model], "p": p, "share": share, "low": low, "high": high, "n": rows})
            bands.append({"p": p, "low": least, "high": most})
    x, y = (
        field("p", "mean predicted probability", **unit()),
        field("share", "fraction of positives", **unit()),
    )
    band = {"data": {"values": bands}, "mark": {"type": "area", "style": "chance", "opacity": 0.25},
            "encoding": {"x": x, "y": {**field("low"), "title": y["title"]}, "y2": {"field": "high"}}}  # fmt: skip
    colours = by_model(evaluations)
    tips = [field("p", "mean predicted probability"), field("share", "fraction of positives"), field("low", "low"),
            field("high", "high"), field("n", "n")]  # fmt: skip
    return {
        "height": HEIGHT,
        "layer": [
            guide(x, y),
            *([band] if len(evaluations) == 1 else []),
            {"data": {"values": values}, "mark": {"type": "rule", "strokeWidth": 1.5},
             "encoding": {"x": x, "y": {**field("low"), "title": y["title"]}, "y2": {"field": "high"},
                          "color": colours["color"]}},
            {"data": {"values": values}, "mark": {"type": "line", "point": {"size": 50}},
             "encoding": {"x": x, "y": y, **colours, "tooltip": tips}},
        ],
    }  # fmt: skip


def differences_chart(compared: Comparison, of_pairs: Sequence[Pair]) -> Spec:
    """Differences of some pairs with their intervals, of measures that stand on one axis, and a line at none."""
    names = comparable(next(iter(compared.models.values())))
    pairs = [pair for pair in of_pairs if any(name in pair.differences for name in names)]
    shown = short_names([title_of(pair) for pair in pairs], 60)
    titles = {name: tr(get_measure(name).title) for name in names if any(name in pair.differences for pair in pairs)}
    values = [
        {"measure": titles[name], "model": shown[title_of(pair)], "value": pair[name].value,
         "low": finite(pair[name].low), "high": finite(pair[name].high)}
        for pair in pairs
        for name in titles
        if name in pair.differences and not math.isnan(pair[name].low)
    ]  # fmt: skip
    x = {"type": "quantitative", "title": tr("difference")}
    rows = {"field": "measure", "type": "nominal", "sort": list(titles.values()), "title": None,
            "axis": {"labelLimit": 260, "ticks": False, "domain": False}}  # fmt: skip
    order = list(shown.values())
    colour = {"field": "model", "type": "nominal", "sort": order, "scale": {"domain": order},
              "legend": {"title": None, "orient": "top", "labelLimit": 400, "columns": 1}}  # fmt: skip
    encoding = {"y": rows, "color": colour, "yOffset": {"field": "model", "type": "nominal", "sort": order}}
    tips = [field("model", None, "nominal"), field("measure", None, "nominal"), field("value", "difference"),
            field("low", "low"), field("high", "high")]  # fmt: skip
    return {
        "height": len(titles) * (14 + 10 * len(pairs)),
        "layer": [
            {"data": {"values": [{"zero": 0}]}, "mark": {"type": "rule", "style": "guide"},
             "encoding": {"x": {**x, "field": "zero"}}},
            {"data": {"values": values}, "mark": {"type": "rule", "strokeWidth": 2.5},
             "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, **encoding}},
            {"data": {"values": values}, "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
             "encoding": {"x": {"field": "value", **x}, **encoding, "tooltip": tips}},
        ],
    }  # fmt: skip


def confusion_chart(confusion: ConfusionMatrix) -> Spec:
    """Counts in cells, shaded by their share of the true class."""
    labels = list(short_names(confusion.labels, 24).values())
    support = confusion.counts.sum(axis=1)
    values = [
        {"true": labels[i], "predicted": labels[j], "rows": int(count), "text": f"{count:,}",
         "share": float(count / support[i]) if support[i] else 0.0}
        for i, line in enumerate(confusion.counts.tolist())
        for j, count in enumerate(line)
    ]  # fmt: skip
    x = field("predicted", "predicted", "nominal", sort=labels, axis={"labelAngle": 0 if len(labels) < 8 else -45})
    y = field("true", "true", "nominal", sort=labels)
    tips = [field("true", "true", "nominal"), field("predicted", "predicted", "nominal"), field("rows", "rows"),
            field("share", "share", format=".1%")]  # fmt: skip
    shade = field("share", None, legend=None, scale={"domain": [0, 1], "range": [0, 1]})
    cells = {"mark": {"type": "rect"}, "encoding": {"fillOpacity": shade, "tooltip": tips}}
    numbers = [
        {"transform": [{"filter": test}], "mark": {"type": "text", "style": style},
         "encoding": {"text": {"field": "text", "type": "nominal"}}}
        for test, style in (("datum.share <= 0.5", "ink"), ("datum.share > 0.5", "inverse"))
    ]  # fmt: skip
    return {
        "height": len(labels) * (60 if len(labels) <= 4 else 28),
        "data": {"values": values},
        "encoding": {"x": x, "y": y},
        "layer": [cells, *(numbers if len(labels) <= MOST_NUMBERS else [])],
    }


def predicted_vs_true_chart(evaluations: Mapping[str, Evaluation]) -> Spec:
    """Predictions against the truth, points by the rows they stand for, and the line of no error."""
    values = points_of(evaluations)
    ends = [own[name] for own in values for name in ("true", "predicted")]
    x, y = field("true", "true"), field("predicted", "predicted")
    return points_chart(evaluations, values, x, y, guide(x, y, (min(ends), max(ends))))


def residuals_chart(evaluations: Mapping[str, Evaluation]) -> Spec:
    """Errors against predictions, and the line of none."""
    x, y = field("predicted", "predicted"), field("error", "predicted minus true")
    line = {"data": {"values": [{"zero": 0}]}, "mark": {"type": "rule", "style": "guide"},
            "encoding": {"y": {**y, "field": "zero"}}}  # fmt: skip
    return points_chart(evaluations, points_of(evaluations), x, y, line)


def points_chart(evaluations: Mapping[str, Evaluation], values: list[Spec], x: Spec, y: Spec, line: Spec) -> Spec:
    """Points whose areas say how many rows they stand for."""
    most = max(own["rows"] for own in values)
    size = {"value": 25} if most == 1 else field("rows", "rows", legend=None, scale={"range": [2, 220]})
    free = {"scale": {"zero": False}}
    return {
        "height": HEIGHT,
        "layer": [
            line,
            {"data": {"values": values}, "mark": {"type": "point", "filled": True, "opacity": 0.5},
             "encoding": {"x": {**x, **free}, "y": {**y, **free}, "size": size,
                          "color": by_model(evaluations)["color"],
                          "tooltip": [field("true", "true"), field("predicted", "predicted"), field("rows", "rows")]}},
        ],
    }  # fmt: skip


def points_of(evaluations: Mapping[str, Evaluation]) -> list[Spec]:
    """The points of all models."""
    points = []
    shown = model_names(evaluations)
    for model, evaluation in evaluations.items():
        assert evaluation.errors.scatter is not None  # there is a section
        scatter = evaluation.errors.scatter
        for true, predicted, rows in zip(
            scatter.target.tolist(), scatter.prediction.tolist(), scatter.rows.tolist(), strict=True
        ):
            points.append({"model": shown[model], "true": true, "predicted": predicted,
                          "error": predicted - true, "rows": rows})  # fmt: skip
    return points


def finite(value: float) -> float | None:
    """A number that JSON can hold."""
    return value if math.isfinite(value) else None
