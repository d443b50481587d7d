"""``gnomon report``: saved evaluations, one or several side by side, shown in any form."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli import options as common
from gnomon.message import Message


@click.command(cls=common.Command, short_help="Show saved evaluations, side by side.")
@common.with_options(
    click.argument("saved", metavar="[NAME=]FILE...", nargs=-1),
    click.option(
        "--train",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The saved evaluation of the training rows: every gap is reported with its interval.",
    ),
    click.option("--history", is_flag=True, help="How a measure went over the runs of the history, instead."),
    click.option("--by", metavar="MEASURE", help="With --history: the measure.  [default: the first usual one]"),
    click.option("--slice", "slices", metavar="COLUMN", help="With --history: a line for each slice of this column."),
    *common.WHERE,
)
def report(
    saved: tuple[str, ...],
    train: Path | None,
    history: bool,
    by: str | None,
    slices: str | None,
    form: str | None,
    output: Path | None,
    only: tuple[str, ...],
    title: str | None,
) -> None:
    """Show evaluations that were saved (gnomon evaluate ... --output FILE.json): one, or several side by side.

    A saved comparison or decision (gnomon compare ... --output FILE.json) is shown by itself.

    Models are named before the =, or else after their files.

    \b
    gnomon report evaluation.json --output report.html
    gnomon report old=yesterday.json new=today.json --output report.html
    gnomon report old=yesterday.json new=today.json --format markdown
    gnomon report test.json --train train.json
    gnomon report --history --by recall --output trend.html
    """
    from gnomon.cli.saved import saved_paths, saved_result
    from gnomon.errors import UsageError
    from gnomon.evaluation.result.evaluation import Evaluation
    from gnomon.loading import load

    shown = common.how_shown(form, output, only, title)
    if history != (not saved) or (not history and (by is not None or slices is not None)):
        raise UsageError(
            Message(
                "report_of_what",
                "a report is of saved evaluations, or of the history\npass files, or --history with --by and --slice",
            )
        )
    if history:
        from gnomon.history.history import History
        from gnomon.history.trend import trend

        common.check_output(output, ())
        shown.show(trend(History(), by, slices=slices))
        return
    result = saved_result(saved)
    common.check_output(output, (), [*saved_paths(saved), train])
    if train is not None:
        if not isinstance(result, Evaluation):
            raise UsageError(Message("train_with_one", "--train belongs to one evaluation\npass that evaluation alone"))
        fitted = load(train)
        if not isinstance(fitted, Evaluation):
            raise UsageError(
                Message(
                    "not_an_evaluation",
                    "{train} is not an evaluation but a {kind}",
                    train=train,
                    kind=type(fitted).__name__,
                )
            )
        result = result.with_train(fitted)
    shown.show(result)
