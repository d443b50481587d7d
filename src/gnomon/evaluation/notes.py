"""Remarks in plain words on the numbers of an evaluation: one small rule a remark."""

from __future__ import annotations

from collections.abc import Callable

from gnomon.evaluation.parts import Parts
from gnomon.evaluation.summary import Summary
from gnomon.schema.schema import Schema

# Below this many rows of a class, its estimates are worth little and its intervals are rough.
FEW = 10


def dropped_rows(parts: Parts, summary: Summary, schema: Schema) -> str | None:
    """How many rows were left out because a value was missing."""
    if not summary.dropped:
        return None
    rows = "row" if summary.dropped == 1 else "rows"
    return f"{summary.dropped:,} {rows} with missing values left out."


def one_answer(parts: Parts, summary: Summary, schema: Schema) -> str | None:
    """Whether every row was predicted the same."""
    if parts.confusion is None:
        return None
    predicted = parts.confusion.counts.sum(axis=0)
    if (predicted > 0).sum() != 1:
        return None
    return f"Every row is predicted as {schema.names[int(predicted.argmax())]!r}."


def few_rows(parts: Parts, summary: Summary, schema: Schema) -> str | None:
    """Which classes have too few rows to say much."""
    if parts.confusion is None:
        return None
    support = parts.confusion.counts.sum(axis=1)
    rare = [f"{name!r} ({count})" for name, count in zip(schema.names, support, strict=True) if 0 < count < FEW]
    if not rare:
        return None
    return f"Fewer than {FEW} rows of {', '.join(rare)}: what is said of {'it' if len(rare) == 1 else 'them'} is rough."


RULES: tuple[Callable[[Parts, Summary, Schema], str | None], ...] = (
    dropped_rows,
    one_answer,
    few_rows,
)


def remarks(parts: Parts, summary: Summary, schema: Schema) -> list[str]:
    """Every remark that applies, in a fixed order."""
    return [text for rule in RULES if (text := rule(parts, summary, schema)) is not None]
