"""Always predicting the mean or the median of the target."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import reduce
from typing import cast

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Difference
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.baseline.builder import MEAN, MEDIAN, BaselineBuilder
from gnomon.evaluation.estimates.draft import Draft
from gnomon.evaluation.influence.influences import Influences
from gnomon.evaluation.reading.summary import Summary
from gnomon.intervals.difference import mean_difference
from gnomon.intervals.interval import NO_INTERVAL
from gnomon.intervals.mean import mean_interval
from gnomon.measures import regression
from gnomon.measures.means import mean_loss
from gnomon.measures.quantiles import Ranks
from gnomon.measures.regression import EXPLAINED_VARIANCE, MAE, MSE, R2, RMSE
from gnomon.states.mean import MeanLoss
from gnomon.states.residuals import Amounts, Residuals

# Rows that are taken together.
_AT_ONCE = 1 << 17


def guess_amount(guesses: BaselineBuilder, draft: Draft, summary: Summary, options: Options) -> None:
    """Always answering the mean of the target (squared errors), or its median (absolute ones)."""
    state = cast(Residuals, summary.states["residuals"])
    if R2.name in guesses.model and guesses.model[R2.name].defined:
        mean, variance = regression.target_mean_and_variance(state)
        guesses.answers[MEAN] = mean
        gain = regression.squared_gain(state)
        difference = mean_difference(gain, options.level, summary.rows.n)

        def squares(influences: Influences) -> NDArray[np.float64]:
            distance, errors = influences.rows.target - mean, influences.errors
            return influences.on_mean(errors**2 - distance**2)

        both = guesses.model[RMSE.name].value + math.sqrt(variance)

        def roots(influences: Influences) -> NDArray[np.float64]:
            return squares(influences) / both if both > 0 else squares(influences)

        n = summary.rows.n
        guesses.add(MSE.name, MEAN, options.estimate(variance, NO_INTERVAL, n), difference, squares)
        root = root_difference(guesses.model[RMSE.name].value, math.sqrt(variance), difference)
        guesses.add(RMSE.name, MEAN, options.estimate(math.sqrt(variance), NO_INTERVAL, n), root, roots)
        for name in (R2.name, EXPLAINED_VARIANCE.name):
            guesses.add_constant(name, MEAN, 0.0)
    kept = summary.states["errors"]
    if isinstance(kept, Amounts) and guesses.model[MAE.name].defined and not math.isnan(guesses.model[MAE.name].low):
        target, prediction, weight = kept.columns()
        median = Ranks(target, weight, options.threads).quantile(0.5)
        guesses.answers[MEDIAN] = median

        def of_chunk(start: int) -> tuple[MeanLoss, MeanLoss]:
            rows = slice(start, start + _AT_ONCE)
            chunk_weight = None if weight is None else weight[rows]
            distance = np.abs(target[rows] - median)
            less = np.abs(target[rows] - prediction[rows]) - distance
            return MeanLoss.of(distance, chunk_weight, 1), MeanLoss.of(less, chunk_weight, 1)

        with ThreadPoolExecutor(options.threads) as pool:
            chunks = pool.map(of_chunk, range(0, len(target), _AT_ONCE))
            guess, paired = (mean_loss(reduce(MeanLoss.merge, own)) for own in zip(*chunks, strict=True))
        n = summary.rows.n
        guesses.add(
            MAE.name,
            MEDIAN,
            options.estimate(guess.mean, mean_interval(guess, options.level), n),
            mean_difference(paired, options.level, n),
            lambda influences: influences.on_mean(np.abs(influences.errors) - np.abs(influences.rows.target - median)),
        )


def root_difference(first: float, second: float, squares: Difference) -> Difference:
    """The difference of two roots, by the delta method: that of the squares over the sum of the roots."""
    both = first + second
    if not both > 0:
        return replace(squares, value=0.0, low=NAN, high=NAN, method=None, p_value=NAN)
    return replace(squares, value=first - second, low=squares.low / both, high=squares.high / both)
