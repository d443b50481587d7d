"""What is asked of a measure, in one line: ``recall >= 0.8``, ``precision.low >= 33 %``, ``region:north f1 >= 0.6``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from gnomon.errors import UsageError
from gnomon.message import Message

# A column and a value of it, either in quotes where it has spaces or colons; a measure, an end of its interval; a side;
# a number, in per cent or not.
_WORD = r"""(?:"[^"]*"|'[^']*'|[^\s:"'<>=]+)"""
_RULE = re.compile(
    rf"""\s*(?:({_WORD}):({_WORD})\s+)?([a-z_0-9.]+?)(?:\.(low|high))?\s*(>=|<=)\s*([-+0-9.e]+)\s*(%?)\s*""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit of a measure.

    Attributes:
        slice: The column and the value of the rows that it is about; None for all rows.
        name: What was called the measure, in small letters.
        end: ``"low"`` or ``"high"`` for that end of its interval; None for the value itself.
        least: Whether the limit is a lower one (``>=``).
        limit: The limit; of per cent the share.
        percent: Whether it was written in per cent.
    """

    slice: tuple[str, str] | None
    name: str
    end: str | None
    least: bool
    limit: float
    percent: bool = False

    @classmethod
    def parse(cls, text: str) -> Rule:
        """From text.

        Raises:
            UsageError: It is not a rule.

        >>> Rule.parse("precision.low >= 80 %").limit
        0.8
        >>> Rule.parse("region:'far north' recall >= 0.6").slice
        ('region', 'far north')
        """
        match = _RULE.fullmatch(text) if isinstance(text, str) else None
        try:
            limit = float(match[6]) if match else math.nan
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
        column, value, name, end, side, _, percent = match.groups()
        return cls(
            None if column is None else (unquoted(column), unquoted(value)),
            name.lower(),
            end.lower() if end else None,
            side == ">=",
            limit / 100 if percent else limit,
            bool(percent),
        )


def unquoted(word: str) -> str:
    """A word without the quotes around it, if there are any.

    >>> unquoted("'far north'"), unquoted("north")
    ('far north', 'north')
    """
    return word[1:-1] if word[0] in "\"'" else word
