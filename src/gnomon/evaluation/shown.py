"""How an evaluation shows itself: the one door from a result to its renderers, opened only when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gnomon.errors import UsageError

if TYPE_CHECKING:
    from gnomon.report.plots.accessor import Plots


class Shown:
    """Methods of a result that is seen: plots, pages, and how a notebook displays it."""

    __slots__ = ()

    def _by_name(self) -> Mapping[str, Any]:
        """The evaluations to show, by the names of their models; one alone has no name."""
        return {"": self}

    def _compared(self) -> Any:
        """The comparison of the models, if this is one."""
        return None

    @property
    def plot(self) -> Plots:
        """Plots by matplotlib: ``ev.plot.roc()``, ``ev.plot.confusion(ax=ax)``, or all with ``ev.plot()``."""
        from gnomon.report.plots.accessor import Plots

        return Plots(self._by_name(), self._compared())

    def to_markdown(self, *, lang: str | None = None) -> str:
        """The report as Markdown, for pull requests and job summaries."""
        from gnomon.report.markdown import markdown

        return markdown(self._by_name(), lang, self._compared())

    def to_html(self, *, lang: str | None = None) -> str:
        """The report as one page of HTML that needs no network, with a slider for the threshold."""
        from gnomon.report.html.page import page

        return page(self._by_name(), lang, self._compared())

    def save_html(self, path: str | Path, *, lang: str | None = None) -> None:
        """Writes :meth:`to_html` to a file, whole or not at all.

        Raises:
            SourceError: The file cannot be written.
        """
        from gnomon.files import write_whole

        write_whole(Path(path), self.to_html(lang=lang))

    def _repr_html_(self) -> str | None:
        """How a notebook displays it: a small table, without scripts; as text where Jinja is not installed."""
        from gnomon.report.html.notebook import fragment

        try:
            return fragment(self._by_name(), self._compared())
        except UsageError:
            return None
