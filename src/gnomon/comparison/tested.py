"""A difference of two models with the test of it, which can be asked about any other difference than none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import NAN, Difference
from gnomon.intervals.interval import t_tail
from gnomon.intervals.mcnemar import tango_score


class Tails(NamedTuple):
    """How often chance alone brings a difference at least so high, or so low, if the true one is a limit."""

    above: float
    below: float


UNKNOWN = Tails(NAN, NAN)
Test = Callable[[float], Tails]


@dataclass(frozen=True, slots=True)
class Tested:
    """A difference of two models.

    Attributes:
        difference: The difference.
        tails: The one-sided p-values at a limit.
        error: The standard error of the difference; NaN where it is unknown.
        freedom: The degrees of freedom of its variance.
    """

    difference: Difference
    tails: Test = lambda _: UNKNOWN
    error: float = NAN
    freedom: float = math.inf


# By the places of both models, and by estimate.
Differences = Mapping[tuple[int, int], Mapping[str, Tested]]


def student(value: float, variance: float, freedom: float) -> Test:
    """Student's t test of a difference whose variance is known; nothing is known where none is seen to vary."""

    def tails(limit: float) -> Tails:
        if not variance > 0:
            return UNKNOWN
        t = (value - limit) / math.sqrt(variance)
        return Tails(t_tail(t, freedom), t_tail(-t, freedom))

    return tails


def score(first: int, second: int, rows: int) -> Test:
    """Tango's score test of the difference of two shares of the same rows, whose interval is :func:`tango`."""

    def tails(limit: float) -> Tails:
        z = tango_score(first, second, rows, limit)
        return Tails(t_tail(z, math.inf), t_tail(-z, math.inf))

    return tails


def counted(replicates: NDArray[np.float64]) -> Test:
    """The share of replicates beyond the limit, the value itself counted as one."""
    known = replicates[~np.isnan(replicates)]

    def tails(limit: float) -> Tails:
        return Tails(*((1 + int(np.count_nonzero(own))) / (1 + len(known)) for own in (known <= limit, known >= limit)))

    return tails
