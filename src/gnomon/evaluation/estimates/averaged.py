"""Averages of a ranking measure over several rankings of the same rows: classes against the rest, or labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class RankedRows:
    """One of the rankings.

    Attributes:
        estimates: Its AUC and its average precision, by name.
        support: The weight of its positives.
        positive: Which rows are positive (uint8): of all rows, or of some where rows are counted in bins.
        score: Their scores.
    """

    estimates: Mapping[str, Estimate]
    support: float
    positive: NDArray[np.uint8]
    score: NDArray[Any]

    def influence(self, name: str, weight: Array | None, threads: int) -> Array:
        """Of each row on one of its measures; zeros where these rows know nothing of it."""
        if not 0 < int(np.count_nonzero(self.positive)) < len(self.positive):
            return np.zeros(len(self.positive))
        order = RankedScoresInMemory(Scores.of(self.score, self.positive, weight), threads)
        of_ranking = ranking_influence(name, order, self.score, self.positive, weight, threads)
        assert of_ranking is not None  # both measures are known
        return of_ranking


def averaged(
    rankings: Sequence[RankedRows], name: str, average: str, weight: Array | None, options: Options
) -> Estimate:
    """The macro or weighted average of a measure over the rankings that have it.

    Args:
        rankings: The rankings.
        name: ``"roc_auc"`` or ``"average_precision"``.
        average: ``"macro"`` or ``"weighted"``.
        weight: Of the rows.
        options: How estimates are made.
    """
    n = rankings[0].estimates[name].n
    defined = [own for own in rankings if own.estimates[name].defined]
    if not defined:
        return options.estimate(
            NAN,
            NO_INTERVAL,
            n,
            Message(
                "undefined_for_every_class",
                "the {measure} is undefined for every class",
                measure=get_measure(name).title,
            ),
        )
    shares = shares_of([own.support for own in defined], average)
    estimates = [own.estimates[name] for own in defined]
    value = float(sum(share * own.value for share, own in zip(shares, estimates, strict=True)))
    bound = float(sum(share * own.bound for share, own in zip(shares, estimates, strict=True)))
    interval = NO_INTERVAL
    if options.intervals and not np.isnan([own.low for own in estimates]).any():
        distances = shares[:, None] * [
            (own.value - own.low, own.high - own.value, own.standard_error) for own in estimates
        ]
        below, above, error = together(defined, name, distances, weight, options.threads)
        interval = Interval(max(0.0, value - below), min(1.0, value + above), "averaged", error)
    return options.estimate(value, interval, n, bound=bound)


def together(
    rankings: Sequence[RankedRows], name: str, distances: Array, weight: Array | None, threads: int
) -> tuple[float, ...]:
    """How far both ends of an average's interval lie from it, and its standard error.

    The distances of the parts are added as their errors vary together: sqrt(sum of r_ij d_i d_j), the correlations r
    being those of the rows' influences (G. Y. Zou and A. Donner, "Construction of confidence limits about effect
    measures: a general approach", Statistics in Medicine 27, 2008). A part of which the rows know nothing is taken to
    vary as each of the others does.

    Args:
        rankings: The rankings.
        name: The measure.
        distances: What each part's interval adds below, above, and to the standard error, shape (rankings, 3).
        weight: Of the rows.
        threads: How many threads there may be.
    """
    sums = np.zeros((3, len(rankings[0].positive)))
    unknown = np.zeros(3)
    for ranking, distance in zip(rankings, distances, strict=True):
        influence = ranking.influence(name, weight, threads)
        length = float(sum_values(influence, None, threads).square) ** 0.5
        if length > 0:
            sums += np.outer(distance / length, influence)
        else:
            unknown += distance
    return tuple(
        float(float(sum_values(row, None, threads).square) ** 0.5 + more)
        for row, more in zip(sums, unknown, strict=True)
    )
