"""KS of samples that are drawn anew from bins of scores, without holding the samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnomon.kernels import _core

# A bin's mean number of rows at most: with more NumPy draws as quickly.
GREATEST_MEAN = 30.0


def ks_of_samples(
    first: NDArray[np.float64], second: NDArray[np.float64], samples: int, seed: int
) -> NDArray[np.float64]:
    """The largest gap between two classes in each sample; NaN where a class drew no row.

    Every bin's number of rows of each class is Poisson, by inversion of 32-bit uniform numbers. The draws of a sample
    follow from the seed and its number alone.

    Args:
        first: The mean number of rows of one class in each bin of scores, 0 to :data:`GREATEST_MEAN`.
        second: The same of the other.
        samples: How many samples there are.
        seed: Seed of the draws.

    Raises:
        ValueError: The classes have different numbers of bins, or a mean lies outside its range.
    """
    one, other = (np.ascontiguousarray(own, np.float64) for own in (first, second))
    return _core.ks_of_samples(one, other, samples, int(seed) & (1 << 64) - 1)
