"""Scores and labels, counted in bins: the ranking of any number of rows in bounded memory, within certain limits."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import StateError
from gnomon.kernels.histogram import NO_SCORE, SEVERAL, BinsForm, ScoreCounts, WeightUnits
from gnomon.states.base import of_one_class
from gnomon.wire import narrow, pack, strict, unpack, widen

# More bins than this no histogram is asked for.
MOST_BINS = 1 << 26


class ScoreHistogram:
    """How many positives and negatives (or how much of their weight) lie in each bin of scores.

    The bins are fixed before the first row, so that any partition of the rows merges. Whoever made a state may add to
    it; a merge leaves both as they are.

    Attributes:
        counts: The bins.
        n: The number of rows.
    """

    kind: ClassVar[str] = "score_histogram"

    def __init__(self, counts: ScoreCounts, n: int = 0) -> None:
        self.counts = counts
        self.n = n

    @classmethod
    def empty(cls, sample: NDArray[np.float64], wanted: int, units: WeightUnits | None) -> Self:
        """The state of no rows, with the bins that follow from a sample of the scores."""
        return cls(ScoreCounts(sample, wanted, units))

    def like(self) -> Self:
        """The state of no rows with the same bins."""
        return type(self)(self.counts.like())

    def add(self, score: NDArray[Any], label: NDArray[np.uint8], weight: NDArray[np.float64] | None) -> None:
        """Counts some rows in this state itself."""
        self.counts.add(score, label, weight)
        self.n += len(score)

    @of_one_class
    def merge(self, other: Self) -> Self:
        """The state of the rows of both.

        Raises:
            StateError: The bins of the two differ.
        """
        if not self.counts.same_bins(other.counts):
            raise StateError("histograms of scores with different bins do not merge")
        both = self.counts.like()
        both.merge(self.counts)
        both.merge(other.counts)
        return type(self)(both, self.n + other.n)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ScoreHistogram):
            return NotImplemented
        return self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)

    def to_bytes(self) -> bytes:
        """The state as bytes: of the bins that hold rows, counts in as few bytes as they need."""
        units, form = self.counts.units, self.counts.form
        *counts, words = self.counts.counts()
        held = words != NO_SCORE
        single = words[held] != SEVERAL
        header = {
            "n": self.n,
            "grid": list(form[:4]),
            "units": None if units is None else [*units.weight, *units.square],
        }
        # Without weights the squares are the counts.
        narrowed = [part for own in counts[: 2 if units is None else 4] for part in narrow(own[held])]
        bits = [np.packbits(held), np.packbits(single)]
        return pack(self.kind, header, [form.divisions, *bits, words[held][single], *narrowed])

    @classmethod
    @strict
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        header, (divisions, held_bits, single_bits, scores, *narrowed) = unpack(cls.kind, raw)
        units, (low, high, wanted, bins) = header["units"], header["grid"]
        form = BinsForm(low, high, wanted, bins, divisions)
        if units is not None and not all(type(own) is int and abs(own) < 5000 for own in units):
            raise StateError("the state is damaged: its units of weight are no powers of two")
        if not 0 < form.wanted <= MOST_BINS or not 0 < form.bins <= 8 * len(held_bits) or header["n"] < 0:
            raise StateError("the state is damaged: there is no histogram of so many bins or rows")
        held = np.unpackbits(held_bits, count=form.bins).astype(bool)
        words = np.full(np.count_nonzero(held), SEVERAL)
        words[np.unpackbits(single_bits, count=len(words)).astype(bool)] = scores
        counts = [widen(low, large) for low, large in zip(narrowed[::2], narrowed[1::2], strict=True)]
        state = cls(
            ScoreCounts.of_bins(
                form, None if units is None else WeightUnits((units[0], units[1]), (units[2], units[3]))
            )
        )
        whole = [np.zeros(form.bins, own.dtype) for own in (*counts, words)]
        for every, part in zip(whole, (*counts, words), strict=True):
            every[held] = part
        state.counts.restore(whole if units is not None else [*whole[:2], *whole])
        state.n = header["n"]
        return state
