"""The bytes of what travels: a header in JSON, arrays as they lie in memory, a checksum. No pickle."""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import StateError

MAGIC = b"gnomon-state\n"
VERSION = 1
_LENGTH = struct.Struct("<Q")
# The types of arrays that states hold, and what reading something else than a state's content may end in.
DTYPES = frozenset(f"{order}{code}" for code in ("u1", "i1", "b1") for order in "|") | frozenset(
    f"<{code}" for code in ("u2", "u4", "u8", "i2", "i4", "i8", "f4", "f8")
)
CONTENT = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError, MemoryError)


class Travelling(Protocol):
    """What can be written as bytes."""

    def to_bytes(self) -> bytes:
        """Them."""
        ...


S = TypeVar("S", bound=Travelling)
T = TypeVar("T")
R = TypeVar("R")


def pack(kind: str, header: dict[str, Any], arrays: Sequence[NDArray[Any]] = ()) -> bytes:
    """Bytes of a state of some kind.

    Args:
        kind: The state's class, by name.
        header: What JSON can hold; whole numbers of any size.
        arrays: Arrays of numbers, written little-endian.
    """
    described = [[array.dtype.newbyteorder("<").str, list(array.shape)] for array in arrays]
    head = json.dumps(
        {"kind": kind, "version": VERSION, "header": header, "arrays": described},
        separators=(",", ":"),
        sort_keys=True,
    ).encode()
    body = b"".join(np.ascontiguousarray(a, a.dtype.newbyteorder("<")).tobytes() for a in arrays)
    whole = MAGIC + _LENGTH.pack(len(head)) + head + body
    return whole + struct.pack("<I", zlib.crc32(whole))


def unpack(kind: str, raw: bytes) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """The header and arrays of a state of this kind.

    Raises:
        StateError: The bytes are foreign, damaged, of another kind or of another version.
    """
    form, at = _read_head(raw)
    if form["kind"] != kind:
        raise StateError(f"the state is a {form['kind']}, not a {kind}")
    try:
        header, arrays = form["header"], []
        for code, shape in form["arrays"]:
            if code not in DTYPES or not all(type(own) is int and own >= 0 for own in shape):
                raise ValueError(code)
            dtype = np.dtype(code)
            size = dtype.itemsize * math.prod(shape)
            arrays.append(np.frombuffer(raw[at : at + size], dtype).reshape(shape).astype(dtype.newbyteorder("=")))
            at += size
        if at != len(raw) - 4 or not isinstance(header, dict):
            raise ValueError("length")
    except CONTENT as error:
        raise damaged(error) from None
    return header, arrays


def kind_of(raw: bytes) -> str:
    """What the bytes of a state call it.

    Raises:
        StateError: The bytes are foreign, damaged, or of another version.
    """
    return str(_read_head(raw)[0]["kind"])


def _read_head(raw: bytes) -> tuple[dict[str, Any], int]:
    """What stands before the arrays, and where they begin."""
    if not raw.startswith(MAGIC):
        raise StateError("these bytes are not a gnomon state")
    start = len(MAGIC) + _LENGTH.size
    if len(raw) < start + 4 or zlib.crc32(raw[:-4]) != struct.unpack("<I", raw[-4:])[0]:
        raise StateError("the state is damaged or was cut off: write it again")
    (length,) = _LENGTH.unpack(raw[len(MAGIC) : start])
    try:
        form = json.loads(raw[start : start + length])
        version, _, _, _ = (form[name] for name in ("version", "kind", "header", "arrays"))
    except CONTENT as error:
        raise damaged(error) from None
    if version != VERSION:
        raise StateError(f"the state has version {version!r}, this gnomon reads {VERSION}")
    return form, start + length


def damaged(error: BaseException) -> StateError:
    """What to say of bytes whose content cannot be that of a state."""
    return StateError(f"the state is damaged: its header is {type(error).__name__}")


def pack_all(kind: str, header: dict[str, Any], parts: Sequence[bytes]) -> bytes:
    """Bytes of several things that have bytes themselves."""
    return pack(kind, header, [np.frombuffer(own, np.uint8) for own in parts])


def unpack_all(kind: str, raw: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The inverse of :func:`pack_all`.

    Raises:
        StateError: The bytes are foreign, damaged, of another kind or of another version.
    """
    header, parts = unpack(kind, raw)
    return header, [own.tobytes() for own in parts]


def refusing(read: Callable[[T, bytes], R]) -> Callable[[T, bytes], R]:
    """Make what reads bytes refuse those whose content cannot be that of such a thing.

    Raises:
        StateError: It cannot.
    """

    @wraps(read)
    def reading(owner: T, raw: bytes) -> R:
        try:
            return read(owner, raw)
        except StateError:
            raise
        except CONTENT as error:
            raise StateError(f"the bytes are damaged: {error!r}") from None

    return reading


def strict(build: Callable[[type[S], bytes], S]) -> Callable[[type[S], bytes], S]:
    """Make a ``from_bytes`` refuse whatever a state of its kind would not have written.

    Raises:
        StateError: The content cannot be that of such a state, or is written in another way than a state writes it.
    """

    @wraps(build)
    def from_bytes(cls: type[S], raw: bytes) -> S:
        try:
            state = build(cls, raw)
            same = state.to_bytes() == raw
        except StateError:
            raise
        except CONTENT as error:
            raise StateError(f"the state is damaged: {error!r}") from None
        if not same:
            raise StateError("the state is damaged: it holds what a state of its kind does not write")
        return state

    return from_bytes


def narrow(values: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[np.uint64]]:
    """Whole numbers, 0 or more, in as few bytes as most of them need.

    Args:
        values: Them, shape (rows,).

    Returns:
        The low bytes of each, shape (rows, bytes), all 255 where they do not suffice; and those values, in order.
    """
    whole = np.ascontiguousarray(values, "<u8")
    sizes = [len(whole) * size + 8 * int(np.count_nonzero(whole >= 256**size - 1)) for size in range(1, 8)]
    sizes.append(8 * len(whole))
    size = 1 + sizes.index(min(sizes))
    low = whole.view(np.uint8).reshape(-1, 8)[:, :size].copy()
    if size == 8:
        return low, whole[:0]
    large = whole >= 256**size - 1
    low[large] = 255
    return low, whole[large]


def widen(low: NDArray[np.uint8], large: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The inverse of :func:`narrow`.

    Raises:
        ValueError: There is nothing that becomes these.
    """
    rows, size = low.shape
    whole = np.zeros((rows, 8), np.uint8)
    whole[:, :size] = low
    values = whole.reshape(-1).view("<u8").astype(np.uint64)
    places = np.flatnonzero(values == 256**size - 1) if size < 8 else np.zeros(0, np.intp)
    if len(places) != len(large):
        raise ValueError(f"{len(places)} values are written apart, not {len(large)}")
    values[places] = large
    return values.astype(np.int64)
