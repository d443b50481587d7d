"""What a plot returns: its axes and its figure, which can be saved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnomon.files import write_whole
from gnomon.report.plots.saving import drawn, form_of


@dataclass(frozen=True, slots=True)
class Display:
    """A plot that was drawn, in the way of scikit-learn's displays.

    Attributes:
        ax_: The matplotlib axes; of several models in panels an array of them.
        figure_: The matplotlib figure.
    """

    ax_: Any
    figure_: Any

    def save(
        self, path: str | Path, *, width: float | None = None, height: float | None = None, dark: bool = False
    ) -> None:
        """Writes the figure to a file, whole or not at all: .png, .svg or .pdf, by its name.

        The text of an SVG is text, with a title and a description for readers of the screen.

        Args:
            path: The file.
            width: In inches; None for that of the figure, or in proportion to the height.
            height: In inches; None for that of the figure, or in proportion to the width.
            dark: Whether it is for a dark ground.

        Raises:
            UsageError: The name of the file ends otherwise, or a size is none.
            SourceError: The file cannot be written.

        Examples:
            >>> import gnomon, matplotlib, tempfile
            >>> matplotlib.use("agg")
            >>> ev = gnomon.evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     ev.plot.roc().save(f"{folder}/roc.svg", width=6, dark=True)
        """
        write_whole(Path(path), drawn(self.figure_, form_of(path), width, height, dark=dark))
