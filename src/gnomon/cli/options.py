"""Options that several commands have: which columns, how they are read, where the result goes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.engines import ENGINES
from gnomon.message import Message
from gnomon.renderers import RENDERERS
from gnomon.report.language import LANGUAGES

if TYPE_CHECKING:
    from gnomon.sources.files import FileSource

Function = Callable[..., Any]

PATHS = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
TARGET = click.option(
    "-t",
    "--target",
    required=True,
    multiple=True,
    metavar="COLUMN[,COLUMN...]",
    help="Column of true values; of a multilabel task, one column per label.",
)
SCORE = click.option(
    "-s",
    "--score",
    metavar="COLUMN[,COLUMN...]",
    multiple=True,
    help="Column of scores of the positive class; for several classes one column each, in sorted order; for several "
    "labels one each, in the order of the targets.",
)
WEIGHT = click.option("-w", "--weight", metavar="COLUMN", help="Column of row weights.")
POSITIVE = click.option("--positive", metavar="LABEL", help="The positive class.")
CLASSES = click.option(
    "--classes", metavar="LABEL,...", help="All class labels, where some do not occur or their order matters."
)
SCALE = click.option(
    "--scale",
    type=click.Choice(["probability", "any"]),
    default="probability",
    show_default=True,
    help="Scale of the scores: probabilities, or any decision values.",
)
LEVEL = click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level of the intervals.")
CLUSTER = click.option(
    "--cluster",
    metavar="COLUMN",
    help="Column that groups rows that are not independent, such as those of one patient.",
)
MEASURE = click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME[,NAME...]",
    help="Additional measures, such as jaccard, f2 or false_discovery_rate.",
)
INTERVAL = click.option(
    "--interval",
    type=click.Choice(["auto", "percentile", "bca", "none"]),
    default="auto",
    show_default=True,
    help="How intervals are made: the method that suits each measure (auto), bootstrap percentiles, BCa, or none.",
)
MISSING = click.option(
    "--missing",
    type=click.Choice(["error", "drop"]),
    default="error",
    show_default=True,
    help="Refuse rows with missing values, or drop them.",
)
SEED = click.option("--seed", type=int, default=0, show_default=True, help="Seed of the bootstrap.")
EXACT = click.option(
    "--exact/--certified",
    default=None,
    help="Ranking measures exactly, however long it takes, or from bins of the scores, with a guaranteed error bound. "
    " Large slices are always counted in bins where the rows do not fit.  [default: exactly if the rows fit into "
    "memory]",
)
MEMORY = click.option(
    "--memory",
    metavar="SIZE",
    help="Memory limit for rows kept in memory, such as 2GiB.  [default: half of what is free]",
)
ENGINE = click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default="threads",
    show_default=True,
    help="How rows are read and counted: by threads, or by worker processes where a custom measure is slow in Python.",
)
THREADS = click.option(
    "--threads", type=int, metavar="N", help="Number of threads or processes.  [default: the usable CPUs]"
)
FORM = click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(list(RENDERERS)),
    help="How to show the result.  [default: by the end of --output, else terminal]",
)
LANG = click.option(
    "--lang",
    type=click.Choice(list(LANGUAGES)),
    expose_value=False,
    help="Language of the output.  [default: that of the environment]",
)
OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the result to a file."
)

# How scores are read, and how estimates are made of them.
HOW = (SCALE, LEVEL, INTERVAL, MISSING, SEED, EXACT, MEMORY, ENGINE, THREADS)
# Where the result goes.
WHERE = (FORM, OUTPUT, LANG)


class Command(click.Command):
    """A command that refuses what other command lines forget: an option given twice that takes one value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads the arguments."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        for option in order:
            if (
                isinstance(option, click.Option)
                and not option.multiple
                and not option.count
                and order.count(option) > 1
            ):
                name = (
                    " and ".join(dict.fromkeys((*option.opts, *option.secondary_opts)))
                    if option.secondary_opts
                    else (max(option.opts, key=len))
                )
                raise click.UsageError(
                    Message(
                        "option_repeated",
                        "{name} takes one value but was given {count} times",
                        name=name,
                        count=order.count(option),
                    ),
                    ctx=ctx,
                )
        return super().parse_args(ctx, args)


def with_options(*options: Callable[[Function], Function]) -> Callable[[Function], Function]:
    """Several options as one decorator; help shows them in this order."""

    def decorate(command: Function) -> Function:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def named_path(text: str) -> tuple[str, Path]:
    """The name of a model and its file, from ``name=file`` or ``file``, which is called by its own name then."""
    name, equals, path = text.partition("=")
    if equals and name and not Path(text).exists():
        return name, Path(path)
    return Path(text).stem, Path(text)


def columns(given: tuple[str, ...], paths: tuple[Path, ...]) -> str | list[str] | None:
    """The column, or the columns, that an option names, separated by commas or given several times.

    A column may have a comma in its name, too.
    """
    from gnomon.sources.files import FileSource

    known = FileSource(*paths).columns if any("," in part for part in given) else ()
    names = [name for part in given for name in ([part] if part in known else part.split(",")) if name]
    return names if len(names) > 1 else next(iter(names), None)


def names(given: tuple[str, ...]) -> list[str]:
    """The names that an option lists, separated by commas or given several times."""
    return [name.strip() for part in given for name in part.split(",")]


def check_output(output: Path | None, paths: tuple[Path, ...], files: Iterable[Path | None] = ()) -> None:
    """Refuse an output that is an input, or that has no folder, before anything is read.

    Args:
        output: Where the result goes; None for the terminal.
        paths: Where the rows are: files, folders and patterns.
        files: Other files that are read; None stands for one that was not given.

    Raises:
        UsageError: The output is a file that is read, or would be read the next time.
        SourceError: There is no such folder.
    """
    from gnomon.errors import SourceError, UsageError
    from gnomon.files import refuse_overwriting
    from gnomon.sources.listing import files_of, folders_of, would_match

    if output is None:
        return
    refuse_overwriting(output, [file for file in files if file is not None])
    for path in paths:
        with contextlib.suppress(SourceError):  # what cannot be read is told when it is
            inputs, folders = files_of(path), folders_of(path)
            refuse_overwriting(output, inputs, folders)
        if would_match(path, output):
            raise UsageError(
                Message(
                    "output_matches_input",
                    "--output {output} matches {path}, whose files are read\nwrite the result elsewhere",
                    output=output,
                    path=path,
                )
            )


def applied_rows(
    applied: tuple[Path, ...], output: Path | None, form: str | None, scores: list[str], column: str
) -> FileSource | None:
    """The rows of ``--apply``, once it is clear that they can be read and written; None where there are none.

    Raises:
        UsageError: There is no output to write them to, or it does not fit.
        ColumnError: A column of scores is missing.
        SourceError: The files cannot be read.
    """
    from gnomon.decision.apply import applicable
    from gnomon.errors import UsageError

    if not applied:
        if click.get_current_context().get_parameter_source("column") is click.core.ParameterSource.COMMANDLINE:
            raise UsageError(
                Message(
                    "column_needs_apply",
                    "--column names the column that --apply adds\npass --apply FILE, or remove --column",
                )
            )
        return None
    if output is None or form not in (None, "terminal"):
        raise UsageError(
            Message(
                "apply_needs_output",
                "--apply writes the decided rows to a file\npass --output FILE, and remove --format",
            )
        )
    return applicable(applied, output, scores, column)


# How a result is shown, by how the name of the output ends.
ENDINGS = {ending: own for own in RENDERERS.values() for ending in own.endings}


def form_of(form: str | None, output: Path | None) -> str:
    """How a result is shown: as it was asked, or as the name of the output ends.

    Args:
        form: What was asked for, if anything.
        output: The file, if any.

    Raises:
        UsageError: The name of the output ends in no form, or contradicts the one that was asked for; a picture was to
            go to the terminal.
    """
    from gnomon.errors import UsageError
    from gnomon.files import is_stream

    asked = None if form is None else RENDERERS[form]
    if output is None:
        if asked is not None and asked.picture:
            raise UsageError(
                Message(
                    "picture_needs_output",
                    "--format {form} is an image\npass its file, --output report.{form}",
                    form=form,
                )
            )
        return form or "terminal"
    renderer = ENDINGS.get(output.suffix.lower())
    if is_stream(output):  # a pipe or a device, whose name means nothing
        return form or (renderer.name if renderer else "terminal")
    if renderer is None and asked is None:
        raise UsageError(
            Message(
                "output_ending",
                "--output {output} does not end in a known format\nuse one of {endings}, or pass --format",
                output=output,
                endings=", ".join(ENDINGS),
            )
        )
    if asked is not None and renderer not in (None, asked):
        assert renderer is not None
        raise UsageError(
            Message(
                "format_contradicts",
                "--format {form} contradicts --output {output}, whose format is {name}\nremove one of them",
                form=form,
                output=output,
                name=renderer.name,
            )
        )
    if asked is not None and asked.picture and renderer is None:
        raise UsageError(
            Message(
                "format_ending",
                "--format {form} contradicts --output {output}\nend its name with .{form}",
                form=form,
                output=output,
            )
        )
    return form or (renderer.name if renderer else "terminal")


def show(result: Any, form: str, output: Path | None) -> None:
    """Prints a result, or writes it to a file, whole or not at all.

    Args:
        result: An evaluation, several, a comparison, or a decision.
        form: The name of a renderer.
        output: The file, if any.
    """
    from gnomon.files import write_whole

    if form == "terminal" and output is None:
        from gnomon.cli.streams import console
        from gnomon.report.terminal.report import render

        render(result, console())
        return
    shown = RENDERERS[form](result)
    if output is None:
        click.echo(shown, nl=False)
    else:
        write_whole(output, shown)
