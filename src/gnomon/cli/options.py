"""Options that several commands have: which columns, how they are read, where the result goes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.completing import columns as columns_of_files
from gnomon.engines import ENGINES
from gnomon.message import Message
from gnomon.renderers import RENDERERS
from gnomon.report.language import LANGUAGES
from gnomon.report.parts import PARTS

if TYPE_CHECKING:
    from gnomon.sources.files import FileSource

Function = Callable[..., Any]

# The exit code where constraints cannot be met.
NOT_MET = 3

PATHS = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
TARGET = click.option(
    "-t",
    "--target",
    required=True,
    multiple=True,
    metavar="COLUMN[,COLUMN...]",
    help="Column of true values; of a multilabel task, one column per label.",
    shell_complete=columns_of_files,
)
SCORE = click.option(
    "-s",
    "--score",
    metavar="COLUMN[,COLUMN...]",
    multiple=True,
    help="Column of scores of the positive class; for several classes one column each, in sorted order; for several "
    "labels one each, in the order of the targets.",
    shell_complete=columns_of_files,
)
WEIGHT = click.option(
    "-w", "--weight", metavar="COLUMN", help="Column of row weights.", shell_complete=columns_of_files
)
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
    shell_complete=columns_of_files,
)
SLICE = click.option(
    "--slice",
    "slices",
    multiple=True,
    shell_complete=columns_of_files,
    metavar="COLUMN[:COLUMN][=X,Y...]",
    help="Also evaluate the rows of each value of this column, of each pair of values (region:sex), or of ranges "
    "of numbers (age=30,50, or age=4 for four of equal size).  May be given several times.",
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

# What is wanted of a threshold, and what must hold at it.
GOAL = (
    click.option(
        "-g",
        "--goal",
        metavar="MEASURE",
        help="Measure to optimise: f1, f2, matthews_corrcoef, balanced_accuracy, youden, false_discovery_rate ...",
    ),
    click.option("--cost", metavar="CELL=X,...", help="Cost of a row in each cell (tp, fp, fn, tn): fn=10,fp=1."),
    click.option("--gain", metavar="CELL=X,...", help="Gain of a row in each cell, such as tp=5."),
)
LIMITS = (
    click.option(
        "--where",
        multiple=True,
        metavar="CONSTRAINT",
        help="Constraint: 'recall >= 0.95', 'precision.low >= 0.8', 'flagged <= 200' (rows predicted positive), "
        "'flagged_share <= 2 %'; may be given several times.",
    ),
    click.option(
        "--periods",
        type=float,
        default=1.0,
        metavar="N",
        help="The rows cover this many periods, such as days; 'flagged' is limited on average per period.",
    ),
)

# How scores are read, and how estimates are made of them.
HOW = (SCALE, LEVEL, INTERVAL, MISSING, SEED, EXACT, MEMORY, ENGINE, THREADS)
ONLY = click.option(
    "--only",
    multiple=True,
    metavar="PART[,PART...]",
    help="Show only these parts of the report, such as measures,advice: "
    + ", ".join(PARTS)
    + ".  [default: all but pairs and plan]",
)
TITLE = click.option("--title", metavar="TEXT", help="Title of the page, or of the Markdown.  [default: the file]")
# Where the result goes, and what is shown of it.
WHERE = (FORM, ONLY, TITLE, OUTPUT, LANG)


class Command(click.Command):
    """A command that refuses what other command lines forget: an option given twice that takes one value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads the arguments; of a command that is being typed, without the option whose value is next."""
        if ctx.resilient_parsing and args and args[-1].startswith("-"):
            return super().parse_args(ctx, args[:-1])
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


def slices(given: tuple[str, ...]) -> list[str]:
    """The slices that an option lists, separated by commas unless they have limits, or given several times."""
    return [name for part in given for name in (part.split(",") if "=" not in part else [part])]


def amounts(option: str, given: str | None) -> dict[str, float] | None:
    """Amounts by cell, such as ``fn=10,fp=1``.

    Raises:
        UsageError: They say something else.
    """
    from gnomon.errors import UsageError

    if given is None:
        return None
    by_cell: dict[str, float] = {}
    for part in given.split(","):
        cell, _, amount = part.partition("=")
        if cell.strip() in by_cell:
            raise UsageError(
                Message(
                    "two_amounts",
                    "{option} {given!r}: {cell} is given twice",
                    option=option,
                    given=given,
                    cell=cell.strip(),
                )
            )
        try:
            by_cell[cell.strip()] = float(amount)
        except ValueError:
            raise UsageError(
                Message(
                    "amounts_expected",
                    "{option} {given!r}\nexpected a number for each cell, as in fn=10,fp=1",
                    option=option,
                    given=given,
                )
            ) from None
    return by_cell


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


@dataclass(frozen=True, slots=True)
class Shown:
    """How a result is shown.

    Attributes:
        form: The name of a renderer.
        output: The file; None for the terminal.
        only: The parts that are shown; none for the usual ones.
        title: What the report is called; None for where the rows are.
    """

    form: str
    output: Path | None
    only: tuple[str, ...] = ()
    title: str | None = None

    def show(self, result: Any) -> None:
        """Prints a result, or writes it to a file, whole or not at all."""
        from gnomon.files import write_folder, write_whole

        if self.form == "terminal" and self.output is None:
            from gnomon.cli.streams import console
            from gnomon.report.terminal.report import render

            render(result, console(), self.only)
            return
        more: dict[str, Any] = {"only": self.only} if self.only else {}
        if self.title is not None:
            more["title"] = self.title
        shown = RENDERERS[self.form](result, **more)
        if self.output is None:
            click.echo(shown, nl=False)
        elif isinstance(shown, dict):
            write_folder(self.output, shown)
        else:
            write_whole(self.output, shown)


def how_shown(form: str | None, output: Path | None, only: tuple[str, ...], title: str | None) -> Shown:
    """How a result is shown, once it is clear that it can be.

    Raises:
        UsageError: The form contradicts the output; it has no parts, or no title; a part is unknown.
    """
    from gnomon.errors import UsageError
    from gnomon.report.parts import check_parts

    renderer = RENDERERS[form_of(form, output)]
    asked = tuple(names(only)) if only else ()
    check_parts(asked)
    if asked and not renderer.parts:
        raise UsageError(
            Message(
                "form_without_parts",
                "--only is not supported for {form}\nremove it, or use --format terminal, markdown or html",
                form=renderer.name,
            )
        )
    if title is not None and not renderer.titled:
        raise UsageError(
            Message(
                "form_without_title",
                "--title is not supported for {form}\nremove it, or use --format markdown or html",
                form=renderer.name,
            )
        )
    return Shown(renderer.name, output, asked, title)


def check_folder(form: str, output: Path | None) -> None:
    """Raises UsageError where files of a form have no folder to go to."""
    from gnomon.errors import UsageError

    if output is None or (not output.is_dir() and (output.suffix or output.exists())):
        raise UsageError(
            Message(
                "folder_needed",
                "--format {form} writes several files\npass a folder for them, --output evaluation",
                form=form,
            )
        )


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
    if asked is not None and asked.folder:
        check_folder(form or "", output)
        return asked.name
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
