"""The lesson as one page of HTML: text, code to copy, its real output, and a threshold to move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gnomon.lesson.running import Output, run
from gnomon.lesson.steps import Code, steps
from gnomon.report.html.explorer import explorer, explorer_data
from gnomon.report.html.page import framed
from gnomon.report.html.templates import anchor, rendered
from gnomon.report.html.view import advice, measures
from gnomon.report.language import speaking, tr


def lesson_page(lang: str | None = None, progress: Callable[[int, int], None] | None = None) -> str:
    """The lesson, run now, as HTML.

    Args:
        lang: The language to write in; None for that of the environment.
        progress: Called with the number of steps done and of all steps.

    Raises:
        UsageError: What it needs is not installed.
    """
    with speaking(lang):
        every = steps()
        data: dict[str, Any] = {"charts": {}, "words": {"copied": tr("copied")}}
        parts = []
        for done, (step, shown) in enumerate(run(every), 1):
            if progress is not None:
                progress(done, len(every))
            if isinstance(step, Code) and shown is not None:
                parts.append(code_part(step, shown, data))
            else:
                parts.append({"kind": "words", "html": markdown_html(step.text)})
        heads = [own.text.removeprefix("## ") for own in every if own.text.startswith("## ")]
        title = every[0].text.removeprefix("# ")
        return framed("lesson.html", data, ("report.css", "lesson.css"), title=title, heads=heads, parts=parts)


def code_part(step: Code, shown: Output, data: dict[str, Any]) -> dict[str, Any]:
    """Code with what it showed."""
    part: dict[str, Any] = {"kind": "code", "html": highlighted(step.text), "shown": shown, "table": None,
                            "slider": None}  # fmt: skip
    if step.slider:
        part["slider"] = explorer(shown.evaluations)
        data |= explorer_data(shown.evaluations, part["slider"], data["charts"])
    elif shown.evaluations:
        part["table"] = rendered(
            "lesson-measures.html", own=measures(shown.evaluations), advice=advice(shown.evaluations)
        )
    return part


def markdown_html(text: str) -> str:
    """A block of Markdown as HTML; headings get names to be linked to."""
    from markdown_it import MarkdownIt

    made = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    if text.startswith("## "):
        return made.replace("<h2>", f'<h2 id="{anchor(text.removeprefix("## "))}">')
    return made


def highlighted(code: str) -> str:
    """Python with its words marked by classes."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return str(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))
