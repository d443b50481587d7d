"""How a notebook displays a result: one small table, without scripts, that stays when the notebook is saved."""

from __future__ import annotations

from html import escape
from typing import Any

from gnomon.errors import UsageError
from gnomon.message import Message
from gnomon.report.html.decision import decision_heading, decision_sections
from gnomon.report.html.templates import rendered
from gnomon.report.html.view import advice, answer, classes, differences, heading, measures
from gnomon.report.results import DECISIONS, comparison_of, evaluations_of

# Larger confusion matrices are left to the page.
MOST_CLASSES = 10


def fragment(result: Any) -> str:
    """The heading, what it means, the measures, and the confusion matrix if it is small, as a piece of HTML.

    Of a comparison the answer and the models side by side, then the differences from the first; of a decision its
    answer first; of several classes a table of the classes.

    Args:
        result: An evaluation, several, a comparison, or a decision.
    """
    parts: dict[str, Any]
    if isinstance(result, DECISIONS):
        matrix = getattr(result, "confusion", None)
        head, parts = decision_heading(result), decision_sections(result)
    else:
        evaluations, compared = evaluations_of(result), comparison_of(result)
        matrix = next(iter(evaluations.values())).confusion if len(evaluations) == 1 else None
        head = heading(evaluations, compared)
        if compared is not None:
            parts = {"answer": answer(compared), "differences": differences(compared)}
        else:
            parts = {"advice": advice(evaluations), "measures": measures(evaluations), "classes": classes(evaluations)}
    small = matrix is not None and len(matrix.labels) <= MOST_CLASSES
    return rendered(
        "notebook.html",
        own=head,
        parts=parts,
        labels=matrix.labels if matrix is not None and small else (),
        counts=matrix.counts.tolist() if matrix is not None and small else (),
    )


class Embedded:
    """A whole page within a notebook, in a frame of its own: its scripts run there, and touch nothing outside.

    Args:
        page: The page, as HTML.
        height: Of the frame, in pixels.

    Raises:
        UsageError: The height is not a positive number.
    """

    def __init__(self, page: str, height: int) -> None:
        if isinstance(height, bool) or not isinstance(height, int) or height <= 0:
            raise UsageError(
                Message("frame_height", "height={height!r} is not a number of pixels, such as 800", height=height)
            )
        self._page = page
        self._height = height

    def __repr__(self) -> str:
        return "a page of gnomon: show it in a notebook, or write it with save_html(path)"

    def _repr_html_(self) -> str:
        style = f"width: 100%; height: {self._height}px; border: 0"
        return f'<iframe sandbox="allow-scripts" style="{style}" srcdoc="{escape(self._page, quote=True)}"></iframe>'
