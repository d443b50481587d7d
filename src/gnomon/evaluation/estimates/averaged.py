"""Averages of a ranking measure over several rankings of the same rows: classes against the rest, or labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.influence.ranking import ranking_influence
from gnomon.evaluation.reading.ranked_scores import RankedScoresInMemory
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.kernels.losses import sum_values
from gnomon.measures.means import shares_of
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.states.scores import Scores

Array = NDArray[np.float64]


class Averages:
    """Averages of measures over rankings, which are added one after the other.

    An average's interval takes how far the ends of each part's interval lie from it, added as their errors vary
    together: sqrt(sum of r_ij d_i d_j), the correlations r being those of the rows' influences (G. Y. Zou and A.
    Donner, "Construction of confidence limits about effect measures: a general approach", Statistics in Medicine 27,
    2008). A part of which the rows know nothing is taken to vary as each of the others does.

    Args:
        wanted: By the name of each measure its averages, ``"macro"`` or ``"weighted"``.
        rows: How many rows the influences are of: all, or some where rows are counted in bins.
        weight: Of these rows.
        options: How estimates are made.
    """

    def __init__(self, wanted: Mapping[str, Sequence[str]], rows: int, weight: Array | None, options: Options) -> None:
        self._weight = weight
        self._options = options
        self._parts: dict[str, list[tuple[Estimate, float]]] = {name: [] for name in wanted}
        self._sums = {(name, average): np.zeros((3, rows)) for name, own in wanted.items() for average in own}
        self._unknown = {key: np.zeros(3) for key in self._sums}

    def add(
        self,
        estimates: Mapping[str, Estimate],
        support: float,
        positive: NDArray[np.uint8],
        score: NDArray[Any],
        order: RankedScoresInMemory | None = None,
    ) -> None:
        """Adds a ranking.

        Args:
            estimates: Its estimates, by name.
            support: The weight of its positives.
            positive: Which rows are positive.
            score: Their scores.
            order: These rows in the order of their scores; None if they are still to be ordered.
        """
        for name, parts in self._parts.items():
            parts.append((estimates[name], support))
        known = 0 < int(np.count_nonzero(positive)) < len(positive)
        if known and order is None and self._options.intervals:
            order = RankedScoresInMemory(Scores.of(score, positive, self._weight), self._options.threads)
        for name in self._parts:
            own = estimates[name]
            if not self._options.intervals or not own.defined or np.isnan(own.low):
                continue
            distance = np.array([own.value - own.low, own.high - own.value, own.standard_error])
            length, influence = 0.0, None
            if known and order is not None:
                influence = ranking_influence(name, order, score, positive, self._weight, self._options.threads)
                assert influence is not None  # both measures are known
                length = float(sum_values(influence, None, self._options.threads).square) ** 0.5
            for key in self._sums:
                if key[0] != name:
                    continue
                part = distance * (support if key[1] == "weighted" else 1.0)
                if influence is not None and length > 0:
                    self._sums[key] += np.outer(part / length, influence)
                else:
                    self._unknown[key] += part

    def estimate(self, name: str, average: str) -> Estimate:
        """The average of a measure over the rankings that have it.

        Args:
            name: ``"roc_auc"`` or ``"average_precision"``.
            average: ``"macro"`` or ``"weighted"``.
        """
        parts = self._parts[name]
        n = parts[0][0].n
        defined = [(own, support) for own, support in parts if own.defined]
        if not defined:
            return self._options.estimate(
                NAN,
                NO_INTERVAL,
                n,
                Message(
                    "undefined_for_every_class",
                    "the {measure} is undefined for every class",
                    measure=get_measure(name).title,
                ),
            )
        shares = shares_of([support for _, support in defined], average)
        value = float(sum(share * own.value for share, (own, _) in zip(shares, defined, strict=True)))
        bound = float(sum(share * own.bound for share, (own, _) in zip(shares, defined, strict=True)))
        interval = NO_INTERVAL
        if self._options.intervals and not np.isnan([own.low for own, _ in defined]).any():
            whole = sum(support for _, support in defined) if average == "weighted" else len(defined)
            sums, unknown = self._sums[name, average] / whole, self._unknown[name, average] / whole
            below, above, error = (
                float(float(sum_values(row, None, self._options.threads).square) ** 0.5 + more)
                for row, more in zip(sums, unknown, strict=True)
            )
            interval = Interval(max(0.0, value - below), min(1.0, value + above), "averaged", error)
        return self._options.estimate(value, interval, n, bound=bound)
