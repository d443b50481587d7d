"""The report as Markdown: for pull requests, chat, and the summary of a job."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gnomon.comparison.result import Comparison
from gnomon.decision.recalibration import Recalibration
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.gating.result import GateResult
from gnomon.history.trend import Trend
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.report.changes import ChangeTable, change_tables
from gnomon.report.changes import heading as change_heading
from gnomon.report.changes import note as change_note
from gnomon.report.html.decision import decision_heading, decision_sections
from gnomon.report.html.view import answer as of_answer
from gnomon.report.html.view import cell, heading
from gnomon.report.html.view import classes as of_classes
from gnomon.report.html.view import differences as of_differences
from gnomon.report.html.view import pairs as of_pairs
from gnomon.report.html.view import slices as of_slices
from gnomon.report.html.view import train as of_train
from gnomon.report.language import tr
from gnomon.report.pairs import Row, SliceTable, slice_heading, slice_tables, slices_note
from gnomon.report.parts import shown_parts
from gnomon.report.remarks import baseline_texts, level_of, reasons, shown_estimates
from gnomon.report.results import DECISIONS, Decision, comparison_of, evaluations_of
from gnomon.visible import visible

LONGEST = 60
# Larger confusion matrices, and more slices, are no reading.
MOST_CLASSES, MOST_SLICES = 12, 20
# Whatever Markdown, HTML or GitHub could take for its own; what counts at the start of a line only; names of emojis.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&@$#]|^[-+=]|:(?=//|\w+:)|(?<=\bwww)\.)")
# Numbers, their signs and intervals, which Markdown leaves alone.
_NUMBERS = re.compile(r"[-+0-9.,eE ()–%∞]*")
# What makes a numbered list at the start of a line.
_NUMBERED = re.compile(r"^(\d+)([.)])(?= )")
# GitHub looks for people and issues in the text that is shown, after these: a joiner that no one sees stops it.
_REFERENCE, _JOINER = re.compile(r"([@#])(?=\w)|(?<=\bGH)(-)(?=\d)"), "\u2060"


def markdown(result: Any, only: Collection[str] = (), title: str | None = None) -> str:
    """The report of a result as GitHub's Markdown.

    Args:
        result: An evaluation, several, a comparison, or a decision.
        only: The parts that are shown (:data:`gnomon.report.parts.PARTS`); none for the usual ones.
        title: What the report is called; None for where the rows are.

    Raises:
        UsageError: The result has none of these parts.
    """
    if isinstance(result, DECISIONS):
        parts, view = decision(result, only), decision_heading(result, title)
    else:
        evaluations, compared = evaluations_of(result), comparison_of(result)
        view = heading(evaluations, compared, title)
        makers = (
            of_several(evaluations) | of_models(evaluations)
            if compared is None
            else of_compared(compared) | {name: own for name, own in of_models(evaluations).items() if name != "slices"}
        )
        parts = [text for own in shown_parts(makers, only).values() for text in own]
    return "\n\n".join([*head(view), *parts]) + "\n"


def of_several(evaluations: Mapping[str, Evaluation]) -> dict[str, Callable[[], list[str] | None]]:
    """What changed between evaluations, where there are several."""
    if len(evaluations) < 2:
        return {}
    return {"changes": lambda: [text for own in change_tables(evaluations) for text in changes(own)]}


def changes(own: ChangeTable) -> list[str]:
    """The changes from one model to another."""
    rows = [
        [
            plain(line.name), line.old, line.new,
            f"**{line.difference}** ({line.interval})" if line.interval else line.difference, line.verdict,
        ]
        for line in own.lines
    ]  # fmt: skip
    told = table([tr("measure"), plain(own.old), plain(own.new), tr("difference"), tr("verdict")], rows)
    return [f"### {plain(change_heading(own))}", told, plain(change_note(own))]


def of_models(evaluations: Mapping[str, Evaluation]) -> dict[str, Callable[[], list[str] | None]]:
    """The parts of evaluations, by name, in their order."""
    every = evaluations.items()
    return {
        "advice": lambda: [advice(name, own) for name, own in every if own.advice] or None,
        "measures": lambda: [measures(evaluations)],
        "classes": lambda: classes(evaluations),
        "confusion": lambda: (
            [
                confusion(name, own.confusion)
                for name, own in every
                if own.confusion is not None and len(own.confusion.labels) <= MOST_CLASSES
            ]
            or None
        ),
        "slices": lambda: [slices(name, own, column) for name, own in every for column in own.slices] or None,
        "train": lambda: [text for name, own in every for text in train(name, own)] or None,
        "notes": lambda: (
            [text for _, own in every for text in bullets([*map(tr, own.notes), *reasons(own.estimates)])] or None
        ),
    }


def of_compared(compared: Comparison) -> dict[str, Callable[[], list[str] | None]]:
    """The parts of a comparison that are about all models together, by name, in their order."""
    return {
        "answer": lambda: answer(compared),
        "differences": lambda: differences(compared),
        "pairs": lambda: None if (view := of_pairs(compared)) is None else pairs(view, compared),
        "slices": lambda: (
            [text for own in slice_tables(compared, MOST_SLICES) for text in slice_differences(own)] or None
        ),
    }


def head(head_view: Mapping[str, Any]) -> list[str]:
    """What was evaluated, compared or decided."""
    return [f"## {plain(head_view['title'])}", " · ".join(plain(fact) for fact in head_view["facts"])]


def answer(compared: Comparison) -> list[str]:
    """The best model, and the models beside their main measures."""
    view = of_answer(compared)
    first, *others = view["texts"] or [""]
    said = [f"**{plain(first)}**", *([" ".join(map(plain, others))] if others else [])] if first else []
    rows = [
        [plain(row["name"]), *(figures(own) + (f" {own['sign']}" if own.get("sign") else "") for own in row["cells"])]
        for row in view["table"]["rows"]
    ]
    return [*said, table([plain(text) for text in view["table"]["heads"]], rows), plain(view["legend"])]


def differences(compared: Comparison) -> list[str]:
    """The differences of the other models from the first."""
    view = of_differences(compared)
    if view["pair"]:
        return [*pair(view["pair"], compared.level), *bullets(view["notes"])]
    rows = [[plain(row["name"]), *map(difference_text, row["cells"])] for row in view["rows"]]
    told = f"{plain(view['lead'])} ({view['level']})"
    return [told, table([plain(text) for text in view["heads"]], rows), *bullets(view["notes"])]


def slice_differences(own: SliceTable) -> list[str]:
    """The differences on the slices of a column."""
    rows = [
        [plain(name), n, value, *map(difference_text, of_models)]
        for name, n, value, of_models in zip(own.names, own.rows, own.values, own.differences, strict=True)
    ]
    told = table([plain(text) for text in (own.column, "n", own.first, *own.models)], rows)
    return [f"### {plain(slice_heading(own))}", told, plain(slices_note(own))]


def difference_text(row: Row | None) -> str:
    """A difference, its interval and its verdict; empty where there is none."""
    if row is None:
        return ""
    ends = f" ({row.interval})" if row.interval else ""
    return f"**{row.difference}**{ends} {row.verdict}".rstrip()


def pairs(view: Mapping[str, Any], compared: Comparison) -> list[str]:
    """All pairs, folded."""
    told = [text for own in view["pairs"] for text in pair(own, compared.level)]
    left = [plain(view["left"])] if view["left"] else []
    return [f"<details><summary>{plain(view['title'])}</summary>", *told, *left, "</details>"]


def pair(view: Mapping[str, Any], level: float) -> list[str]:
    """What the differences of two models say, and a table of them."""
    heads = [tr("measure"), f"{tr('difference')} ({100 * level:g} %)", "p", tr("verdict"), tr("rows needed")]
    rows = [
        [plain(row.title), f"**{row.difference}** ({row.interval})" if row.interval else row.difference,
         plain(row.p_value), row.verdict + (f", {row.margin}" if row.margin else ""), row.rows]
        for row in view["rows"]
    ]  # fmt: skip
    return [f"### {plain(view['title'])}", *bullets(view["says"]), table(heads, rows)]


def bullets(texts: Sequence[str]) -> list[str]:
    """Texts as a list, if there are any."""
    return ["\n".join(f"- {plain(text)}" for text in texts)] if texts else []


def decision(result: Decision, only: Collection[str]) -> list[str]:
    """A decision: the answer, what it achieves, and what it was chosen from."""
    sections = decision_sections(result, only)
    parts = []
    if "decision" in sections:
        decision_view = sections["decision"]
        parts += [f"**{plain(decision_view['answer'])}**", *bullets(decision_view["facts"])]
        if decision_view["table"]:
            parts.append(table_of(decision_view["table"]))
    if "trend" in sections:
        parts.append(table_of(sections["trend"]["table"]))
    if "plan" in sections:
        parts += [plain(sections["plan"]["answer"]), table_of(sections["plan"]["table"])]
    if "measures" in sections:
        rows = [[plain(row["title"]), figures(row["cells"][0]), row["n"]] for row in sections["measures"]["rows"]]
        parts.append(table([f"{tr('measure')} ({sections['measures']['level']})", tr("value"), "n"], rows))
    if "confusion" in sections and not isinstance(result, Recalibration | GateResult | Trend):
        parts += [confusion("", result.confusion)] if len(result.confusion.labels) <= MOST_CLASSES else []
    if "candidates" in sections:
        parts.append(table_of(sections["candidates"]["table"]))
    for model in sections["notes"]["models"] if "notes" in sections else ():
        parts += bullets(model["texts"])
    return parts


def table_of(view: Mapping[str, Any]) -> str:
    """A table of a section: its heads, its rows of cells."""
    rows = [[plain(row["name"]) + (" ◀" if row["chosen"] else ""), *map(figures, row["cells"])] for row in view["rows"]]
    return table([plain(text) for text in view["heads"]], rows)


def train(name: str, evaluation: Evaluation) -> list[str]:
    """The rows that a model was fitted on beside the others, and the gap."""
    parts = of_train({name: evaluation})
    if parts is None:
        return []
    (table_view,) = parts["tables"]
    heads = [
        tr("measure"),
        f"{tr('train')} (n = {table_view['n'][0]})",
        f"{tr('test')} (n = {table_view['n'][1]})",
        tr("gap"),
    ]
    rows = []
    for row in table_view["rows"]:
        texts = [
            f"{each['value']} ({each['interval']})" if each["interval"] else each["value"] for each in row["cells"]
        ]
        rows.append([plain(row["title"]) + (" ⚠" if row["worse"] else ""), *texts])
    return [table(heads, rows)]


def figures(cell: Mapping[str, Any]) -> str:
    """A value and its interval; text that a file, or a person, has said stays text."""
    value = cell["value"] if _NUMBERS.fullmatch(cell["value"]) else plain(cell["value"])
    return f"{value} ({cell['interval']})" if cell["interval"] else value


def advice(name: str, evaluation: Evaluation) -> str:
    """What the numbers mean, as a list."""
    head = [f"**{plain(visible(name, LONGEST))}**\n"] if name else []
    return "\n".join([*head, *(f"- {plain(tr(own.text))}" for own in evaluation.advice)])


def measures(evaluations: Mapping[str, Evaluation]) -> str:
    """Every estimate with its interval, beside what answering without a model scores."""
    first = next(iter(evaluations.values()))
    baselines = baseline_texts(first)
    heads = [visible(name, LONGEST) or tr("value") for name in evaluations]
    level = f"{100 * level_of(first):g} %"
    rows = []
    for name in dict.fromkeys(name for own in evaluations.values() for name in shown_estimates(own)):
        shown = [cell(own.estimates.get(name)) for own in evaluations.values()]
        texts = [f"**{own['value']}** ({own['interval']})" if own["interval"] else own["value"] for own in shown]
        n = f"{first[name].n:,}" if name in first else ""
        rows.append([plain(tr(get_measure(name).title)), *texts, plain(baselines.get(name, "")), n])
    return table([f"{tr('measure')} ({level})", *map(plain, heads), tr("baseline"), "n"], rows)


def classes(evaluations: Mapping[str, Evaluation]) -> list[str] | None:
    """Each class, or label, against the rest."""
    view = of_classes(evaluations)
    if view is None:
        return None
    told = []
    for table_view in view["tables"]:
        kind = plain(table_view["kind"]) + (f" · {plain(table_view['model'])}" if table_view["model"] else "")
        rows = [[plain(row["name"]), *map(figures, row["cells"]), row["n"]] for row in table_view["rows"]]
        told.append(table([kind, *map(plain, table_view["measures"]), "n"], rows))
    return told


def confusion(name: str, matrix: ConfusionMatrix) -> str:
    """Counts, rows true."""
    labels = [plain(visible(label, LONGEST)) for label in matrix.labels]
    title = f"{tr('true')} \\\\ {tr('predicted')}" + (f" · {plain(visible(name, LONGEST))}" if name else "")
    rows = [[f"**{label}**", *(f"{count:,}" for count in line)]
            for label, line in zip(labels, matrix.counts.tolist(), strict=True)]  # fmt: skip
    return table([title, *labels], rows)


def slices(name: str, evaluation: Evaluation, column: str) -> str:
    """The slices of a column, the worst first."""
    parts = of_slices({name: replace(evaluation, slices={column: evaluation.slices[column]})})
    assert parts is not None  # there is a column
    (table_view,) = parts["tables"]
    heads = [
        table_view["column"],
        "n",
        *table_view["measures"],
        *([f"{table_view['by']} {tr('vs. rest')}"] if table_view["by"] else []),
    ]
    rows = []
    for row in table_view["rows"][:MOST_SLICES]:
        cells = [*row["cells"], *([row["difference"]] if table_view["by"] else [])]
        rows.append([plain(row["name"]) + (" ⚠" if row["worse"] else ""), row["n"], *map(figures, cells)])
    left = max(0, len(evaluation.slices[column]) - MOST_SLICES)
    more = f"\n\n{tr(Message('and_more', 'and {number:,} more', number=left))}" if left else ""
    told = tr("Marked slices are significantly worse than the rest, at a false discovery rate of 5 %.")
    legend = f"\n\n⚠ {told}" if any(row["worse"] for row in table_view["rows"][:MOST_SLICES]) else ""
    return table([plain(head) for head in heads], rows) + more + legend


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column stands to the left, all others to the right."""
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def plain(text: str) -> str:
    """Text that Markdown shows as it is.

    >>> print(plain("a|b <script> *x* (see 1. :tada:)"))
    a\\|b \\<script\\> \\*x\\* (see 1. \\:tada:)
    """
    text_without = _REFERENCE.sub(lambda match: match[0] + _JOINER, " ".join(text.split()))
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text_without))
