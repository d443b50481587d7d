"""``gnomon lesson``: a lecture on judging models, run on real data."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli import options as common
from gnomon.message import Message


@click.command(cls=common.Command, short_help="Learn to evaluate a model, on real data.")
@common.with_options(common.OUTPUT, common.LANG)
def lesson(output: Path | None) -> None:
    """Run a lesson on model evaluation, from misleading accuracy to the threshold of minimum cost.

    It prints the lesson; with --output it writes an illustrated page (.html) or a notebook (.ipynb).

    \b
    gnomon lesson --output lesson.html
    gnomon lesson --output lesson.ipynb --lang ko
    gnomon lesson | less -R
    """
    from gnomon.errors import UsageError
    from gnomon.files import write_whole

    common.check_output(output, ())
    if output is None:
        from gnomon.cli.streams import console
        from gnomon.lesson.terminal import lesson_terminal

        lesson_terminal(console())
    elif output.suffix.lower() in (".html", ".htm"):
        from gnomon.lesson.page import lesson_page

        write_whole(output, lesson_page())
    elif output.suffix.lower() == ".ipynb":
        from gnomon.lesson.notebook import lesson_notebook

        write_whole(output, lesson_notebook())
    else:
        raise UsageError(
            Message(
                "lesson_format",
                "the lesson is a page or a notebook: --output {output} must end with .html or .ipynb",
                output=output,
            )
        )
