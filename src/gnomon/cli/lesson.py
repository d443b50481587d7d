"""``gnomon lesson``: a lecture on judging models, run on real data."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli import options as common
from gnomon.message import Message


@click.command(cls=common.Command, short_help="Learn to evaluate a model, on real data.")
@common.with_options(
    click.option("--exercises", is_flag=True, help="The exercises, as a notebook: --output FILE.ipynb."),
    click.option("--solutions", is_flag=True, help="The exercises with their solutions, as a notebook."),
    click.option("--seed", type=int, metavar="N", help="Seed of the data of the exercises, one for each student."),
    common.OUTPUT,
    common.LANG,
)
def lesson(exercises: bool, solutions: bool, seed: int | None, output: Path | None) -> None:
    """Run a lesson on model evaluation, from misleading accuracy to the threshold of minimum cost.

    It prints the lesson; with --output it writes an illustrated page (.html) or a notebook (.ipynb), whose cells are
    slides, too (jupyter nbconvert --to slides).

    \b
    gnomon lesson --output lesson.html
    gnomon lesson --output lesson.ipynb --lang ko
    gnomon lesson --exercises --seed 17 --output exercises.ipynb
    gnomon lesson --solutions --seed 17 --output solutions.ipynb
    """
    from gnomon.errors import UsageError
    from gnomon.files import write_whole

    common.check_output(output, ())
    if exercises or solutions:
        write_exercises(output, 0 if seed is None else seed, exercises=exercises, solutions=solutions)
        return
    if seed is not None:
        raise UsageError(
            Message("seed_of_exercises", "--seed draws the data of the exercises\npass --exercises or --solutions")
        )
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


def write_exercises(output: Path | None, seed: int, *, exercises: bool, solutions: bool) -> None:
    """Writes the exercises, or their solutions, to a notebook.

    Raises:
        UsageError: Both were asked for, the seed is none, or the output is no notebook.
    """
    from gnomon.errors import UsageError
    from gnomon.files import write_whole
    from gnomon.lesson.exercises import check_seed
    from gnomon.lesson.notebook import exercises_notebook

    check_seed(seed)
    if exercises and solutions:
        raise UsageError(
            Message("exercises_or_solutions", "--exercises and --solutions are two notebooks\npass one of them")
        )
    if output is None or output.suffix.lower() != ".ipynb":
        raise UsageError(
            Message("exercises_notebook", "exercises are a notebook\npass its file, --output exercises.ipynb")
        )
    write_whole(output, exercises_notebook(seed, solutions=solutions))
