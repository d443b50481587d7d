"""``gnomon threshold``: from scored rows with their true values to a threshold, and to decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gnomon.cli import options as common
from gnomon.message import Message


@click.command(cls=common.Command, short_help="Choose a threshold, or decisions of minimum cost, and apply them.")
@common.with_options(
    common.PATHS,
    common.TARGET,
    common.SCORE,
    common.WEIGHT,
    *common.GOAL,
    click.option(
        "--cost-matrix",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="For several classes: a CSV file of costs, a row for each true class and a column for each predicted "
        "one, with the class names as headers of both (or without names, in their order).",
    ),
    *common.LIMITS,
    click.option(
        "--split",
        metavar="COLUMN=VALUE[,VALUE]",
        help="Choose on these rows, such as part=validation, and evaluate on all others, or on those of a second "
        "value (part=validation,test).",
    ),
    click.option(
        "--apply",
        "applied",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Apply the decision to the rows of this file, which needs only the columns of scores, and write them to "
        "--output.",
    ),
    click.option(
        "--column", default="decision", show_default=True, metavar="NAME", help="Name of the column of decisions."
    ),
    common.CLUSTER,
    common.POSITIVE,
    common.CLASSES,
    common.MEASURE,
    *common.HOW,
    *common.WHERE,
)
@click.pass_context
def threshold(
    context: click.Context,
    /,
    paths: tuple[Path, ...],
    target: tuple[str, ...],
    score: tuple[str, ...],
    cost: str | None,
    gain: str | None,
    cost_matrix: Path | None,
    classes: str | None,
    applied: tuple[Path, ...],
    column: str,
    form: str | None,
    output: Path | None,
    only: tuple[str, ...],
    title: str | None,
    **options: Any,
) -> None:
    """Choose the best threshold for the scored rows in PATH: by costs, a measure, or constraints.

    A row is predicted positive at score >= threshold. With a cost matrix, each row of several classes is assigned the
    class of minimum expected cost. Exit code 3: the constraints cannot be met; the closest threshold is shown.

    \b
    gnomon threshold scored.parquet --target y --score p --cost fn=10,fp=1
    gnomon threshold scored.parquet --target y --score p --where 'recall >= 0.95'
    gnomon threshold scored.parquet --target y --score p --where 'flagged <= 200' --periods 30
    gnomon threshold scored.parquet --target y --score p --goal f1 --split part=validation
    gnomon threshold old.parquet --target y --score p --goal f1 --apply new.parquet --output decided.parquet
    """
    from gnomon.decision.apply import labels, write_applied

    common.check_output(output, (*paths, *applied), [cost_matrix])
    shown = common.how_shown(form, None if applied else output, only, title)
    chosen = {
        "target": common.columns(target, paths),
        "score": common.columns(score, paths),
        "classes": classes.split(",") if classes is not None else None,
    }
    given = chosen["score"]
    scores = given if isinstance(given, list) else [str(given)]
    rows = common.applied_rows(applied, output, form, scores, column)
    many = cost_matrix is not None
    result: Any
    if cost_matrix is not None:
        result = cost_decision(cost_matrix, given_options(context), paths, chosen | options)
    else:
        result = threshold_decision(cost, gain, paths, chosen | options)
    met = many or result.met

    def decide(columns: Any) -> Any:
        import numpy as np

        codes = result.apply(np.stack(columns, axis=1)) if many else result.apply(columns[0]).astype(int)
        return labels(codes, result.classes)

    if rows is not None and output is not None and met:
        ordered = result.provenance["columns"]["score"] if many else scores
        count = write_applied(rows, output, ordered, None if many else options["scale"], (column, decide))
        click.echo(Message("rows_decided", "{count:,} rows decided: {output}", count=count, output=output), err=True)
    shown.show(result)
    if not met:
        if applied:
            click.echo(
                Message(
                    "not_decided",
                    "The constraints cannot be met: no row was decided, and {output} was not written.",
                    output=output,
                ),
                err=True,
            )
        context.exit(common.NOT_MET)


def threshold_decision(cost: str | None, gain: str | None, paths: tuple[Path, ...], options: dict[str, Any]) -> Any:
    """The threshold of a binary task."""
    from gnomon.cli.progress import ProgressBar
    from gnomon.decision.threshold import choose_threshold

    exact = options.pop("exact")
    with ProgressBar() as progress:
        return choose_threshold(
            list(paths),
            costs=common.amounts("--cost", cost),
            gains=common.amounts("--gain", gain),
            exact="auto" if exact is None else exact,
            measures=common.names(options.pop("measures")),
            progress=progress,
            **options,
        )


# Options that a decision among several classes has; the others are of thresholds.
OF_COSTS = ("target", "score", "classes", "weight", "level", "missing", "engine", "threads")
OF_FILES = ("paths", "cost_matrix", "applied", "column", "form", "output")


def given_options(context: click.Context) -> dict[str, str]:
    """The options that were given, as they are written, by their parameter."""
    return {
        option.name: max(option.opts, key=len)
        for option in context.command.params
        if option.name
        and isinstance(option, click.Option)
        and context.get_parameter_source(option.name) is click.core.ParameterSource.COMMANDLINE
    }


def cost_decision(matrix: Path, given: dict[str, str], paths: tuple[Path, ...], options: dict[str, Any]) -> Any:
    """The decision of least cost of a task of several classes.

    Raises:
        UsageError: Options of thresholds were given, too.
    """
    from gnomon.decision.cost import minimum_cost
    from gnomon.errors import UsageError

    others = [written for name, written in given.items() if name not in (*OF_COSTS, *OF_FILES)]
    if others:
        raise UsageError(
            Message(
                "cost_matrix_alone",
                "--cost-matrix decides among several classes\nremove {options}; for two classes use --cost fn=..,fp=..",
                options=", ".join(others),
            )
        )
    costs = read_costs(matrix, options["classes"])
    return minimum_cost(list(paths), costs=costs, **{name: options[name] for name in OF_COSTS})


def read_costs(path: Path, classes: list[str] | None) -> list[list[float]]:
    """The costs of a CSV, in the order of the classes: those given, or sorted, numbers by size.

    Names of classes may stand before the columns, and before the lines.

    Raises:
        UsageError: It is not a square of numbers, or its names are not the same in both directions or not the classes.
    """
    import csv

    from gnomon.errors import UsageError

    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = [row for row in csv.reader(stream) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(Message("cannot_read", "cannot read {path}: {error}", path=path, error=error)) from None
    width = len(rows[0]) if rows else 0
    named_columns = len(rows) in (width, width + 1) and (len(rows) == width + 1 or not rows[0][0].strip())
    named_lines = named_columns and len(rows) == width
    heads = rows[0][named_lines:] if named_columns else []
    lines = [row[0] for row in rows[1:]] if named_lines else heads
    try:
        costs = [[float(cell) for cell in row[named_lines:]] for row in rows[named_columns:]]
    except ValueError as error:
        raise UsageError(
            Message("not_a_cost_matrix", "{path} is not a CSV file of costs: {error}", path=path, error=error)
        ) from None
    if not costs or any(len(row) != len(costs) for row in costs):
        raise UsageError(
            Message(
                "cost_matrix_not_square",
                "{path} is not a square matrix of costs\nit needs a row for each true class and a column for each "
                "predicted one",
                path=path,
            )
        )
    if not heads:
        return costs
    from gnomon.schema.labels import sorted_names

    order = classes or sorted_names(heads)
    if sorted(heads) != sorted(lines) or sorted(order) != sorted(heads):
        raise UsageError(
            Message(
                "cost_matrix_classes",
                "the classes of {path} differ between its rows and columns, or from --classes: {names}",
                path=path,
                names=", ".join(heads),
            )
        )
    return [[costs[lines.index(true)][heads.index(said)] for said in order] for true in order]
