"""``gnomon calibrate``: maps that calibrate probabilities, evaluated on other rows, and applied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gnomon.cli import options as common
from gnomon.message import Message, word


@click.command(cls=common.Command, short_help="Recalibrate probabilities, and apply the map.")
@common.with_options(
    common.PATHS,
    click.option("-t", "--target", required=True, metavar="COLUMN", help="Column of true values."),
    click.option(
        "-s", "--score", required=True, metavar="COLUMN", help="Column of probabilities of the positive class."
    ),
    common.WEIGHT,
    click.option(
        "--split",
        required=True,
        metavar="COLUMN=VALUE[,VALUE]",
        help="Fit on these rows, such as part=validation, and evaluate on all others, or on those of a second value "
        "(part=validation,test).",
    ),
    click.option(
        "--method",
        "methods",
        multiple=True,
        type=click.Choice(["platt", "beta", "isotonic"]),
        help="Fit this map; may be given several times.  [default: all]",
    ),
    click.option(
        "--apply",
        "applied",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Apply the best map to the column of probabilities of this file, and write its rows to --output.",
    ),
    click.option(
        "--column", default="calibrated", show_default=True, metavar="NAME", help="Name of the mapped column."
    ),
    common.CLUSTER,
    common.POSITIVE,
    common.CLASSES,
    common.LEVEL,
    common.MISSING,
    common.SEED,
    common.MEMORY,
    common.ENGINE,
    common.THREADS,
    *common.WHERE,
)
def calibrate(
    paths: tuple[Path, ...],
    score: str,
    classes: str | None,
    methods: tuple[str, ...],
    applied: tuple[Path, ...],
    column: str,
    form: str | None,
    output: Path | None,
    only: tuple[str, ...],
    title: str | None,
    **options: Any,
) -> None:
    """Fit maps that calibrate the probabilities in PATH, and evaluate them on other rows.

    \b
    gnomon calibrate scored.parquet --target y --score p --split part=validation
    gnomon calibrate old.parquet --target y --score p --split part=fit --apply new.parquet --output mapped.parquet
    """
    from gnomon.cli.progress import ProgressBar
    from gnomon.decision.apply import write_applied
    from gnomon.decision.recalibration import AS_IS, METHODS, recalibrate

    common.check_output(output, (*paths, *applied))
    shown = common.how_shown(form, None if applied else output, only, title)
    rows = common.applied_rows(applied, output, form, [score], column)
    with ProgressBar() as progress:
        decision = recalibrate(
            list(paths),
            score=score,
            classes=classes.split(",") if classes is not None else None,
            methods=methods or METHODS,
            progress=progress,
            **options,
        )
    if rows is not None and output is not None:
        made = (column, lambda columns: decision.apply(columns[0]))
        count = write_applied(rows, output, [score], None, made)
        how = (
            Message("copied_unmapped", "copied unchanged, as no map improves the probabilities")
            if decision.best == AS_IS
            else Message("mapped_by", "mapped by {name}", name=word(decision.best))
        )
        click.echo(f"{count:,} rows {how}: {output}", err=True)
    shown.show(decision)
