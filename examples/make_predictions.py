"""Makes the example prediction files in ``examples/predictions`` from data that ships with scikit-learn.

    python examples/make_predictions.py

Digits as "9" against the rest, breast cancer, the ten digits, diabetes: each split with stratification
where there are classes, random_state=0, a quarter of the rows held out; the files hold the held-out rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

FOLDER = Path(__file__).parent / "predictions"


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes one file; floats with as many digits as they need."""
    with (FOLDER / name).open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def digits_nine() -> None:
    """9 against the rest: a shallow tree, and a dummy that always answers the most frequent class."""
    digits = load_digits()
    target = np.where(digits.target == 9, "9", "not 9")
    x, held, y, truth = train_test_split(digits.data, target, stratify=target, random_state=0)
    models = {
        "digits_tree.csv": DecisionTreeClassifier(max_depth=3, random_state=0),
        "digits_dummy.csv": DummyClassifier(strategy="most_frequent"),
    }
    for name, model in models.items():
        model.fit(x, y)
        nine = list(model.classes_).index("9")
        write(name, ["y", "p"], zip(truth, model.predict_proba(held)[:, nine].tolist(), strict=True))


def digits_three() -> None:
    """9 against the rest: what three models say of the same rows, side by side; and which digit it is."""
    digits = load_digits()
    target = np.where(digits.target == 9, "9", "not 9")
    fit, held = train_test_split(np.arange(len(target)), test_size=0.25, stratify=target, random_state=0)
    models = {
        "tree": DecisionTreeClassifier(max_depth=3, random_state=0),
        "forest": RandomForestClassifier(n_estimators=100, max_depth=6, random_state=0),
        "boosted": GradientBoostingClassifier(n_estimators=60, random_state=0),
    }
    columns = []
    for model in models.values():
        model.fit(digits.data[fit], target[fit])
        nine = list(model.classes_).index("9")
        columns.append(np.round(model.predict_proba(digits.data[held])[:, nine], 4).tolist())
    shown = zip(held.tolist(), digits.target[held], target[held], *columns, strict=True)
    write("digits_three.csv", ["image", "digit", "y", *models], shown)


def digits_parts() -> None:
    """9 against the rest, all rows: half trained on, a quarter to fit on what comes after, a quarter to judge."""
    digits = load_digits()
    target = np.where(digits.target == 9, "9", "not 9")
    rows = np.arange(len(target))
    train, held = train_test_split(rows, train_size=0.5, stratify=target, random_state=0)
    fit, _ = train_test_split(held, train_size=0.5, stratify=target[held], random_state=0)
    part = np.full(len(target), "test", object)
    part[train], part[fit] = "train", "validation"
    model = RandomForestClassifier(n_estimators=100, max_depth=3, random_state=0)
    model.fit(digits.data[train], target[train])
    nine = model.predict_proba(digits.data)[:, list(model.classes_).index("9")]
    ink = digits.data.mean(axis=1).round(2)
    write(
        "digits_parts.csv",
        ["image", "part", "ink", "y", "p"],
        zip(rows.tolist(), part, ink.tolist(), target, nine.tolist(), strict=True),
    )


def breast_cancer() -> None:
    """Malignant or benign: a shallow tree and a random forest, with the predicted labels."""
    cancer = load_breast_cancer()
    target = cancer.target_names[cancer.target]
    x, held, y, truth = train_test_split(cancer.data, target, stratify=target, random_state=0)
    models = {
        "breast_cancer_tree.csv": DecisionTreeClassifier(max_depth=3, random_state=0),
        "breast_cancer_forest.csv": RandomForestClassifier(n_estimators=200, max_depth=2, random_state=0),
    }
    for name, model in models.items():
        model.fit(x, y)
        malignant = list(model.classes_).index("malignant")
        scores = model.predict_proba(held)[:, malignant].tolist()
        write(name, ["diagnosis", "p_malignant"], zip(truth, scores, strict=True))


def digits_ten() -> None:
    """All ten digits: a random forest, a probability for each."""
    digits = load_digits()
    x, held, y, truth = train_test_split(digits.data, digits.target, stratify=digits.target, random_state=0)
    model = RandomForestClassifier(n_estimators=200, random_state=0).fit(x, y)
    header = ["digit", *(f"p{digit}" for digit in model.classes_)]
    scores = model.predict_proba(held).round(6).tolist()
    write("digits_ten.csv", header, ([label, *own] for label, own in zip(truth, scores, strict=True)))


def diabetes() -> None:
    """Disease progression after a year: ordinary least squares."""
    data = load_diabetes()
    x, held, y, truth = train_test_split(data.data, data.target, random_state=0)
    predicted = LinearRegression().fit(x, y).predict(held)
    write("diabetes.csv", ["progression", "predicted"], zip(truth, predicted.round(6).tolist(), strict=True))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    digits_nine()
    digits_three()
    digits_parts()
    breast_cancer()
    digits_ten()
    diabetes()
