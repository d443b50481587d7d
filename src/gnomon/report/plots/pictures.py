"""What all holders of plots have in common: one plot on an axes, all as one figure, and a file of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gnomon.errors import UsageError
from gnomon.files import write_whole
from gnomon.message import Message
from gnomon.report.language import speaking
from gnomon.report.plots.display import Display
from gnomon.report.plots.picture import picture
from gnomon.report.plots.saving import form_of
from gnomon.report.plots.style import canvas, pyplot, show_hangul

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Panels of the overview have this size, in inches.
PANEL = (5.2, 4.4)


class Pictures(ABC):
    """Plots of one result.

    Args:
        result: The result.
    """

    def __init__(self, result: Any) -> None:
        self._result = result

    def __repr__(self) -> str:
        return f"Plots of what there is: {', '.join(f'plot.{name}()' for name in self.available())}"

    @abstractmethod
    def __call__(self, *, lang: str | None = None) -> Display:
        """All that there is, as one figure."""

    @abstractmethod
    def available(self) -> list[str]:
        """The plots that there are."""

    def save(self, path: str | Path, *, lang: str | None = None) -> None:
        """Writes all that there is as one picture, whole or not at all: .png, .svg or .pdf, by the name of the file.

        Args:
            path: The file.
            lang: The language of the labels; None for that of the environment.

        Raises:
            UsageError: The name of the file ends otherwise.
            SourceError: The file cannot be written.
        """
        form = form_of(path)
        with speaking(lang):
            made = picture(self._result, form)
        write_whole(Path(path), made)

    def _on(self, draw: Callable[[Axes], None], name: str, ax: Axes | None, lang: str | None) -> Display:
        """One plot on an axes."""
        self.check(name)
        ax, figure = canvas(ax)
        with speaking(lang):
            draw(ax)
            show_hangul(ax)
        return Display(ax, figure)

    def check(self, name: str) -> None:
        """Refuses a plot of what there is not.

        Raises:
            UsageError: There is nothing to draw.
        """
        if name not in self.available():
            there = ", ".join(self.available())
            raise UsageError(
                Message(
                    "nothing_to_plot",
                    "{kind} has no plot {name!r}: it has {there}",
                    kind=type(self._result).__name__,
                    name=name,
                    there=there,
                )
            )


def panels(count: int) -> tuple[Any, list[Any]]:
    """A figure of so many axes."""
    across = min(count, 3 if count != 4 else 2)
    down = -(-count // across)
    figure, axes = pyplot().subplots(
        down, across, figsize=(PANEL[0] * across, PANEL[1] * down), layout="constrained", squeeze=False
    )
    for spare in axes.ravel()[count:]:
        spare.remove()
    return figure, list(axes.ravel()[:count])
