"""Which rows an evaluation rests on, without the rows: a sum of hashes, the same in any order and any file format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnomon.evaluation.arguments.sources import open_named
from gnomon.schema.ids import LARGEST, decoded
from gnomon.schema.labels import numbers
from gnomon.schema.schema import Subset
from gnomon.sources.base import Source, Use, check_columns
from gnomon.sources.columns import is_text, spelled_values, without_fraction
from gnomon.sources.tables import table_of

Hashes = NDArray[np.uint64]
# The two halves of a hash of 128 bits are hashes by two keys.
KEYS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
# Kinds of what is hashed, so that equal bytes of different kinds differ.
ID, TARGET, WEIGHT, SCORE, PREDICTION, PLACE = range(1, 7)
# The smallest hashes of a set of rows, which tell how many of them another set has.
SKETCH = 256


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A set of rows.

    Attributes:
        rows: Of ids, true values and weights of the rows that judge, never of scores; in hexadecimal digits. Without
            ids of the true values in their order, which is weak: it begins with ``"weak-"``.
        predictions: Of ids, scores and predictions.
        n: The number of rows.
        sketch: The smallest hashes of its rows, ascending.
        said: Of each of these rows, a hash of what the model says.
    """

    rows: str
    predictions: str
    n: int
    sketch: Hashes
    said: Hashes

    @property
    def weak(self) -> bool:
        """Whether it rests on the order of the rows, as they have no ids."""
        return self.rows.startswith("weak-")

    def same_as(self, other: Fingerprint) -> bool:
        """Whether the same model was judged: by all rows, or by those that both sketches have."""
        if self.rows == other.rows:
            return self.predictions == other.predictions
        _, here, there = np.intersect1d(self.sketch, other.sketch, return_indices=True)
        known = len(self.said) == len(self.sketch) and len(other.said) == len(other.sketch)
        return bool(known and len(here) and (self.said[here] == other.said[there]).all())

    def write(self, execute: Any, run: str, seen: str) -> None:
        """Writes that a run, or a gate, has looked at the rows.

        Args:
            execute: Runs a statement of a transaction.
            run: The id of the run, or of the gate's result.
            seen: When.
        """
        execute(
            "INSERT INTO row_set VALUES (:rows, :kind, :n, :sketch) ON CONFLICT (fingerprint) DO NOTHING",
            {
                "rows": self.rows, "kind": "places" if self.weak else "ids", "n": self.n,
                "sketch": self.sketch.astype("<u8").tobytes(),
            },
        )  # fmt: skip
        execute(
            "INSERT INTO look (row_set, predictions, run, seen, said) VALUES (:rows, :predictions, :run, :seen, :said) "
            "ON CONFLICT (row_set, predictions) DO NOTHING",
            {
                "rows": self.rows,
                "predictions": self.predictions,
                "run": run,
                "seen": seen,
                "said": self.said.astype("<u8").tobytes(),
            },
        )


def fingerprint(data: Any, columns: dict[str, Any]) -> Fingerprint:
    """That of some rows.

    Args:
        data: The rows: a path, several, a data frame, or a dict of columns.
        columns: The columns of an evaluation, as its provenance has them.

    Raises:
        ColumnError: A column is missing.
        SourceError: The rows cannot be read.
    """
    source = open_named(data)
    targets, predictions = listed(columns["target"]), listed(columns.get("prediction"))
    scores, weight, id = listed(columns.get("score")), columns.get("weight"), columns.get("id")
    uses: dict[str, Use] = dict.fromkeys([*scores, *([] if weight is None else [weight])], "number")
    uses |= dict.fromkeys((*targets, *predictions, *([] if id is None else [id])), "text")
    part = None if columns.get("part") is None else Subset.of_text(columns["part"])
    uses |= {} if part is None else {part.column: "text"}
    check_columns(list(uses), source.columns, source.name)
    table = table_of(source, uses, 1)
    if part is not None:
        table = table.filter(judging(table[part.column], part))
    n = len(table)
    ids = [texts(table[id], source, id, key, ID) if id is not None else places(n, key) for key in KEYS]
    rows = [own.copy() for own in ids]
    said = [own.copy() for own in ids]
    for half, key in enumerate(KEYS):
        for name in targets:
            rows[half] = joined(rows[half], texts(table[name], source, name, key, TARGET))
        if weight is not None:
            rows[half] = joined(rows[half], floats(table[weight], key, WEIGHT))
        for name in scores:
            said[half] = joined(said[half], floats(table[name], key, SCORE))
        for name in predictions:
            said[half] = joined(said[half], texts(table[name], source, name, key, PREDICTION))
    kind = "" if id is not None else "weak-"
    smallest = np.argsort(rows[0], kind="stable")[:SKETCH]
    return Fingerprint(kind + summed(rows), summed(said), n, rows[0][smallest], said[0][smallest])


def judging(column: Any, part: Subset) -> Any:
    """Which rows judge, by an Arrow column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = spelled_values(decoded(column)).cast(pa.large_string()).fill_null("")
    encoded = pc.dictionary_encode(texts)
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    meant = pa.array(part.chosen(encoded.dictionary.to_pylist()))
    return meant.take(encoded.indices)


def overlap(first: Hashes, second: Hashes) -> float:
    """About which share of the rows of two sets both have, by their sketches.

    A. Z. Broder, "On the resemblance and containment of documents", Compression and Complexity of Sequences (1997).
    """
    if not len(first) or not len(second):
        return 0.0
    union = np.union1d(first, second)[:SKETCH]
    return float(np.isin(union, first).astype(float) @ np.isin(union, second)) / len(union)


def hashes(raw: Any) -> Hashes:
    """Hashes as the database has them; none of what an older version did not write."""
    return np.frombuffer(b"" if raw is None else bytes(raw), "<u8").astype(np.uint64)


def different(looks: Sequence[Fingerprint]) -> list[Fingerprint]:
    """Looks without those of a model that an earlier one is of as well."""
    several = len({own.rows for own in looks}) > 1
    made: list[Fingerprint] = []
    for own in looks:  # on the same rows each look is another model's
        if not (several and any(own.rows != each.rows and own.same_as(each) for each in made)):
            made.append(own)
    return made


def contained(n: int, sketch: Hashes, other_n: int, other: Hashes) -> float:
    """About which share of the smaller of two sets of rows is in the other."""
    both = overlap(sketch, other)
    return both * (n + other_n) / (1 + both) / max(1, min(n, other_n))


def listed(names: Any) -> list[str]:
    """One name, several or none, as a list."""
    return [] if names is None else [names] if isinstance(names, str) else list(names)


def mixed(values: Hashes) -> Hashes:
    """Each number as one that tells nothing of it: the finaliser of SplitMix64 (G. L. Steele et al., OOPSLA 2014)."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))


def joined(first: Hashes, second: Hashes) -> Hashes:
    """The hash of two parts of a row, in this order."""
    with np.errstate(over="ignore"):
        return mixed(first * np.uint64(0x9E3779B97F4A7C15) + second)


def places(n: int, key: int) -> Hashes:
    """Hashes of the places of rows."""
    return mixed(np.arange(n, dtype=np.uint64) ^ np.uint64(key ^ PLACE))


def floats(column: Any, key: int, kind: int) -> Hashes:
    """Hashes of an Arrow column of numbers, by their bits; one zero, one NaN."""
    import pyarrow as pa

    values = numbers(decoded(column).cast(pa.float64(), safe=False).fill_null(np.nan)).astype(np.float64) + 0.0
    values = np.where(np.isnan(values), np.nan, values)
    return mixed(values.view(np.uint64) ^ np.uint64(key ^ kind << 56))


def texts(column: Any, source: Source, name: str, key: int, kind: int) -> Hashes:
    """Hashes of an Arrow column of labels, ids or amounts, by their text; whole numbers whatever their type.

    The hash of a text is the sum of hashes of its bytes with their places (A. L. Zobrist, 1970), mixed with its length.
    """
    import pyarrow as pa

    held = spelled_values(column) if source.untyped(name) and kind != ID else column
    held = decoded(held)
    if pa.types.is_floating(held.type) or pa.types.is_decimal(held.type):
        held = whole_numbers(held.cast(pa.float64()))
    elif is_text(held.type):
        held = without_fraction(held) if is_whole(held) else held
    elif pa.types.is_boolean(held.type):
        held = held.cast(pa.int8())
    held = held.cast(pa.large_string()).fill_null("\0missing")
    if isinstance(held, pa.ChunkedArray):
        held = held.combine_chunks()
    if not len(held):
        return np.zeros(0, np.uint64)
    _, ends, raw = held.buffers()
    starts = np.frombuffer(ends, np.int64, len(held) + 1, 8 * held.offset)
    content = np.frombuffer(raw if raw is not None else b"", np.uint8)[starts[0] : starts[-1]].astype(np.uint64)
    starts = starts - starts[0]
    lengths = np.diff(starts)
    within = np.arange(len(content), dtype=np.uint64) - np.repeat(starts[:-1].astype(np.uint64), lengths)
    with np.errstate(over="ignore"):
        parts = mixed((within * np.uint64(256) + content) ^ np.uint64(key))
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(parts, dtype=np.uint64)])
        whole = sums[starts[1:]] - sums[starts[:-1]]
        return mixed(whole + lengths.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(kind << 32))


def whole_numbers(column: Any) -> Any:
    """An Arrow column of floats as whole numbers, if they are; what is not a number is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pc.if_else(pc.is_nan(column), None, column)
    values = numbers(column.drop_null())
    exact = bool(((np.abs(values) < LARGEST) & (values % 1 == 0)).all())
    return column.cast(pa.int64()) if exact else without_fraction(column.cast(pa.large_string()))


def is_whole(column: Any) -> bool:
    """Whether text spells whole numbers, some of them with a fraction of zero."""
    from gnomon.sources.columns import spelled_whole

    return bool(spelled_whole(column))


def summed(halves: Sequence[Hashes]) -> str:
    """The sums of both halves of the hashes, in hexadecimal digits: the same in any order of the rows."""
    with np.errstate(over="ignore"):
        return "".join(f"{int(own.sum(dtype=np.uint64)):016x}" for own in halves)
