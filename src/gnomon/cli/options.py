"""Options that several commands have: which columns, how they are read, where the result goes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.engines import ENGINES
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
    help="Column of true values; of several labels one column each.",
)
SCORE = click.option(
    "-s",
    "--score",
    metavar="COLUMN[,COLUMN...]",
    multiple=True,
    help="Column of scores of the positive class; for many classes one column each, in sorted order, or for many "
    "labels in the order of the targets.",
)
WEIGHT = click.option("-w", "--weight", metavar="COLUMN", help="Column of row weights.")
POSITIVE = click.option("--positive", metavar="LABEL", help="The label the model looks for.")
CLASSES = click.option(
    "--classes", metavar="LABEL,...", help="All class labels, where not all occur or their order matters."
)
SCALE = click.option(
    "--scale",
    type=click.Choice(["probability", "any"]),
    default="probability",
    show_default=True,
    help="What scores are: probabilities, or any decision value.",
)
LEVEL = click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level of the intervals.")
CLUSTER = click.option(
    "--cluster", metavar="COLUMN", help="Column that says which rows belong together, such as those of one patient."
)
MEASURE = click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME[,NAME...]",
    help="Measures besides the usual ones, such as jaccard, f2 or false_discovery_rate.",
)
INTERVAL = click.option(
    "--interval",
    type=click.Choice(["auto", "percentile", "bca", "none"]),
    default="auto",
    show_default=True,
    help="How intervals are made: what suits each measure, bootstrap percentiles or BCa, or not at all.",
)
MISSING = click.option(
    "--missing",
    type=click.Choice(["error", "drop"]),
    default="error",
    show_default=True,
    help="Refuse rows with missing values, or leave them out.",
)
SEED = click.option("--seed", type=int, default=0, show_default=True, help="Seed of the bootstrap.")
EXACT = click.option(
    "--exact/--certified",
    default=None,
    help="Ranking measures exactly, whatever it takes, or from bins of the scores, certain within a bound.  "
    "Larger slices are certified wherever rows do not fit.  [default: exactly, if the rows fit into the memory]",
)
MEMORY = click.option(
    "--memory", metavar="SIZE", help="Memory that kept rows may take, such as 2GiB.  [default: half of what is free]"
)
ENGINE = click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default="threads",
    show_default=True,
    help="What reads and counts the rows: threads, or worker processes, where a measure of your own is slow in Python.",
)
THREADS = click.option(
    "--threads", type=int, metavar="N", help="Threads, or processes, to use.  [default: the usable CPUs]"
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
    help="Language of what is said.  [default: that of the environment]",
)
OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file instead."
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
        for own in order:
            if isinstance(own, click.Option) and not own.multiple and not own.count and order.count(own) > 1:
                name = (
                    " and ".join(dict.fromkeys((*own.opts, *own.secondary_opts)))
                    if own.secondary_opts
                    else (max(own.opts, key=len))
                )
                raise click.UsageError(f"{name} takes one value, but is given {order.count(own)} times", ctx=ctx)
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
            own, folders = files_of(path), folders_of(path)
            refuse_overwriting(output, own, folders)
        if would_match(path, output):
            raise UsageError(f"--output {output} matches {path}, whose files are read: write the result elsewhere")


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
            raise UsageError("--column names the column that --apply adds: add --apply FILE, or leave --column out")
        return None
    if output is None or form not in (None, "terminal"):
        raise UsageError("--apply writes the decided rows to --output FILE: name it, and leave --format out")
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
            raise UsageError(f"--format {form} is a picture: say where it goes, --output report.{form}")
        return form or "terminal"
    found = ENDINGS.get(output.suffix.lower())
    if is_stream(output):  # a pipe or a device, whose name means nothing
        return form or (found.name if found else "terminal")
    if found is None and asked is None:
        raise UsageError(
            f"--output {output} does not end in a known format: use one of {', '.join(ENDINGS)}, "
            "or name the format (--format)"
        )
    if asked is not None and found not in (None, asked):
        assert found is not None
        raise UsageError(f"--format {form} does not fit --output {output}, which is {found.name}: leave one out")
    if asked is not None and asked.picture and found is None:
        raise UsageError(f"--format {form} does not fit --output {output}: end its name with .{form}")
    return form or (found.name if found else "terminal")


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
