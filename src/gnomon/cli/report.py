"""``gnomon report``: saved evaluations, one or several side by side, shown in any form."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli import options as own


@click.command(short_help="Show saved evaluations, side by side.")
@own.with_options(
    click.argument("saved", metavar="[NAME=]FILE...", nargs=-1, required=True),
    *own.REPORT_WHERE,
)
def report(saved: tuple[str, ...], form: str | None, output: Path | None) -> None:
    """Show evaluations that were saved (gnomon evaluate ... --output FILE.json): one, or several side by side.

    Models are called by the names before =, else by the names of their files.

    \b
    gnomon report evaluation.json --output report.html
    gnomon report old=yesterday.json new=today.json --output report.html
    gnomon report old=yesterday.json new=today.json --format markdown
    """
    from gnomon.decision.loading import load
    from gnomon.errors import UsageError
    from gnomon.evaluation.result import Evaluation
    from gnomon.evaluation.several import Evaluations

    shown = own.report_form(form, output)
    found: dict[str, Evaluation] = {}
    paths = []
    for text in saved:
        name, path = named(text)
        paths.append(path)
        result = load(path)
        if not isinstance(result, (Evaluation, Evaluations)):
            raise UsageError(f"{path} holds no evaluation, but a {type(result).__name__}")
        for key, each in [(name, result)] if isinstance(result, Evaluation) else result.items():
            if key in found:
                raise UsageError(f"two models are called {key!r}: name them, such as old={path}")
            found[key] = each
    own.check_output(output, tuple(paths))
    own.show_report(Evaluations(found) if len(found) > 1 else next(iter(found.values())), shown, output)


def named(text: str) -> tuple[str, Path]:
    """The name of a model and its file, from ``name=file`` or ``file``."""
    name, equals, path = text.partition("=")
    if equals and name and not Path(text).exists():
        return name, Path(path)
    return Path(text).stem, Path(text)
