"""What the saved result of a gate must look like."""

from __future__ import annotations

from typing import Any

from gnomon.evaluation.result import checking as check
from gnomon.evaluation.result.versions import SCHEMA_VERSION

ends = check.optional(check.number)
judgement = check.record({
    "rule": check.text,
    "kind": check.one_of(("limit", "baseline", "gap", "calibration", "fact")),
    "measure": check.text,
    "slice": check.optional(check.listing(check.text, 2)),
    "warns": check.boolean,
    "least": check.boolean,
    "verdict": check.one_of(("pass", "fail", "inconclusive", "not judged")),
    **dict.fromkeys(("limit", "value", "low", "high", "new", "old", "p_value", "p_value_holm", "deviation"), ends),
    "level": check.share,
    "method": check.optional(check.text),
    "n": check.count,
    "reason": check.optional(check.message),
})  # fmt: skip


def gate(form: Any) -> None:
    """The form of what a gate says.

    Raises:
        StateError: It is damaged; the message says where.
    """
    check.anything(form, "")
    check.record({
        "schema_version": check.one_of((SCHEMA_VERSION,)),
        "policy": check.one_of(("inconclusive", "pass", "fail")),
        "n": check.count,
        "level": check.share,
        "baseline": check.optional(check.text),
        "power": check.share,
        "judgements": check.listing(judgement),
        "notes": check.listing(check.message),
        "provenance": check.record({}, gnomon=check.optional(check.text)),
    })(form, "")  # fmt: skip
