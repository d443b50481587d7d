"""What each section of the page says, as plain data: text is finished here, templates only place it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

from gnomon.comparison.pair import Pair
from gnomon.comparison.result import Comparison
from gnomon.estimate import Difference, Estimate
from gnomon.evaluation.estimates.small_samples import resting_on
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.evaluation.result.evaluation import SURE, Evaluation, ranked_by
from gnomon.measures.registry import get_measure, in_order, shown_in
from gnomon.message import Message, word
from gnomon.report import changes as changes_text
from gnomon.report import pairs as pairs_text
from gnomon.report import remarks
from gnomon.report.html import charts
from gnomon.report.html.explorer import explorer
from gnomon.report.language import tr
from gnomon.report.parts import PARTS, shown_parts
from gnomon.report.remarks import method_name
from gnomon.report.standings import BEST, TIED, from_first, legend, main_measures, standings
from gnomon.text import number, p_text
from gnomon.visible import visible

Models = Mapping[str, Evaluation]
View = dict[str, Any]

LONGEST = 60
# Figures in the head of an evaluation.
MOST_FIGURES = 5
# Models besides the first that stand side by side; more stand below one another, and on no chart of measures.
MOST_SIDE_BY_SIDE = 4
# How the best values are marked.
SIGNS = {BEST: "★", TIED: "≈"}
# Rows of tables; a page must not grow with the data.
MOST_SLICES, MOST_CLASSES, MOST_CONFUSIONS, MOST_ROWS, MOST_CHANGES = 200, 100, 10, 20, 60
# Measures of slices, besides that which they are ranked by.
MOST_MEASURES = 4
# Larger matrices are no picture: the classes that are confused most are listed instead.
LARGEST_MATRIX = 40


def sections(evaluations: Models, compared: Comparison | None = None, only: Collection[str] = ()) -> dict[str, View]:
    """The sections that there is something to say in, by name, in the order of the page.

    Args:
        evaluations: By the names of their models.
        compared: What their differences say, if they were compared.
        only: The sections that were asked for; none for all.
    """
    of_models: dict[str, Callable[[], View | None]] = {
        "advice": lambda: advice(evaluations),
        "measures": lambda: measures(evaluations, compared),
        "thresholds": lambda: explorer(evaluations, compared),
        "confusion": lambda: confusion(evaluations),
        "classes": lambda: classes(evaluations),
        "amounts": lambda: amounts(evaluations),
        "calibration": lambda: calibration(evaluations),
        "slices": lambda: slices(evaluations, compared),
        "errors": lambda: errors(evaluations),
        "train": lambda: train(evaluations),
        "notes": lambda: notes(evaluations),
        "provenance": lambda: provenance(evaluations) if compared is None else provenance_of(compared),
    }
    if compared is None:
        several = {"changes": lambda: changes(evaluations)} if len(evaluations) > 1 else {}
        return shown_parts(several | of_models, only)
    own: dict[str, Callable[[], View | None]] = {
        "answer": lambda: answer(compared),
        "differences": lambda: differences(compared),
        "pairs": lambda: pairs(compared),
    }
    order = ("answer", "thresholds", "calibration", "differences", "pairs")
    parts = own | of_models
    every = [name for name in PARTS if name in parts]
    return shown_parts({name: parts[name] for name in (*order, *every)}, only or every)


def heading(
    evaluations: Models, compared: Comparison | None = None, title: str | None = None, *, figures: bool = True
) -> View:
    """What was evaluated, or compared, and its main figures.

    Args:
        evaluations: By the names of their models.
        compared: What their differences say, if they were compared.
        title: What the report is called; None for where the rows are.
        figures: Whether the main figures are shown.
    """
    first = next(iter(evaluations.values()))
    sources = dict.fromkeys(map(remarks.source_name, evaluations.values()))
    source = " · ".join(visible(own, LONGEST) for own in sources if own)
    kind = tr(
        Message("evaluation_of", "{task} evaluation", task=word(first.task))
        if compared is None
        else Message("comparison_of", "{task} comparison", task=word(first.task))
    )
    called, facts = named(title, source, kind)
    facts.append(f"n = {', '.join(dict.fromkeys(f'{own.n:,}' for own in evaluations.values()))}")
    if first.positive is not None:
        facts.append(f"{tr('positive')}: {visible(first.positive, LONGEST)}")
    elif first.classes:
        kind_of_classes = tr("labels") if first.task == "multilabel" else tr("classes")
        facts.append(f"{len(first.classes)} {kind_of_classes}")
    if len(evaluations) == 1 and first.threshold is not None:
        facts.append(tr(Message("positive_at", "positive at score >= {threshold:g}", threshold=first.threshold)))
    return {
        "title": called,
        "kind": kind,
        "facts": facts,
        "models": [visible(name, LONGEST) for name in evaluations if name],
        "figures": main_figures(first) if figures and len(evaluations) == 1 else [],
    }


def named(title: str | None, source: str, kind: str) -> tuple[str, list[str]]:
    """What a page is called, and the facts that its name leaves unsaid: what it is of, and where the rows are."""
    facts = [*([kind] if title or source else []), *([source] if title and source else [])]
    return visible(title, LONGEST) if title else source or kind, facts


def main_figures(evaluation: Evaluation) -> list[View]:
    """The measures that are looked at first, each with what it says beside the baseline."""
    names = [name for name in (*shown_in("headline"), *shown_in("headline_macro")) if name in evaluation]
    beside = evaluation.baseline
    figures = []
    for name in list(dict.fromkeys(names))[:MOST_FIGURES]:
        difference = None if beside is None else beside.differences.get(name)
        baseline = None if beside is None else beside.estimates.get(name)
        figures.append(
            cell(evaluation[name])
            | {
                "title": tr(get_measure(name).title),
                "verdict": tr(remarks.against_baseline(name, difference)),
                "good": remarks.better_than_baseline(name, difference),
                "baseline": "" if baseline is None or not baseline.defined else number(baseline.value),
            }
        )
    return figures


def advice(evaluations: Models) -> View:
    """What the numbers of each model mean for what to do next."""
    models = [
        {"model": visible(name, LONGEST), "texts": [visible(tr(each.text)) for each in ev.advice]}
        for name, ev in evaluations.items()
    ]
    return {"models": [each for each in models if each["texts"]]}


def notes(evaluations: Models) -> View | None:
    """Remarks on the rows of each model, and on its intervals."""
    models = [
        {
            "model": visible(name, LONGEST),
            "texts": [visible(own) for own in (*map(tr, ev.notes), *remarks.reasons(ev.estimates))],
        }
        for name, ev in evaluations.items()
    ]
    models = [each for each in models if each["texts"]]
    return {"models": models} if models else None


def answer(compared: Comparison) -> View:
    """The best model in a sentence, and the models beside their main measures."""
    marks = standings(compared)
    names = main_measures(compared)
    chosen = compared.decisions
    rows = []
    for model, evaluation in compared.models.items():
        at = [plain_cell(number(chosen[model].threshold.value))] if chosen else []
        cells = [marked(evaluation[name], marks.get((name, model))) for name in names]
        rows.append({"name": visible(model, LONGEST), "cells": [*at, *cells], "chosen": False})
    heads = [tr("model"), *(["score >="] if chosen else []), *(tr(get_measure(name).title) for name in names)]
    return {
        "texts": [visible(tr(text)) for text in compared.answer],
        "table": {"heads": heads, "rows": rows},
        "legend": legend(compared, **SIGNS),
    }


def marked(estimate: Estimate, mark: str | None) -> View:
    """A value that is the best of its measure, or not significantly different from the best."""
    if mark is None:
        return cell(estimate)
    told = tr("best") if mark == BEST else tr("not significantly different from the best")
    return cell(estimate) | {"mark": mark, "sign": SIGNS[mark], "told": told}


def plain_cell(text: str) -> View:
    """A cell without an interval."""
    return {"value": text, "interval": "", "reason": "", "mark": "", "sign": "", "told": ""}


def differences(compared: Comparison) -> View:
    """The differences of the other models from the first: of two models in full, of more at a glance."""
    shown = from_first(compared)[: pairs_text.MOST_PAIRS]
    single, many = len(compared.pairs) == 1, len(shown) > MOST_SIDE_BY_SIDE
    names = main_measures(compared) if many else list(dict.fromkeys(name for own in shown for name in own.differences))
    titles = [tr(get_measure(name).title) for name in names]
    models = [visible(pair.second, LONGEST) for pair in shown]
    cells = [[difference_row(name, pair, compared) for pair in shown] for name in names]
    if many:  # a row for each model, so that the table grows downwards
        lines, heads = list(zip(models, zip(*cells, strict=True), strict=True)), [tr("model"), *titles]
    else:
        lines, heads = list(zip(titles, map(tuple, cells), strict=True)), [tr("measure"), *models]
    first = visible(next(iter(compared.models)), LONGEST)
    return {
        "pair": pair_view(compared.pairs[0], compared) if single else None,
        "lead": tr("Each difference is the second model minus the first, on the same rows.")
        if single
        else tr(Message("minus_first", "Each model minus {first}, on the same rows.", first=first)),
        "heads": heads,
        "rows": [{"name": name, "cells": line} for name, line in lines],
        "level": f"{100 * compared.level:g} %",
        "notes": [visible(note) for note in pairs_text.notes_of(compared)],
        "chart": None if many else charts.differences_chart(compared, shown),
    }


def difference_row(name: str, pair: Pair, compared: Comparison) -> pairs_text.Row | None:
    """One difference of a pair as text; None where it has none."""
    return None if name not in pair.differences else pairs_text.row_of(name, pair.differences[name], compared.n)


def pairs(compared: Comparison) -> View | None:
    """All pairs of models with all there is to say, where there are several."""
    if len(compared.pairs) == 1:
        return None
    title = Message("pairs_of_models", "All {number:,} pairs of models", number=len(compared.pairs))
    return {
        "title": tr(title),
        "pairs": [pair_view(pair, compared) for pair in pairs_text.shown_pairs(compared)],
        "left": pairs_text.left_pairs(compared),
    }


def pair_view(pair: Pair, compared: Comparison) -> View:
    """The differences of two models, and what they say."""
    rows = pairs_text.rows_of(pair, compared.n)
    return {
        "title": pairs_text.title_of(pair),
        "says": [visible(tr(text)) for text in pair.sentences],
        "rows": rows,
        "margin": any(row.margin for row in rows),
    }


def measures(evaluations: Models, compared: Comparison | None = None) -> View:
    """Every estimate with its interval, beside what answering without a model scores; of models compared, the best."""
    first = next(iter(evaluations.values()))
    names = dict.fromkeys(name for own in evaluations.values() for name in remarks.shown_estimates(own))
    alike = all(same_baseline(own, first) for own in evaluations.values())
    baselines = remarks.baseline_texts(first) if alike else {}
    differences = first.baseline.differences if first.baseline is not None and len(evaluations) == 1 else {}
    marks = {} if compared is None else standings(compared)
    scale, on_axis = axis_of(first), remarks.comparable(first) if len(evaluations) == 1 else []
    beside = {} if first.baseline is None else first.baseline.estimates
    rows = [
        {
            "title": tr(get_measure(name).title),
            "cells": [
                cell(None) if name not in own else marked(own[name], marks.get((name, model)))
                for model, own in evaluations.items()
            ],
            "bar": bar(first.estimates.get(name), beside.get(name), scale) if name in on_axis else None,
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
        "other_names": remarks.other_names(first),
        "scale": number(scale) if scale != 1 else "1",
        "chart": charts.intervals_chart(evaluations) if 1 < len(evaluations) <= 1 + MOST_SIDE_BY_SIDE else None,
    }


def axis_of(evaluation: Evaluation) -> float:
    """Where the axis of the bars ends: at 1, of a regression beyond all that are drawn on it."""
    if evaluation.task != "regression":
        return 1.0
    held = [evaluation[name] for name in remarks.comparable(evaluation)]
    baselines = {} if evaluation.baseline is None else evaluation.baseline.estimates
    held += [baselines[name] for name in remarks.comparable(evaluation) if name in baselines]
    ends = [end for own in held for end in (own.value, own.high) if math.isfinite(end)]
    return max(ends, default=1.0) or 1.0


def bar(estimate: Estimate | None, baseline: Estimate | None, scale: float) -> View | None:
    """An estimate, its interval and the baseline as places on an axis of 200 units; None without a value."""
    if estimate is None or not estimate.defined:
        return None

    def place(value: float) -> str | None:
        return f"{200 * min(1.0, max(0.0, value / scale)):.1f}" if math.isfinite(value) else None

    return {
        "value": place(estimate.value),
        "low": place(estimate.low),
        "high": place(estimate.high),
        "baseline": None if baseline is None else place(baseline.value),
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
        return plain_cell("")
    ends = "" if math.isnan(estimate.low) else f"{number(estimate.low)} – {number(estimate.high)}"
    reason = estimate.reason if isinstance(estimate, Estimate) else None
    bound = f" ± {number(estimate.bound)}" if isinstance(estimate, Estimate) and remarks.bounded(estimate) else ""
    return plain_cell(number(estimate.value) + bound) | {"interval": ends, "reason": visible(tr(reason or ""))}


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


def changes(evaluations: Models) -> View:
    """What changed from the first model to each other one, the worst first."""
    tables = changes_text.change_tables(evaluations, MOST_CHANGES)
    return {
        "tables": [
            {"title": changes_text.heading(own), "models": [own.old, own.new], "lines": own.lines,
             "note": changes_text.note(own)}
            for own in tables
        ]
    }  # fmt: skip


def slices(evaluations: Models, compared: Comparison | None = None) -> View | None:
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
    differences = [
        {
            "title": pairs_text.slice_heading(table),
            "heads": [table.column, "n", table.first, *table.models],
            "rows": list(zip(table.names, table.rows, table.values, table.differences, strict=True)),
            "note": pairs_text.slices_note(table),
        }
        for table in ([] if compared is None else pairs_text.slice_tables(compared, MOST_SLICES))
    ]
    return {"tables": tables, "differences": differences} if tables else None


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


def provenance_of(compared: Comparison) -> View:
    """Where the numbers of a comparison came from."""
    return {"models": [{"model": "", "facts": list(facts_of(compared.provenance).items())}]}


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
