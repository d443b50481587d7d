"""An independent reading of a file that gnomon accepted: rows by pandas and the csv module, numbers by scikit-learn.

Where the two readers differ, or a cell is written oddly, only gnomon knows what it made of it: nothing is compared.
"""

from __future__ import annotations

import csv
import json
import math
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics

from tests.fuzz.rows import Rows, as_numbers, buffer, text_of

PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


def read(path: Path, form: str) -> pd.DataFrame | None:
    """The cells of a file, text where the format has no types; None where readers are of two minds."""
    try:
        if form == "parquet":
            return pd.read_parquet(path)
        if form == "feather":
            return pd.read_feather(path)
        text = text_of(path, form)
        if text is None:
            return None
        if form.startswith("jsonl"):
            return read_lines(text)
        return read_table(text, "\t" if form.startswith("tsv") else ",")
    except Exception:  # gnomon says what is wrong with a file; here it is only not compared
        return None


def read_lines(text: str) -> pd.DataFrame:
    """JSON lines, each an object with the same keys."""
    found = [json.loads(line) for line in text.split("\n") if line.strip()]
    if len({tuple(own) for own in found}) != 1:
        raise ValueError("keys differ")
    return pd.DataFrame(found)


def read_table(text: str, separator: str) -> pd.DataFrame | None:
    """A CSV, where pandas and the csv module read the same cells."""
    if any(own in text for own in "\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):
        return None
    lines = [own for own in csv.reader(buffer(text), delimiter=separator, strict=True) if own]
    table = pd.read_csv(buffer(text), sep=separator, dtype=str, keep_default_na=False, na_filter=False)
    if len(set(lines[0])) < len(lines[0]) or any(len(own) != len(lines[0]) for own in lines):
        return None
    return table if [list(table.columns), *table.to_numpy().tolist()] == lines else None


def differences(rows: Rows, table: pd.DataFrame, form: dict[str, Any]) -> list[str] | None:
    """Where an evaluation's JSON form differs from the table; None where nothing can be compared."""
    try:
        truth, wanted = (binary if rows.task == "binary" else regression)(rows, table)
    except (KeyError, ValueError, TypeError):
        return None
    if form["n"] != len(truth):
        return [f"n is {form['n']}, the file has {len(truth)} whole rows of some weight"]
    found = []
    for name, oracle in wanted.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                expected = float(oracle())
            except ValueError:  # scikit-learn refuses what gnomon calls undefined
                continue
        value = form["estimates"][name]["value"]
        if math.isnan(expected) or value is None:
            continue
        if not math.isclose(value, expected, rel_tol=1e-7, abs_tol=1e-9):
            found.append(f"{name} is {value!r}, scikit-learn's {expected!r}")
    return found


Oracles = dict[str, Callable[[], float]]


def numbers(table: pd.DataFrame, name: str) -> np.ndarray:
    """A column of numbers, each written plainly."""
    column = table[name]
    if any(isinstance(own, str) and own != "" and not PLAIN_NUMBER.fullmatch(own) for own in column):
        raise ValueError("a number that readers may differ on")
    return as_numbers(column)


def binary(rows: Rows, table: pd.DataFrame) -> tuple[np.ndarray, Oracles]:
    """The labels of whole rows of some weight, and what scikit-learn makes of them."""
    score, weight = numbers(table, "p"), numbers(table, "w") if "-w" in rows.options else np.ones(len(table))
    label = np.array(["" if pd.isna(own) else str(own) for own in table["y"]], object)
    negative, positive = rows.options[rows.options.index("--classes") + 1].split(",")
    whole = (label != "") & ~np.isnan(score) & (weight > 0)
    if not set(label[whole]) <= {negative, positive} or not whole.any():
        raise ValueError("labels that are read by rules of their own")
    y, p, w = (label == positive)[whole].astype(int), score[whole], weight[whole]
    given = {"sample_weight": w}
    return y, {
        "accuracy": lambda: metrics.accuracy_score(y, p >= 0.5, **given),
        "f1": lambda: metrics.f1_score(y, p >= 0.5, zero_division=np.nan, **given),
        "matthews_corrcoef": lambda: metrics.matthews_corrcoef(y, p >= 0.5, **given) or np.nan,
        "roc_auc": lambda: metrics.roc_auc_score(y, p, **given) if len(set(y)) == 2 else np.nan,
        "average_precision": lambda: metrics.average_precision_score(y, p, **given) if y.any() else np.nan,
        "brier_score": lambda: metrics.brier_score_loss(y, p, pos_label=1, **given),
        "log_loss": lambda: metrics.log_loss(y, p, labels=[0, 1], **given),
    }


def regression(rows: Rows, table: pd.DataFrame) -> tuple[np.ndarray, Oracles]:
    """The targets of whole rows, and what scikit-learn makes of them; only their number for other tasks."""
    targets = rows.options[1].split(",")
    weight = numbers(table, "w") if "-w" in rows.options else np.ones(len(table))
    if rows.task != "regression":
        columns = [table[own] for own in (*targets, *rows.options[3].split(","))]
        missing = [np.array([pd.isna(own) or own == "" for own in column]) for column in columns]
        whole = ~np.any([*missing, ~(weight > 0)], axis=0)
        return np.flatnonzero(whole), {}
    y, p = numbers(table, "y"), numbers(table, "p")
    whole = ~np.isnan(y) & ~np.isnan(p) & (weight > 0)
    y, p, given = y[whole], p[whole], {"sample_weight": weight[whole]}
    if not np.isfinite(y).all() or not np.abs(y).max(initial=0) < 1e100:
        raise ValueError("beyond what is compared")
    varies = len(set(y)) > 1
    return y, {
        "mse": lambda: metrics.mean_squared_error(y, p, **given),
        "mae": lambda: metrics.mean_absolute_error(y, p, **given),
        "r2": lambda: metrics.r2_score(y, p, **given) if varies else np.nan,
    }
