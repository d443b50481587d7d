"""How a notebook displays an evaluation: one small table, without scripts, that stays when the notebook is saved."""

from __future__ import annotations

from collections.abc import Mapping

from gnomon.comparison.result import Comparison
from gnomon.evaluation.result import Evaluation
from gnomon.report.html.templates import rendered
from gnomon.report.html.view import comparison, heading, measures, says


def fragment(evaluations: Mapping[str, Evaluation], compared: Comparison | None = None) -> str:
    """The heading, what it says, the measures, and the confusion matrix if it is small, as a piece of HTML.

    Of a comparison what the pairs say, with their differences, instead of advice.
    """
    first = next(iter(evaluations.values()))
    matrix = first.confusion if len(evaluations) == 1 else None
    small = matrix is not None and len(matrix.labels) <= 10
    return rendered(
        "notebook.html",
        own=heading(evaluations, compared),
        says=says(evaluations if compared is None else {}),
        comparison=None if compared is None else comparison(compared),
        measures=measures(evaluations),
        labels=matrix.labels if matrix is not None and small else (),
        counts=matrix.counts.tolist() if matrix is not None and small else (),
    )
