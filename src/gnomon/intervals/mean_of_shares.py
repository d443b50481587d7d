"""The mean of several shares of different rows, from the interval of each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

METHOD = "averaged"


def mean_of_shares(shares: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Both ends of the interval of a mean of independent shares.

    The distances of the ends of each from its value are added as squares (G. Y. Zou and A. Donner, "Construction of
    confidence limits about effect measures: a general approach", Statistics in Medicine 27, 2008).

    Args:
        shares: The shares along the last axis.
        low: Of the interval of each.
        high: Of the interval of each.

    >>> low, high = mean_of_shares(np.array([0.5, 0.7]), np.array([0.47, 0.66]), np.array([0.53, 0.74]))
    >>> round(float(low), 6), round(float(high), 6)
    (0.575, 0.625)
    """
    value, number = shares.mean(axis=-1), shares.shape[-1]
    below, above = (np.sqrt((distance**2).sum(axis=-1)) / number for distance in (shares - low, high - shares))
    return value - below, value + above
