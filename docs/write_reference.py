"""Writes docs/reference.md from the code: options, goals, plots, formats, interval methods, exit codes.

``python docs/write_reference.py`` rewrites it; with ``--check`` it only says, by exit code 1, that it is not true.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from gnomon.cli import BAD_INPUT, DONE, FAULT, INTERRUPTED, TERMINATED, gnomon
from gnomon.cli.options import NOT_MET
from gnomon.measures.measure import ZERO
from gnomon.measures.registry import get_measure, of_cells, with_ends
from gnomon.renderers import RENDERERS
from gnomon.report.plots.accessor import Plots
from gnomon.report.plots.decision import DecisionPlots

PAGE = Path(__file__).parent / "reference.md"

EXIT_CODES = {
    DONE: "done",
    FAULT: "an internal error, please report it",
    BAD_INPUT: "bad input or usage; the message says what was wrong and what to do",
    NOT_MET: "the constraints of `gnomon threshold` cannot be met; the closest threshold is shown",
    INTERRUPTED: "interrupted (Ctrl-C)",
    TERMINATED: "terminated",
}
# By the method of an estimate: what is assumed; how weights, and clusters, are allowed for.
WEIGHTED = "effective rows"
METHODS = {
    "wilson": ("Wilson's score interval of a proportion", WEIGHTED, "linearised instead"),
    "newcombe": (
        "Newcombe's interval of an AUC of few rows; and of a difference of two estimates of different rows, from the "
        "interval of each",
        f"{WEIGHTED}; as those of the two estimates",
        "linearised instead; as those of the two estimates",
    ),
    "delong, logit": (
        "DeLong's variance of the AUC, on the logit scale",
        "linearised in the weights",
        "linearised instead",
    ),
    "newcombe, bias-corrected": (
        "KS: the largest gap at its threshold, corrected for being a maximum",
        WEIGHTED,
        "variance over clusters",
    ),
    "linearised": (
        "the sum of squared influences of rows or clusters; logit, Fisher's z or log scale by the range of the measure",
        "yes",
        "jackknife over clusters, Satterthwaite's degrees of freedom",
    ),
    "averaged": (
        "the mean of a measure over classes or of independent shares, from the interval of each",
        "as those of the parts",
        "as those of the parts, or linearised instead",
    ),
    "t": ("Student's t for a mean", WEIGHTED, "linearised instead"),
    "log t": ("Student's t on the log scale, for a mean of what cannot be negative", WEIGHTED, "linearised instead"),
    "delta": ("the delta method for 1 minus a ratio of means (R²), on the log scale", WEIGHTED, "linearised instead"),
    "order statistics": ("binomial ranks of a median", WEIGHTED, "density and variance over clusters"),
    "wald": ("a coefficient of a logistic regression and its sandwich error, Student's t", "yes", "yes"),
    "bootstrap": (
        "percentiles of the Bayesian bootstrap of the confusion matrix, or of a Poisson bootstrap of the scores",
        WEIGHTED,
        "linearised instead (`auto`), refused (`percentile`)",
    ),
    "bca": ("the same replicates, bias-corrected and accelerated (`--interval bca`)", WEIGHTED, "refused"),
    "constant score": ("every row has the same score: nothing to estimate", "-", "-"),
    "mcnemar": (
        "Tango's score interval of a difference of paired proportions; McNemar's mid-p",
        "linearised instead",
        "linearised instead",
    ),
    "delong": ("DeLong's covariance of two AUCs on the same rows", "linearised in the weights", "linearised instead"),
    "paired t": ("Student's t for the mean difference of losses", WEIGHTED, "linearised instead"),
    "paired bootstrap": (
        "percentiles of a bootstrap of rows for both models (`--interval percentile`)",
        "yes",
        "refused",
    ),
    "paired bca": ("the same, bias-corrected and accelerated", "yes", "refused"),
    "corrected resampled t": ("Nadeau and Bengio's t for scores of cross-validation folds", "-", "-"),
    "optimism-corrected": (
        "hung onto another method: the value and interval of a chosen threshold minus its optimism",
        "as that method",
        "as that method",
    ),
}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    lines = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def commands() -> str:
    """Every command with its options, as its own help says them."""
    parts = []
    for name, command in gnomon.commands.items():
        summary = inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ")
        rows = [
            (
                ", ".join(f"`{own}`" for own in [*sorted(option.opts, key=len), *option.secondary_opts]),
                " ".join((option.help or "").split()),
            )
            for option in command.params
            if isinstance(option, click.Option) and not option.hidden
        ]
        parts.append(f"### `gnomon {name}`\n\n{summary}\n\n{table(('option', 'what it does'), rows)}")
    return "\n\n".join(parts)


def named(names: Iterable[str]) -> str:
    """Names of measures, one after the other."""
    return ", ".join(f"`{name}`" for name in names)


def goals() -> list[str]:
    """The measures of a confusion matrix that a threshold can change."""
    return [name for name in of_cells() if get_measure(name).better is not ZERO]


def plots(kind: type) -> str:
    """The pictures of one kind of result."""
    names = [name for name, own in vars(kind).items() if inspect.isfunction(own) and not name.startswith("_")]
    return named(name for name in names if name not in ("all", "available"))


def page() -> str:
    """The whole page."""
    return f"""# Reference

Written from the code by `python docs/write_reference.py`.

## Commands

{commands()}

## Goals and constraints

`--goal` and `goal=` take any measure of the confusion matrix: {named(goals())};
F-beta of any beta as `f0.5`, `f2`; `cost`, with `--cost`; and measures of your own. A constraint, `--where` and
`where=`, limits one of them, `flagged` (the number of rows predicted positive) or `flagged_share`. The ends `.low` and
`.high` of an interval can be limited for {named(with_ends())}.

## Formats

{table(("`--format`", "endings of `--output`"), [(own.name, ", ".join(own.endings)) for own in RENDERERS.values()])}

## Plots

`ev.plot`: {plots(Plots)}. `decision.plot`: {plots(DecisionPlots)}. `.plot()` draws all that there are.

## Methods of intervals

The `method` of an estimate or a difference says how its interval was made, what it assumes, and how it allows for
weights and clusters. [Coverage](coverage.md) says how well they hold.

{table(("method", "what it is", "weights", "clusters"), [(f"`{name}`", *own) for name, own in METHODS.items()])}

## Exit codes

{table(("code", "meaning"), [(str(code), meaning) for code, meaning in EXIT_CODES.items()])}
"""


if __name__ == "__main__":
    made = page()
    if "--check" in sys.argv:
        sys.exit(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made)
    PAGE.write_text(made, encoding="utf-8")
