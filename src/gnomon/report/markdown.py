"""The report as Markdown: for pull requests, chat, and the summary of a job."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gnomon.comparison.result import Comparison
from gnomon.decision.recalibration import Recalibration
from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.report.html.decision import decision_heading, decision_sections
from gnomon.report.html.view import cell, heading
from gnomon.report.html.view import comparison as of_pairs
from gnomon.report.html.view import slices as of_slices
from gnomon.report.html.view import train as of_train
from gnomon.report.language import tr
from gnomon.report.remarks import baseline_texts, level_of, reasons
from gnomon.report.results import DECISIONS, Decision, comparison_of, evaluations_of
from gnomon.visible import visible

LONGEST = 60
# Larger confusion matrices, and more slices, are no reading.
MOST_CLASSES, MOST_SLICES = 12, 20
# Whatever Markdown, HTML or GitHub could take for its own; what counts at the start of a line only; names of emojis.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&@$#]|^[-+=]|:(?=//|\w+:)|(?<=\bwww)\.)")
# What makes a numbered list at the start of a line.
_NUMBERED = re.compile(r"^(\d+)([.)])(?= )")
# GitHub looks for people and issues in the text that is shown, after these: a joiner that no one sees stops it.
_REFERENCE, _JOINER = re.compile(r"([@#])(?=\w)|(?<=\bGH)(-)(?=\d)"), "\u2060"


def markdown(result: Any) -> str:
    """The report of a result as GitHub's Markdown.

    Args:
        result: An evaluation, several, a comparison, or a decision.
    """
    if isinstance(result, DECISIONS):
        return "\n\n".join([*head(decision_heading(result)), *decision(result)]) + "\n"
    evaluations, compared = evaluations_of(result), comparison_of(result)
    parts = head(heading(evaluations, compared))
    parts += comparison(compared) if compared is not None else []
    parts += [advice(name, each) for name, each in evaluations.items() if each.advice]
    parts.append(measures(evaluations))
    for name, evaluation in evaluations.items():
        if evaluation.confusion is not None and len(evaluation.confusion.labels) <= MOST_CLASSES:
            parts.append(confusion(name, evaluation.confusion))
        parts += [slices(name, evaluation, column) for column in evaluation.slices]
        parts += train(name, evaluation)
        parts += bullets([*map(tr, evaluation.notes), *reasons(evaluation.estimates)])
    return "\n\n".join(parts) + "\n"


def head(head_view: Mapping[str, Any]) -> list[str]:
    """What was evaluated, compared or decided."""
    facts = " · ".join(plain(fact) for fact in head_view["facts"])
    return [
        f"## {plain(head_view['title'])}",
        f"{plain(head_view['source'])}  \n{facts}" if head_view["source"] else facts,
    ]


def bullets(texts: Sequence[str]) -> list[str]:
    """Texts as a list, if there are any."""
    return ["\n".join(f"- {plain(text)}" for text in texts)] if texts else []


def decision(result: Decision) -> list[str]:
    """A decision: the answer, what it achieves, and what it was chosen from."""
    sections = decision_sections(result)
    decision_view = sections["decision"]
    parts = [f"**{plain(decision_view['answer'])}**", *bullets(decision_view["facts"])]
    if decision_view["table"]:
        parts.append(table_of(decision_view["table"]))
    if "measures" in sections:
        rows = [[plain(row["title"]), figures(row["cells"][0]), row["n"]] for row in sections["measures"]["rows"]]
        parts.append(table([f"{tr('measure')} ({sections['measures']['level']})", tr("value"), "n"], rows))
    if not isinstance(result, Recalibration) and len(result.confusion.labels) <= MOST_CLASSES:
        parts.append(confusion("", result.confusion))
    if "alternatives" in sections:
        parts.append(table_of(sections["alternatives"]["table"]))
    for model in sections["says"]["models"] if "says" in sections else ():
        parts += bullets(model["notes"])
    return parts


def table_of(view: Mapping[str, Any]) -> str:
    """A table of a section: its heads, its rows of cells."""
    rows = [[plain(row["name"]) + (" ◀" if row["chosen"] else ""), *map(figures, row["cells"])] for row in view["rows"]]
    return table([plain(text) for text in view["heads"]], rows)


def comparison(compared: Comparison) -> list[str]:
    """For every pair of models what the differences say, and a table of them."""
    pairs_view = of_pairs(compared)
    parts = []
    for pair in pairs_view["pairs"]:
        says = "\n".join(f"- {plain(text)}" for text in pair["says"])
        heads = [tr("measure"), f"{tr('difference')} ({pairs_view['level']})", "p", tr("verdict"), tr("rows needed")]
        rows = [
            [plain(row.title), f"**{row.difference}** ({row.interval})" if row.interval else row.difference,
             plain(row.p_value), row.verdict + (f", {row.margin}" if row.margin else ""), row.rows]
            for row in pair["rows"]
        ]  # fmt: skip
        parts += [f"### {plain(pair['title'])}", says, table(heads, rows)]
    parts += bullets(pairs_view["notes"])
    return parts


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
    """A value and its interval."""
    return f"{cell['value']} ({cell['interval']})" if cell["interval"] else cell["value"]


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
    for name in dict.fromkeys(name for own in evaluations.values() for name in own):
        shown = [cell(own.estimates.get(name)) for own in evaluations.values()]
        texts = [f"**{own['value']}** ({own['interval']})" if own["interval"] else own["value"] for own in shown]
        n = f"{first[name].n:,}" if name in first else ""
        rows.append([plain(tr(get_measure(name).title)), *texts, plain(baselines.get(name, "")), n])
    return table([f"{tr('measure')} ({level})", *map(plain, heads), tr("baseline"), "n"], rows)


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
    return table([plain(head) for head in heads], rows) + more


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
