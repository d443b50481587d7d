"""One picture of all that there is, as a file."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from gnomon.errors import UsageError
from gnomon.files import aside
from gnomon.report.plots.display import without_glyph_warnings

if TYPE_CHECKING:
    from gnomon.report.plots.accessor import Plots

FORMATS = ("png", "svg", "pdf")
DOTS_PER_INCH = 130


def save_picture(plots: Plots, path: Path, lang: str | None) -> None:
    """Writes the overview to a file, whole or not at all.

    Raises:
        UsageError: The name of the file ends in none of the formats.
        SourceError: The file cannot be written.
    """
    form = path.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise UsageError(f"{path} is not the name of a picture: end it with {', '.join(f'.{own}' for own in FORMATS)}")
    import matplotlib
    import matplotlib.pyplot as plt

    # Nothing in the file depends on when or where it was written.
    stamps: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
    with matplotlib.rc_context({"svg.hashsalt": "gnomon"}):
        figure = plots(lang=lang).figure_
        try:
            picture = BytesIO()
            with without_glyph_warnings():
                figure.savefig(picture, format=form, dpi=DOTS_PER_INCH, metadata=stamps[form])
        finally:
            plt.close(figure)
    with aside(path) as stream:
        stream.write(picture.getvalue())
