"""What is asked of a measure: ``recall >= 0.8``, ``region:north f1 >= 60 %``, ``f1 >= baseline - 0.02``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from gnomon.errors import UsageError
from gnomon.message import Message

# Whether a failure only warns; a column and a value of it, either in quotes where it has spaces or colons; a measure,
# an end of its interval or its gap; a side; a number, in per cent or not, or the baseline's value plus or minus one.
_WORD = r"""(?:"[^"]*"|'[^']*'|[^\s:"'<>=]+)"""
_NUMBER = r"[0-9.][-+0-9.e]*"
_RULE = re.compile(
    rf"""\s*(?P<warn>warn\s+)?(?:(?P<column>{_WORD}):(?P<value>{_WORD})\s+)?
    (?P<name>[a-z_0-9.]+?)(?:\.(?P<part>low|high|gap))?\s*(?P<side>>=|<=)\s*
    (?:(?P<limit>[-+]?{_NUMBER})|(?P<baseline>baseline)(?:\s*(?P<sign>[-+])\s*(?P<amount>{_NUMBER}))?)
    \s*(?P<percent>%?)\s*""",
    re.IGNORECASE | re.VERBOSE,
)
GAP = "gap"


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit of a measure.

    Attributes:
        slice: The column and the value of the rows that it is about; None for all rows.
        name: What was called the measure, in small letters.
        part: ``"low"`` or ``"high"`` for that end of its interval, ``"gap"`` for its distance from the training rows;
            None for the value itself.
        least: Whether the limit is a lower one (``>=``).
        limit: The limit, or what is added to the baseline's value; of per cent the share.
        percent: Whether it was written in per cent.
        baseline: Whether the limit is that far from what the baseline scores.
        warns: Whether a failure only warns.
    """

    slice: tuple[str, str] | None
    name: str
    part: str | None
    least: bool
    limit: float
    percent: bool = False
    baseline: bool = False
    warns: bool = False

    @classmethod
    def parse(cls, text: str) -> Rule:
        """From text.

        Raises:
            UsageError: It is not a rule.

        >>> Rule.parse("precision.low >= 80 %").limit
        0.8
        >>> Rule.parse("region:'far north' recall >= 0.6").slice
        ('region', 'far north')
        >>> rule = Rule.parse("warn roc_auc >= baseline - 0.02")
        >>> rule.baseline, rule.limit, rule.warns
        (True, -0.02, True)
        """
        match = _RULE.fullmatch(text) if isinstance(text, str) else None
        try:
            limit = float("nan") if match is None else limit_of(match)
        except ValueError:
            limit = math.nan
        if match is None or not math.isfinite(limit):
            raise UsageError(
                Message(
                    "not_a_constraint",
                    "{text!r} is not a constraint\nexpected '<measure> >= <number>' or '<measure> <= <number>', such "
                    "as 'recall >= 0.95'",
                    text=text,
                )
            )
        column, value, part = match["column"], match["value"], match["part"]
        return cls(
            None if column is None else (unquoted(column), unquoted(value)),
            match["name"].lower(),
            part.lower() if part else None,
            match["side"] == ">=",
            limit / 100 if match["percent"] else limit,
            bool(match["percent"]),
            match["baseline"] is not None,
            match["warn"] is not None,
        )

    def refuse_of_thresholds(self, text: str) -> None:
        """Raises UsageError for what only a gate can ask for, where a threshold is to meet the rule."""
        for said, there in (("warn", self.warns), ("baseline", self.baseline), (".gap", self.part == GAP)):
            if there:
                raise UsageError(
                    Message(
                        "rule_of_gates",
                        "{text!r}: a threshold cannot meet a rule with {said!r}\nonly a gate has such rules; compare "
                        "the measure with a number",
                        text=text,
                        said=said,
                    )
                )


def on_slice(text: str, column: str, value: str) -> str:
    """A rule about a pattern of slices as it is about one of them.

    >>> on_slice("warn region:* recall >= 0.6", "region", "far north")
    "warn region:'far north' recall >= 0.6"
    """
    match = _RULE.fullmatch(text)
    if match is None or match["value"] is None:
        return text
    return f"{text[: match.start('column')]}{quoted(column)}:{quoted(value)}{text[match.end('value') :]}"


def quoted(part: str) -> str:
    """A column or a value as a rule writes it: in quotes where it needs them."""
    plain = part and not any(letter in part for letter in " :\"'<>=")
    return part if plain else f'"{part}"' if "'" in part else f"'{part}'"


def limit_of(match: re.Match[str]) -> float:
    """The limit, or what is added to the baseline's value."""
    if match["baseline"] is None:
        return float(match["limit"])
    return 0.0 if match["sign"] is None else float(match["sign"] + match["amount"])


def unquoted(word: str) -> str:
    """A word without the quotes around it, if there are any.

    >>> unquoted("'far north'"), unquoted("north")
    ('far north', 'north')
    """
    return word[1:-1] if word[0] in "\"'" else word
