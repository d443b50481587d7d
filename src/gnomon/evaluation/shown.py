"""How an evaluation shows itself: the one door from a result to its renderers, opened only when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gnomon.report.plots.accessor import Plots


class Shown:
    """Methods of a result that is seen: plots, pages, and how a notebook displays it."""

    __slots__ = ()

    def _by_name(self) -> Mapping[str, Any]:
        """The evaluations to show, by the names of their models; one alone has no name."""
        return {"": self}

    @property
    def plot(self) -> Plots:
        """Plots by matplotlib: ``ev.plot.roc()``, ``ev.plot.confusion(ax=ax)``, or all with ``ev.plot()``."""
        from gnomon.report.plots.accessor import Plots

        return Plots(self._by_name())
