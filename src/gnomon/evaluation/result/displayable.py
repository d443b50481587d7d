"""How a result shows itself: the one door from a result to its renderers, opened only when it is used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gnomon.errors import UsageError
from gnomon.files import write_whole
from gnomon.lazy import load
from gnomon.renderers import EMBEDDED, FRAME, NOTEBOOK, PLOTS, RENDERERS, SHOW

if TYPE_CHECKING:
    from gnomon.report.plots.accessor import Plots


class Displayable:
    """Methods of a result that is seen: plots, pages, and how a notebook displays it."""

    __slots__ = ()

    @property
    def plot(self) -> Plots:
        """Plots by matplotlib: ``ev.plot.roc()``, ``ev.plot.confusion(ax=ax)``, or all with ``ev.plot()``."""
        plots: Plots = load(PLOTS)(self)
        return plots

    def show(self, *, lang: str | None = None) -> None:
        """Prints the report that ``gnomon evaluate`` prints.

        Args:
            lang: The language, ``"en"`` or ``"ko"``; None for that of the environment.
        """
        SHOW(self, lang)

    def to_frame(self, table: str | None = None, *, library: str | None = None) -> Any:
        """One of its tables as a data frame: a row for each estimate, class, slice, threshold, ...

        Args:
            table: ``"measures"`` (the default of an evaluation), ``"classes"``, ``"slices"``, ``"confusion"``,
                ``"thresholds"``, ``"errors"``; of a comparison ``"differences"`` first; those that it has.
            library: ``"pandas"``, ``"polars"`` or ``"pyarrow"``; None for the one that is imported already, else the
                first that is installed.

        Raises:
            UsageError: It has no such table, or there is no such library.
        """
        return load(FRAME)(self, table, library)

    def to_markdown(self, *, lang: str | None = None) -> str:
        """The report as Markdown, for pull requests and job summaries.

        Args:
            lang: The language, ``"en"`` or ``"ko"``; None for that of the environment.
        """
        return str(RENDERERS["markdown"](self, lang))

    def to_html(self, *, lang: str | None = None) -> str:
        """The report as one page of HTML that needs no network, with a slider for the threshold.

        Args:
            lang: The language, ``"en"`` or ``"ko"``; None for that of the environment.
        """
        return str(RENDERERS["html"](self, lang))

    def save_html(self, path: str | Path, *, lang: str | None = None) -> None:
        """Writes :meth:`to_html` to a file, whole or not at all.

        Args:
            path: The file.
            lang: The language, ``"en"`` or ``"ko"``; None for that of the environment.

        Raises:
            SourceError: The file cannot be written.
        """
        write_whole(Path(path), self.to_html(lang=lang))

    def explore(self, *, height: int = 800, lang: str | None = None) -> Any:
        """The page of :meth:`to_html`, with its slider, within a notebook: as the last value of a cell.

        What a notebook shows by itself is small and static, so that it is there on GitHub and in print; this is about a
        megabyte of the notebook's file. It works in Jupyter, VS Code, Colab and marimo, without a network.

        Args:
            height: Of the page within the notebook, in pixels; what does not fit can be scrolled to.
            lang: The language, ``"en"`` or ``"ko"``; None for that of the environment.

        Raises:
            UsageError: The packages for reports are not installed, or the height is not a positive number.
        """
        return load(EMBEDDED)(self.to_html(lang=lang), height)

    def _repr_html_(self) -> str | None:
        """How a notebook displays it: a small table, without scripts; as text where Jinja is not installed."""
        try:
            return str(NOTEBOOK(self))
        except UsageError:
            return None
