"""What a saved result must look like: checked whole before anything is built from it.

A check takes a value of a JSON form and the place where it stands, and raises StateError if it is none.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from string import Formatter
from typing import Any

from gnomon.errors import StateError
from gnomon.measures.registry import get_measure, recall_declared
from gnomon.message import Message

Check = Callable[[Any, str], None]

# Far more than any result has; a form of more levels would exhaust the stack of whoever walks through it.
DEEPEST = 60
LARGEST_COUNT = 1 << 62


# Rows of a class weigh at most this much, so that their products are doubles.
LARGEST_WEIGHT = 1e70


def refuse(place: str, value: Any, expected: str) -> StateError:
    """What to say of a value that is out of place."""
    shown = repr(value)
    shown = shown if len(shown) <= 40 else shown[:37] + "..."
    return StateError(
        Message(
            "damaged_value",
            "the saved result is damaged: {place} is {shown}, expected {expected}",
            place=place or "it",
            shown=shown,
            expected=expected,
        )
    )


def number(value: Any, place: str) -> None:
    """A finite number."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not abs(value) <= sys.float_info.max:
        raise refuse(place, value, "a number")


def count(value: Any, place: str) -> None:
    """A whole number, 0 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < LARGEST_COUNT:
        raise refuse(place, value, "a whole number, 0 or more")


def whole(value: Any, place: str) -> None:
    """A whole number of any size, 0 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise refuse(place, value, "a whole number, 0 or more")


def text(value: Any, place: str) -> None:
    """A text."""
    if not isinstance(value, str):
        raise refuse(place, value, "text")


def boolean(value: Any, place: str) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise refuse(place, value, "true or false")


def anything(value: Any, place: str, depth: int = 0) -> None:
    """Whatever JSON holds, within limits."""
    if depth > DEEPEST:
        raise refuse(place, value, "fewer levels")
    if isinstance(value, Mapping):
        for key, item in value.items():
            text(key, place)
            anything(item, f"{place}.{key}", depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            anything(item, place, depth + 1)
    elif value is not None and not isinstance(value, (str, bool)):
        number(value, place)


def optional(check: Check) -> Check:
    """Null, or what another check takes."""

    def of(value: Any, place: str) -> None:
        if value is not None:
            check(value, place)

    return of


def one_of(values: Collection[Any]) -> Check:
    """One of some values."""

    def of(value: Any, place: str) -> None:
        if not isinstance(value, (str, int, type(None))) or value not in values:
            raise refuse(place, value, f"one of {', '.join(map(repr, values))}")

    return of


def either(*checks: Check) -> Check:
    """What one of several checks takes."""

    def of(value: Any, place: str) -> None:
        for check in checks[:-1]:
            try:
                return check(value, place)
            except StateError:
                continue
        return checks[-1](value, place)

    return of


def listing(check: Check, length: int | None = None) -> Check:
    """A list of things, of a length if one is given."""

    def of(value: Any, place: str) -> None:
        if not isinstance(value, (list, tuple)) or length not in (None, len(value)):
            raise refuse(place, value, "a list" if length is None else f"a list of {length}")
        for at, item in enumerate(value):
            check(item, f"{place}[{at}]")

    return of


def mapping(check: Check, key: Check = text) -> Check:
    """Things by name."""

    def of(value: Any, place: str) -> None:
        if not isinstance(value, Mapping):
            raise refuse(place, value, "an object")
        for name, item in value.items():
            key(name, f"a key of {place}")
            check(item, f"{place}.{name}")

    return of


def record(fields: Mapping[str, Check], **rest: Check) -> Check:
    """An object with these fields, all of them, and optional ones; others are let be."""

    def of(value: Any, place: str) -> None:
        if not isinstance(value, Mapping):
            raise refuse(place, value, "an object")
        for name, check in fields.items():
            if name not in value:
                raise StateError(
                    Message(
                        "damaged_missing",
                        "the saved result is damaged: {place} has no {name!r}",
                        place=place or "it",
                        name=name,
                    )
                )
            check(value[name], f"{place}.{name}" if place else name)
        for name, check in rest.items():
            if name in value:
                check(value[name], f"{place}.{name}" if place else name)

    return of


def columns(*names: str) -> Check:
    """Lists of numbers, of one length, by name."""

    def of(value: Any, place: str) -> None:
        record(dict.fromkeys(names, listing(optional(number))))(value, place)
        lengths = {len(value[name]) for name in names}
        if len(lengths) > 1:
            raise StateError(
                Message(
                    "damaged_lengths",
                    "the saved result is damaged: the lists of {place} differ in length",
                    place=place,
                )
            )

    return of


def message(value: Any, place: str) -> None:
    """A sentence: its code, its template, values that fill all places of it, and the finished text."""
    record({"code": text, "template": text, "values": mapping(message_value), "text": text})(value, place)
    template(value, place)
    if str(Message.from_dict(value)) != value["text"]:
        raise refuse(f"{place}.text", value["text"], repr(str(Message.from_dict(value))))


# How a value may be formatted: with a sign, thousands, digits; nothing that reaches into it, or makes it long.
_FORMAT = re.compile(r"\+?,?(\.\d{1,2})?[defg%]?")


def template(value: Mapping[str, Any], place: str) -> None:
    """A template with a value of the right kind for each of its places, those of messages in it, too."""
    expected = "a template with plain places for the values"
    for item in value["values"].values():
        if isinstance(item, Mapping) and "float" not in item:
            template(item, place)
    if not value["values"]:
        return
    try:
        for _, name, form, conversion in Formatter().parse(value["template"]):
            if name is not None and (
                name not in value["values"] or not _FORMAT.fullmatch(form or "") or conversion not in (None, "r", "s")
            ):
                raise refuse(f"{place}.template", value["template"], expected)
        Message.from_dict(value)
    except (LookupError, ValueError, TypeError) as error:
        if isinstance(error, StateError):
            raise
        raise refuse(f"{place}.template", value["template"], expected) from None


def message_value(value: Any, place: str) -> None:
    """A value of a sentence: text, a number, one that JSON does not have, or another sentence."""
    if isinstance(value, Mapping) and "float" in value:
        exactly({"float": one_of(("nan", "inf", "-inf"))})(value, place)
    elif isinstance(value, Mapping):
        record({"code": text, "template": text, "values": mapping(message_value)})(value, place)
    elif not isinstance(value, (str, int, float)):
        raise refuse(place, value, "text, a number or a message")


def measured(name: Any, place: str) -> None:
    """The name of an estimate."""
    text(name, place)
    try:
        get_measure(name)
    except KeyError:
        raise refuse(place, name, "the name of a measure") from None


def own_measures(form: Any) -> None:
    """Users' own measures of a saved result, which are known from here on.

    Raises:
        StateError: They are damaged.
    """
    provenance_form = form.get("provenance") if isinstance(form, dict) else None
    measures = provenance_form.get("measures", {}) if isinstance(provenance_form, dict) else {}
    limits = optional(number)
    mapping(exactly({"title": text, "low": limits, "high": limits, "better": one_of((1, -1))}))(
        measures, "provenance.measures"
    )
    recall_declared(measures)


def share(value: Any, place: str) -> None:
    """A number between 0 and 1, neither of them."""
    number(value, place)
    if not 0 < value < 1:
        raise refuse(place, value, "a number between 0 and 1")


ends = optional(number)
estimate = record(
    {"value": ends, "low": ends, "high": ends, "level": share, "method": optional(text), "n": count,
     "bound": number, "reason": optional(message)},
    warning=optional(message), standard_error=ends, degrees_of_freedom=ends,
)  # fmt: skip
difference = record(
    {"value": ends, "low": ends, "high": ends, "level": share, "method": optional(text), "n": count},
    p_value=ends, p_value_bh=ends, bound=number, reason=optional(message),
)  # fmt: skip
estimates = mapping(estimate, measured)
differences = mapping(difference, measured)


def confusion(value: Any, place: str) -> None:
    """A confusion matrix: as many rows and columns as labels."""
    record({"labels": listing(text)})(value, place)
    size = len(value["labels"])
    row = listing(count, size)
    record({"counts": listing(row, size)}, weights=optional(listing(listing(number, size), size)))(value, place)
    if not size:
        raise refuse(f"{place}.labels", value["labels"], "labels")


def cluster_spread(size: int) -> Check:
    """How far measures vary at so many thresholds."""
    columns_by_measure = mapping(listing(ends, size), measured)
    return exactly({"number": count, "variance": columns_by_measure, "degrees_of_freedom": columns_by_measure,
                    "supporting_clusters": columns_by_measure})  # fmt: skip


def thresholds(value: Any, place: str) -> None:
    """A table of thresholds, from the highest down."""
    columns("threshold", "true_positives", "false_positives")(value, place)
    record({"positives": number, "negatives": number, "effective": number,
            "complete": boolean})(value, place)  # fmt: skip
    given = value["threshold"][1:]
    listing(number)(given, f"{place}.threshold")
    for name in ("true_positives", "false_positives"):
        listing(number)(value[name], f"{place}.{name}")
        if any(one > two for one, two in pairwise(value[name])):
            raise StateError(
                Message(
                    "damaged_decrease",
                    "the saved result is damaged: {place}.{name} decreases",
                    place=place,
                    name=name,
                )
            )
        largest = max(map(abs, (value["positives"], value["negatives"], *value[name])))
        if largest > LARGEST_WEIGHT:
            raise refuse(f"{place}.{name}", largest, "a weight of rows")
    optional(cluster_spread(len(value["threshold"])))(value.get("clusters"), f"{place}.clusters")
    if not value["threshold"] or any(one <= two for one, two in pairwise(given)):
        raise StateError(
            Message(
                "damaged_order",
                "the saved result is damaged: {place}.threshold does not descend",
                place=place,
            )
        )
    if not (value["positives"] > 0 and value["negatives"] > 0):
        raise refuse(f"{place}.positives", value["positives"], "rows of both classes")


def reliability_curve(value: Any, place: str) -> None:
    """A reliability curve."""
    names = ("probability", "observed", "low", "high", "band_low", "band_high", "weight")
    columns(*names)(value, place)
    for name in names:
        listing(number)(value[name], f"{place}.{name}")
    record({"error": number, "expected_error": ends, "error_p_value": ends})(value, place)
    if set(value) != {*names, "error", "expected_error", "error_p_value"}:
        raise refuse(place, sorted(value), "a reliability curve")


def exactly(fields: Mapping[str, Check]) -> Check:
    """An object with these fields and no others."""

    def of(value: Any, place: str) -> None:
        record(fields)(value, place)
        if len(value) > len(fields):
            raise refuse(place, sorted(value), f"only {', '.join(fields)}")

    return of


calibration = record({
    "equal_width": reliability_curve,
    "equal_mass": reliability_curve,
    "slope": estimate,
    "intercept": estimate,
    "brier": exactly(dict.fromkeys(("reliability", "resolution", "uncertainty", "within"), number)),
    "miscalibration": number,
    "discrimination": number,
    "z": ends,
    "p_value": ends,
})  # fmt: skip
label = either(text, number)


def scatter(value: Any, place: str) -> None:
    """Points of predicted against true amounts."""
    columns("target", "prediction", "rows")(value, place)
    for name, check in (("target", number), ("prediction", number), ("rows", count)):
        listing(check)(value[name], f"{place}.{name}")
    record({"width": number, "height": number})(value, place)


confused = exactly({"true": text, "predicted": text, "rows": count, "share": number})
residuals = exactly({"low": number, "high": number, "n": count, "mean_error": estimate, "rmse": number})
errors = record(
    {
        "rows": listing(exactly({"wrongness": number, "id": text, "true": label, "predicted": label, "score": ends})),
        "confusions": listing(confused),
        "residuals": listing(residuals),
    },
    scatter=optional(scatter),
)
answer = either(label, optional(mapping(number)))
baseline_parts = record({
    "answers": mapping(answer),
    "strategies": mapping(text),
    "estimates": estimates,
    "differences": differences,
})  # fmt: skip


def baseline(value: Any, place: str) -> None:
    """The baseline: of each estimate it is known what answers so."""
    baseline_parts(value, place)
    unnamed = [name for name in value["estimates"] if name not in value["strategies"]]
    if unnamed:
        raise refuse(f"{place}.strategies", sorted(value["strategies"]), f"one for {unnamed[0]}, too")


measurements = {
    "n": count,
    "estimates": estimates,
    "per_class": mapping(estimates),
    "confusion": optional(confusion),
}
slice_form = record({**measurements, "reliable": boolean, "differences": differences}, confusions=mapping(confusion))
name_or_names = optional(either(text, listing(text)))
provenance = record(
    {},
    columns=mapping(name_or_names),
    seed=whole,
    interval=text,
    gnomon=optional(text),
    source=text,
    rows_dropped=count,
)
evaluation_fields: dict[str, Check] = {
    **measurements,
    "task": one_of(("binary", "multiclass", "multilabel", "regression")),
    "classes": listing(text),
    "positive": optional(text),
    "threshold": ends,
    "curves": mapping(mapping(listing(ends))),
    "thresholds": optional(thresholds),
    "baseline": optional(baseline),
    "calibration": optional(calibration),
    "errors": errors,
    "slices": mapping(mapping(slice_form)),
    "advice": listing(message),
    "notes": listing(message),
    "provenance": provenance,
}


def evaluation(form: Any, place: str = "", *, of_train: bool = False) -> None:
    """The form of an evaluation.

    Raises:
        StateError: It is damaged; the message says where.
    """
    anything(form, place)
    own_measures(form)
    record(evaluation_fields, confusions=mapping(confusion))(form, place)
    if form["task"] == "binary" and (len(form["classes"]) != 2 or form["positive"] != form["classes"][1]):
        raise refuse(f"{place}.classes".lstrip("."), form["classes"], "two classes, the positive one second")
    if form["task"] != "binary" and form["positive"] is not None:
        raise refuse(f"{place}.positive".lstrip("."), form["positive"], "null")
    parts = [form, *(own for values in form["slices"].values() for own in values.values())]
    for part in parts:
        matrix = part["confusion"]
        if matrix is not None and list(matrix["labels"]) != list(form["classes"]):
            raise refuse(f"{place}.confusion.labels".lstrip("."), matrix["labels"], "the classes")
        if not set(part["per_class"]) <= set(form["classes"]):
            raise refuse(f"{place}.per_class".lstrip("."), sorted(part["per_class"]), "some of the classes")
        if len({frozenset(own) for own in part["per_class"].values()}) > 1:
            raise refuse(f"{place}.per_class".lstrip("."), "uneven", "the same estimates of each class")
    for column, values in form["slices"].items():
        if len({frozenset(own["estimates"]) for own in values.values()}) > 1:
            raise refuse(f"{place}.slices.{column}".lstrip("."), "uneven", "the same estimates of each slice")
    for name, points in form["curves"].items():
        columns(*points)(points, f"{place}curves.{name}")
    train = form.get("train")
    if train is not None:
        if of_train:
            raise refuse(f"{place}.train", "an evaluation", "null")
        evaluation(train, "train", of_train=True)
