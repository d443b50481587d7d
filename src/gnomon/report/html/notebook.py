"""How a notebook displays a result: one small table, without scripts, that stays when the notebook is saved."""

from __future__ import annotations

from typing import Any

from gnomon.report.html.decision import decision_heading, decision_sections
from gnomon.report.html.templates import rendered
from gnomon.report.html.view import comparison, heading, measures, says
from gnomon.report.results import DECISIONS, comparison_of, evaluations_of

# Larger confusion matrices are left to the page.
MOST_CLASSES = 10


def fragment(result: Any) -> str:
    """The heading, what it says, the measures, and the confusion matrix if it is small, as a piece of HTML.

    Of a comparison what the pairs say, with their differences, instead of advice; of a decision its answer first.

    Args:
        result: An evaluation, several, a comparison, or a decision.
    """
    if isinstance(result, DECISIONS):
        parts = decision_sections(result)
        matrix = getattr(result, "confusion", None)
        head, texts, compared = decision_heading(result), parts.get("says", {"models": []}), None
        decision, table = parts["decision"], parts.get("measures")
    else:
        evaluations, pairs = evaluations_of(result), comparison_of(result)
        matrix = next(iter(evaluations.values())).confusion if len(evaluations) == 1 else None
        head, compared = heading(evaluations, pairs), None if pairs is None else comparison(pairs)
        texts, decision, table = says(evaluations if pairs is None else {}), None, measures(evaluations)
    small = matrix is not None and len(matrix.labels) <= MOST_CLASSES
    return rendered(
        "notebook.html",
        own=head,
        decision=decision,
        says=texts,
        comparison=compared,
        measures=table,
        labels=matrix.labels if matrix is not None and small else (),
        counts=matrix.counts.tolist() if matrix is not None and small else (),
    )
