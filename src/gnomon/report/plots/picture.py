"""A plot of a result, or all that there are, as one picture."""

from __future__ import annotations

from typing import Any

from gnomon.report.plots.saving import drawn
from gnomon.report.plots.style import pyplot


def picture(
    result: Any,
    form: str,
    name: str | None = None,
    width: float | None = None,
    height: float | None = None,
    *,
    dark: bool = False,
) -> bytes:
    """A plot of a result, or all that there are, as one picture.

    Args:
        result: An evaluation, several, a comparison, or a decision.
        form: One of :data:`gnomon.report.plots.saving.FORMATS`.
        name: The plot; None for all in one figure.
        width: In inches; None as the plot has it.
        height: In inches; None as the plot has it.
        dark: Whether it is for a dark ground.

    Returns:
        The bytes of its file.

    Raises:
        UsageError: The result has no such plot, or the size is none.
    """
    plt = pyplot()
    plots = result.plot
    if name is not None:
        plots.check(name)
    figure = (plots() if name is None else getattr(plots, name)()).figure_
    try:
        return drawn(figure, form, width, height, dark=dark)
    finally:
        plt.close(figure)
