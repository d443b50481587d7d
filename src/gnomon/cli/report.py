"""``gnomon report``: saved evaluations, one or several side by side, shown in any form."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli import options as own


@click.command(cls=own.Command, short_help="Show saved evaluations, side by side.")
@own.with_options(
    click.argument("saved", metavar="[NAME=]FILE...", nargs=-1, required=True),
    click.option(
        "--train",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The saved evaluation of the rows that the model was fitted on: every gap is told with its interval.",
    ),
    *own.WHERE,
)
def report(saved: tuple[str, ...], train: Path | None, form: str | None, output: Path | None) -> None:
    """Show evaluations that were saved (gnomon evaluate ... --output FILE.json): one, or several side by side.

    A comparison or a decision that was saved (gnomon compare ... --output FILE.json) is shown alone.

    Models are called by the names before =, else by the names of their files.

    \b
    gnomon report evaluation.json --output report.html
    gnomon report old=yesterday.json new=today.json --output report.html
    gnomon report old=yesterday.json new=today.json --format markdown
    gnomon report test.json --train train.json
    """
    from gnomon.comparison.result import Comparison
    from gnomon.decision.loading import load
    from gnomon.errors import UsageError
    from gnomon.evaluation.result.evaluation import Evaluation
    from gnomon.evaluation.result.several import Evaluations

    shown = own.form_of(form, output)
    found: dict[str, Evaluation] = {}
    paths = []
    for text in saved:
        name, path = own.named_path(text)
        paths.append(path)
        result = load(path)
        if not isinstance(result, (Evaluation, Evaluations)):
            if len(saved) > 1 or train is not None:
                if isinstance(result, Comparison):
                    raise UsageError(f"{path} holds a comparison, which is shown alone: leave the other files out")
                raise UsageError(f"{path} holds a decision, which is shown alone: leave the other files out")
            own.check_output(output, (), [path])
            own.show(result, shown, output)
            return
        for key, each in [(name, result)] if isinstance(result, Evaluation) else result.items():
            if key in found:
                raise UsageError(f"two models are called {key!r}: name them, such as old={path}")
            found[key] = each
    own.check_output(output, (), [*paths, train])
    if train is not None:
        if len(found) > 1:
            raise UsageError("the rows of --train go with one evaluation: leave the other files out")
        fitted = load(train)
        if not isinstance(fitted, Evaluation):
            raise UsageError(f"{train} holds no evaluation, but a {type(fitted).__name__}")
        found = {name: each.with_train(fitted) for name, each in found.items()}
    own.show(Evaluations(found) if len(found) > 1 else next(iter(found.values())), shown, output)
