"""What the same goal would choose in other samples: the interval of a threshold, and its optimism."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gnomon.decision.search import Found
from gnomon.estimate import Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.reading.order import Order
from gnomon.intervals.bootstrap import ranking_replicates
from gnomon.measures.ranking import TABLE_STEPS, Curve, cumulative
from gnomon.measures.threshold import Points
from gnomon.thresholds.goal import Goal, best_of

Array = NDArray[np.float64]

# Replicates that are judged together, to bound the memory.
REPLICATES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Resampled:
    """What the same goal would choose in other samples.

    Attributes:
        low, high: The interval of the threshold.
        optimism: By how much, in the mean, the chosen threshold's value in a sample exceeds its value in all rows.
    """

    low: float
    high: float
    optimism: float

    @classmethod
    def of(cls, goal: Goal, order: Order, found: Found, trials: float, options: Options) -> Resampled:
        """From Poisson replicates of bins of scores.

        The optimism is that of B. Efron, "Estimating the error rate of a prediction rule: improvement on
        cross-validation", JASA 78 (1983): each replicate's choice is judged in the replicate and in all rows.
        """
        bins = order.bins(TABLE_STEPS)
        effective = order.positives.effective, order.negatives.effective
        thresholds = Curve.of(bins).threshold
        own = counts(bins.positives, bins.negatives)
        gaps, chosen = [], []
        positives, negatives = ranking_replicates(bins, effective, options.seed)
        for start in range(0, len(positives), REPLICATES_AT_ONCE):
            part = slice(start, start + REPLICATES_AT_ONCE)
            replicate = counts(positives[part], negatives[part])
            best = best_of(goal, replicate, trials, options.level)
            chosen.append(thresholds[best.place])
            gaps.append(best.value - goal.values(own.at(best.place)))
        optimism = np.concatenate(gaps)
        optimism = optimism[~np.isnan(optimism)]
        ends = np.quantile(
            np.concatenate(chosen), [0.5 - options.level / 2, 0.5 + options.level / 2], method="inverted_cdf"
        )
        low, high = min(float(ends[0]), found.threshold), max(float(ends[1]), found.threshold)
        return cls(low, high, float(optimism.mean()) if len(optimism) else math.nan)

    def corrected(self, value: Estimate) -> Estimate:
        """An estimate less the optimism, its interval moved by as much.

        H. Noma et al., "Confidence intervals of prediction accuracy measures for multivariable prediction models
        based on the bootstrap-based optimism correction methods", Statistics in Medicine 40 (2021).
        """
        ends = (value.low - self.optimism, value.high - self.optimism)
        method = None if value.method is None else f"{value.method}, less optimism"
        return replace(value, value=value.value - self.optimism, low=ends[0], high=ends[1], method=method)


def counts(positives: Array, negatives: Array) -> Points:
    """Counts at the lower ends of bins, from the highest down, of one table or of many."""
    tp, fp = cumulative(positives), cumulative(negatives)
    if tp.ndim == 1:
        return Points(tp, fp, float(tp[-1]), float(fp[-1]))
    return Points(tp, fp, tp[:, -1:], fp[:, -1:])
