"""``ev.plot``: a plot by its name, of one evaluation or of several on one axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gnomon.errors import UsageError, nearest
from gnomon.evaluation.result.evaluation import Evaluation, ranked_by
from gnomon.message import Message
from gnomon.report.language import speaking
from gnomon.report.plots.amounts import draw_predicted_vs_true, draw_residuals
from gnomon.report.plots.calibration import draw_calibration
from gnomon.report.plots.curves import draw_det, draw_precision_recall, draw_roc
from gnomon.report.plots.display import Display
from gnomon.report.plots.intervals import draw_differences, draw_intervals, draw_slices
from gnomon.report.plots.pictures import Pictures, panels
from gnomon.report.plots.style import canvas, show_hangul
from gnomon.report.plots.thresholds import draw_confusion, draw_thresholds
from gnomon.report.results import Evaluated, comparison_of, evaluations_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Draw = Callable[..., None]
# What an overview shows, of these what there is.
OVERVIEW = (
    "differences", "intervals", "confusion", "roc", "precision_recall", "thresholds", "calibration",
    "predicted_vs_true", "residuals",
)  # fmt: skip


class Plots(Pictures):
    """Plots of an evaluation, or of several side by side, by matplotlib, in the way of scikit-learn's displays.

    Each takes the axes to draw on (None for new ones) and returns what it drew, with ``ax_`` and ``figure_``. Labels
    are in the language of the environment unless ``lang`` says another. Called itself, ``ev.plot()`` draws all that
    there is as one figure.

    Examples:
        >>> import gnomon, matplotlib
        >>> matplotlib.use("agg")
        >>> ev = gnomon.evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        >>> ev.plot.roc().ax_.get_xlabel()
        'false positive rate'
    """

    def __init__(self, result: Evaluated) -> None:
        super().__init__(result)
        self._evaluations = evaluations_of(result)
        self._compared = comparison_of(result)

    def roc(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """The ROC curve, with the pointwise interval of the recall and the line of chance."""
        return self._draw(draw_roc, "roc", ax, lang)

    def precision_recall(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """The precision-recall curve, with the pointwise interval of the precision and the share of positives."""
        return self._draw(draw_precision_recall, "precision_recall", ax, lang)

    def det(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """The detection error trade-off: misses against false alarms on the scale of normal deviates."""
        return self._draw(draw_det, "det", ax, lang)

    def thresholds(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """Precision, recall and F1 at every threshold."""
        return self._draw(draw_thresholds, "thresholds", ax, lang)

    def calibration(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """The reliability curve: the share of positives among rows of a probability."""
        return self._draw(draw_calibration, "calibration", ax, lang)

    def residuals(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """Errors of a regression against its predictions, with their mean in ranges."""
        return self._draw(draw_residuals, "residuals", ax, lang)

    def predicted_vs_true(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """Predictions of a regression against the true amounts."""
        return self._draw(draw_predicted_vs_true, "predicted_vs_true", ax, lang)

    def intervals(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """Measures with their intervals, and the baseline."""
        return self._draw(draw_intervals, "intervals", ax, lang)

    def differences(self, ax: Axes | None = None, *, lang: str | None = None) -> Display:
        """Of a comparison: the differences of every pair of models with their intervals, and a line at none."""

        def draw(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
            assert self._compared is not None  # else there is no such plot
            draw_differences(ax, self._compared)

        return self._draw(draw, "differences", ax, lang)

    def confusion(self, ax: Any = None, *, lang: str | None = None) -> Display:
        """The confusion matrix; of several models, or labels, one axes each (``ax`` takes as many)."""
        self.check("confusion")
        matrices = self._matrices()
        axes: list[Any]
        if ax is None and len(matrices) > 1:
            figure, axes = panels(len(matrices))
        elif len(matrices) == 1:
            ax, figure = canvas(ax)
            axes = [ax]
        else:
            axes = list(np.ravel(ax))
            if len(axes) != len(matrices):
                raise UsageError(
                    Message(
                        "axes_number",
                        "there are {matrices} confusion matrices, but {axes} axes to draw them on",
                        matrices=len(matrices),
                        axes=len(axes),
                    )
                )
            figure = axes[0].get_figure()
        with speaking(lang):
            for axis, (name, matrix) in zip(axes, matrices.items(), strict=True):
                draw_confusion(axis, matrix, name)
                show_hangul(axis)
        return Display(axes[0] if len(axes) == 1 else np.array(axes), figure)

    def slices(
        self, column: str | None = None, by: str | None = None, ax: Axes | None = None, *, lang: str | None = None
    ) -> Display:
        """A measure of each slice with its interval, the worst first.

        Args:
            column: The column that divides the rows; None for the first.
            by: The measure; None for what slices are ranked by.
            ax: The axes to draw on.
            lang: The language of the labels.

        Raises:
            UsageError: There are no slices, none of that column, or no such measure.
        """
        self.check("slices")
        first = next(iter(self._evaluations.values()))
        column = next(iter(first.slices)) if column is None else column
        if column not in first.slices:
            raise UsageError(
                Message(
                    "no_slices_by",
                    "there are no slices by {column!r}\n{hint}",
                    column=column,
                    hint=nearest(str(column), first.slices),
                )
            )
        slices = first.slices[column]
        ranked_name = by or ranked_by(slices.values()) or next(iter(first))
        known = dict.fromkeys(name for each in slices.values() for name in each)
        if ranked_name not in known:
            raise UsageError(
                Message(
                    "slices_without_measure",
                    "slices have no measure {name!r}\n{hint}",
                    name=ranked_name,
                    hint=nearest(ranked_name, known),
                )
            )

        def draw(ax: Axes, evaluations: Mapping[str, Evaluation]) -> None:
            draw_slices(ax, evaluations, column, ranked_name)

        return self._draw(draw, "slices", ax, lang)

    def __call__(self, *, lang: str | None = None) -> Display:
        """All that there is, as one figure."""
        shown = [name for name in OVERVIEW if name in self.available() and not (name == "confusion" and self._many())]
        more = [("slices", column) for column in self._columns()]
        figure, axes = panels(len(shown) + len(more))
        for ax, name in zip(axes, shown, strict=False):
            getattr(self, name)(ax=ax, lang=lang)
        for ax, (name, column) in zip(axes[len(shown) :], more, strict=True):
            getattr(self, name)(column, ax=ax, lang=lang)
        return Display(np.array(axes), figure)

    def available(self) -> list[str]:
        """The plots that there are of these evaluations."""
        every = self._evaluations.values()
        has = {
            "differences": self._compared is not None,
            "intervals": True,
            "confusion": bool(self._matrices()),
            **dict.fromkeys(("roc", "precision_recall", "det", "thresholds"), all(own.thresholds for own in every)),
            "calibration": all(own.calibration for own in every),
            **dict.fromkeys(("predicted_vs_true", "residuals"), all(own.errors.scatter for own in every)),
            "slices": bool(self._columns()),
        }
        return [name for name, found in has.items() if found]

    def _draw(self, draw: Draw, name: str, ax: Axes | None, lang: str | None) -> Display:
        """One plot on an axes."""
        return self._on(partial(draw, evaluations=self._evaluations), name, ax, lang)

    def _columns(self) -> list[str]:
        """The columns that divide the rows of all models."""
        first, *others = self._evaluations.values()
        return [column for column in first.slices if all(column in own.slices for own in others)]

    def _matrices(self) -> dict[str, Any]:
        """The confusion matrices: of each model, or of each label."""
        several = len(self._evaluations) > 1
        matrices = {}
        for model, evaluation in self._evaluations.items():
            if evaluation.confusion is not None:
                matrices[model] = evaluation.confusion
            for label, matrix in evaluation.confusions.items():
                matrices[f"{model}: {label}" if several else label] = matrix
        return matrices

    def _many(self) -> bool:
        """Whether there is more than one confusion matrix."""
        return len(self._matrices()) > 1
