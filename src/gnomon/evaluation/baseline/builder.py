"""What the best constant answers score, measure by measure, and how far the model is from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Difference, Estimate
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.estimates.clustered import Clustered
from gnomon.evaluation.influence.influences import Influences
from gnomon.evaluation.result.baseline import Baseline
from gnomon.intervals.difference import to_constant
from gnomon.intervals.interval import NO_INTERVAL
from gnomon.message import Message

MOST_FREQUENT, FLAG_ALL, PRIOR, RANDOM, MEAN, MEDIAN = "most_frequent", "positive", "prior", "random", "mean", "median"


class BaselineBuilder:
    """Collects the baseline of an evaluation, measure by measure.

    Args:
        model: What the model scores.
        options: The level of intervals.
        clustered: The rows by cluster, where some belong together.
    """

    def __init__(self, model: Mapping[str, Estimate], options: Options, clustered: Clustered | None) -> None:
        self.model = model
        self.answers: dict[str, Any] = {}
        self._options = options
        self._clustered = clustered
        self._strategies: dict[str, str] = {}
        self._estimates: dict[str, Estimate] = {}
        self._differences: dict[str, Difference] = {}

    def add(
        self,
        name: str,
        strategy: str,
        guess: Estimate,
        difference: Difference,
        influence: Callable[[Influences], NDArray[np.float64] | None] | None = None,
    ) -> None:
        """Takes in what a strategy scores, and the model's distance from it.

        Args:
            name: Of the estimate.
            strategy: What the guess is.
            guess: What it scores.
            difference: What the model scores minus that, its interval and p-value those of independent rows.
            influence: The influence of each row on the difference; None where the difference says all.
        """
        self._strategies[name] = strategy
        self._estimates[name] = guess
        if influence is not None and self._clustered is not None:
            difference = self._clustered.difference(difference, influence)
        if not self._options.intervals:
            difference = replace(difference, low=NAN, high=NAN, method=None, p_value=NAN)
        self._differences[name] = difference

    def add_constant(self, name: str, strategy: str, value: float, p_value: float | None = None) -> None:
        """Takes in a score that is the same for any rows: the model's interval is that of the difference, moved.

        Args:
            name: Of the estimate.
            strategy: What the guess is.
            value: What it scores.
            p_value: That of a test of its own; None for one by the model's standard error.
        """
        model = self.model[name]
        guess = self._options.estimate(value, NO_INTERVAL, model.n)
        self.add(name, strategy, guess, to_constant(model, value, p_value))

    def add_undefined(self, name: str, strategy: str, reason: Message) -> None:
        """Takes in that a strategy has no such score."""
        nothing = self._options.estimate(NAN, NO_INTERVAL, self.model[name].n, reason)
        self.add(name, strategy, nothing, Difference(NAN, level=nothing.level, n=nothing.n, reason=reason))

    def baseline(self) -> Baseline | None:
        """All of it; None where there is nothing to compare with."""
        if not self._estimates:
            return None
        return Baseline(self.answers, self._strategies, self._estimates, self._differences)
