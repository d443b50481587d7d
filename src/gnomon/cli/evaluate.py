"""``gnomon evaluate``: from a file of predictions to a report or its JSON form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gnomon.evaluation.result import Evaluation


@click.command(short_help="Evaluate a file of predictions.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-t",
    "--target",
    required=True,
    multiple=True,
    metavar="COLUMN[,COLUMN...]",
    help="Column of true values; of several labels one column each.",
)
@click.option(
    "-s",
    "--score",
    metavar="COLUMN[,COLUMN...]",
    multiple=True,
    help="Column of scores of the positive class; for many classes one column each, in sorted order, or for many "
    "labels in the order of the targets.",
)
@click.option(
    "-p",
    "--prediction",
    multiple=True,
    metavar="COLUMN[,COLUMN...]",
    help="Column of predicted labels or amounts; of several labels one column each.",
)
@click.option("-w", "--weight", metavar="COLUMN", help="Column of row weights.")
@click.option(
    "--slice",
    "slices",
    multiple=True,
    metavar="COLUMN[,COLUMN...]",
    help="Evaluate the rows of each value of this column by themselves, too; may be given several times.",
)
@click.option("--positive", metavar="LABEL", help="The label the model looks for.")
@click.option("--classes", metavar="LABEL,...", help="All class labels, where not all occur or their order matters.")
@click.option(
    "--task",
    type=click.Choice(["auto", "binary", "multiclass", "multilabel", "regression"]),
    default="auto",
    show_default=True,
)
@click.option("--threshold", type=float, metavar="X", help="Predicted positive at score >= X.  [default: 0.5]")
@click.option(
    "--scale",
    type=click.Choice(["probability", "any"]),
    default="probability",
    show_default=True,
    help="What scores are: probabilities, or any decision value.",
)
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level of the intervals.")
@click.option("--interval", type=click.Choice(["auto", "none"]), default="auto", show_default=True)
@click.option(
    "--missing",
    type=click.Choice(["error", "drop"]),
    default="error",
    show_default=True,
    help="Refuse rows with missing values, or leave them out.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the bootstrap.")
@click.option(
    "--exact/--certified",
    default=None,
    help="Ranking measures exactly, whatever it takes, or from bins of the scores, certain within a bound.  "
    "Larger slices are certified wherever rows do not fit.  [default: exactly, if the rows fit into the memory]",
)
@click.option(
    "--memory", metavar="SIZE", help="Memory that kept rows may take, such as 2GiB.  [default: half of what is free]"
)
@click.option("--threads", type=int, metavar="N", help="Threads to use.  [default: the usable CPUs]")
@click.option("-f", "--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file instead.")
def evaluate(
    paths: tuple[Path, ...],
    target: tuple[str, ...],
    score: tuple[str, ...],
    prediction: tuple[str, ...],
    classes: str | None,
    form: str,
    output: Path | None,
    exact: bool | None,
    slices: tuple[str, ...],
    **options: Any,
) -> None:
    """Evaluate the predictions in PATH.

    PATH is a CSV (also .gz, .bz2 or .zst), Parquet, Feather/Arrow or JSON-lines file, a folder of them, or a pattern;
    several are one table. Folders named column=value are a column.

    \b
    gnomon evaluate predictions.csv --target y --score p
    gnomon evaluate scored.parquet --target label --score p_spam --positive spam --threshold 0.8
    gnomon evaluate tags.parquet --target cat,dog --score p_cat,p_dog
    gnomon evaluate 'scored/day=*/*.parquet' --target y --score p --certified
    gnomon evaluate scored.parquet --target y --score p --slice region --slice age_band
    gnomon evaluate sales.csv --target sold --prediction forecast --format json --output sales.json
    """
    from gnomon.cli.progress import ProgressBar
    from gnomon.errors import SourceError, UsageError
    from gnomon.evaluation.evaluate import evaluate as evaluate_data

    if output is not None and output.exists() and any(path.exists() and output.samefile(path) for path in paths):
        raise UsageError(f"--output {output} is the input itself: write the report to another file")
    if output is not None and not output.parent.is_dir():
        raise SourceError(f"cannot write {output}: there is no folder {output.parent}")
    with ProgressBar() as progress:
        evaluation = evaluate_data(
            list(paths),
            target=columns(target, paths),
            score=columns(score, paths),
            prediction=columns(prediction, paths),
            classes=classes.split(",") if classes is not None else None,
            slices=columns(slices, paths),
            exact="auto" if exact is None else exact,
            progress=progress,
            **options,
        )
    show(evaluation, form, output)


def columns(given: tuple[str, ...], paths: tuple[Path, ...]) -> str | list[str] | None:
    """The column, or the columns, that an option names, separated by commas or given several times.

    A column may have a comma in its name, too.
    """
    from gnomon.sources.files import FileSource

    known = FileSource(*paths).columns if any("," in part for part in given) else ()
    names = [name for part in given for name in ([part] if part in known else part.split(",")) if name]
    return names if len(names) > 1 else next(iter(names), None)


def show(evaluation: Evaluation, form: str, output: Path | None) -> None:
    """Prints an evaluation, or writes it to a file, whole or not at all."""
    if form == "json":
        if output is not None:
            evaluation.save(output)
        else:
            click.echo(evaluation.to_json(), nl=False)
        return
    from io import StringIO

    from rich.console import Console

    from gnomon.evaluation.files import write_whole
    from gnomon.report.terminal import render

    if output is None:
        render(evaluation, Console(markup=False, highlight=False, emoji=False))
    else:
        text = StringIO()
        render(
            evaluation,
            Console(file=text, width=100, markup=False, highlight=False, emoji=False, no_color=True),
        )
        write_whole(output, text.getvalue())
