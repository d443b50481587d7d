"""Where the numbers of a result came from."""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from gnomon.estimate import finite
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.reading.summary import Summary
from gnomon.measures.registry import declared
from gnomon.message import Message, word
from gnomon.schema.schema import Schema
from gnomon.sources.base import Source


def provenance(source: Source, schema: Schema, summary: Summary, options: Options) -> dict[str, Any]:
    """Where the numbers came from. Nothing in it depends on the machine's speed, threads or clock."""
    columns = schema.columns
    user_measures = plain_measures(declared(own.name for own in options.measures))
    return {
        "gnomon": gnomon_version(),
        "python": ".".join(map(str, sys.version_info[:3])),
        "numpy": np.__version__,
        "engine": options.engine,
        "source": source.name,
        "columns": {
            "target": list(columns.targets) if schema.task == "multilabel" else columns.target,
            "prediction": list(columns.predictions) if schema.task == "multilabel" else columns.prediction,
            "score": list(columns.scores),
            "weight": columns.weight,
            "cluster": columns.cluster,
            "slices": [own.name for own in columns.slices],
            "id": columns.id,
            "part": None if columns.subset is None else str(columns.subset),
        },
        "rows_dropped": summary.dropped,
        "effective_rows": summary.rows.effective,
        "scale": schema.scale if columns.scores else None,
        "interval": options.interval,
        "level": options.level,
        "seed": int(options.seed),
        **({"measures": user_measures} if user_measures else {}),
    }


@cache
def gnomon_version() -> str:
    """The version of gnomon, from the package's metadata, which takes a millisecond to read."""
    return version("gnomon")


def plain_measures(measures: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Users' own measures as JSON has them: an end that is infinite is None."""
    return {name: {part: finite(value) for part, value in own.items()} for name, own in measures.items()}


def left_out(*rows: int) -> list[Message]:
    """How many rows were left out because a value was missing, in all readings."""
    count = sum(rows)
    return (
        [
            Message(
                "missing_left_out",
                "{count:,} {noun} with missing values left out.",
                count=count,
                noun=word("row") if count == 1 else word("rows"),
            )
        ]
        if count
        else []
    )
