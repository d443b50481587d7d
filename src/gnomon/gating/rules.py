"""The rules of a gate: what is limited, on which rows, and whether by a number or by the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from numbers import Real
from typing import Literal

from gnomon.errors import UsageError, nearest
from gnomon.measures.measure import ZERO
from gnomon.measures.registry import REGISTRY, find, get_measure
from gnomon.measures.rule import GAP, Rule
from gnomon.message import Message

# What is known of the rows without an interval, so that a rule about it is never inconclusive.
ROWS, MISSING, UNMATCHED, LOOKS, COLUMNS = "rows", "missing", "unmatched", "looks", "columns"
FACTS = (ROWS, MISSING, UNMATCHED, LOOKS)
COUNTS = (ROWS, LOOKS)
# Estimates of the calibration, by the name that a rule calls them.
CALIBRATION = {"calibration_slope": "slope", "calibration_intercept": "intercept"}

# What a rule compares: an estimate with a number, with the baseline's, or with that of the training rows; an estimate
# of the calibration with a number; a fact with a number.
Kind = Literal["limit", "baseline", "gap", "calibration", "fact"]


@dataclass(frozen=True, slots=True)
class GateRule:
    """A rule of a gate.

    Attributes:
        text: The rule as it was written.
        kind: What it compares.
        name: The estimate, or the fact.
        least: Whether the limit is a lower one.
        limit: The limit; of a rule about the baseline, of the difference from it.
        slice: The column, and the value or the pattern of values; None for all rows.
        warns: Whether a failure only warns.
    """

    text: str
    kind: Kind
    name: str
    least: bool
    limit: float
    slice: tuple[str, str] | None = None
    warns: bool = False

    @classmethod
    def parse(cls, text: str) -> GateRule:
        """From text.

        Raises:
            UsageError: It is not a rule, names no measure, or asks for what cannot be judged.

        >>> GateRule.parse("region:* recall >= 0.6").slice
        ('region', '*')
        >>> GateRule.parse("log_loss <= baseline + 0.01").limit
        0.01
        """
        try:
            rule = Rule.parse(text)
        except UsageError:
            raise UsageError(
                Message(
                    "not_a_rule",
                    "{text!r} is not a rule\nwrite 'recall >= 0.8', 'f1 >= baseline - 0.02', or with a slice before it "
                    "'region:north recall >= 0.6'; names with spaces in quotes: \"'age band':* recall >= 0.6\"",
                    text=text,
                )
            ) from None
        kind, name = named(rule, text)
        if rule.slice is not None and kind in ("fact", "gap", "calibration"):
            raise UsageError(
                Message(
                    "rule_of_all_rows",
                    "{text!r}: {name} is known of all rows only\nremove {slice}",
                    text=text,
                    name=rule.name,
                    slice=":".join(rule.slice),
                )
            )
        if rule.part in ("low", "high") and (rule.part == "low") != rule.least:
            raise UsageError(
                Message(
                    "rule_of_other_end",
                    "{text!r}: a rule passes where the whole interval lies within the limit, fails where it lies "
                    "beyond, and is inconclusive otherwise\nremove .{part}",
                    text=text,
                    part=rule.part,
                )
            )
        if kind == "baseline" and (get_measure(name).better > 0) != rule.least:
            other = ">=" if get_measure(name).better > 0 else "<="
            raise UsageError(
                Message(
                    "rule_against_better",
                    "{text!r} limits how much better the model may be\nwrite {name} {other} baseline ...",
                    text=text,
                    name=name,
                    other=other,
                )
            )
        shares = kind == "fact" and name not in COUNTS
        if rule.percent and not shares and (kind == "fact" or not ends_at_one(name)):
            raise UsageError(
                Message(
                    "rule_percent",
                    "{text!r}: {name} is not a share, so that per cent means nothing\nwrite the number itself",
                    text=text,
                    name=name,
                )
            )
        if (shares or (kind != "fact" and ends_at_one(name))) and not rule.percent and abs(rule.limit) > 1:
            raise UsageError(
                Message(
                    "constraint_above_one",
                    "{text!r} asks for more than 1, the maximum: did you mean {limit:g} %?",
                    text=text,
                    limit=rule.limit,
                )
            )
        return cls(" ".join(text.split()), kind, name, rule.least, rule.limit, rule.slice, rule.warns)

    @classmethod
    def within(cls, name: str, margin: float) -> GateRule:
        """Not worse than the baseline by more than a margin.

        Raises:
            UsageError: There is no such measure, or the margin is not a number of 0 or more.
        """
        measure = find(name)
        if measure is None or measure.better == ZERO:
            raise UsageError(
                Message(
                    "margin_of_no_measure",
                    "margin= names {name!r}, which is not a measure with a better direction\n{hint}",
                    name=name,
                    hint=nearest(name, REGISTRY),
                )
            )
        if not isinstance(margin, Real) or isinstance(margin, bool) or not 0 <= float(margin) < float("inf"):
            raise UsageError(
                Message(
                    "margin_not_negative",
                    "margin= of {name!r} takes a number of 0 or more, not {margin!r}",
                    name=name,
                    margin=margin,
                )
            )
        if margin > 1 and ends_at_one(measure.name):
            raise UsageError(
                Message(
                    "margin_above_one",
                    "margin= of {name!r} is {margin:g}, but the measure ends at 1\ndid you mean {share:g}?",
                    name=measure.name,
                    margin=margin,
                    share=margin / 100,
                )
            )
        side, sign = (">=", "-") if measure.better > 0 else ("<=", "+")
        beyond = f" {sign} {float(margin)!r}" if margin else ""
        return cls.parse(f"{measure.name} {side} baseline{beyond}")

    @property
    def sign(self) -> int:
        """What values and limits are multiplied by, so that higher passes."""
        return 1 if self.least else -1

    @property
    def strict(self) -> bool:
        """Whether a value at the limit itself does not pass: a difference of the margin is too much."""
        return self.kind == "baseline"

    @property
    def is_pattern(self) -> bool:
        """Whether it is about every slice whose name fits."""
        return self.slice is not None and "*" in self.slice[1]

    def fits(self, value: str) -> bool:
        """Whether it is about a slice of its column."""
        return self.slice is not None and (
            value == self.slice[1] or (self.is_pattern and fnmatchcase(value, self.slice[1]))
        )


def named(rule: Rule, text: str) -> tuple[Kind, str]:
    """What a rule compares, and the name of the estimate or of the fact.

    Raises:
        UsageError: It names nothing that can be limited, or asks for an end or a gap of what has none.
    """
    plain = not rule.baseline and rule.part is None
    if rule.name in FACTS and plain:
        return "fact", rule.name
    if rule.name in CALIBRATION and plain:
        return "calibration", rule.name
    measure = find(rule.name)
    if measure is None:
        known = [*REGISTRY, *FACTS, *CALIBRATION]
        if rule.name in known:
            raise UsageError(
                Message(
                    "rule_part",
                    "{text!r}: {name} is compared with a number\nwrite '{name} >= <number>' or '{name} <= <number>'",
                    text=text,
                    name=rule.name,
                )
            )
        raise UsageError(
            Message(
                "rule_measure",
                "the rule {text!r} does not name a measure\n{hint}",
                text=text,
                hint=nearest(rule.name, known),
            )
        )
    if rule.part == GAP:
        if rule.baseline or rule.least or measure.better == ZERO:
            raise UsageError(
                Message(
                    "rule_of_gap",
                    "{text!r}: the gap between training and other rows has an upper limit, of measures that are better "
                    "when higher, or when lower\nwrite '{name}.gap <= <number>', or limit {name} itself",
                    text=text,
                    name=measure.name,
                )
            )
        return "gap", measure.name
    if rule.baseline and (rule.part is not None or measure.better == ZERO):
        raise UsageError(
            Message(
                "rule_of_difference",
                "{text!r}: a rule about the baseline is judged by the interval of the difference of a measure that is "
                "better when higher, or when lower\nwrite '{name} >= <number>', or remove .{part}",
                text=text,
                name=measure.name,
                part=rule.part or "low",
            )
        )
    return "baseline" if rule.baseline else "limit", measure.name


def ends_at_one(name: str) -> bool:
    """Whether 1 is the most that an estimate can be."""
    return name not in CALIBRATION and get_measure(name).high == 1.0


def rules_of(rules: str | Iterable[str], margins: Mapping[str, float] | None) -> tuple[GateRule, ...]:
    """The rules of a gate, each once.

    Args:
        rules: As they are written; one, or several.
        margins: By measure, how much worse than the baseline the model may be.

    Raises:
        UsageError: One is not a rule; there are none.
    """
    written = [rules] if isinstance(rules, str) else list(rules)
    if margins is not None and not isinstance(margins, Mapping):
        raise UsageError(
            Message(
                "margin_by_measure",
                "margin= takes a dict, such as dict(roc_auc=0.02), not {margins!r}",
                margins=margins,
            )
        )
    parsed = [GateRule.parse(text) for text in written]
    parsed += [GateRule.within(str(name), own) for name, own in (margins or {}).items()]
    if not parsed:
        raise UsageError(
            Message(
                "no_rules",
                "the gate has no rules\npass where= (--where 'recall >= 0.8') or margin= (--margin roc_auc=0.02), or "
                "write rules into [tool.gnomon.gate] of pyproject.toml",
            )
        )
    return tuple(dict.fromkeys(parsed))
