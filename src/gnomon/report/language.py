"""Every sentence in the reader's language: finished English sentences are recognised, and said anew.

No other module knows of languages: they speak English, in literals and f-strings. The catalogue holds each of them with
names in the place of values ("{count} rows are missing"); a finished sentence is matched against these, and its values
are set into the translation. docs/decisions/0010-languages.md says why; ``make messages`` keeps the catalogues.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from gnomon.errors import UsageError, nearest

# By code, what a language calls itself.
LANGUAGES = {"en": "English", "ko": "한국어"}
ENGLISH = "en"
# Where catalogues lie, in gettext's order of folders, and what they are called.
CATALOGUES, DOMAIN = Path(__file__).parent / "messages", "gnomon"
# In a translation, "{name:tr}" stands for a value that is a word or sentence of the catalogue itself.
TRANSLATED = "tr"

_chosen: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """The code of the language that is spoken: the one chosen, else that of the environment, else English."""
    return _chosen.get() or environment_language()


def environment_language() -> str:
    """The language of ``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES`` or ``LANG``, the first that is set.

    >>> import os
    >>> before = dict(os.environ)
    >>> os.environ["LANGUAGE"] = "ko_KR.UTF-8"
    >>> environment_language()
    'ko'
    >>> os.environ.clear(); os.environ.update(before)
    """
    said = next((own for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if (own := os.environ.get(name))), "")
    codes = (re.split(r"[_.@-]", part)[0].lower() for part in said.split(":"))
    return next((code for code in codes if code in LANGUAGES), ENGLISH)


@contextmanager
def speaking(lang: str | None) -> Iterator[None]:
    """Within, that language is spoken; None leaves it as it is.

    Raises:
        UsageError: There is no such language.
    """
    if lang is not None and lang not in LANGUAGES:
        raise UsageError(f"there is no language {lang!r}: {nearest(str(lang), LANGUAGES)}")
    token = _chosen.set(lang or _chosen.get())
    try:
        yield
    finally:
        _chosen.reset(token)


def tr(text: str) -> str:
    """A finished English word or sentence in the language that is spoken; as it is where it is not known.

    >>> with speaking("ko"):
    ...     tr("confusion matrix")
    '혼동 행렬'
    """
    spoken = language()
    return text if spoken == ENGLISH or not text else catalogue(spoken).say(text)


class Catalogue:
    """The sentences of one language.

    Args:
        messages: Translations by the English sentence, values named in braces.
    """

    def __init__(self, messages: dict[str, str]) -> None:
        self._plain = {own: said for own, said in messages.items() if "{" not in own}
        patterns = [Pattern(own, said) for own, said in messages.items() if "{" in own]
        self._patterns = sorted(patterns, key=lambda own: -own.telling)

    def say(self, text: str) -> str:
        """A finished sentence, translated if it is known."""
        if text in self._plain:
            return self._plain[text]
        for pattern in self._patterns:
            if (values := pattern.values(text)) is not None:
                return pattern.say(values, self)
        return text


class Pattern:
    """One sentence with values in it.

    Args:
        english: The sentence, values named in braces.
        translation: The same in another language.
    """

    def __init__(self, english: str, translation: str) -> None:
        pieces = list(Formatter().parse(english))
        self._literals = [literal for literal, *_ in pieces if literal]
        self.telling = sum(map(len, self._literals))  # the more of it is fixed, the surer is a match
        self._longest = max(self._literals, key=len, default="")
        self._translation = translation
        self._source = ""
        for literal, name, *_ in pieces:
            again = f"(?P<v_{name}>" in self._source  # the same value in another format: the first one is kept
            value = "" if name is None else "(?:.*?)" if again else f"(?P<v_{name}>.*?)"
            self._source += re.escape(literal) + value

    def values(self, text: str) -> dict[str, str] | None:
        """The values in a finished sentence; None if it is another one."""
        if self._longest not in text:
            return None
        found = _compiled(self._source).fullmatch(text)
        return None if found is None else {name[2:]: own for name, own in found.groupdict().items()}

    def say(self, values: dict[str, str], catalogue: Catalogue) -> str:
        """The translation with its values."""
        said: list[str] = []
        for literal, name, form, _ in Formatter().parse(self._translation):
            said.append(literal)
            if name is not None:
                said.append(catalogue.say(values[name]) if form == TRANSLATED else values[name])
        return "".join(said)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL)


@cache
def catalogue(lang: str) -> Catalogue:
    """The catalogue of a language."""
    found: Any = gettext.translation(DOMAIN, CATALOGUES, [lang])
    return Catalogue({own: said for own, said in found._catalog.items() if own})
