"""Exercises to the lesson: data of each student's own, checks that know the usual mistakes, solutions apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from gnomon.errors import UsageError, nearest
from gnomon.lesson.running import not_installed
from gnomon.message import Message, word
from gnomon.report.language import speaking, tr

# Answers are right up to this share, and nearly right where they are as near to a usual mistake.
CLOSE = 1e-3
PREPARATION = """\
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import gnomon

X, y = load_breast_cancer(return_X_y=True)
X, y = X[:, [0, 1, 4]], 1 - y  # three features of a tumour; 1 is malignant
X_train, X_test, y_train, y = train_test_split(X, y, test_size=0.4, stratify=y, random_state=SEED)
p = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train).predict_proba(X_test)[:, 1]
q = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X_train, y_train).predict_proba(X_test)[:, 1]

A, b = load_diabetes(return_X_y=True)
A_train, A_test, b_train, amount = train_test_split(A, b, test_size=0.4, random_state=SEED)
forecast = LinearRegression().fit(A_train, b_train).predict(A_test)
"""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise.

    Attributes:
        name: What it is checked by.
        chapter: Of the lesson.
        question: What is asked for.
        start: The code that the student completes.
        solution: Code whose last line gives the answer.
        mistakes: Usual wrong answers, as code, and what to say of each.
    """

    name: str
    chapter: Message
    question: Message
    start: str
    solution: str
    mistakes: dict[str, Message] = field(default_factory=dict)


EXERCISES = (
    Exercise(
        "majority",
        word("Accuracy, and how it misleads"),
        word("What accuracy does a model reach that always predicts the more frequent class of `y`?"),
        "answer = ...",
        "max(np.mean(y), 1 - np.mean(y))",
        {"np.mean(y)": word("That is the share of the positives: which class is more frequent?")},
    ),
    Exercise(
        "confusion",
        word("The confusion matrix"),
        word(
            "Count the true negatives, false positives, false negatives and true positives of `p` at a threshold of "
            "0.5 (a row is predicted positive at `p >= 0.5`)."
        ),
        "answer = (..., ..., ..., ...)  # tn, fp, fn, tp",
        "h = p >= 0.5\n((~h & (y == 0)).sum(), (h & (y == 0)).sum(), (~h & (y == 1)).sum(), (h & (y == 1)).sum())",
        {
            "h = p >= 0.5\n((~h & (y == 0)).sum(), (~h & (y == 1)).sum(), (h & (y == 0)).sum(), (h & (y == 1)).sum())":
                word("False positives and false negatives are swapped: a false positive is predicted positive."),
            "h = p >= 0.5\n((h & (y == 1)).sum(), (h & (y == 0)).sum(), (~h & (y == 1)).sum(), (~h & (y == 0)).sum())":
                word("The counts are right, but in another order: tn, fp, fn, tp."),
        },
    ),
    Exercise(
        "precision and recall",
        word("Measures from four numbers"),
        word("What are the precision and the recall of `p` at a threshold of 0.5?"),
        "answer = (..., ...)  # precision, recall",
        "h = p >= 0.5\n((h & (y == 1)).sum() / h.sum(), (h & (y == 1)).sum() / (y == 1).sum())",
        {
            "h = p >= 0.5\n((h & (y == 1)).sum() / (y == 1).sum(), (h & (y == 1)).sum() / h.sum())":
                word("They are swapped: precision is a share of the rows that are predicted positive."),
            "h = p >= 0.5\n((h & (y == 1)).sum() / h.sum(), (~h & (y == 0)).sum() / (y == 0).sum())":
                word("The second is the specificity, the recall of the negative class."),
        },
    ),
    Exercise(
        "f1",
        word("Measures from four numbers"),
        word("What is the F1 of `p` at a threshold of 0.3?"),
        "answer = ...",
        "h = p >= 0.3\n2 * (h & (y == 1)).sum() / (h.sum() + (y == 1).sum())",
        {
            "h = p >= 0.3\n((h & (y == 1)).sum() / h.sum() + (h & (y == 1)).sum() / (y == 1).sum()) / 2":
                word("That is the arithmetic mean of precision and recall: F1 is the harmonic one."),
            "h = p >= 0.5\n2 * (h & (y == 1)).sum() / (h.sum() + (y == 1).sum())":
                word("That is F1 at 0.5: predict positive at 0.3 or more."),
        },
    ),
    Exercise(
        "cost",
        word("Which error is worse?"),
        word("A missed tumour costs 10, a false alarm 1. What does `p` cost per row at a threshold of 0.5?"),
        "answer = ...",
        "h = p >= 0.5\n(10 * (~h & (y == 1)).sum() + (h & (y == 0)).sum()) / len(y)",
        {
            "h = p >= 0.5\n10 * (~h & (y == 1)).sum() + (h & (y == 0)).sum()":
                word("That is the cost of all rows: divide by their number."),
            "h = p >= 0.5\n((~h & (y == 1)).sum() + 10 * (h & (y == 0)).sum()) / len(y)":
                word("The costs are swapped: a missed tumour is a false negative."),
        },
    ),
    Exercise(
        "threshold",
        word("The threshold"),
        word("Which threshold of `p` costs least on these rows, with the same costs? Give the score itself."),
        "answer = ...",
        "gnomon.choose_threshold(y, p, costs={'fn': 10, 'fp': 1}, interval='none').threshold.value",
        {
            "1 / 11": word("That would be the threshold if the probabilities were calibrated: look at the rows."),
            "gnomon.choose_threshold(y, p, goal='f1', interval='none').threshold.value":
                word("That is the threshold of the best F1: which one costs least?"),
            "gnomon.choose_threshold(y, p, costs={'fn': 1, 'fp': 10}, interval='none').threshold.value":
                word("The costs are swapped: a missed tumour is a false negative."),
        },
    ),
    Exercise(
        "average precision",
        word("Precision against recall"),
        word("What is the average precision of `q`? Rows of equal score are one step."),
        "answer = ...",
        "gnomon.evaluate(y, q, interval='none')['average_precision'].value",
        {"np.mean(y)": word("That is what chance reaches: the share of the positives.")},
    ),
    Exercise(
        "auc",
        word("ROC curve and AUC"),
        word(
            "What share of the pairs of a malignant and a benign row does `q` rank right? Rows of equal score count "
            "half."
        ),
        "answer = ...",
        "s, t = q[y == 1][:, None], q[y == 0]\n(s > t).mean() + (s == t).mean() / 2",
        {
            "s, t = q[y == 1][:, None], q[y == 0]\n(s > t).mean()": word("Rows of equal score count half."),
            "s, t = q[y == 1][:, None], q[y == 0]\n(s >= t).mean()": word("Rows of equal score count half, not whole."),
            "s, t = q[y == 1][:, None], q[y == 0]\n(s < t).mean() + (s == t).mean() / 2":
                word("That is 1 minus the AUC: the malignant row should have the higher score."),
        },
    ),
    Exercise(
        "interval",
        word("ROC or precision and recall?"),
        word("Between which ends does the recall of `p` at 0.5 lie, by Wilson's interval at 95 %?"),
        "answer = (..., ...)  # low, high",
        "r = gnomon.evaluate(y, p)['recall']\n(r.low, r.high)",
        {
            "h = p >= 0.5\nn = (y == 1).sum()\nr = (h & (y == 1)).sum() / n\ne = 1.959964 * (r * (1 - r) / n) ** 0.5\n"
            "(r - e, r + e)": word("That is Wald's interval, which is too narrow near 0 and 1: use Wilson's."),
            "a = gnomon.evaluate(y, p)['accuracy']\n(a.low, a.high)":
                word("That is the interval of the accuracy: the recall rests on the positives alone."),
        },
    ),
    Exercise(
        "difference",
        word("Two models"),
        word("By how much does the AUC of `q` differ from that of `p`, and with which p-value (DeLong)?"),
        "answer = (..., ...)  # q minus p, p-value",
        "d = gnomon.compare(y, {'p': p, 'q': q})['p', 'q']['roc_auc']\n(d.value, d.p_value)",
        {
            "d = gnomon.compare(y, {'p': p, 'q': q})['p', 'q']['roc_auc']\n(-d.value, d.p_value)":
                word("The sign is turned: q minus p."),
        },
    ),
    Exercise(
        "rmse",
        word("Numbers instead of classes"),
        word("What is the RMSE of `forecast`, of `amount`?"),
        "answer = ...",
        "np.sqrt(np.mean((amount - forecast) ** 2))",
        {
            "np.mean((amount - forecast) ** 2)": word("That is the MSE: take its square root."),
            "np.mean(np.abs(amount - forecast))": word("That is the MAE: errors are squared before their mean."),
            "np.std(amount - forecast)": word("That is the standard deviation of the errors: it forgets their mean."),
        },
    ),
    Exercise(
        "r2",
        word("Numbers instead of classes"),
        word("What is the R² of `forecast`?"),
        "answer = ...",
        "1 - np.sum((amount - forecast) ** 2) / np.sum((amount - amount.mean()) ** 2)",
        {
            "np.corrcoef(amount, forecast)[0, 1] ** 2":
                word("That is the squared correlation, which a forecast that is off by a factor has, too."),
            "1 - np.var(amount - forecast) / np.var(amount)":
                word("That is the explained variance: it forgets the mean of the errors."),
        },
    ),
)  # fmt: skip


def exercise(name: str) -> Exercise:
    """The exercise of a name.

    Raises:
        UsageError: There is none; the message names the nearest.
    """
    known = {own.name: own for own in EXERCISES}
    if name not in known:
        raise UsageError(
            Message("no_such_exercise", "there is no exercise {name!r}\n{hint}", name=name, hint=nearest(name, known))
        )
    return known[name]


def check(name: str, answer: Any, seed: int, lang: str | None = None) -> None:
    """Says whether an answer is right, nearly right (and why), or not yet.

    Args:
        name: Of the exercise.
        answer: The answer: a number, or several.
        seed: Of the student's data.
        lang: The language to answer in; None for that of the environment.

    Raises:
        UsageError: There is no such exercise.

    Examples:
        >>> from gnomon.lesson.exercises import check
        >>> check("majority", 0.6, seed=1)
        Not yet.
    """
    check_seed(seed)
    with speaking(lang):
        print(tr(judged(exercise(name), answer, seed)))


def judged(one: Exercise, answer: Any, seed: int) -> Message:
    """What is to be said of an answer."""
    if answer is ... or (isinstance(answer, tuple) and ... in answer):
        return word("There is no answer yet.")
    # What lies nearest, as a mistake may be as near to the right answer as rounding.
    known = {one.solution: word("Right!")} | {
        code: Message("nearly_right", "Nearly. {told}", told=told) for code, told in one.mistakes.items()
    }
    distances = {code: distance(answer, value_of(code, seed)) for code in known}
    code = min(distances, key=lambda own: distances[own])  # the first of equal ones: the right answer
    return known[code] if distances[code] <= CLOSE else word("Not yet.")


def distance(answer: Any, expected: Any) -> float:
    """How far an answer lies from another, as a share of it; infinite where they are not alike in form."""
    try:
        given, wanted = (np.atleast_1d(np.asarray(own, np.float64)) for own in (answer, expected))
    except (TypeError, ValueError):
        return math.inf
    if given.shape != wanted.shape or not np.isfinite(given).all():
        return math.inf
    return float(np.max(np.abs(given - wanted) / np.maximum(np.abs(wanted), 1e-6)))


def value_of(code: str, seed: int) -> Any:
    """What code gives on a student's data: the value of its last line."""
    lines = code.splitlines()
    names = dict(data_of(seed))
    exec("\n".join(lines[:-1]), names)
    return eval(lines[-1], names)


@cache
def data_of(seed: int) -> dict[str, Any]:
    """The names that a student's notebook begins with.

    Raises:
        UsageError: What the lesson is about is not installed.
    """
    names: dict[str, Any] = {"SEED": seed}
    try:
        exec(PREPARATION, names)
    except ImportError as error:
        raise not_installed(error) from None
    return names


def exercise_cells(seed: int, lang: str | None, *, solutions: bool) -> list[tuple[str, str]]:
    """The exercises as cells of a notebook, each its kind and its text.

    Args:
        seed: Of the student's data.
        lang: The language that is spoken; None for that of the environment.
        solutions: Whether the answers are given.
    """
    title = tr("Solutions to the exercises") if solutions else tr("Exercises")
    begin = tr(
        "Every student has data of their own, by the seed below. Complete the cells, and run the line that checks "
        "them: it tells what is right, what is nearly right, and why. Three digits are enough."
    )
    cells = [
        ("markdown", f"# {title}\n\n{begin}"),
        ("code", f"SEED = {seed}\n{PREPARATION}\nfrom gnomon.lesson.exercises import check"),
    ]
    said = "" if lang is None else f", lang={lang!r}"
    chapter = None
    for place, one in enumerate(EXERCISES, 1):
        head = "" if one.chapter == chapter else f"## {tr(one.chapter)}\n\n"
        chapter = one.chapter
        cells.append(("markdown", f"{head}**{place}.** {tr(one.question)}"))
        cells.append(("code", f"{solved(one) if solutions else one.start}\ncheck({one.name!r}, answer, SEED{said})"))
    return cells


def solved(one: Exercise) -> str:
    """The code of a solution, its value named ``answer``."""
    *before, last = one.solution.splitlines()
    return "\n".join([*before, f"answer = {last}"])


def check_seed(seed: int) -> None:
    """Raises UsageError for a seed that draws no data."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise UsageError(
            Message("exercise_seed", "--seed {seed} is not a number from 0 to {most}", seed=seed, most=2**32 - 1)
        )
