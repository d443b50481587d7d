"""``gnomon report``: saved evaluations, one or several side by side, shown in any form."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli import options as common
from gnomon.message import Message


@click.command(cls=common.Command, short_help="Show saved evaluations, side by side.")
@common.with_options(
    click.argument("saved", metavar="[NAME=]FILE...", nargs=-1, required=True),
    click.option(
        "--train",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The saved evaluation of the training rows: every gap is reported with its interval.",
    ),
    *common.WHERE,
)
def report(
    saved: tuple[str, ...],
    train: Path | None,
    form: str | None,
    output: Path | None,
    only: tuple[str, ...],
    title: str | None,
) -> None:
    """Show evaluations that were saved (gnomon evaluate ... --output FILE.json): one, or several side by side.

    A saved comparison or decision (gnomon compare ... --output FILE.json) is shown by itself.

    Models are named before the =, or else after their files.

    \b
    gnomon report evaluation.json --output report.html
    gnomon report old=yesterday.json new=today.json --output report.html
    gnomon report old=yesterday.json new=today.json --format markdown
    gnomon report test.json --train train.json
    """
    from gnomon.comparison.result import Comparison
    from gnomon.errors import UsageError
    from gnomon.evaluation.result.evaluation import Evaluation
    from gnomon.evaluation.result.evaluations import Evaluations
    from gnomon.loading import load

    shown = common.how_shown(form, output, only, title)
    evaluations: dict[str, Evaluation] = {}
    paths = []
    for text in saved:
        name, path = common.named_path(text)
        paths.append(path)
        result = load(path)
        if not isinstance(result, (Evaluation, Evaluations)):
            if len(saved) > 1 or train is not None:
                if isinstance(result, Comparison):
                    raise UsageError(
                        Message(
                            "comparison_alone",
                            "{path} is a comparison, which is reported by itself\nremove the other files",
                            path=path,
                        )
                    )
                raise UsageError(
                    Message(
                        "decision_alone",
                        "{path} is a decision, which is reported by itself\nremove the other files",
                        path=path,
                    )
                )
            common.check_output(output, (), [path])
            shown.show(result)
            return
        for key, each_evaluation in [(name, result)] if isinstance(result, Evaluation) else result.items():
            if key in evaluations:
                raise UsageError(
                    Message(
                        "two_models_of_one_name",
                        "two models are called {name!r}\nname them, as in old={path}",
                        name=key,
                        path=path,
                    )
                )
            evaluations[key] = each_evaluation
    common.check_output(output, (), [*paths, train])
    if train is not None:
        if len(evaluations) > 1:
            raise UsageError(
                Message(
                    "train_with_one",
                    "--train belongs to one evaluation\nremove the other files",
                )
            )
        fitted = load(train)
        if not isinstance(fitted, Evaluation):
            raise UsageError(
                Message(
                    "not_an_evaluation",
                    "{train} is not an evaluation but a {kind}",
                    train=train,
                    kind=type(fitted).__name__,
                )
            )
        evaluations = {name: each.with_train(fitted) for name, each in evaluations.items()}
    shown.show(Evaluations(evaluations) if len(evaluations) > 1 else next(iter(evaluations.values())))
