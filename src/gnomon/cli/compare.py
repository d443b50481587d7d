"""``gnomon compare``: whether one model is better than another on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli import options as common
from gnomon.cli.completing import columns
from gnomon.message import Message

if TYPE_CHECKING:
    from gnomon.comparison.result import Comparison


@click.command(cls=common.Command, short_help="Compare models on the same rows.")
@common.with_options(
    click.argument("data", metavar="[NAME=]PATH...", nargs=-1, required=True),
    common.TARGET,
    click.option(
        "-s",
        "--score",
        multiple=True,
        shell_complete=columns,
        metavar="[NAME=]COLUMN[,COLUMN...]",
        help="Columns of scores, one for each model; with several files, the column that all of them have.  For "
        "several classes NAME=COLUMN,COLUMN,... for each model.",
    ),
    click.option(
        "-p",
        "--prediction",
        multiple=True,
        shell_complete=columns,
        metavar="[NAME=]COLUMN[,COLUMN...]",
        help="Columns of predicted labels or values, one for each model; with several files, the column that all of "
        "them have.",
    ),
    click.option(
        "--id", shell_complete=columns, metavar="COLUMN", help="Column that identifies the same row in several files."
    ),
    common.WEIGHT,
    common.SLICE,
    common.CLUSTER,
    click.option(
        "--split",
        metavar="COLUMN=VALUE[,VALUE]",
        help="The training rows, such as part=train: they are left out.",
    ),
    common.POSITIVE,
    common.CLASSES,
    click.option(
        "--task",
        type=click.Choice(["auto", "binary", "multiclass", "regression"]),
        default="auto",
        show_default=True,
    ),
    click.option(
        "--threshold",
        multiple=True,
        metavar="[NAME=]X",
        help="Predicted positive at score >= X, for all models or for one.  [default: 0.5]",
    ),
    click.option(
        "--margin",
        multiple=True,
        metavar="[MEASURE=]X",
        help="Non-inferiority margin: how much worse the second model may be without counting as worse, such as "
        "roc_auc=0.005.",
    ),
    click.option(
        "--minimum-effect",
        multiple=True,
        metavar="[MEASURE=]X",
        help="Smallest difference worth detecting, for the number of rows needed.  [default: 0.01]",
    ),
    *common.GOAL,
    *common.LIMITS,
    common.MEASURE,
    click.option(
        "--changed-rows",
        "changed",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Of two models: write the rows that only one of them gets right to a .csv or .parquet file.",
    ),
    common.SCALE,
    common.LEVEL,
    click.option(
        "--interval",
        type=click.Choice(["auto", "percentile", "bca"]),
        default="auto",
        show_default=True,
        help="How intervals are made: the method that suits each measure (auto), or a paired bootstrap.",
    ),
    common.MISSING,
    common.SEED,
    common.MEMORY,
    common.ENGINE,
    common.THREADS,
    *common.WHERE,
)
@click.pass_context
def compare(
    context: click.Context,
    /,
    data: tuple[str, ...],
    target: tuple[str, ...],
    score: tuple[str, ...],
    prediction: tuple[str, ...],
    classes: str | None,
    threshold: tuple[str, ...],
    margin: tuple[str, ...],
    minimum_effect: tuple[str, ...],
    cost: str | None,
    gain: str | None,
    measures: tuple[str, ...],
    slices: tuple[str, ...],
    changed: Path | None,
    form: str | None,
    output: Path | None,
    only: tuple[str, ...],
    title: str | None,
    **options: Any,
) -> None:
    """Compare models on the same rows: columns of one file, or files joined by --id.

    Each difference is the second model of a pair minus the first, with its interval, its p-value and a verdict. With
    --cost, --goal or --where each model is compared at its own best threshold. Exit code 3: no model can meet the
    constraints.

    \b
    gnomon compare predictions.csv --target y --score p_old,p_new
    gnomon compare predictions.csv --target y --score old=p1 --score new=p2 --margin roc_auc=0.005
    gnomon compare old=monday.csv new=friday.csv --target y --score p --id row
    gnomon compare predictions.csv --target y --score p_old,p_new --cost fn=10,fp=1
    gnomon compare sales.csv --target sold --prediction naive,model --output comparison.html
    """
    from gnomon.cli.progress import ProgressBar
    from gnomon.comparison.compare import compare as compare_data

    joined = len(data) > 1
    places = models_of(data) if joined else {"": Path(data[0])}
    paths = tuple(places.values())
    for file in (output, changed):
        common.check_output(file, paths)
    shown = common.how_shown(form, output, only, title)
    columns_of = {
        "target": common.columns(target, paths),
        "score": model_columns(score, paths, joined=joined),
        "prediction": model_columns(prediction, paths, joined=joined),
    }
    with ProgressBar() as progress:
        comparison = compare_data(
            places if joined else paths[0],
            **columns_of,
            classes=classes.split(",") if classes is not None else None,
            threshold=numbers("--threshold", threshold),
            margin=numbers("--margin", margin),
            minimum_effect=numbers("--minimum-effect", minimum_effect),
            measures=common.names(measures),
            slices=common.slices(slices),
            costs=common.amounts("--cost", cost),
            gains=common.amounts("--gain", gain),
            progress=progress,
            **options,
        )
    if changed is not None:
        write_changed(changed, comparison, places if joined else paths[0], columns_of, options, slices)
    shown.show(comparison)
    if comparison.decisions and not any(own.met for own in comparison.decisions.values()):
        context.exit(common.NOT_MET)


def write_changed(
    file: Path,
    comparison: Comparison,
    data: Any,
    columns_of: Mapping[str, Any],
    options: Mapping[str, Any],
    slices: tuple[str, ...],
) -> None:
    """Writes the rows that only one of two models gets right, each at the threshold that it was compared at.

    Args:
        file: Where they go.
        comparison: The models.
        data: Where the rows are.
        columns_of: The columns of true values, scores and predictions.
        options: The other options of the command.
        slices: How the rows are divided.
    """
    from gnomon.comparison.changed import changed_rows
    from gnomon.files import write_table

    first = next(iter(comparison.models.values()))
    thresholds = {name: own.threshold for name, own in comparison.models.items() if own.threshold is not None}
    asked = {name: options[name] for name in ("id", "split", "positive", "task", "scale", "missing", "threads")}
    rows = changed_rows(
        data, **columns_of, **asked, slices=common.slices(slices), threshold=thresholds or None,
        classes=list(first.classes) if first.task == "multiclass" else None,
    )  # fmt: skip
    write_table(file, rows.rows)


def models_of(data: Sequence[str]) -> dict[str, Path]:
    """The file of each model.

    Raises:
        UsageError: Two have one name.
    """
    from gnomon.errors import UsageError

    files: dict[str, Path] = {}
    for text in data:
        name, path = common.named_path(text)
        if name in files:
            raise UsageError(
                Message(
                    "two_models_of_one_name",
                    "two models are called {name!r}\nname them, as in old={path}",
                    name=name,
                    path=path,
                )
            )
        files[name] = path
    return files


def model_columns(given: tuple[str, ...], paths: tuple[Path, ...], *, joined: bool) -> Any:
    """The columns of models, as :func:`gnomon.compare` takes them.

    Args:
        given: ``COLUMN,COLUMN`` or ``NAME=COLUMN,COLUMN``, each time the option was given.
        paths: The files.
        joined: Whether every model has a file of its own.

    Raises:
        UsageError: Some models have names and others do not.
    """
    from gnomon.errors import UsageError
    from gnomon.sources.files import FileSource

    known = FileSource(*paths[:1]).columns if any("=" in text for text in given) else ()
    named: dict[str, Any] = {}
    plain: list[str] = []
    for text in given:
        name, equals, columns = text.partition("=")
        if equals and name and text not in known:
            if name in named:
                raise UsageError(
                    Message(
                        "two_models_of_one_name_given",
                        "two models are called {name!r}\ngive each its own name",
                        name=name,
                    )
                )
            named[name] = common.columns((columns,), paths)
        else:
            indices = common.columns((text,), paths)
            plain += [indices] if isinstance(indices, str) else indices or []
    if named and plain:
        raise UsageError(
            Message(
                "name_all_or_none",
                "name all models or none: {path!r} has no name\nwrite new={path}",
                path=plain[0],
            )
        )
    if named or not plain:
        return named or None
    return plain[0] if joined and len(plain) == 1 else plain


def numbers(option: str, given: tuple[str, ...]) -> Any:
    """A number for all, or numbers by name.

    Args:
        option: The option that they were given to.
        given: ``X`` or ``NAME=X``, each time it was given; several may be separated by commas.

    Raises:
        UsageError: It is not a number, or there are several for all.
    """
    from gnomon.errors import UsageError

    amounts: dict[str, float] = {}
    for text in (part for each in given for part in each.split(",")):
        name, equals, value = text.rpartition("=")
        try:
            number = float(value)
        except ValueError:
            raise UsageError(
                Message(
                    "option_takes_number",
                    "{option} {text}\nexpected a number, or NAME=NUMBER",
                    option=option,
                    text=text,
                )
            ) from None
        if name in amounts or (equals and not name):
            raise UsageError(
                Message(
                    "option_repeats_name",
                    "{option} {text}\ngive one number for each name",
                    option=option,
                    text=text,
                )
            )
        amounts[name] = number
    if "" in amounts and len(amounts) > 1:
        raise UsageError(
            Message("option_mixes_names", "{option}\ngive one number for all, or one for each name", option=option)
        )
    return amounts.get("", amounts or None)
