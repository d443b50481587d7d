"""What every state promises.

A state summarises some rows under a schema. Its laws, tested once for every state there is:

- **Identity.** Merging with the state of no rows changes nothing.
- **Merge** is associative and commutative, and mutates neither argument.
- **Partition.** Any split of the rows, in any order, merged by any tree, by any number of threads,
  gives the same state: counts are integers, sums are exact, kept rows are compared as a multiset.
- **Travel.** ``from_bytes(to_bytes(state)) == state``; the bytes are the same for equal states, hold a
  kind, a version and a checksum, and are refused with a StateError when foreign or damaged.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, Protocol, Self, TypeVar

from gnomon.errors import StateError

S = TypeVar("S")


class State(Protocol):
    """A mergeable summary; see the laws above.

    Attributes:
        kind: What its bytes call it.
    """

    kind: ClassVar[str]

    def merge(self, other: Self) -> Self:
        """The state of the rows of both."""
        ...

    def to_bytes(self) -> bytes:
        """The state as bytes that another process can read."""
        ...

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """The inverse of :meth:`to_bytes`.

        Raises:
            StateError: The bytes are not a state of this kind, of another version, or damaged.
        """
        ...


def of_one_class(merge: Callable[[S, S], S]) -> Callable[[S, S], S]:
    """Makes a merge refuse a state of another class with a StateError."""

    @wraps(merge)
    def merged(self: S, other: Any) -> S:
        if type(self) is not type(other):
            raise StateError(f"a {type(other).__name__} does not merge into a {type(self).__name__}")
        return merge(self, other)

    return merged
