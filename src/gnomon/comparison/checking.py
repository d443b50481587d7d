"""What a saved comparison must look like."""

from __future__ import annotations

from typing import Any

from gnomon.comparison.pair import VERDICTS
from gnomon.decision.checking import threshold
from gnomon.evaluation.result import checking as check
from gnomon.evaluation.result.checking import refuse
from gnomon.evaluation.result.versions import SCHEMA_VERSION

ends = check.optional(check.number)
difference = check.record({
    **dict.fromkeys(("value", "low", "high", "p_value", "p_value_bh", "p_value_exact", "p_value_holm", "minimum_effect",
                     "margin", "p_not_worse", "p_equivalent"), ends),
    "method": check.optional(check.text),
    **dict.fromkeys(("reason", "warning"), check.optional(check.message)),
    "level": check.share,
    "n": check.count,
    "bound": check.number,
    "verdict": check.one_of(VERDICTS),
    "rows_needed": check.optional(check.count),
}, p_not_better=ends)  # fmt: skip
pair = check.record({
    "first": check.text,
    "second": check.text,
    "differences": check.mapping(difference, check.measured),
    "sentences": check.listing(check.message),
}, slices=check.mapping(check.mapping(check.mapping(difference, check.measured))))  # fmt: skip
kind = check.record({"schema_version": check.one_of((SCHEMA_VERSION,)), "decision": check.one_of(("threshold",))})
amounts = check.optional(check.either(check.number, check.mapping(check.number)))


def decision(form: Any, place: str) -> None:
    """The decision on the threshold of a model."""
    kind(form, place)
    threshold(form, place)


def comparison(form: Any) -> None:
    """The form of a comparison; its evaluations are checked when they are built.

    Raises:
        StateError: It is damaged; the message says where.
    """
    check.anything(form, "")
    for item in form["models"].values():
        check.own_measures(item)
    check.record({
        "models": check.mapping(check.mapping(check.anything)),
        "pairs": check.listing(pair),
        "n": check.count,
        "level": check.share,
        "notes": check.listing(check.message),
        "provenance": check.record({}, margin=amounts, minimum_effect=amounts, gnomon=check.optional(check.text)),
    }, answer=check.listing(check.message),
       decisions=check.mapping(decision, check.one_of(tuple(form["models"]))))(form, "")  # fmt: skip
    if form.get("decisions") and set(form["decisions"]) != set(form["models"]):
        raise refuse("decisions", sorted(form["decisions"]), "a decision for each model")
    if len(form["models"]) < 2 or not form["pairs"]:
        raise refuse("models", sorted(form["models"]), "two models or more, and their pairs")
    tasks = {own.get("task") for own in form["models"].values() if isinstance(own.get("task"), str)}
    if len(tasks) != 1:
        raise refuse("models", sorted(map(str, tasks)), "models of one task")
    for at, item in enumerate(form["pairs"]):
        for part in ("first", "second"):
            if item[part] not in form["models"]:
                raise refuse(f"pairs[{at}].{part}", item[part], "the name of a model")
            estimates = form["models"][item[part]].get("estimates")
            if not isinstance(estimates, dict) or not set(item["differences"]) <= set(estimates):
                raise refuse(
                    f"pairs[{at}].differences", sorted(item["differences"]), "differences of the models' estimates"
                )
            slices = form["models"][item[part]].get("slices", {})
            for column, values in item.get("slices", {}).items():
                for value, own in values.items():
                    try:
                        known = slices[column][value]["estimates"]
                        whole = set(own) <= set(known)
                    except (KeyError, TypeError):
                        whole = False
                    if not whole:
                        raise refuse(
                            f"pairs[{at}].slices.{column}.{value}", sorted(own), "differences of the models' slices"
                        )
