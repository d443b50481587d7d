"""``gnomon history``, ``gnomon log`` and ``gnomon leaderboard``: the memory of evaluations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli import options as common
from gnomon.message import Message

if TYPE_CHECKING:
    from gnomon.history.history import History

URL_HELP = "The history.  [default: GNOMON_HISTORY, else .gnomon/history.db of the project]"
URL = click.option("--history", "url", metavar="FILE", help=URL_HELP)
FORM = click.option(
    "-f", "--format", "form", type=click.Choice(["terminal", "json", "markdown"]), default="terminal", show_default=True
)
LIMIT = click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="At most N runs."
)
OF_NAME = click.option("--name", metavar="NAME", help="Runs of this name alone.")
OF_TAG = click.option("--tag", metavar="KEY[=VALUE]", help="Runs with this tag alone.")
# What is said of a run that is logged.
LOGGING = (
    click.option("--name", metavar="NAME", help="What the run is called in the history."),
    click.option(
        "--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A tag of the run; may be given several times."
    ),
    click.option("--keep-rows", is_flag=True, help="Keep the rows beside the history, to compare later runs with it."),
    URL,
)


def at(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """The history of a command of the group, said after its name."""
    if value is not None:
        context.obj = value


AT = click.option("--history", metavar="FILE", expose_value=False, callback=at, help=URL_HELP)


def print_as(form: str, result: Any, show: Callable[[Any, Any], None], text: Callable[[str, Any], str]) -> None:
    """Prints a result for the terminal, or as JSON or Markdown.

    Args:
        form: What was asked for.
        result: The result.
        show: Prints it for a terminal.
        text: Makes any other form of it.
    """
    from gnomon.cli.streams import console

    if form == "terminal":
        show(result, console())
    else:
        click.echo(text(form, result), nl=False)


def tell_logged(history: History, name: str, id: str) -> None:
    """Says on stderr what was logged, and where."""
    from gnomon.report.language import tr

    said = Message("run_logged", "logged: {name} ({id}) in {place}", name=name, id=id, place=history.place)
    click.echo(tr(said), err=True)


def opened(url: str | None) -> History:
    """The history that is meant."""
    from gnomon.history.history import History

    return History(url)


def tags_of(given: tuple[str, ...]) -> dict[str, str]:
    """Tags by name.

    Raises:
        UsageError: One has no name, or a name twice.
    """
    from gnomon.errors import UsageError

    tags: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name or name in tags:
            raise UsageError(
                Message("tag_text", "--tag {text!r}\nexpected a name and a value, each name once: seed=3", text=text)
            )
        tags[name] = value
    return tags


@click.command(cls=common.Command, short_help="Log a saved evaluation in the history.")
@common.with_options(
    click.argument("saved", metavar="FILE", type=click.Path(path_type=Path)),
    *LOGGING,
    click.option(
        "--rows",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The predictions that the evaluation was made of.",
    ),
    common.LANG,
)
def log(
    saved: Path, name: str | None, tags: tuple[str, ...], keep_rows: bool, url: str | None, rows: Path | None
) -> None:
    """Log an evaluation that was saved (gnomon evaluate ... --output FILE.json).

    \b
    gnomon log evaluation.json --name forest --tag depth=3
    gnomon log evaluation.json --name forest --rows predictions.csv --keep-rows
    """
    from gnomon.evaluation.result.evaluation import Evaluation

    run = opened(url).log(
        Evaluation.load(saved), name=name or saved.stem, tags=tags_of(tags), rows=rows, keep_rows=keep_rows
    )
    click.echo(run.id)


@click.group(invoke_without_command=True, short_help="List, tag and export the runs of the history.")
@common.with_options(OF_NAME, OF_TAG, LIMIT, FORM, URL, common.LANG)
@click.pass_context
def history(context: click.Context, name: str | None, tag: str | None, limit: int, form: str, url: str | None) -> None:
    """List the runs of the history, the newest first.

    \b
    gnomon evaluate predictions.csv --target y --score p --log --name forest
    gnomon history
    gnomon history tag forest champion
    gnomon gate new.csv --baseline champion --target y --score p --id row --margin roc_auc=0.02
    """
    context.obj = url
    if context.invoked_subcommand is not None:
        return
    from gnomon.report.runs import runs_as, show_runs

    runs = opened(url).runs(name=name, tag=tag, limit=limit)
    print_as(form, runs, show_runs, runs_as)


@history.command(cls=common.Command, short_help="Show the evaluation of a run.")
@common.with_options(click.argument("run"), *common.WHERE, AT)
@click.pass_obj
def show(
    url: str | None, run: str, form: str | None, output: Path | None, only: tuple[str, ...], title: str | None
) -> None:
    """Show the evaluation of a run, or what a gate said.

    A run is known by a tag, an id or its beginning, or as the newest of a name; what a gate said by its id.
    """
    from gnomon.errors import HistoryError
    from gnomon.gating.result import GateResult

    shown = common.how_shown(form, output, only, title)
    common.check_output(output, ())
    own = opened(url)
    try:
        result = own.load(run)
    except HistoryError:
        if own.gate_of_id(run) is None:
            raise
        shown.show(GateResult.from_dict(own.gate_form(run)))
        return
    shown.show(result)


@history.command(cls=common.Command, short_help="Give a tag to a run.")
@common.with_options(
    click.argument("run"),
    click.argument("tag", required=False),
    click.option("--remove", is_flag=True, help="Take the tag from the run that holds it."),
    AT,
    common.LANG,
)
@click.pass_obj
def tag(url: str | None, run: str, tag: str | None, remove: bool) -> None:
    """Give a tag, such as champion, to a run: one run holds it at a time, and who held it when is kept.

    \b
    gnomon history tag forest champion
    gnomon history tag --remove champion
    """
    from gnomon.errors import UsageError
    from gnomon.report.language import tr

    own = opened(url)
    if remove:
        own.untag(tag or run, None if tag is None else run)
        return
    if tag is None:
        raise UsageError(Message("tag_missing", "tag takes a run and a tag: gnomon history tag forest champion"))
    own.tag(run, tag)
    held = own[tag]
    said = Message("tag_given", "{tag}: {name} ({id})", tag=tag, name=held.name, id=held.short_id)
    click.echo(tr(said), err=True)


@history.command(cls=common.Command, short_help="Show what changed from one run to another.")
@common.with_options(click.argument("old"), click.argument("new"), *common.WHERE, AT)
@click.pass_obj
def diff(
    url: str | None,
    old: str,
    new: str,
    form: str | None,
    output: Path | None,
    only: tuple[str, ...],
    title: str | None,
) -> None:
    """Show what changed from one run to another: row by row where the rows of both are at hand."""
    from gnomon.history.diff import diff as compared
    from gnomon.report.language import tr

    shown = common.how_shown(form, output, only, title)
    common.check_output(output, ())
    result, why = compared(opened(url), old, new)
    if why is not None:
        text = "not compared row by row, but as two samples: {why}"
        click.echo(tr(Message("diff_unpaired", text, why=why)), err=True)
    shown.show(result)


@history.command(cls=common.Command, short_help="Show several runs of one recipe together.")
@common.with_options(
    click.argument("name"),
    click.argument("other", required=False),
    click.option("--by", multiple=True, metavar="MEASURE", help="A measure; may be given several times."),
    FORM,
    AT,
    common.LANG,
)
@click.pass_obj
def recipe(url: str | None, name: str, other: str | None, by: tuple[str, ...], form: str) -> None:
    """Show the runs of one NAME together, such as one training with several seeds.

    The mean has an interval over rows and runs; the noise floor tells how far two runs lie apart though nothing was
    changed. With OTHER, what the runs of OTHER score on average less those of NAME.

    \b
    gnomon evaluate seed1.csv -t y -s p --id row --log --name forest --tag seed=1 --keep-rows
    gnomon history recipe forest
    gnomon history recipe forest boosted --by roc_auc
    """
    from gnomon.history.recipe import recipe as of_runs
    from gnomon.report.recipes import recipe_as, show_recipe

    result = of_runs(opened(url), name, other=other, by=by)
    print_as(form, result, show_recipe, recipe_as)


@history.command(cls=common.Command, short_help="List what gates said.")
@common.with_options(
    click.option("--name", metavar="NAME", help="Results of the gate of this name alone."),
    LIMIT,
    FORM,
    AT,
    common.LANG,
)
@click.pass_obj
def gates(url: str | None, name: str | None, limit: int, form: str) -> None:
    """List what gates said that were logged (gnomon gate ... --log), the newest first."""
    from gnomon.report.runs import gates_as, show_gates

    results = opened(url).gates(name=name, limit=limit)
    print_as(form, results, show_gates, gates_as)


@history.command(cls=common.Command, short_help="Remove old runs.")
@common.with_options(
    click.option("--keep", type=click.IntRange(1), required=True, metavar="N", help="Keep the newest N of each name."),
    AT,
    common.LANG,
)
@click.pass_obj
def prune(url: str | None, keep: int) -> None:
    """Remove all but the newest runs of each name; runs that hold a tag stay."""
    from gnomon.report.language import tr

    gone = opened(url).prune(keep=keep)
    click.echo(tr(Message("runs_removed", "{number:,} runs removed.", number=len(gone))))


@history.command(cls=common.Command, short_help="Write all estimates of all runs to a file.")
@common.with_options(
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        required=True,
        help="A .csv or .parquet file.",
    ),
    AT,
    common.LANG,
)
@click.pass_obj
def export(url: str | None, output: Path) -> None:
    """Write all estimates of all runs, of all rows and of slices, as one table."""
    from gnomon.history.export import export as write

    common.check_output(output, ())
    write(opened(url), output)


@click.command(cls=common.Command, short_help="Rank the runs of the history by a measure.")
@common.with_options(
    click.option("--by", required=True, metavar="MEASURE", help="The measure, such as roc_auc."),
    OF_NAME,
    OF_TAG,
    LIMIT,
    FORM,
    URL,
    common.LANG,
)
def leaderboard(by: str, name: str | None, tag: str | None, limit: int, form: str, url: str | None) -> None:
    """Rank the newest runs of all names by a measure: which may be the best, and which are not.

    \b
    gnomon leaderboard --by roc_auc
    gnomon leaderboard --by recall --tag data=july --format markdown
    """
    from gnomon.history.leaderboard import leaderboard as ranked
    from gnomon.report.runs import board_as, show_board

    board = ranked(opened(url), by, name=name, tag=tag, limit=limit)
    print_as(form, board, show_board, board_as)


def log_evaluation(evaluation: Any, rows: list[Path], options: dict[str, Any]) -> None:
    """Logs an evaluation that a command has made.

    Args:
        evaluation: The evaluation.
        rows: Where its rows are.
        options: What was said of the run.
    """
    name = options["name"] or rows[0].stem
    own = opened(options["url"])
    run = own.log(
        evaluation, name=name, tags=tags_of(options["tags"]), rows=rows, keep_rows=options["keep_rows"], checked=True
    )
    tell_logged(own, name, run.short_id)
