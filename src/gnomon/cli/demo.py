"""``gnomon demo``: from real predictions that ship with the package to decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.options import LANG, Command
from gnomon.message import Message

if TYPE_CHECKING:
    from rich.console import Console

# Title, file, what to ask of it, and the goal of a threshold if one is chosen next.
DEMOS: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
    (
        Message("demo_tree", "Is it a 9? A decision tree of depth 3 on handwritten digits."),
        "digits_tree.csv",
        {"target": "y", "score": "p", "positive": "9"},
        {"where": "recall >= 0.75"},
    ),
    (
        Message(
            "demo_majority",
            "The same question, always answered 'not 9': right for 90 % of the rows, and worthless.",
        ),
        "digits_dummy.csv",
        {"target": "y", "score": "p", "positive": "9"},
        {},
    ),
    (
        Message("demo_cancer_tree", "Breast cancer, a decision tree of depth 3."),
        "breast_cancer_tree.csv",
        {"target": "diagnosis", "score": "p_malignant", "positive": "malignant"},
        {},
    ),
    (
        Message(
            "demo_cancer_forest",
            "Breast cancer, a random forest of 200 trees of depth 2. A missed cancer costs as much as ten false "
            "positives.",
        ),
        "breast_cancer_forest.csv",
        {"target": "diagnosis", "score": "p_malignant", "positive": "malignant"},
        {"cost": "fn=10,fp=1"},
    ),
    (
        Message("demo_digits", "All ten digits, a random forest with a probability for each."),
        "digits_ten.csv",
        {"target": "digit", "score": [f"p{digit}" for digit in range(10)]},
        {},
    ),
    (
        Message("demo_diabetes", "Diabetes progression, a linear regression."),
        "diabetes.csv",
        {"target": "progression", "prediction": "predicted"},
        {},
    ),
)

# The same of the models that are compared.
COMPARED: tuple[str, str, dict[str, Any]] = (
    Message("demo_compared", "Is it a 9? A forest and boosted trees on the same rows: which is better?"),
    "digits_three.csv",
    {"target": "y", "score": ["forest", "boosted"], "positive": "9"},
)

# The same of models that are to replace another one: a release that passes, one that fails, one that cannot be told.
GATES: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    (
        Message("demo_gate_pass", "May the forest replace the tree? It must not lose average precision."),
        "digits_three.csv",
        {"target": "y", "score": "forest", "baseline-score": "tree", "positive": "9"},
        "average_precision=0",
    ),
    (
        Message("demo_gate_fail", "May the tree replace the forest? It may lose 0.02 of the accuracy."),
        "digits_three.csv",
        {"target": "y", "score": "tree", "baseline-score": "forest", "positive": "9"},
        "accuracy=0.02",
    ),
    (
        Message(
            "demo_gate_open",
            "May boosted trees replace the forest? They may lose 0.05 of the average precision; 450 rows cannot tell.",
        ),
        "digits_three.csv",
        {"target": "y", "score": "boosted", "baseline-score": "forest", "positive": "9"},
        "average_precision=0.05",
    ),
)


@click.command(cls=Command, short_help="Evaluate real predictions that come with gnomon, and decide.")
@LANG
def demo() -> None:
    """Evaluate six files of real predictions, one after the other: binary, multiclass, regression.

    For two of them a threshold is chosen too: by constraints, and by the costs of errors. Finally, two models are
    compared, and three releases are judged by a gate.

    \b
    gnomon demo
    gnomon demo --lang ko
    """
    from rich.text import Text

    from gnomon.cli.gate import by_measure
    from gnomon.cli.options import amounts
    from gnomon.cli.streams import console as plain_console
    from gnomon.comparison.compare import compare
    from gnomon.decision.threshold import choose_threshold
    from gnomon.evaluation.evaluate import evaluate
    from gnomon.gating.gate import gate
    from gnomon.report.terminal.report import render

    console = plain_console()
    folder = demo_folder()
    for number, (title, name, columns, goal) in enumerate(DEMOS):
        if number:
            console.print()
        announce(
            console,
            title,
            f"gnomon evaluate {folder / name} {command_options(columns)}",
        )
        render(evaluate(folder / name, **columns), console)
        if goal:
            console.print()
            line = f"gnomon threshold {folder / name} {command_options(columns | goal)}"
            console.print(Text(line, style="dim"), soft_wrap=True)
            console.print()
            wanted = {"where": goal.get("where", ()), "costs": amounts("--cost", goal.get("cost"))}
            render(choose_threshold(folder / name, **columns, **wanted), console)
    title, name, columns = COMPARED
    console.print()
    announce(
        console,
        title,
        f"gnomon compare {folder / name} {command_options(columns)}",
    )
    render(compare(folder / name, **columns), console)
    for title, name, columns, margin in GATES:
        console.print()
        announce(console, title, f"gnomon gate {folder / name} {command_options(columns | {'margin': margin})}")
        asked = {option.replace("-", "_"): value for option, value in columns.items()}
        render(gate(folder / name, **asked, margin=by_measure((margin,))), console)


def announce(console: Console, title: str, command: str) -> None:
    """What is shown next, and how a person would ask for it."""
    from rich.text import Text

    from gnomon.report.language import tr

    console.rule(characters="-" if console.options.ascii_only else "─", style="dim")
    console.print(Text(tr(title), style="bold"))
    console.print(Text(command, style="dim"), soft_wrap=True)
    console.print()


def demo_folder() -> Path:
    """Where the example predictions were installed.

    Raises:
        SourceError: They were not.
    """
    import gnomon
    from gnomon.errors import SourceError

    for place in gnomon.__path__:
        folder = Path(place) / "demo"
        if folder.is_dir():
            return folder
    raise SourceError(Message("no_examples", "the example predictions are not installed\nreinstall gnomon"))


def command_options(columns: dict[str, Any]) -> str:
    """The options as a person would type them."""
    shown = {name: ",".join(value) if isinstance(value, list) else value for name, value in columns.items()}
    return " ".join(f"--{name} '{value}'" if " " in value else f"--{name} {value}" for name, value in shown.items())
