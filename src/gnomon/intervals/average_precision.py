"""The interval of the average precision, which samples overestimate."""

from __future__ import annotations

import math

from gnomon.intervals.interval import Interval
from gnomon.intervals.linearised import linearised_interval


def average_precision_interval(value: float, left_out: float, variance: float, units: float, level: float) -> Interval:
    """The linearised interval, whose lower end leaves positives out of their own precision.

    Every positive is among the rows that its precision is the share of, so that few positives make a sample's average
    precision lie above the population's: at 10 of 1,000 rows by half of it or more. Left out, they make it lie below by
    about as much.

    Args:
        value: The average precision.
        left_out: The same with each positive left out of its own precision.
        variance: Of the average precision.
        units: How many (effective) positives or clusters vary independently.
        level: The confidence level.
    """
    interval = linearised_interval(value, variance, units, level)
    if math.isnan(interval.low) or left_out >= value:
        return interval
    low = linearised_interval(left_out, variance, units, level).low if left_out > 0 else 0.0
    return interval._replace(low=min(low, interval.low))
