"""Runs the lesson's code, one block after the other in one namespace, and keeps what each shows."""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gnomon.errors import UsageError
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.evaluation.result.evaluations import Evaluations
from gnomon.lesson.steps import Code, Words
from gnomon.message import Message
from gnomon.report.plots.display import Display
from gnomon.report.plots.style import without_glyph_warnings

DOTS_PER_INCH = 110


@dataclass(frozen=True, slots=True)
class Output:
    """What a block of code showed.

    Attributes:
        text: What it printed, and its last value as text.
        pictures: Its figures, as PNG in base64.
        evaluations: Its last value, where that is an evaluation, or several, by the names of their models.
    """

    text: str = ""
    pictures: tuple[str, ...] = ()
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)


def run(steps: Sequence[Words | Code]) -> Iterator[tuple[Words | Code, Output | None]]:
    """Each step with what it showed, as soon as it has been run.

    Raises:
        UsageError: What the lesson is about is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise not_installed(error) from None
    before = mpl.get_backend()
    mpl.use("agg")
    names: dict[str, Any] = {"__name__": "lesson"}
    try:
        for step in steps:
            if isinstance(step, Words):
                yield step, None
            else:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    shown = run_block(step.text, names)
                yield step, shown
    finally:
        mpl.use(before)


def run_block(code: str, names: dict[str, Any]) -> Output:
    """One block; the value of its last expression is shown too, as a notebook shows it."""
    import matplotlib.pyplot as plt

    tree = ast.parse(code)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None  # type: ignore[attr-defined]
    printed = io.StringIO()
    before = frozenset(plt.get_fignums())
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(tree, "<lesson>", "exec"), names)
            value = None if last is None else eval(compile(last, "<lesson>", "eval"), names)
        except ImportError as error:
            raise not_installed(error) from None
    text = printed.getvalue()
    if isinstance(value, Evaluation):
        return Output(text, figures(before), {"": value})
    if isinstance(value, Evaluations):
        return Output(text, figures(before), value)
    silent = value is None or isinstance(value, Display) or type(value).__module__.startswith("matplotlib")
    pictured = figures(before)
    if not silent and not (pictured and isinstance(value, (list, tuple))):
        text += repr(value) + "\n"
    return Output(text, pictured)


def figures(before: Collection[int]) -> tuple[str, ...]:
    """The figures that were opened since, as PNG in base64; they are closed, those from before are not."""
    import matplotlib.pyplot as plt

    shown_figures = []
    for number in plt.get_fignums():
        if number not in before:
            picture = io.BytesIO()
            with without_glyph_warnings():
                plt.figure(number).savefig(picture, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight")
            shown_figures.append(base64.b64encode(picture.getvalue()).decode("ascii"))
            plt.close(number)
    return tuple(shown_figures)


def not_installed(error: ImportError) -> UsageError:
    """What to do where something is not installed."""
    return UsageError(
        Message("lesson_needs", "the lesson requires {name}\npip install 'gnomon[lesson]'", name=error.name)
    )
