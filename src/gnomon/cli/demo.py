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

# Models that are logged and ranked.
LOGGED: tuple[str, str, dict[str, Any], tuple[str, ...]] = (
    Message("demo_logged", "Three models on the same rows, remembered: which may be the best?"),
    "digits_three.csv",
    {"target": "y", "positive": "9"},
    ("tree", "forest", "boosted"),
)

# Releases that are judged by the same rules: one passes, one is refused for a slice, one cannot be told.
RULES = ("accuracy >= baseline - 0.07", "digit:3 accuracy >= baseline")
GATES: tuple[tuple[str, str, str], ...] = (
    (
        Message(
            "demo_gate_pass",
            "May the forest replace the tree? It may lose 0.07 of the accuracy, and none on threes: passed.",
        ),
        "forest",
        "tree",
    ),
    (
        Message("demo_gate_fail", "May the tree replace the forest, by the same rules? It is refused for the threes."),
        "tree",
        "forest",
    ),
    (
        Message("demo_gate_open", "May boosted trees replace the forest? 55 threes are too few to tell."),
        "boosted",
        "forest",
    ),
)


@click.command(cls=Command, short_help="Evaluate real predictions that come with gnomon, and decide.")
@LANG
def demo() -> None:
    """Evaluate six files of real predictions, one after the other: binary, multiclass, regression.

    For two of them a threshold is chosen too: by constraints, and by the costs of errors. Finally, two models are
    compared, three are logged and ranked, and three releases are judged by a gate.

    \b
    gnomon demo
    gnomon demo --lang ko
    """
    from rich.text import Text

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
    remember(console, folder)
    for title, model, baseline in GATES:
        name, columns = LOGGED[1], LOGGED[2]
        rules = " ".join(f"--where '{rule}'" for rule in RULES)
        asked = {**columns, "score": model, "baseline-score": baseline}
        console.print()
        announce(console, title, f"gnomon gate {folder / name} {command_options(asked)} {rules}")
        render(gate(folder / name, **columns, score=model, baseline_score=baseline, where=RULES), console)


def remember(console: Console, folder: Path) -> None:
    """Logs three models in a history of their own, which is gone afterwards, and ranks them."""
    from tempfile import TemporaryDirectory

    from gnomon.evaluation.evaluate import evaluate
    from gnomon.history.history import History
    from gnomon.history.leaderboard import leaderboard
    from gnomon.measures.ranking import AVERAGE_PRECISION
    from gnomon.report.runs import show_board

    title, name, columns, models = LOGGED
    by = AVERAGE_PRECISION.name
    lines = [
        f"gnomon evaluate {folder / name} {command_options({**columns, 'score': model})} --log --name {model}"
        for model in models
    ]
    console.print()
    announce(console, title, "\n".join((*lines, f"gnomon leaderboard --by {by}")))
    with TemporaryDirectory() as place:
        history = History(Path(place) / "history.db")
        for model in models:
            history.log(evaluate(folder / name, **columns, score=model), name=model, rows=folder / name, checked=True)
        show_board(leaderboard(history, by), console)


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
