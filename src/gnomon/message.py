"""Sentences that a person reads: a template and its values, put together in English, or in any language where shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any, Self


class Message(str):
    """A sentence, which is its English text, and remembers its template and the values set into it.

    Wherever text is wanted a message is that text. Where it is shown in another language, its template is looked up by
    its code and the same values are set into the translation; values that are messages themselves are translated too,
    and all others, such as names of columns, stay as they are. An f-string or ``+`` makes plain text of a message: set
    it into a template instead, or use :func:`in_series`.

    Args:
        code: What programs know the sentence by, such as ``"no_such_column"``; empty for a single word or a list.
        template: The English text with the places of the values, as for ``str.format``. Without values it is taken as
            it is, braces too. Of an error, a line break separates what was wrong from what to do about it.
        values: Text, numbers or messages; anything else is set in as its text.

    >>> said = Message("no_such_column", "there is no column {name!r}", name="y")
    >>> said, said.code, said.values
    ("there is no column 'y'", 'no_such_column', {'name': 'y'})
    """

    __slots__ = ("code", "template", "values")

    code: str
    template: str
    values: dict[str, Any]

    def __new__(cls, code: str, template: str, /, **values: Any) -> Self:
        """The values are set into the template."""
        plain = {name: _plain(value) for name, value in values.items()}
        said = super().__new__(cls, finished(template, plain))
        said.code, said.template, said.values = code, template, plain
        return said

    def __reduce__(self) -> Any:
        return _restored, (self.code, self.template, self.values)

    @property
    def problem(self) -> str:
        """What was wrong, without what to do about it."""
        return finished(self.template.partition("\n")[0], self.values)

    @property
    def remedy(self) -> str | None:
        """What to do about it; None where the message does not say."""
        _, separator, remedy = self.template.partition("\n")
        return finished(remedy, self.values) if separator else None

    def filled(self, **values: Any) -> Message:
        """The same sentence with values in its open places; values that it has no place for are not kept."""
        places = {name for _, name, *_ in Formatter().parse(self.template) if name}
        given = {name: value for name, value in values.items() if name in places}
        return type(self)(self.code, self.template, **{**given, **self.values})

    def to_dict(self) -> dict[str, Any]:
        """Code, template and values in their JSON form."""
        values = {name: _form(value) for name, value in self.values.items()}
        return {"code": self.code, "template": self.template, "values": values}

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Message:
        """The message of a form that :meth:`to_dict` made."""
        values = {
            name: value
            if not isinstance(value, Mapping)
            else float(value["float"])
            if "float" in value
            else cls.from_dict(value)
            for name, value in form["values"].items()
        }
        return cls(form["code"], form["template"], **values)


def finished(template: str, values: Mapping[str, Any]) -> str:
    """A template, in any language, with its values; problem and remedy are separated by a colon, or by a semicolon.

    >>> finished("a: b\\nc {n}", {"n": 1})
    'a: b; c 1'
    """
    problem, separator, remedy = template.partition("\n")
    whole = problem + ("; " if ": " in problem else ": ") + remedy if separator else problem
    return whole.format(**values) if values else whole


def word(text: str) -> Message:
    """A word, or a few, that are translated where they stand in a message or alone, such as the title of a measure."""
    return text if isinstance(text, Message) else Message("", text)


def in_series(parts: Iterable[str], separator: str = ", ") -> Message:
    """Several messages or names as one, separated alike in all languages.

    >>> in_series([word("recall"), "precision"]).template
    '{part0}, {part1}'
    """
    values = {f"part{place}": part for place, part in enumerate(parts)}
    return Message("", separator.join(f"{{{name}}}" for name in values), **values)


def listed(parts: Iterable[str]) -> Message:
    """Several messages or names as one, with "and" before the last.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *first, last = parts
    return Message("and", "{first} and {last}", first=in_series(first), last=last) if first else word(last)


def form_of(text: Message | None) -> dict[str, Any] | None:
    """A message in its JSON form, with its English text beside code, template and values."""
    return None if text is None else forms_of([text])[0]


def text_of(form: Mapping[str, Any] | None) -> Message | None:
    """The inverse of :func:`form_of`."""
    return None if form is None else Message.from_dict(form)


def forms_of(texts: Iterable[Message]) -> list[dict[str, Any]]:
    """Messages in their JSON form."""
    return [{**text.to_dict(), "text": str(text)} for text in texts]


class _Verbatim(str):
    """The text of a value of another type, the same in any format."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def __format__(self, form: str) -> str:
        return str(self)


def _plain(value: Any) -> Any:
    """A value as text, a number or a message."""
    if getattr(value, "ndim", None) == 0:  # NumPy's numbers
        value = value.item()
    return value if isinstance(value, (str, int, float)) else _Verbatim(value)


def _form(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_dict()
    if isinstance(value, float) and not math.isfinite(value):  # JSON has no NaN and no infinity
        return {"float": str(value)}
    return value


def _restored(code: str, template: str, values: dict[str, Any]) -> Message:
    return Message(code, template, **values)
