"""What a threshold does: precision, recall and F1 at every one; the confusion matrix at the one that was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gnomon.evaluation.result.confusion_matrix import ConfusionMatrix
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.measures.registry import get_measure, shown_in
from gnomon.report.language import tr
from gnomon.report.plots.style import BAND, GREY, TILE, colour, finish, line
from gnomon.visible import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# With more classes than this, cells are too small for their counts.
MOST_NUMBERS = 16


def draw_thresholds(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
    """Precision, recall and F1 against the threshold: a colour a measure, a line style a model."""
    several = len(evaluations) > 1
    names = shown_in("threshold_curves")
    for place, (name, evaluation) in enumerate(evaluations.items()):
        operating = evaluation.operating_points(names)
        bands, across = (
            operating.bands,
            operating.thresholds.threshold[:0:-1],
        )  # upwards: between two scores the counts are those of the higher one
        for number, (title, band) in enumerate(bands.items()):
            label = tr(get_measure(title).title) + (f", {visible(name, 30)}" if several else "")
            style = line(place) if several else line(number)
            value, low, high = (end[:0:-1] for end in band)
            ax.plot(across, value, color=colour(number), linestyle=style, label=label, drawstyle="steps-pre")
            if not several:
                ax.fill_between(across, low, high, step="pre", color=colour(number), alpha=BAND, linewidth=0)
        if evaluation.threshold is not None and not several:
            ax.axvline(
                evaluation.threshold, color=GREY, linewidth=1, label=f"{tr('threshold')} {evaluation.threshold:g}"
            )
    ax.set(ylim=(-0.01, 1.01), xlabel=tr("threshold"))
    finish(ax, tr("measures by threshold"))


def draw_confusion(ax: Axes, confusion: ConfusionMatrix, name: str) -> None:
    """Counts in the cells, shaded by their share of the true class."""
    counts = confusion.counts
    support = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, support, out=np.zeros(counts.shape), where=support > 0)
    labels = [visible(label, 16) for label in confusion.labels]
    shades = ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
    if len(labels) <= MOST_NUMBERS:
        for (row, column), count in np.ndenumerate(counts):
            ink = readable(tuple(map(float, shades.to_rgba(share[row, column])))[:3])
            small = len(labels) > 6
            text = f"{count:,}" if small else f"{count:,}\n{share[row, column]:.1%}"
            ax.text(column, row, text, ha="center", va="center", color=ink, fontsize=7 if small else 10, gid=TILE)
    turned = max(map(len, labels)) * len(labels) > 40
    ax.set_xticks(range(len(labels)), labels, rotation=45 if turned else 0, ha="right" if turned else "center")
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel=tr("predicted"), ylabel=tr("true"))
    ax.set_title(visible(name, 40) if name else tr("confusion matrix"))


def readable(ground: Sequence[float]) -> str:
    """Black or white, whichever is read more easily on a colour: its contrast is 4.5 at least.

    Web Content Accessibility Guidelines 2.2, contrast ratio.
    """
    linear = [own / 12.92 if own <= 0.04045 else ((own + 0.055) / 1.055) ** 2.4 for own in ground]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "black"
