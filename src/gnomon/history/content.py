"""Results as the database has them: their JSON form, compressed."""

from __future__ import annotations

# How hard they are compressed, and what one has at most, in bytes.
LEVEL, LARGEST = 15, 1 << 30


def compressed(text: str) -> bytes:
    """Text as few bytes, behind their number."""
    import pyarrow as pa

    raw = text.encode("utf-8", "surrogatepass")
    held: bytes = pa.Codec("zstd", compression_level=LEVEL).compress(raw, asbytes=True)
    return len(raw).to_bytes(8, "little") + held


def expanded(raw: bytes) -> str:
    """The inverse of :func:`compressed`.

    Raises:
        ValueError: The bytes are damaged.
    """
    import pyarrow as pa

    size = int.from_bytes(raw[:8], "little")
    if size > LARGEST:
        raise ValueError("too large")
    return bytes(pa.decompress(raw[8:], size, "zstd", asbytes=True)).decode("utf-8", "surrogatepass")
