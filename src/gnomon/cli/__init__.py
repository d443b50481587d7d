"""The command line: one file a command. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import os
import sys

import click

from gnomon.cli.calibrate import calibrate
from gnomon.cli.compare import compare
from gnomon.cli.demo import demo
from gnomon.cli.evaluate import evaluate
from gnomon.cli.language import speak
from gnomon.cli.lesson import lesson
from gnomon.cli.report import report
from gnomon.cli.streams import Terminated, ending_cleanly, flush, prepare, silence
from gnomon.cli.threshold import threshold
from gnomon.errors import GnomonError
from gnomon.report.language import speaking, tr

DONE, FAULT, BAD_INPUT, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143


@click.group(
    invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="gnomon", message="%(prog)s %(version)s")
@click.pass_context
def gnomon(context: click.Context) -> None:
    """Evaluate a model's predictions: every number with its interval, its support and its reason."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


gnomon.add_command(evaluate)
gnomon.add_command(compare)
gnomon.add_command(threshold)
gnomon.add_command(calibrate)
gnomon.add_command(report)
gnomon.add_command(demo)
gnomon.add_command(lesson)


def main() -> None:
    """Runs the command line and exits.

    0 done, 2 bad input or usage, 3 a goal that cannot be met, 130 interrupted, 143 terminated, 1 an internal error.
    """
    prepare()
    try:
        with ending_cleanly():
            code = run(sys.argv[1:])
    except Terminated:
        code = TERMINATED
    lost = flush()
    if lost is not None and not isinstance(lost, BrokenPipeError) and code == DONE:
        say(f"cannot write the output: {lost.strerror or lost}")
        code = BAD_INPUT
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Runs a command; errors become one or two lines on stderr.

    Set GNOMON_DEBUG=1 to see a traceback instead.
    """
    with speaking(speak(arguments, gnomon)):
        return run_spoken(arguments)


def run_spoken(arguments: list[str]) -> int:
    """Runs a command in the language that is spoken."""
    try:
        return gnomon.main(arguments, prog_name="gnomon", standalone_mode=False) or DONE
    except click.ClickException as error:
        if isinstance(error, click.NoSuchOption) and (meant := meant_option(error)):
            error = click.UsageError(f"No such option '{error.option_name}'. Did you mean {meant}?", ctx=error.ctx)
        context = getattr(error, "ctx", None)
        say(error.format_message())
        if context is not None:
            click.echo(tr(f"See '{context.command_path} --help'."), err=True)
        return BAD_INPUT
    except GnomonError as error:
        if os.environ.get("GNOMON_DEBUG"):
            raise
        say(str(error))
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
        say(f"{what}: {error.filename}" if error.filename is not None else f"cannot write the output: {what}")
        return BAD_INPUT
    except Exception as error:
        if isinstance(error, (ImportError, RuntimeError)) and any(own in str(error) for own in NO_MEMORY):
            return no_memory()
        if os.environ.get("GNOMON_DEBUG"):
            raise
        say(f"internal error in gnomon, please report it: {type(error).__name__}: {error} (GNOMON_DEBUG=1 shows where)")
        return FAULT


# What libraries that cannot be loaded, and threads that cannot be started, say where memory runs out.
NO_MEMORY = ("failed to map segment", "cannot allocate memory", "Cannot allocate memory", "can't start new thread")


def no_memory() -> int:
    """What to say where memory ran out."""
    say("not enough memory: lower --memory, use fewer --threads, or evaluate fewer rows at once")
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

    click.echo(f"{tr('Error')}: {visible(tr(' '.join(message.split())))}", err=True)
