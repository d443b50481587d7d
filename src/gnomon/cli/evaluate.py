"""``gnomon evaluate``: from a file of predictions to a report or its JSON form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gnomon.cli import options as common
from gnomon.cli.completing import columns
from gnomon.cli.history import LOGGING, log_evaluation
from gnomon.message import Message


@click.command(cls=common.Command, short_help="Evaluate a file of predictions.")
@common.with_options(
    common.PATHS,
    common.TARGET,
    common.SCORE,
    click.option(
        "-p",
        "--prediction",
        multiple=True,
        shell_complete=columns,
        metavar="COLUMN[,COLUMN...]",
        help="Column of predicted labels or values; for several labels, one column each.",
    ),
    common.WEIGHT,
    common.SLICE,
    click.option(
        "--split",
        metavar="COLUMN=VALUE[,VALUE]",
        help="The training rows, such as part=train: the others (with part=train,test, those of test) are evaluated "
        "and compared with them.",
    ),
    common.CLUSTER,
    click.option(
        "--id",
        shell_complete=columns,
        metavar="COLUMN",
        help="Column that identifies rows, in the list of the worst errors.",
    ),
    common.POSITIVE,
    common.CLASSES,
    click.option(
        "--task",
        type=click.Choice(["auto", "binary", "multiclass", "multilabel", "regression"]),
        default="auto",
        show_default=True,
    ),
    click.option("--threshold", type=float, metavar="X", help="Predicted positive at score >= X.  [default: 0.5]"),
    common.MEASURE,
    *common.HOW,
    click.option("--log", is_flag=True, help="Log the evaluation in the history."),
    *LOGGING,
    *common.WHERE,
)
def evaluate(
    paths: tuple[Path, ...],
    target: tuple[str, ...],
    score: tuple[str, ...],
    prediction: tuple[str, ...],
    classes: str | None,
    form: str | None,
    output: Path | None,
    only: tuple[str, ...],
    title: str | None,
    exact: bool | None,
    slices: tuple[str, ...],
    measures: tuple[str, ...],
    log: bool,
    name: str | None,
    tags: tuple[str, ...],
    keep_rows: bool,
    url: str | None,
    **options: Any,
) -> None:
    """Evaluate the predictions in PATH.

    PATH is a CSV (also .gz, .bz2 or .zst), Parquet, Feather/Arrow or JSON-lines file, a folder of them, or a pattern;
    several files form one table. Folders named column=value add a column.

    \b
    gnomon evaluate predictions.csv --target y --score p
    gnomon evaluate scored.parquet --target label --score p_spam --positive spam --threshold 0.8
    gnomon evaluate tags.parquet --target cat,dog --score p_cat,p_dog
    gnomon evaluate 'scored/day=*/*.parquet' --target y --score p --certified
    gnomon evaluate scored.parquet --target y --score p --slice region --slice age_band
    gnomon evaluate sales.csv --target sold --prediction forecast --output sales.json
    gnomon evaluate scored.parquet --target y --score p --output report.html
    gnomon evaluate scored.parquet --target y --score p --format markdown >> "$GITHUB_STEP_SUMMARY"
    gnomon evaluate scored.parquet --target y --score p --id row --log --name forest
    """
    from gnomon.cli.progress import ProgressBar
    from gnomon.evaluation.evaluate import evaluate as evaluate_data

    said = {"name": name, "tags": tags, "keep_rows": keep_rows, "url": url}
    if not log and any(said.values()):
        raise click.UsageError(
            Message("log_options", "--name, --tag, --keep-rows and --history say how a run is logged\npass --log, too")
        )
    common.check_output(output, paths)
    shown = common.how_shown(form, output, only, title)
    with ProgressBar() as progress:
        evaluation = evaluate_data(
            list(paths),
            target=common.columns(target, paths),
            score=common.columns(score, paths),
            prediction=common.columns(prediction, paths),
            classes=classes.split(",") if classes is not None else None,
            slices=common.slices(slices),
            measures=common.names(measures),
            exact="auto" if exact is None else exact,
            progress=progress,
            **options,
        )
    if log:
        log_evaluation(evaluation, list(paths), said)
    shown.show(evaluation)
