"""What each section of the page says, as plain data: text is finished here, templates only place it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from gnomon.comparison.result import Comparison
from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.estimates.small_samples import resting_on
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.evaluation.result.evaluation import SURE, Evaluation, ranked_by
from gnomon.measures.registry import get_measure, in_order
from gnomon.message import Message, word
from gnomon.report import pairs as pairs_text
from gnomon.report import remarks
from gnomon.report.html import charts
from gnomon.report.html.explorer import explorer
from gnomon.report.language import tr
from gnomon.report.remarks import method_name
from gnomon.report.text import number, p_text
from gnomon.visible import visible

Models = Mapping[str, Evaluation]
View = dict[str, Any]

LONGEST = 60
# Rows of tables; a page must not grow with the data.
MOST_SLICES, MOST_CLASSES, MOST_CONFUSIONS, MOST_ROWS = 200, 100, 10, 20
# Measures of slices, besides that which they are ranked by.
MOST_MEASURES = 4
# Larger matrices are no picture: the classes that are confused most are listed instead.
LARGEST_MATRIX = 40


def sections(evaluations: Models, compared: Comparison | None = None) -> dict[str, View]:
    """The sections that there is something to say in, by name, in the order of the page.

    Args:
        evaluations: By the names of their models.
        compared: What their differences say, if they were compared.
    """
    makers: dict[str, Callable[[Models], View | None]] = {
        "comparison": lambda _: None if compared is None else comparison(compared),
        "says": says,
        "measures": measures,
        "explorer": explorer,
        "confusion": confusion,
        "classes": classes,
        "amounts": amounts,
        "calibration": calibration,
        "slices": slices,
        "errors": errors,
        "train": train,
        "provenance": provenance,
    }
    made = {name: maker(evaluations) for name, maker in makers.items()}
    return {name: own for name, own in made.items() if own is not None}


def heading(evaluations: Models, compared: Comparison | None = None) -> View:
    """What was evaluated, or compared."""
    first = next(iter(evaluations.values()))
    facts = [f"n = {', '.join(dict.fromkeys(f'{own.n:,}' for own in evaluations.values()))}"]
    if first.positive is not None:
        facts.append(f"{tr('positive')}: {visible(first.positive, LONGEST)}")
    elif first.classes:
        kind = tr("labels") if first.task == "multilabel" else tr("classes")
        facts.append(f"{len(first.classes)} {kind}")
    if len(evaluations) == 1 and first.threshold is not None:
        facts.append(tr(Message("positive_at", "positive at score >= {threshold:g}", threshold=first.threshold)))
    sources = dict.fromkeys(map(remarks.source_name, evaluations.values()))
    return {
        "title": tr(
            Message("evaluation_of", "{task} evaluation", task=word(first.task))
            if compared is None
            else Message("comparison_of", "{task} comparison", task=word(first.task))
        ),
        "source": " · ".join(visible(own, LONGEST) for own in sources if own),
        "facts": facts,
        "models": [visible(name, LONGEST) for name in evaluations if name],
    }


def says(evaluations: Models) -> View:
    """Advice and notes of each model."""
    models = [
        {
            "model": visible(name, LONGEST),
            "advice": [visible(tr(each.text)) for each in ev.advice],
            "notes": [visible(own) for own in (*map(tr, ev.notes), *remarks.reasons(ev.estimates))],
        }
        for name, ev in evaluations.items()
    ]
    return {"models": [each for each in models if each["advice"] or each["notes"]]}


def comparison(compared: Comparison) -> View:
    """For every pair of models the differences, and what they say."""
    pairs = [
        {
            "title": pairs_text.title_of(pair),
            "says": [visible(tr(text)) for text in pair.sentences],
            "rows": pairs_text.rows_of(pair, compared.n),
            "margin": any(row.margin for row in pairs_text.rows_of(pair, compared.n)),
        }
        for pair in pairs_text.shown_pairs(compared)
    ]
    return {
        "pairs": pairs,
        "level": f"{100 * compared.level:g} %",
        "notes": [visible(note) for note in pairs_text.notes_of(compared)],
        "chart": charts.differences_chart(compared),
    }


def measures(evaluations: Models) -> View:
    """Every estimate with its interval, beside what answering without a model scores."""
    first = next(iter(evaluations.values()))
    names = dict.fromkeys(name for own in evaluations.values() for name in own)
    alike = all(same_baseline(own, first) for own in evaluations.values())
    baselines = remarks.baseline_texts(first) if alike else {}
    differences = first.baseline.differences if first.baseline is not None and len(evaluations) == 1 else {}
    rows = [
        {
            "title": tr(get_measure(name).title),
            "cells": [cell(own.estimates.get(name)) for own in evaluations.values()],
            "baseline": baselines.get(name, ""),
            "difference": cell(differences.get(name)),
            "n": f"{first[name].n:,}" if name in first else "",
            "method": method_name(first[name].method) if name in first else "",
        }
        for name in names
    ]
    return {
        "models": [visible(name, LONGEST) for name in evaluations],
        "level": ", ".join(dict.fromkeys(f"{100 * remarks.level_of(own):g} %" for own in evaluations.values())),
        "rows": rows,
        "baselines": bool(baselines),
        "differences": bool(differences),
        "chart": charts.intervals_chart(evaluations),
    }


def same_baseline(one: Evaluation, other: Evaluation) -> bool:
    """Whether answering without a model scores the same for both: they are of the same rows."""
    if one.baseline is None or other.baseline is None:
        return False
    estimates, others = one.baseline.estimates, other.baseline.estimates
    return {name: each.value for name, each in estimates.items()} == {name: each.value for name, each in others.items()}


def cell(estimate: Estimate | Difference | None) -> View:
    """A value and its interval as text."""
    if estimate is None:
        return {"value": "", "interval": "", "reason": ""}
    ends = "" if math.isnan(estimate.low) else f"{number(estimate.low)} – {number(estimate.high)}"
    reason = estimate.reason if isinstance(estimate, Estimate) else None
    bound = f" ± {number(estimate.bound)}" if isinstance(estimate, Estimate) and remarks.bounded(estimate) else ""
    return {"value": number(estimate.value) + bound, "interval": ends, "reason": visible(tr(reason or ""))}


def confusion(evaluations: Models) -> View | None:
    """Confusion matrices, unless the slider shows them."""
    if all(own.thresholds is not None and own.threshold is not None for own in evaluations.values()):
        return None
    views = []
    for name, evaluation in evaluations.items():
        matrices = {} if evaluation.confusion is None else {"": evaluation.confusion}
        for label, matrix in (matrices | dict(evaluation.confusions)).items():
            if len(matrix.labels) > LARGEST_MATRIX:
                continue
            views.append(matrix_view(" · ".join(visible(part, LONGEST) for part in (name, label) if part), matrix))
    return {"matrices": views[:MOST_ROWS]} if views else None


def matrix_view(title: str, matrix: ConfusionMatrix) -> View:
    """A confusion matrix as a picture, and as a table."""
    return {
        "model": title,
        "chart": charts.confusion_chart(matrix),
        "labels": [visible(each, LONGEST) for each in matrix.labels],
        "counts": [[f"{count:,}" for count in line] for line in matrix.counts.tolist()],
    }


def classes(evaluations: Models) -> View | None:
    """Each class, or label, against the rest."""
    tables = [
        {
            "model": visible(name, LONGEST),
            "kind": tr("label") if own.task == "multilabel" else tr("class"),
            "measures": [tr(get_measure(each).title) for each in class_measures(own)],
            "rows": [
                {
                    "name": visible(label, LONGEST),
                    "cells": [cell(each.get(name)) for name in class_measures(own)],
                    "n": "" if (rows := resting_on(each, "class")) is None else f"{rows:,}",
                }
                for label, each in list(own.per_class.items())[:MOST_CLASSES]
            ],
            "more": max(0, len(own.per_class) - MOST_CLASSES),
        }
        for name, own in evaluations.items()
        if own.per_class
    ]
    return {"tables": tables} if tables else None


def class_measures(evaluation: Evaluation) -> list[str]:
    """The estimates that classes have."""
    first = next(iter(evaluation.per_class.values()))
    return in_order("class_table", first)


def amounts(evaluations: Models) -> View | None:
    """Pictures of a regression, and its errors in ranges of the prediction."""
    if any(own.errors.scatter is None for own in evaluations.values()):
        return None
    tables = [
        {
            "model": visible(name, LONGEST),
            "rows": [
                {
                    "range": f"{number(each.low)} – {number(each.high)}",
                    "mean": cell(each.mean_error),
                    "rmse": number(each.rmse),
                    "n": f"{each.n:,}",
                }
                for each in own.errors.residuals
            ],
        }
        for name, own in evaluations.items()
    ]
    return {
        "charts": [charts.predicted_vs_true_chart(evaluations), charts.residuals_chart(evaluations)],
        "tables": tables,
    }


def calibration(evaluations: Models) -> View | None:
    """Reliability curves, and what is known of the probabilities."""
    if any(own.calibration is None for own in evaluations.values()):
        return None
    rows = []
    for name, evaluation in evaluations.items():
        assert evaluation.calibration is not None
        curve = evaluation.calibration.equal_width
        rows.append(
            {
                "model": visible(name, LONGEST),
                "error": number(curve.error),
                "expected": number(curve.expected_error),
                "slope": cell(evaluation.calibration.slope),
                "slope_intercept": cell(evaluation.calibration.slope_intercept),
                "intercept": cell(evaluation.calibration.intercept),
                "p_value": p_text(evaluation.calibration.p_value),
            }
        )
    return {"chart": charts.calibration_chart(evaluations), "rows": rows}


def slices(evaluations: Models) -> View | None:
    """Slices of each column: those furthest below the rest first."""
    tables = []
    for name, evaluation in evaluations.items():
        for column, values in evaluation.slices.items():
            by = ranked_by(values.values())
            first = next(iter(values.values()))
            shown = [each for each in in_order("slices", first) if each != by][:MOST_MEASURES]
            names = [by, *shown] if by is not None else shown
            ordered = remarks.from_the_worst(values, by)
            tables.append(
                {
                    "model": visible(name, LONGEST),
                    "column": visible(column, LONGEST),
                    "measures": [tr(get_measure(each).title) for each in names],
                    "by": None if by is None else tr(get_measure(by).title),
                    "rows": [slice_row(value, values[value], names, by) for value in ordered[:MOST_SLICES]],
                    "more": max(0, len(values) - MOST_SLICES),
                }
            )
    return {"tables": tables} if tables else None


def slice_row(value: str, evaluation: Evaluation, names: list[str], by: str | None) -> View:
    """One slice."""
    difference = evaluation.differences.get(by) if by is not None and evaluation.reliable else None
    sure = difference is not None and difference.p_value_bh <= SURE
    return {
        "name": visible(value, LONGEST),
        "n": f"{evaluation.n:,}",
        "cells": [cell(evaluation.estimates.get(name)) for name in names],
        "difference": cell(difference),
        "few": not evaluation.reliable,
        "worse": sure and by is not None and difference is not None and get_measure(by).better * difference.value < 0,
    }


def errors(evaluations: Models) -> View | None:
    """The rows that are most wrong, and the classes that are confused most."""
    views = [
        {
            "model": visible(name, LONGEST),
            "rows": [
                {
                    "id": visible(remarks.row_name(row.id, own), LONGEST),
                    "score": number(row.score if row.score is not None else row.wrongness),
                    "true": said(row.true),
                    "predicted": said(row.predicted),
                }
                for row in own.errors.rows[:MOST_ROWS]
            ],
            "scored": any(row.score is not None for row in own.errors.rows),
            "confusions": [
                {
                    "true": visible(each.true, LONGEST),
                    "predicted": visible(each.predicted, LONGEST),
                    "rows": f"{each.rows:,}",
                    "share": f"{each.share:.1%}",
                }
                for each in (own.errors.confusions if own.task == "multiclass" else ())
            ][:MOST_CONFUSIONS],
        }
        for name, own in evaluations.items()
    ]
    views = [each for each in views if each["rows"] or each["confusions"]]
    return {"models": views} if views else None


def said(answer: str | float) -> str:
    """A class or an amount."""
    return visible(answer, LONGEST) if isinstance(answer, str) else number(answer)


def train(evaluations: Models) -> View | None:
    """The rows that a model was fitted on, beside the others."""
    tables = [
        {
            "model": visible(name, LONGEST),
            "n": [f"{own.train.n:,}", f"{own.n:,}"],
            "rows": [
                {
                    "title": tr(get_measure(each).title),
                    "cells": [cell(own.train[each]), cell(own[each]), cell(gap)],
                    "worse": gap.low > 0 if get_measure(each).better > 0 else gap.high < 0,
                }
                for each, gap in own.gap.items()
            ],
        }
        for name, own in evaluations.items()
        if own.train is not None
    ]
    return {"tables": tables} if tables else None


def provenance(evaluations: Models) -> View:
    """Where the numbers came from."""
    return {
        "models": [
            {"model": visible(name, LONGEST), "facts": list(facts_of(own.provenance).items())}
            for name, own in evaluations.items()
        ]
    }


def facts_of(views: Mapping[str, Any]) -> dict[str, str]:
    """Nested facts on one level, those that say nothing left out."""
    facts: dict[str, str] = {}
    for name, view in views.items():
        if isinstance(view, Mapping):
            facts |= {f"{name}: {inner}": said for inner, said in facts_of(view).items()}
        elif view not in (None, [], ()):
            shown = ", ".join(map(str, view)) if isinstance(view, (list, tuple)) else str(view)
            facts[name] = visible(shown, 500)
    return facts
