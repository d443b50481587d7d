"""``gnomon plot``: one plot as a picture, from predictions or from saved results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gnomon.cli import options as common
from gnomon.cli.completing import columns, plots
from gnomon.message import Message
from gnomon.report.plots import PLOT_NAMES


@click.command(cls=common.Command, short_help="Draw one plot as a picture for slides or papers.")
@common.with_options(
    click.argument("name", metavar="PLOT", shell_complete=plots),
    click.argument("data", metavar="[NAME=]FILE...", nargs=-1, required=True),
    click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", required=True,
                 help="The picture: .svg, .png or .pdf."),
    click.option("--width", type=float, metavar="INCHES", help="Width of the picture.  [default: 6.4]"),
    click.option("--height", type=float, metavar="INCHES", help="Height of the picture.  [default: 4.8]"),
    click.option("--dark", is_flag=True, help="For a dark ground."),
    click.option("-t", "--target", multiple=True, shell_complete=columns, metavar="COLUMN[,COLUMN...]",
                 help="Column of true values, where FILE holds predictions; without it FILE is a saved result."),
    common.SCORE,
    click.option("-p", "--prediction", multiple=True, shell_complete=columns, metavar="COLUMN[,COLUMN...]",
                 help="Column of predicted labels or values."),
    common.WEIGHT,
    click.option("--slice", "slices", shell_complete=columns, metavar="COLUMN",
                 help="Column that divides the rows, for the plot of slices."),
    common.CLUSTER,
    common.POSITIVE,
    click.option("--threshold", type=float, metavar="X", help="Predicted positive at score >= X.  [default: 0.5]"),
    common.SCALE,
    common.LANG,
)  # fmt: skip
def plot(
    name: str,
    data: tuple[str, ...],
    output: Path,
    width: float | None,
    height: float | None,
    dark: bool,
    target: tuple[str, ...],
    score: tuple[str, ...],
    prediction: tuple[str, ...],
    **options: Any,
) -> None:
    """Draw one plot of an evaluation, a comparison or a decision.

    PLOT is one of: roc, precision_recall, det, thresholds, confusion, calibration, intervals, slices, differences,
    predicted_vs_true, residuals, maps.

    \b
    gnomon plot roc predictions.csv --target y --score p --output roc.svg
    gnomon plot confusion predictions.csv --target y --prediction label --output confusion.png --dark
    gnomon plot roc old=monday.json new=friday.json --output roc.pdf --width 5
    gnomon plot differences comparison.json --output differences.svg
    """
    from gnomon.cli.saved import saved_paths, saved_result
    from gnomon.errors import UsageError, nearest
    from gnomon.files import write_whole
    from gnomon.report.plots.picture import picture
    from gnomon.report.plots.saving import check_size, form_of

    called = name.replace("-", "_")
    if called not in PLOT_NAMES:
        raise UsageError(
            Message("unknown_plot", "{name!r} is not a plot\n{hint}", name=name, hint=nearest(called, PLOT_NAMES))
        )
    refuse_misplaced(called, data, target, options["slices"])
    form = form_of(output)
    check_size(width, height)
    if target:
        paths = tuple(map(Path, data))
        common.check_output(output, paths)
        result: Any = evaluated(paths, target, score, prediction, options)
    else:
        refuse_unused(score, prediction, options)
        common.check_output(output, (), saved_paths(data))
        result = saved_result(data)
    write_whole(output, picture(result, form, called, width, height, dark=dark))


def refuse_misplaced(name: str, data: tuple[str, ...], target: tuple[str, ...], slices: str | None) -> None:
    """Raises UsageError where slices are drawn of no column, or not drawn, and where predictions have no target."""
    from gnomon.cli.saved import saved_paths
    from gnomon.errors import UsageError

    if slices and name != "slices":
        raise UsageError(
            Message(
                "slice_not_drawn", "--slice divides the rows for the plot of slices, which {name} is not", name=name
            )
        )
    if target and name == "slices" and not slices:
        raise UsageError(Message("slices_need_column", "slices are drawn of a column\npass --slice COLUMN"))
    rows = [] if target else [path for path in saved_paths(data) if path.suffix.lower() != ".json"]
    if rows:
        raise UsageError(
            Message(
                "plot_needs_target",
                "{path} is not a saved result (.json)\npass --target and --score to read it as predictions",
                path=rows[0],
            )
        )


def evaluated(
    paths: tuple[Path, ...],
    target: tuple[str, ...],
    score: tuple[str, ...],
    prediction: tuple[str, ...],
    options: dict[str, Any],
) -> Any:
    """The evaluation of predictions."""
    from gnomon.cli.progress import ProgressBar
    from gnomon.evaluation.evaluate import evaluate

    with ProgressBar() as progress:
        return evaluate(
            list(paths),
            target=common.columns(target, paths),
            score=common.columns(score, paths),
            prediction=common.columns(prediction, paths),
            progress=progress,
            **options,
        )


def refuse_unused(score: tuple[str, ...], prediction: tuple[str, ...], options: dict[str, Any]) -> None:
    """Raises UsageError for what says how predictions are read, where a saved result is drawn."""
    from gnomon.errors import UsageError

    given = {"score": score, "prediction": prediction, **options}
    unused = [own for own, value in given.items() if value and not (own == "scale" and value == "probability")]
    if unused:
        raise UsageError(
            Message(
                "unused_without_target",
                "--{option} says how predictions are read, but without --target the file is a saved result\npass "
                "--target, or remove --{option}",
                option=unused[0].replace("slices", "slice"),
            )
        )
