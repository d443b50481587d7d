"""The report as Markdown: for pull requests, chat, and the summary of a job."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gnomon.comparison.result import Comparison
from gnomon.evaluation.result import ConfusionMatrix, Evaluation
from gnomon.measures.registry import measure
from gnomon.report.html.view import cell, heading
from gnomon.report.html.view import comparison as of_pairs
from gnomon.report.html.view import slices as of_slices
from gnomon.report.html.view import train as of_train
from gnomon.report.language import speaking, tr
from gnomon.report.remarks import level_of, reasons
from gnomon.report.text import number
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


def markdown(evaluations: Mapping[str, Evaluation], lang: str | None = None, compared: Comparison | None = None) -> str:
    """The report of evaluations as GitHub's Markdown.

    Args:
        evaluations: By the names of their models.
        lang: The language to write in; None for that of the environment.
        compared: What their differences say, if they were compared.
    """
    with speaking(lang):
        own = heading(evaluations, compared)
        facts = " · ".join(plain(fact) for fact in own["facts"])
        parts = [f"## {plain(own['title'])}", f"{plain(own['source'])}  \n{facts}" if own["source"] else facts]
        parts += comparison(compared) if compared is not None else []
        parts += [advice(name, each) for name, each in evaluations.items() if each.advice]
        parts.append(measures(evaluations))
        for name, each in evaluations.items():
            if each.confusion is not None and len(each.confusion.labels) <= MOST_CLASSES:
                parts.append(confusion(name, each.confusion))
            parts += [slices(name, each, column) for column in each.slices]
            parts += train(name, each)
            notes = [*map(tr, each.notes), *reasons(each.estimates)]
            if notes:
                parts.append("\n".join(f"- {plain(note)}" for note in notes))
        return "\n\n".join(parts) + "\n"


def comparison(compared: Comparison) -> list[str]:
    """For every pair of models what the differences say, and a table of them."""
    found = of_pairs(compared)
    parts = []
    for pair in found["pairs"]:
        says = "\n".join(f"- {plain(text)}" for text in pair["says"])
        heads = [tr("measure"), f"{tr('difference')} ({found['level']})", "p", tr("verdict"), tr("rows needed")]
        rows = [
            [plain(row.title), f"**{row.difference}** ({row.interval})" if row.interval else row.difference,
             plain(row.p_value), row.verdict + (f", {row.margin}" if row.margin else ""), row.rows]
            for row in pair["rows"]
        ]  # fmt: skip
        parts += [f"### {plain(pair['title'])}", says, table(heads, rows)]
    if found["notes"]:
        parts.append("\n".join(f"- {plain(note)}" for note in found["notes"]))
    return parts


def train(name: str, evaluation: Evaluation) -> list[str]:
    """The rows that a model was fitted on beside the others, and the gap."""
    found = of_train({name: evaluation})
    if found is None:
        return []
    (own,) = found["tables"]
    heads = [tr("measure"), f"{tr('train')} (n = {own['n'][0]})", f"{tr('test')} (n = {own['n'][1]})", tr("gap")]
    rows = []
    for row in own["rows"]:
        texts = [
            f"{each['value']} ({each['interval']})" if each["interval"] else each["value"] for each in row["cells"]
        ]
        rows.append([plain(row["title"]) + (" ⚠" if row["worse"] else ""), *texts])
    return [table(heads, rows)]


def figures(own: Mapping[str, str]) -> str:
    """A value and its interval."""
    return f"{own['value']} ({own['interval']})" if own["interval"] else own["value"]


def advice(name: str, evaluation: Evaluation) -> str:
    """What the numbers mean, as a list."""
    head = [f"**{plain(visible(name, LONGEST))}**\n"] if name else []
    return "\n".join([*head, *(f"- {plain(tr(own.text))}" for own in evaluation.advice)])


def measures(evaluations: Mapping[str, Evaluation]) -> str:
    """Every estimate with its interval, beside what a guess scores."""
    first = next(iter(evaluations.values()))
    guesses = {} if first.baseline is None else first.baseline.estimates
    heads = [visible(name, LONGEST) or tr("value") for name in evaluations]
    level = f"{100 * level_of(first):g} %"
    rows = []
    for name in dict.fromkeys(name for own in evaluations.values() for name in own):
        shown = [cell(own.estimates.get(name)) for own in evaluations.values()]
        texts = [f"**{own['value']}** ({own['interval']})" if own["interval"] else own["value"] for own in shown]
        guess = number(guesses[name].value) if name in guesses else ""
        rows.append([plain(tr(measure(name).title)), *texts, guess, f"{first[name].n:,}" if name in first else ""])
    return table([f"{tr('measure')} ({level})", *map(plain, heads), tr("guess"), "n"], rows)


def confusion(name: str, found: ConfusionMatrix) -> str:
    """Counts, rows true."""
    labels = [plain(visible(label, LONGEST)) for label in found.labels]
    title = f"{tr('true')} \\\\ {tr('predicted')}" + (f" · {plain(visible(name, LONGEST))}" if name else "")
    rows = [[f"**{label}**", *(f"{count:,}" for count in line)]
            for label, line in zip(labels, found.counts.tolist(), strict=True)]  # fmt: skip
    return table([title, *labels], rows)


def slices(name: str, evaluation: Evaluation, column: str) -> str:
    """The slices of a column, the worst first."""
    found = of_slices({name: replace(evaluation, slices={column: evaluation.slices[column]})})
    assert found is not None  # there is a column
    (own,) = found["tables"]
    heads = [own["column"], "n", *own["measures"], *([f"{own['by']} {tr('to the rest')}"] if own["by"] else [])]
    rows = []
    for row in own["rows"][:MOST_SLICES]:
        cells = [*row["cells"], *([row["difference"]] if own["by"] else [])]
        rows.append([plain(row["name"]) + (" ⚠" if row["worse"] else ""), row["n"], *map(figures, cells)])
    left = max(0, len(evaluation.slices[column]) - MOST_SLICES)
    more = f"\n\n{tr(f'and {left} more')}" if left else ""
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
    found = _REFERENCE.sub(lambda own: own[0] + _JOINER, " ".join(text.split()))
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", found))
