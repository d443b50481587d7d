"""One picture of all that there is."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from gnomon.report.plots.display import pyplot, without_glyph_warnings

FORMATS = ("png", "svg", "pdf")
DOTS_PER_INCH = 130


def picture(result: Any, form: str) -> bytes:
    """All that there is of a result as one picture.

    Args:
        result: An evaluation, several, a comparison, or a decision.
        form: One of :data:`FORMATS`.

    Returns:
        The bytes of its file.
    """
    plt = pyplot()

    # Nothing in the file depends on when or where it was written.
    stamps: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
    with plt.rc_context({"svg.hashsalt": "gnomon"}):
        figure = result.plot().figure_
        try:
            file = BytesIO()
            with without_glyph_warnings():
                figure.savefig(file, format=form, dpi=DOTS_PER_INCH, metadata=stamps[form])
        finally:
            plt.close(figure)
    return file.getvalue()
