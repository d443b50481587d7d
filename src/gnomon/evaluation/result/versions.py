"""Saved results of version 1 of the JSON form, brought to the present one.

Version 1 holds finished English sentences, which become messages without a code, and has other names for some fields.
What is damaged stays as it is: checks refuse it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gnomon.errors import StateError
from gnomon.message import Message, form_of, word

SCHEMA_VERSION = 2

Change = Callable[[Any], Any]


def present(form: Any) -> Any:
    """A form of version 1 as version 2 has it; one of the present version, or of none, as it is.

    Raises:
        StateError: It is of another version.
    """
    if not isinstance(form, Mapping) or "schema_version" not in form or form["schema_version"] == SCHEMA_VERSION:
        return form
    if form["schema_version"] != 1:
        raise StateError(
            Message(
                "schema_version",
                "the file was saved as schema version {version!r}; this gnomon reads versions 1 to {known}",
                version=form["schema_version"],
                known=SCHEMA_VERSION,
            )
        )
    kind = _decision if "decision" in form else _comparison if "pairs" in form else _evaluation
    if "evaluations" in form:
        kind = _fields(evaluations=_each(_evaluation))
    return {**kind(form), "schema_version": SCHEMA_VERSION}


def _fields(renamed: Mapping[str, str] = MappingProxyType({}), /, **changes: Change) -> Change:
    """Changes some fields of an object, and what they are called."""

    def of(form: Any) -> Any:
        if not isinstance(form, Mapping):
            return form
        return {renamed.get(key, key): changes.get(key, _same)(own) for key, own in form.items()}

    return of


def _each(change: Change) -> Change:
    """Changes each of a list, or of an object whose keys are names."""

    def of(form: Any) -> Any:
        if isinstance(form, list):
            return [change(own) for own in form]
        return {key: change(own) for key, own in form.items()} if isinstance(form, Mapping) else form

    return of


def _same(form: Any) -> Any:
    return form


def _sentence(form: Any) -> Any:
    return form_of(word(form)) if isinstance(form, str) else form


def _advice(form: Any) -> Any:
    if not isinstance(form, Mapping) or not all(isinstance(form.get(part), str) for part in ("rule", "text")):
        return form
    return {"code": RULES.get(form["rule"], form["rule"]), "template": form["text"], "values": {}, "text": form["text"]}


RULES = {"worse_than_guessing": "worse_than_constant", "too_extreme": "overconfident", "too_timid": "underconfident"}


def _method(form: Any) -> Any:
    if not isinstance(form, str):
        return form
    return form.replace(", less bias", ", bias-corrected").replace(", less optimism", ", optimism-corrected")


def _reworded(words: Mapping[str, str]) -> Change:
    return lambda form: words.get(form, form) if isinstance(form, str) else form


_measured = _fields(
    {"adjusted": "p_value_bh", "holm": "p_value_holm", "exact": "p_value_exact", "to_see": "minimum_effect",
     "freedom": "degrees_of_freedom"},
    reason=_sentence, warning=_sentence,
    method=_method,
    verdict=_reworded({"cannot tell": "inconclusive", "the same": "equal"}),
)  # fmt: skip
_estimates = _each(_measured)
_sentences = _each(_sentence)
_thresholds = _fields(clusters=_fields({"freedom": "degrees_of_freedom", "having": "supporting_clusters"}))
_part: dict[str, Change] = {"estimates": _estimates, "differences": _estimates, "per_class": _each(_estimates)}


def _estimate_or_more(form: Any) -> Any:
    """An estimate, or of a recalibration the estimates of a map."""
    return _measured(form) if isinstance(form, Mapping) and "value" in form else _estimates(form)


def _evaluation(form: Any) -> Any:
    return _whole(form)


_whole = _fields(
    **_part,
    schema_version=lambda _: SCHEMA_VERSION,
    thresholds=_thresholds,
    baseline=_fields(**_part),
    calibration=_fields(slope=_measured, slope_intercept=_measured, intercept=_measured),
    errors=_fields(residuals=_each(_fields(mean_error=_measured))),
    slices=_each(_each(_fields(**_part))),
    train=_evaluation,
    gap=_estimates,
    advice=_each(_advice),
    notes=_sentences,
)
_comparison = _fields(
    models=_each(_evaluation),
    pairs=_each(_fields({"says": "sentences"}, differences=_estimates, says=_sentences)),
    notes=_sentences,
    provenance=_fields({"worth": "minimum_effect"}),
)
_decision = _fields(
    **dict.fromkeys(("threshold", "corrected", "default", "cost", "most_probable", "difference"), _measured),
    **dict.fromkeys(("estimates", "differences"), _each(_estimate_or_more)),
    corrected_limits=_estimates,
    thresholds=_thresholds,
    notes=_sentences,
    goal=_sentence,
)
