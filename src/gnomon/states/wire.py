"""The bytes of a state: a header in JSON, arrays as they lie in memory, a checksum. No pickle."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import StateError
from gnomon.kernels.exact import ExactSum

MAGIC = b"gnomon-state\n"
VERSION = 1
_LENGTH = struct.Struct("<Q")


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
    if not raw.startswith(MAGIC):
        raise StateError("these bytes are no gnomon state")
    start = len(MAGIC) + _LENGTH.size
    if len(raw) < start + 4 or zlib.crc32(raw[:-4]) != struct.unpack("<I", raw[-4:])[0]:
        raise StateError("the state is damaged or was cut off: write it again")
    (length,) = _LENGTH.unpack(raw[len(MAGIC) : start])
    form = json.loads(raw[start : start + length])
    if form["version"] != VERSION:
        raise StateError(f"the state has version {form['version']}, this gnomon reads {VERSION}")
    if form["kind"] != kind:
        raise StateError(f"the state is a {form['kind']}, not a {kind}")
    arrays, at = [], start + length
    for code, shape in form["arrays"]:
        dtype = np.dtype(code)
        size = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        arrays.append(np.frombuffer(raw[at : at + size], dtype).reshape(shape).astype(dtype.newbyteorder("=")))
        at += size
    return form["header"], arrays


def pack_sum(total: ExactSum) -> str | None:
    """An exact sum for a header."""
    return None if total.units is None else format(total.units, "x")


def unpack_sum(form: str | None) -> ExactSum:
    """The inverse of :func:`pack_sum`."""
    return ExactSum(None if form is None else int(form, 16))
