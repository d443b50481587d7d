"""The reliability curve: what share of rows of a probability happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.message import Message, word
from gnomon.report.language import tr
from gnomon.report.plots.style import BAND, GREY, colour, finish, line, marker, unit_square
from gnomon.text import number
from gnomon.visible import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_calibration(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
    """Observed shares with their intervals; of one model also where chance would put them."""
    ax.plot([0, 1], [0, 1], color=GREY, linestyle=(0, (1, 2)), label=tr("well calibrated"))
    for place, (name, evaluation) in enumerate(evaluations.items()):
        assert evaluation.calibration is not None  # only such evaluations come here
        curve = evaluation.calibration.equal_width
        error = Message("ece", "ECE {error}", error=number(curve.error))
        if len(evaluations) == 1:
            ax.fill_between(curve.probability, curve.band_low, curve.band_high, color=GREY, alpha=BAND, linewidth=0,
                            label=tr('expected if calibrated'))  # fmt: skip
        ends = np.array([curve.observed - curve.low, curve.high - curve.observed]).clip(0)
        ax.errorbar(
            curve.probability, curve.observed, yerr=ends, color=colour(place), linestyle=line(place),
            marker=marker(place), markersize=5, capsize=2, elinewidth=1,
            label=f"{visible(name, 30)} ({error})" if name else error,
        )  # fmt: skip
    unit_square(
        ax,
        word("mean predicted probability"),
        word("fraction of positives"),
    )
    finish(ax, tr("calibration"))
