"""How a measure went over runs, in whatever form it is shown."""

from __future__ import annotations

import math

from gnomon.history.trend import Trend
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.report.html.charts import Spec, field, finite
from gnomon.report.language import tr
from gnomon.report.remarks import figure, short_names, tags_of
from gnomon.visible import visible

LONGEST = 40
# Lines in one chart at most.
MOST_TOGETHER = 3


def title_of(trend: Trend) -> str:
    """What it shows."""
    text = "{measure} over {number:,} runs"
    title = get_measure(trend.measure).title
    return tr(Message("trend_of", text, measure=title, number=len(trend.runs)))


def columns(trend: Trend) -> dict[str, list[str]]:
    """The runs as columns of text, the newest first: a column for each line, or one for all names."""
    places = range(len(trend.runs) - 1, -1, -1)
    of_names = set(trend.series) == {run.name for run in trend.runs}
    made = {
        tr("run"): [trend.runs[place].short_id for place in places],
        tr("name"): [visible(trend.runs[place].name, LONGEST) for place in places],
    }
    if of_names:
        column = tr(get_measure(trend.measure).column)
        made[column] = [figure(trend.series[trend.runs[place].name][place]) for place in places]
    else:
        for name, values in trend.series.items():
            made[visible(name, LONGEST)] = [figure(values[place]) for place in places]
    made[tr("tags")] = [visible(tags_of(trend.runs[place]), LONGEST) for place in places]
    made[tr("when")] = [trend.runs[place].created[:16].replace("T", " ") for place in places]
    return {head: own for head, own in made.items() if any(own)}


def chart(trend: Trend) -> Spec:
    """A line with its band for each name, or slice, run by run; beside each other where they are many."""
    shown = short_names(trend.series, LONGEST)
    values = [
        {
            "place": place + 1, "series": shown[name], "value": own.value, "low": finite(own.low),
            "high": finite(own.high), "run": visible(trend.runs[place].name, LONGEST),
            "when": trend.runs[place].created[:16].replace("T", " "),
            "tags": visible(tags_of(trend.runs[place]), LONGEST),
        }
        for name, estimates in trend.series.items()
        for place, own in enumerate(estimates)
        if own is not None and not math.isnan(own.value)
    ]  # fmt: skip
    order = list(shown.values())
    whole: Spec = {"data": {"values": values}}
    if len(order) > MOST_TOGETHER:
        series = {"field": "series", "type": "nominal", "sort": order, "title": None, "header": {"labelFontSize": 12}}
        return whole | {"facet": series, "spec": {"height": 120, "layer": layers(trend, None, 5)}}
    legend = {"title": None, "orient": "top", "labelLimit": 400, "symbolOpacity": 1} if len(order) > 1 else None
    colour = {"field": "series", "type": "nominal", "sort": order, "scale": {"domain": order}, "legend": legend}
    return whole | {"height": 340, "layer": layers(trend, colour, 15)}


def layers(trend: Trend, colour: Spec | None, most: int) -> list[Spec]:
    """The band, the intervals, the line and the points of each series.

    Args:
        trend: The trend.
        colour: How series are told apart; None where each has a chart of its own.
        most: Numbers of runs along the axis at most.
    """
    numbers = list(range(1, len(trend.runs) + 1, -(-len(trend.runs) // most)))
    x = field("place", "run", axis={"values": numbers, "format": "d"}, scale={"nice": False})
    y = {"type": "quantitative", "title": tr(get_measure(trend.measure).title), "scale": {"zero": False}}
    tips = [field("run", "name", "nominal"), field("when", "when", "nominal"), field("tags", "tags", "nominal"),
            field("value", "value"), field("low", "low"), field("high", "high")]  # fmt: skip
    paint = {} if colour is None else {"color": colour}
    ends = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, **paint}
    value = {"x": x, "y": {**y, "field": "value"}, **paint}
    known = [{"filter": "isValid(datum.low)"}]
    return [
        {"transform": known, "mark": {"type": "area", "opacity": 0.15, "interpolate": "linear"}, "encoding": ends},
        {"transform": known, "mark": {"type": "rule", "strokeWidth": 1.5}, "encoding": ends},
        {"mark": {"type": "line", "strokeWidth": 2}, "encoding": value},
        {"mark": {"type": "point", "filled": True, "size": 50, "opacity": 1}, "encoding": {**value, "tooltip": tips}},
    ]
