"""The lesson in a terminal: text, code and its output; pictures are left to the page."""

from __future__ import annotations

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from gnomon.lesson.running import run
from gnomon.lesson.steps import Code, steps
from gnomon.report.language import tr
from gnomon.report.terminal.evaluation import render_evaluation
from gnomon.visible import visible


def lesson_terminal(console: Console) -> None:
    """Prints the lesson, each step as it has been run.

    Raises:
        UsageError: What it needs is not installed.
    """
    for step, shown in run(steps()):
        if not isinstance(step, Code) or shown is None:
            console.print(Markdown(step.text))
            console.print()
            continue
        code = Syntax("", "python", theme="ansi_dark", background_color="default").highlight(step.text)
        console.print(code, soft_wrap=True)  # lines whole, to be copied
        if shown.text:
            console.print(Padding(Text(shown.text.rstrip("\n")), (0, 0, 1, 2)))
        for name, evaluation in shown.evaluations.items():
            if name:
                console.print(Text(visible(name), style="bold underline"))
            render_evaluation(evaluation, console)
            console.print()
        if shown.pictures:
            console.print(Text(f"[{tr('a picture: gnomon lesson --output lesson.html shows it')}]", style="dim"))
            console.print()
