"""Rows of a task as text in columns, the files that hold them in every format, and files damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import random
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

FORMATS = ("csv", "csv", "tsv", "tsv.gz", "csv.bz2", "csv.zst", "jsonl", "jsonl.gz", "parquet", "feather")
NAMES = ("north", "south", "süd", "동쪽", "a,b", 'say "x"', " padded ", "NA", "1", "01", "true", "-")
TARGETS = (("0", "1"), ("no", "yes"), ("-1", "1"), ("False", "True"), ("아니오", "예"), ("01", "02"))


@dataclass(frozen=True)
class Rows:
    """Columns by name, and what they are to gnomon.

    Attributes:
        task: ``binary``, ``multiclass``, ``multilabel`` or ``regression``.
        columns: Cells as text; an empty one is missing. All columns are equally long.
        options: The command's options that say which column is what.
    """

    task: str
    columns: dict[str, list[str]]
    options: list[str]


def number(value: float, rng: random.Random) -> str:
    """A number in one of the ways that it is written."""
    return rng.choice((repr(float(value)), f"{value:.6f}", f"{value:.3e}", f"{value:g}"))


def make(rng: random.Random) -> Rows:
    """Rows of some task, of 1 to 80, some with weights, slices, clusters, ids, parts, and missing cells."""
    n = rng.choice((1, 2, 5, 20, 40, 80))
    task = rng.choice(("binary", "binary", "binary", "multiclass", "multilabel", "regression"))
    score = [rng.choice((rng.random(), rng.randrange(5) / 4)) for _ in range(n)]
    columns: dict[str, list[str]] = {}
    if task == "binary":
        labels = rng.choice(TARGETS)
        columns["y"] = [labels[rng.random() < 0.2 + 0.6 * own] for own in score]
        columns["p"] = [number(own, rng) for own in score]
        columns["q"] = [number(min(1.0, max(0.0, own + rng.gauss(0, 0.2))), rng) for own in score]
        options = ["-t", "y", "-s", "p", "--positive", labels[1], "--classes", ",".join(labels)]
    elif task == "multiclass":
        names = ["ant", "bee", "cat"]
        columns["y"] = [rng.choice(names) for _ in range(n)]
        table = [rng.choices(range(1, 20), k=3) for _ in range(n)]
        for at, name in enumerate(names):
            columns[f"p_{name}"] = [repr(own[at] / sum(own)) for own in table]
        options = ["-t", "y", "-s", "p_ant,p_bee,p_cat", "--classes", "ant,bee,cat"]
    elif task == "multilabel":
        for name in ("cat", "dog"):
            columns[name] = [str(rng.randrange(2)) for _ in range(n)]
            columns[f"p_{name}"] = [number(rng.random(), rng) for _ in range(n)]
        options = ["-t", "cat,dog", "-s", "p_cat,p_dog"]
    else:
        size = 10.0 ** rng.randrange(-3, 6)
        columns["y"] = [number(rng.gauss(0, size), rng) for _ in range(n)]
        columns["p"] = [number(float(own) + rng.gauss(0, size / 3), rng) for own in columns["y"]]
        options = ["-t", "y", "-p", "p", "--task", "regression"]
    if rng.random() < 0.3:
        columns["w"] = [rng.choice(("1", "0.5", "2", "0", "3.25")) for _ in range(n)]
        options += ["-w", "w"]
    columns["g"] = [rng.choice(NAMES) for _ in range(n)]
    columns["part"] = [rng.choice(("train", "test")) for _ in range(n)]
    columns["id"] = [f"row {i}" for i in range(n)]
    if rng.random() < 0.2:
        for _ in range(rng.randrange(1, 4)):
            columns[rng.choice(sorted({"y", "p", "w"} & columns.keys()) or ["g"])][rng.randrange(n)] = ""
    return Rows(task, columns, options)


def packed(raw: bytes, form: str) -> bytes:
    """Bytes compressed as the ending says."""
    ending = form.rpartition(".")[2]
    return {"gz": lambda: gzip.compress(raw, mtime=0), "bz2": lambda: bz2.compress(raw),
            "zst": lambda: pa.Codec("zstd").compress(raw, asbytes=True)}.get(ending, lambda: raw)()  # fmt: skip


def unpacked(raw: bytes, form: str) -> bytes:
    """The inverse of :func:`packed`."""
    ending = form.rpartition(".")[2]
    if ending == "zst":
        return pa.CompressedInputStream(pa.BufferReader(raw), "zstd").read()
    return {"gz": gzip.decompress, "bz2": bz2.decompress}.get(ending, bytes)(raw)


def write(rows: Rows, form: str, path: Path, rng: random.Random) -> None:
    """The rows as a file; numbers are numbers where the format has them."""
    table = pd.DataFrame(rows.columns)
    if form.startswith(("csv", "tsv")):
        text = table.to_csv(
            index=False, sep="\t" if form.startswith("tsv") else ",", quoting=rng.choice((0, 1)),
            lineterminator=rng.choice(("\n", "\r\n")),
        )  # fmt: skip
        path.write_bytes(packed(text.encode("utf-8-sig" if rng.random() < 0.1 else "utf-8"), form))
        return
    for name in table:
        if name not in ("g", "part", "id") and not (name == "y" and rows.task in ("binary", "multiclass")):
            table[name] = pd.to_numeric(table[name].replace("", None))
        else:
            table[name] = table[name].replace("", None)
    if form.startswith("jsonl"):
        lines = [{k: None if pd.isna(v) else v for k, v in own.items()} for own in table.to_dict("records")]
        text = "".join(json.dumps(own, ensure_ascii=rng.random() < 0.5) + "\n" for own in lines)
        path.write_bytes(packed(text.encode(), form))
    elif form == "parquet":
        table.to_parquet(path)
    else:
        table.to_feather(path, compression=rng.choice(("uncompressed", "lz4")))


def damaged(raw: bytes, rng: random.Random) -> bytes:
    """Bytes changed, cut out, put in, or cut off."""
    made = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(made)) if made else 0
        way = rng.random()
        if way < 0.45 and made:
            made[at] ^= 1 << rng.randrange(8)
        elif way < 0.65 and made:
            made[at] = rng.choice(b'\x00\xff\x7f",\n\r\t ;-.eE0')
        elif way < 0.75:
            made[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
        elif way < 0.85:
            del made[at : at + rng.randrange(1, 40)]
        elif way < 0.95 and len(made) > 8:
            start = rng.randrange(len(made) - 8)
            made[start : start + 8] = rng.choice((b"\xff" * 8, b"\x00" * 8, (2**62).to_bytes(8, "little")))
        else:
            del made[at:]
    return bytes(made)


def damage(path: Path, form: str, rng: random.Random) -> None:
    """Damages a file; of a compressed one, half of the time, the text inside it."""
    raw = path.read_bytes()
    inside = rng.random() < 0.5
    path.write_bytes(packed(damaged(unpacked(raw, form), rng), form) if inside else damaged(raw, rng))


def text_of(path: Path, form: str) -> str | None:
    """The text of a text file; None where it is none."""
    try:
        return unpacked(path.read_bytes(), form).decode("utf-8-sig")
    except (OSError, EOFError, ValueError, zlib.error):
        return None


def as_numbers(column: pd.Series) -> np.ndarray:
    """A column as float64, NaN where it is missing; raises where a cell is no number."""
    return np.array([np.nan if own == "" or pd.isna(own) else float(own) for own in column])


def buffer(text: str) -> io.StringIO:
    """Text to be read, its line ends kept."""
    return io.StringIO(text, newline="")
