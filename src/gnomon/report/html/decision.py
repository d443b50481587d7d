"""What each section of a decision's page says, as plain data."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial, singledispatch
from typing import Any

from gnomon.decision.cost import CostDecision
from gnomon.decision.recalibration import Recalibration
from gnomon.decision.threshold import ThresholdDecision
from gnomon.estimate import Estimate
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.gating.result import GateResult
from gnomon.history.trend import Trend
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.report import decisions, gates, trends
from gnomon.report.html import charts
from gnomon.report.html.view import LARGEST_MATRIX, LONGEST, View, bar, cell, facts_of, matrix_view, named, plain_cell
from gnomon.report.language import tr
from gnomon.report.parts import shown_parts
from gnomon.report.remarks import method_name, source_of
from gnomon.report.results import Decision
from gnomon.text import number
from gnomon.visible import visible


@singledispatch
def decision_heading(decision: Any, title: str | None = None) -> View:
    """What was decided, and on which rows."""
    raise TypeError(type(decision))


def decision_sections(decision: Decision, only: Collection[str] = ()) -> dict[str, View]:
    """The sections of its page, by name, in their order: those asked for, or all."""
    parts = all_sections(decision)
    return shown_parts({name: partial(parts.__getitem__, name) for name in parts}, only)


@singledispatch
def all_sections(decision: Any) -> dict[str, View]:
    """All sections of a decision's page."""
    raise TypeError(type(decision))


@decision_heading.register
def _(decision: ThresholdDecision, title: str | None = None) -> View:
    facts = [*decisions.rows_of(decision), f"{tr('positive')}: {visible(decision.positive, LONGEST)}"]
    return heading(decision, title, f"{tr('threshold')} · {tr(decision.goal)}", facts)


@decision_heading.register
def _(decision: CostDecision, title: str | None = None) -> View:
    facts = [f"n = {decision.cost.n:,}", f"{len(decision.classes)} {tr('classes')}"]
    return heading(decision, title, tr("decision of minimum expected cost"), facts)


@decision_heading.register
def _(decision: Recalibration, title: str | None = None) -> View:
    judged = decisions.judged_rows(decision)
    return heading(
        decision,
        title,
        tr("recalibration"),
        [tr(Message("evaluated_on_others", "evaluated on {judged:,} others", judged=judged))],
    )


@decision_heading.register
def _(result: GateResult, title: str | None = None) -> View:
    kind = tr("gate")
    called, unsaid = named(title, gates.source(result), kind)
    return {"title": called, "kind": kind, "facts": [*unsaid, *gates.facts(result)], "models": [], "figures": []}


@decision_heading.register
def _(trend: Trend, title: str | None = None) -> View:
    called, unsaid = named(title, "", trends.title_of(trend))
    facts = [f"{trend.runs[0].created[:10]} – {trend.runs[-1].created[:10]}"]
    return {"title": called, "kind": "", "facts": [*unsaid, *facts], "models": [], "figures": []}


def heading(
    decision: ThresholdDecision | CostDecision | Recalibration, title: str | None, kind: str, facts: list[str]
) -> View:
    """The head of the page."""
    source = visible(source_of(decision.provenance), LONGEST)
    called, unsaid = named(title, source, kind)
    return {"title": called, "kind": kind, "facts": [*unsaid, *facts], "models": [], "figures": []}


@all_sections.register
def _(decision: ThresholdDecision) -> dict[str, View]:
    title = tr(get_measure(decision.measure).title)
    facts = [f"{title}: {text}" for text in decisions.beside(decision)]
    elsewhere = decisions.in_other_samples(decision, "–")
    parts: dict[str, View] = {
        "decision": answered(decisions.answer(decision), [*([elsewhere] if elsewhere else []), *facts], decision.met)
    }
    if not decision.met:
        parts["decision"]["facts"].insert(0, tr("the constraints cannot be met"))
    parts["measures"] = {
        "models": [""],
        "level": f"{100 * decision.threshold.level:g} %",
        "rows": [
            {
                "title": tr(get_measure(name).title),
                "cells": [cell(own)],
                "bar": bar_of(own, name),
                "baseline": "",
                "difference": cell(None),
                "n": f"{own.n:,}",
                "method": method_name(own.method),
            }
            for name, own in decision.estimates.items()
        ],
        "baselines": False,
        "differences": False,
        "other_names": "",
        "scale": "1",
        "chart": None,
    }
    parts["candidates"] = {"table": thresholds_table(decision), "chart": charts.decision_chart(decision)}
    return {**parts, **matrix(decision.confusion), **closing(decision)}


def thresholds_table(decision: ThresholdDecision) -> View:
    """Some of the thresholds that there were, the chosen one marked."""
    listed = decisions.alternatives(decision)
    return {
        "heads": ["score >=", tr("flagged"), *listed.columns],
        "rows": [
            {
                "name": text,
                "cells": [plain_cell(own[place]) for own in (listed.flagged, *listed.columns.values())],
                "chosen": place == listed.chosen,
            }
            for place, text in enumerate(listed.thresholds)
        ],
    }


@all_sections.register
def _(decision: CostDecision) -> dict[str, View]:
    rows = [
        {"name": name, "cells": [cell(own) if isinstance(own, Estimate) else plain_cell(number(own))], "chosen": False}
        for name, own in decisions.costs_of(decision).items()
    ]
    head = f"{tr('mean cost per row')} ({100 * decision.cost.level:g} %)"
    answer = answered(tr("each row is assigned the class of minimum expected cost"), [], True)
    answer["table"] = {"heads": ["", head], "rows": rows}
    return {"decision": answer, **matrix(decision.confusion), **closing(decision)}


@all_sections.register
def _(decision: Recalibration) -> dict[str, View]:
    names = decisions.maps_of(decision)
    level = f"{100 * decision.estimates[next(iter(names))][LOG_LOSS.name].level:g} %"
    rows = [
        {
            "name": names[name],
            "cells": [
                plain_cell(number(own[LOG_LOSS.name].value)),
                plain_cell(number(own["expected_calibration_error"].value)),
                cell(decision.differences[name][LOG_LOSS.name] if name in decision.differences else None),
                plain_cell(number(own[BRIER_SCORE.name].value)),
            ],
            "chosen": name == decision.best,
        }
        for name, own in decision.estimates.items()
    ]
    heads = [tr("map"), tr("log loss"), "ECE", f"{tr('difference in log loss')} ({level})", tr("Brier score")]
    answer = answered(f"{tr('map')}: {names[decision.best]}", [], True)
    answer["table"] = {"heads": heads, "rows": rows}
    return {"decision": answer, **closing(decision)}


@all_sections.register
def _(result: GateResult) -> dict[str, View]:
    lines = gates.lines(result)
    answer = answered(tr(result.answer), gates.told(result), result.verdict == "pass")
    interval = tr(Message("value_and_interval", "value ({level:g} % interval)", level=result.level * 100))
    answer["table"] = {
        "heads": [tr("rule"), tr("verdict"), interval, "n"],
        "rows": [
            {
                "name": line.rule,
                "cells": [
                    plain_cell(line.verdict) | {"mark": mark_of(line.good)},
                    plain_cell(line.evidence),
                    plain_cell(line.n),
                ],
                "chosen": False,
            }
            for line in lines
        ],
    }
    plan: View = {
        "answer": gates.plan(result),
        "facts": [],
        "met": True,
        "table": {
            "heads": [tr("rule"), tr("rows"), tr("needed if equal"), tr("needed as seen")],
            "rows": [
                {
                    "name": line.rule,
                    "cells": [plain_cell(own) for own in (line.n, line.equal, line.seen)],
                    "chosen": False,
                }
                for line in lines
                if line.equal or line.seen
            ],
        },
    }
    return {"decision": answer, "plan": plan, **closing(result)}


@all_sections.register
def _(trend: Trend) -> dict[str, View]:
    columns = trends.columns(trend)
    first, *others = columns
    rows = [
        {"name": name, "cells": [plain_cell(columns[head][place]) for head in others], "chosen": False}
        for place, name in enumerate(columns[first])
    ]
    return {"trend": {"chart": trends.chart(trend), "table": {"heads": list(columns), "rows": rows}}}


def mark_of(good: bool | None) -> str:
    """How a verdict is marked."""
    return "unclear" if good is None else "good" if good else "bad"


def bar_of(estimate: Estimate, name: str) -> View | None:
    """An estimate on the axis of the bars, if it ends at 1."""
    return bar(estimate, None, 1.0) if get_measure(name).high == 1.0 else None


def answered(text: str, facts: list[str], met: bool) -> View:
    """The answer, and what to know of it."""
    return {"answer": text, "facts": facts, "met": met, "table": None}


def matrix(confusion: ConfusionMatrix) -> dict[str, View]:
    """The confusion matrix, unless it is too large to be seen."""
    if len(confusion.labels) > LARGEST_MATRIX:
        return {}
    return {"confusion": {"matrices": [matrix_view("", confusion)]}}


def closing(decision: ThresholdDecision | CostDecision | Recalibration | GateResult) -> dict[str, View]:
    """Notes, and where the numbers came from."""
    notes = [visible(tr(note)) for note in decision.notes]
    parts: dict[str, View] = {"notes": {"models": [{"model": "", "texts": notes}]}} if notes else {}
    return {**parts, "provenance": {"models": [{"model": "", "facts": list(facts_of(decision.provenance).items())}]}}
