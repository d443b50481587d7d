"""The frozen result of a gate: every rule's verdict with its evidence, and what they say together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gnomon.errors import StateError
from gnomon.estimate import NAN, finite
from gnomon.evaluation.result.displayable import Displayable
from gnomon.evaluation.result.serialisable import Serialisable, plain
from gnomon.evaluation.result.versions import SCHEMA_VERSION, present
from gnomon.gating import checking, words
from gnomon.gating.planning import rows_to_pass
from gnomon.measures.rule import on_slice
from gnomon.message import Message, form_of, forms_of, text_of
from gnomon.visible import visible

Verdict = Literal["pass", "fail", "inconclusive"]
PASS, FAIL, INCONCLUSIVE, NOT_JUDGED = "pass", "fail", "inconclusive", "not judged"
# The worst first.
VERDICTS = (FAIL, INCONCLUSIVE, PASS)
# What an inconclusive gate counts as.
Policy = Literal["inconclusive", "pass", "fail"]
POLICIES: tuple[Policy, ...] = ("inconclusive", "pass", "fail")
EXIT_CODES = {PASS: 0, FAIL: 4, INCONCLUSIVE: 5}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one rule, on all rows or on one slice.

    Attributes:
        rule: The rule as it was written.
        kind: What it compares: ``"limit"``, ``"baseline"``, ``"gap"``, ``"calibration"`` or ``"fact"``.
        measure: The name of the estimate, or of the fact.
        slice: The column and the value of the rows; None for all rows.
        warns: Whether a failure only warns.
        least: Whether the limit is a lower one.
        verdict: ``"pass"``, ``"fail"``, ``"inconclusive"``, or ``"not judged"`` where there are too few rows.
        value, low, high: What was judged, with its interval at ``level``: the estimate, or the difference from the
            baseline (or of the training rows from the others); NaN where it is undefined.
        limit: What it was compared with.
        new, old: What the model scores, and the baseline; NaN where they are not known.
        level: The confidence level of the interval.
        method: How the interval was made; None where there is none.
        n: The rows.
        p_value: How often chance alone makes a value that is just at the limit look at least so bad; NaN where unknown.
        p_value_holm: The same, adjusted for all rules and slices that are judged (S. Holm, 1979): what a failure rests
            on.
        deviation: The standard error times the root of the number of rows; NaN where unknown.
        reason: Why it is not judged or inconclusive, or what decided it; None where the interval says it.
    """

    rule: str
    kind: str
    measure: str
    slice: tuple[str, str] | None
    warns: bool
    least: bool
    verdict: str
    limit: float
    value: float = NAN
    low: float = NAN
    high: float = NAN
    new: float = NAN
    old: float = NAN
    level: float = 0.95
    method: str | None = None
    n: int = 0
    p_value: float = NAN
    p_value_holm: float = NAN
    deviation: float = NAN
    reason: Message | None = None

    @property
    def sign(self) -> int:
        """What values and limits are multiplied by, so that higher passes."""
        return 1 if self.least else -1

    @property
    def about(self) -> str:
        """The rule as it is about its slice, where it was written about a pattern of them."""
        return self.rule if self.slice is None else on_slice(self.rule, *self.slice)

    @property
    def sentence(self) -> Message:
        """The verdict in a sentence, with what it rests on and how many rows would tell."""
        return words.sentence(self)

    def rows_needed(self, power: float = 0.8, *, as_seen: bool = False) -> int | None:
        """About how many rows it takes for the rule to pass; None where no number of rows will do, or it is unknown.

        (z_{1 - a/2} + z_power)^2 s^2 / d^2, with the standard deviation s of a row's part in the value and the distance
        d of the value from the limit.

        Args:
            power: How often a model passes with so many rows.
            as_seen: Of a rule about the baseline, whether the difference is as it is seen; else none at all.
        """
        distance = self.sign * ((self.value if as_seen or self.kind != "baseline" else 0.0) - self.limit)
        if self.deviation == 0 and distance > 0:
            # Nothing is seen to vary: the interval is as wide as that leaves possible, and shrinks with the rows.
            return math.ceil(self.n * abs(self.value - (self.low if self.least else self.high)) / distance)
        return rows_to_pass(self.deviation, distance, self.level, power)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "rule": self.rule,
            "kind": self.kind,
            "measure": self.measure,
            "slice": None if self.slice is None else list(self.slice),
            "warns": self.warns,
            "least": self.least,
            "verdict": self.verdict,
            **{name: finite(getattr(self, name)) for name in NUMBERS},
            "level": self.level,
            "method": self.method,
            "n": self.n,
            "rows_needed": self.rows_needed(as_seen=True),
            "rows_needed_if_equal": self.rows_needed() if self.kind == "baseline" else None,
            "reason": form_of(self.reason),
            "sentence": form_of(self.sentence),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Judgement:
        """The inverse of :meth:`to_dict`."""
        numbers = {name: NAN if form[name] is None else float(form[name]) for name in NUMBERS}
        parts = form["slice"]
        same = {name: form[name] for name in SAME}
        whole: dict[str, Any] = same | numbers
        return cls(**whole, slice=None if parts is None else (parts[0], parts[1]), reason=text_of(form["reason"]))


SAME = ("rule", "kind", "measure", "warns", "least", "verdict", "level", "method", "n")
NUMBERS = ("limit", "value", "low", "high", "new", "old", "p_value", "p_value_holm", "deviation")


@dataclass(frozen=True, eq=False, repr=False)
class GateResult(Serialisable, Displayable):
    """What a gate says of a model.

    Attributes:
        judgements: The verdict on every rule, and every slice that a rule is about (:class:`gnomon.Judgement`), the
            worst first.
        policy: What an inconclusive gate counts as: ``"inconclusive"``, ``"pass"`` or ``"fail"``.
        n: The number of rows.
        level: The confidence level of the intervals.
        baseline: What the baseline is called; None where there is none.
        power: How often a model of which the rules hold is to pass with the rows that :meth:`rows_needed` says.
        notes: Remarks on the rows and on the rules.
        provenance: Where the numbers came from.
    """

    judgements: tuple[Judgement, ...]
    policy: Policy = "inconclusive"
    n: int = 0
    level: float = 0.95
    baseline: str | None = None
    power: float = 0.8
    notes: tuple[Message, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """``"fail"`` if any rule fails, else ``"inconclusive"`` if any is or nothing was judged, else ``"pass"``.

        Rules that only warn do not count.
        """
        verdicts = {own.verdict for own in self.judgements if not own.warns}
        if FAIL in verdicts:
            return "fail"
        return "inconclusive" if INCONCLUSIVE in verdicts or PASS not in verdicts else "pass"

    @property
    def answer(self) -> Message:
        """The verdict in a sentence."""
        return words.answer(self)

    @property
    def passed(self) -> bool:
        """Whether the model may ship, by the policy on what is inconclusive."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 where the gate passed, 4 where it failed, 5 where it is inconclusive and no policy says otherwise."""
        verdict = self.policy if self.verdict == INCONCLUSIVE else self.verdict
        return EXIT_CODES[verdict]

    @property
    def warnings(self) -> tuple[Judgement, ...]:
        """The rules that only warn and did not pass."""
        return tuple(own for own in self.judgements if own.warns and own.verdict in (FAIL, INCONCLUSIVE))

    def rows_needed(self) -> int | None:
        """About how many rows it takes for all rules to pass together, if the model is as good as the baseline.

        Each of k rules is given the power 0.8^(1/k), so that all pass four times out of five. Rows of slices are
        counted by the share of all rows that they are now. None where no number of rows will do, or it is unknown.
        """
        gating = [own for own in self.judgements if not own.warns and own.kind != "fact"]
        judged = [own for own in gating if not math.isnan(own.deviation)]
        needed: list[int] = []
        for own in judged:
            rows = own.rows_needed(self.power ** (1 / len(judged)))
            if rows is None:
                return None
            needed.append(math.ceil(rows * self.n / own.n) if own.n else rows)
        return max(needed, default=None)

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{number} {verdict}"
            for verdict in (*VERDICTS, NOT_JUDGED)
            if (number := sum(own.verdict == verdict for own in self.judgements))
        )
        against = "" if self.baseline is None else f", baseline={visible(repr(self.baseline))}"
        return f"GateResult({self.verdict}, n={self.n:,}{against}, {counts})"

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON form, version 2: see docs/json.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "gnomon_version": self.provenance.get("gnomon"),
            "verdict": self.verdict,
            "answer": form_of(self.answer),
            "passed": self.passed,
            "exit_code": self.exit_code,
            "policy": self.policy,
            "n": self.n,
            "level": self.level,
            "baseline": self.baseline,
            "power": self.power,
            "rows_needed": self.rows_needed(),
            "judgements": [own.to_dict() for own in self.judgements],
            "notes": forms_of(self.notes),
            "provenance": plain(self.provenance),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> GateResult:
        """The inverse of :meth:`to_dict`.

        Raises:
            StateError: The form is not the result of a gate, or of another version.
        """
        form = present(form)
        checking.gate(form)
        try:
            return cls(
                tuple(map(Judgement.from_dict, form["judgements"])),
                form["policy"],
                form["n"],
                form["level"],
                form["baseline"],
                form["power"],
                tuple(map(Message.from_dict, form["notes"])),
                form["provenance"],
            )
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise StateError(
                Message("damaged_gate", "the saved result of a gate is damaged: {error!r}", error=error)
            ) from None
