"""What a shell is offered while a command is typed: columns of the files that were named, and plots."""

from __future__ import annotations

from pathlib import Path

import click


def columns(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """The columns of the files that were named so far, for the last of several names after commas."""
    from gnomon.errors import GnomonError
    from gnomon.sources.files import FileSource

    named = [str(path) for path in context.params.get("paths") or context.params.get("data") or ()]
    files = [path if Path(path).exists() else path.partition("=")[2] for path in named]
    given, comma, begun = typed.rpartition(",")
    try:
        known = FileSource(*map(Path, files)).columns if files else ()
    except (GnomonError, OSError):  # there are none yet, or they cannot be read: nothing is completed
        return []
    return [f"{given}{comma}{name}" for name in known if name.startswith(begun)]


def plots(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """The names of plots."""
    from gnomon.report.plots import PLOT_NAMES

    return [name for name in PLOT_NAMES if name.startswith(typed)]
