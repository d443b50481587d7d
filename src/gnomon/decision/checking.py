"""What a saved decision must look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gnomon.evaluation.result import checking as check
from gnomon.evaluation.result.checking import Check, refuse
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS

# What tells where the numbers of a decision came from: the columns with the rows that it was made on.
provenance = check.record(
    {"columns": check.record({"part": check.optional(check.text)}, score=check.listing(check.text))}
)
losses = check.record(dict.fromkeys((LOG_LOSS.name, BRIER_SCORE.name, "expected_calibration_error"), check.estimate))


def threshold(form: Mapping[str, Any], place: str) -> None:
    """A chosen threshold."""
    check.own_measures(form)
    fields: dict[str, Check] = {
        "goal": check.message,
        "measure": check.measured,
        "costs": check.optional(check.exactly(dict.fromkeys(("tp", "fp", "fn", "tn"), check.number))),
        "threshold": check.estimate,
        "met": check.boolean,
        "estimates": check.estimates,
        "corrected": check.optional(check.estimate),
        "optimism": check.optional(check.number),
        "confusion": check.confusion,
        "default": check.optional(check.estimate),
        "thresholds": check.thresholds,
        "classes": check.listing(check.text, 2),
        "scale": check.one_of(("probability", "any")),
        "notes": check.listing(check.message),
        "provenance": provenance,
    }
    check.record(fields, corrected_limits=check.estimates, constants=check.mapping(check.estimate))(form, place)
    if form["measure"] not in form["estimates"]:
        raise refuse("measure", form["measure"], "one of the estimates")
    if list(form["confusion"]["labels"]) != list(form["classes"]):
        raise refuse("confusion.labels", form["confusion"]["labels"], "the classes")


def cost(form: Mapping[str, Any], place: str) -> None:
    """The decision of least cost among several classes."""
    check.record({"classes": check.listing(check.text)})(form, place)
    size = len(form["classes"])
    fields: dict[str, Check] = {
        "costs": check.listing(check.listing(check.number, size), size),
        "cost": check.estimate,
        "most_probable": check.estimate,
        "difference": check.estimate,
        "constant": check.record({"class": check.text, "cost": check.number}),
        "confusion": check.confusion,
        "notes": check.listing(check.message),
        "provenance": provenance,
    }
    check.record(fields)(form, place)
    if list(form["confusion"]["labels"]) != list(form["classes"]):
        raise refuse("confusion.labels", form["confusion"]["labels"], "the classes")


def score_map(form: Any, place: str) -> None:
    """A map of probabilities: its method, and the parameters that such a map has."""
    check.exactly({"method": check.one_of(("platt", "beta", "isotonic")), "parameters": check.mapping(check.anything)})(
        form, place
    )
    parameters = form["parameters"]
    if form["method"] == "isotonic":
        check.columns("threshold", "share")(parameters, place)
        for name in ("threshold", "share"):
            check.listing(check.number)(parameters[name], f"{place}.{name}")
        if not parameters["threshold"]:
            raise refuse(f"{place}.threshold", parameters["threshold"], "thresholds")
    else:
        names = ("slope", "intercept") if form["method"] == "platt" else ("a", "b", "c")
        check.record(dict.fromkeys(names, check.number))(parameters, place)


def recalibration(form: Mapping[str, Any], place: str) -> None:
    """Maps of probabilities, judged."""
    fields: dict[str, Check] = {
        "maps": check.mapping(score_map),
        "estimates": check.mapping(losses),
        "differences": check.mapping(check.mapping(check.estimate)),
        "best": check.text,
        "notes": check.listing(check.message),
        "provenance": provenance,
    }
    check.record(fields)(form, place)
    if "as_is" not in form["estimates"] or form["best"] not in form["estimates"]:
        raise refuse("best", form["best"], "one of the estimates, as_is among them")
    if not set(form["differences"]) <= set(form["estimates"]) or not set(form["maps"]) <= set(form["estimates"]):
        raise refuse("differences", sorted(form["differences"]), "some of the maps")
    for name, differences in form["differences"].items():
        if LOG_LOSS.name not in differences:
            raise refuse(f"differences.{name}", sorted(differences), "a difference of the log loss")
