"""The command line: one file a command. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from contextvars import ContextVar
from importlib.abc import MetaPathFinder
from itertools import zip_longest
from typing import Any

import click

from gnomon.cli.calibrate import calibrate
from gnomon.cli.compare import compare
from gnomon.cli.completion import completion
from gnomon.cli.demo import demo
from gnomon.cli.evaluate import evaluate
from gnomon.cli.gate import gate
from gnomon.cli.groups import Questions
from gnomon.cli.history import history, leaderboard, log
from gnomon.cli.language import speak
from gnomon.cli.lesson import lesson
from gnomon.cli.plot import plot
from gnomon.cli.report import report
from gnomon.cli.streams import Terminated, ending_cleanly, flush, prepare, silence
from gnomon.cli.threshold import threshold
from gnomon.errors import GnomonError
from gnomon.message import Message
from gnomon.report.language import speaking, tr

# Whether a failure is said as JSON on stdout, too.
_as_json: ContextVar[bool] = ContextVar("as_json", default=False)

# The command whose code is for readers, and works on data frames.
LESSON = "lesson"
DONE, FAULT, BAD_INPUT, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143


@click.group(
    cls=Questions,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="gnomon", message="%(prog)s %(version)s")
@click.pass_context
def gnomon(context: click.Context) -> None:
    """Evaluate predictions: every number with its confidence interval, its support and, where undefined, the reason."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


gnomon.add_command(evaluate)
gnomon.add_command(compare)
gnomon.add_command(gate)
gnomon.add_command(log)
gnomon.add_command(history)
gnomon.add_command(leaderboard)
gnomon.add_command(threshold)
gnomon.add_command(calibrate)
gnomon.add_command(report)
gnomon.add_command(plot)
gnomon.add_command(demo)
gnomon.add_command(lesson)
gnomon.add_command(completion)


class WithoutPandas(MetaPathFinder):
    """pyarrow imports pandas if it can, which takes a sixth of a second and serves no command but the lesson."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        """Finds nothing but that there is no pandas."""
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}: the command line does without it", name=name)


def main() -> None:
    """Runs the command line and exits.

    0 done, 2 bad input or usage, 3 a goal that cannot be met, 4 a gate failed, 5 a gate is inconclusive, 130
    interrupted, 143 terminated, 1 an internal error.
    """
    prepare()
    if LESSON not in sys.argv:
        sys.meta_path.insert(0, WithoutPandas())
    try:
        with ending_cleanly():
            code = run(sys.argv[1:])
    except Terminated:
        code = TERMINATED
    lost = flush()
    if lost is not None and not isinstance(lost, BrokenPipeError) and code == DONE:
        say(Message("cannot_write_output", "cannot write the output: {reason}", reason=lost.strerror or lost))
        code = BAD_INPUT
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Runs a command; errors become one or two lines on stderr, and JSON on stdout where JSON was asked for.

    Set GNOMON_DEBUG=1 to see a traceback instead.
    """
    with speaking(speak(arguments, gnomon)):
        token = _as_json.set(asks_for_json(arguments))
        try:
            return run_spoken(arguments)
        finally:
            _as_json.reset(token)


def asks_for_json(arguments: list[str]) -> bool:
    """Whether the result was to be JSON on stdout, for a program that reads it."""
    asked = any(
        word in ("-fjson", "--format=json") or (word in ("-f", "--format") and after == "json")
        for word, after in zip_longest(arguments, arguments[1:])
    )
    return asked and not any(word.startswith(("-o", "--output")) for word in arguments)


def run_spoken(arguments: list[str]) -> int:
    """Runs a command in the language that is spoken."""
    try:
        return gnomon.main(arguments, prog_name="gnomon", standalone_mode=False) or DONE
    except click.ClickException as error:
        if isinstance(error, click.NoSuchOption) and (meant := meant_option(error)):
            error = click.UsageError(
                Message(
                    "no_such_option",
                    "No such option '{option}'. Did you mean {meant}?",
                    option=error.option_name,
                    meant=meant,
                ),
                ctx=error.ctx,
            )
        context = getattr(error, "ctx", None)
        say(error.format_message())
        if context is not None:
            click.echo(tr(Message("see_help", "See '{command} --help'.", command=context.command_path)), err=True)
        return BAD_INPUT
    except GnomonError as error:
        if os.environ.get("GNOMON_DEBUG"):
            raise
        say(error.message)
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo(tr("Interrupted."), err=True)
        return INTERRUPTED
    except BrokenPipeError:
        silence()  # whoever read the output has gone
        return DONE
    except MemoryError:
        return no_memory()
    except OSError as error:
        what = error.strerror or str(error)
        say(
            f"{what}: {error.filename}"
            if error.filename is not None
            else Message("cannot_write_output", "cannot write the output: {reason}", reason=what)
        )
        return BAD_INPUT
    except Exception as error:
        if isinstance(error, (ImportError, RuntimeError)) and any(own in str(error) for own in NO_MEMORY):
            return no_memory()
        if os.environ.get("GNOMON_DEBUG"):
            raise
        say(
            Message(
                "internal_error",
                "internal error in gnomon, please report it: {kind}: {error} (set GNOMON_DEBUG=1 for a traceback)",
                kind=type(error).__name__,
                error=error,
            )
        )
        return FAULT


# What libraries that cannot be loaded, and threads that cannot be started, say where memory runs out.
NO_MEMORY = ("failed to map segment", "cannot allocate memory", "Cannot allocate memory", "can't start new thread")


def no_memory() -> int:
    """What to say where memory ran out."""
    say(
        Message(
            "not_enough_memory",
            "not enough memory: lower --memory, use fewer --threads, or evaluate fewer rows",
        )
    )
    return BAD_INPUT


def meant_option(error: click.NoSuchOption) -> str | None:
    """The option of the command that is meant by one that another tool has; None if it is no such option."""
    from gnomon.calling import meant_by

    if error.ctx is None:
        return None
    written = {own.name: max(own.opts, key=len) for own in error.ctx.command.params if isinstance(own, click.Option)}
    name = error.option_name.lstrip("-").replace("-", "_")
    known = tuple(name for name in written if name)
    meant = "target" if name == "y_true" and "target" in known else meant_by(name, known)
    return None if meant is None else written[meant]


def say(message: str) -> None:
    """One error on stderr, made harmless for the terminal."""
    from gnomon.visible import visible

    click.echo(f"{tr('Error')}: {visible(' '.join(tr(message).split()))}", err=True)
    if _as_json.get():
        code, problem, remedy = "usage", message, None
        if isinstance(message, Message):
            code, problem, remedy = message.code, message.problem, message.remedy
        failure = {"error": {"code": code, "message": problem, "remedy": remedy}}
        with suppress(OSError):  # the failure may be that of the output itself
            click.echo(json.dumps(failure, ensure_ascii=False))
