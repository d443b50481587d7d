"""Every sentence in the reader's language: finished English sentences are recognised, and said anew.

No other module knows of languages: they speak English, in literals and f-strings. The catalogue holds each of them with
names in the place of values ("{count} rows are missing"); a finished sentence is matched against these, and its values
are set into the translation. docs/decisions/0010-languages.md says why; ``make messages`` keeps the catalogues.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from gnomon.errors import UsageError, nearest
from gnomon.report.korean import with_particles

# By code, what a language calls itself.
LANGUAGES = {"en": "English", "ko": "한국어"}
ENGLISH = "en"
# Where catalogues lie, in gettext's order of folders, and what they are called.
CATALOGUES, DOMAIN = Path(__file__).parent / "messages", "gnomon"
# What is left to do once a sentence is put together.
FINISHED: dict[str, Callable[[str], str]] = {"ko": with_particles}
# In a translation, "{name:tr}" stands for a value that is a word or sentence of the catalogue itself.
TRANSLATED = "tr"

# What stands between the words of a list.
SEPARATORS = ("; ", " and ", ", ")

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
    if spoken == ENGLISH or not text:
        return text
    return FINISHED.get(spoken, str)(catalogue(spoken).say(text))


class Catalogue:
    """The sentences of one language.

    Args:
        messages: Translations by the English sentence, values named in braces.
    """

    def __init__(self, messages: dict[str, str]) -> None:
        self._plain = {own: said for own, said in messages.items() if "{" not in own}
        # What is hung onto a sentence begins with a space or a mark: ", which may be chance".
        tails = [source_of(own) for own in messages if own[:1] in " ,;:" and len(own) > 1]
        patterns = [Pattern(own, said, tails) for own, said in messages.items() if "{" in own]
        self._patterns = sorted(patterns, key=lambda own: -own.telling)

    def say(self, text: str) -> str:
        """A finished sentence, translated if it is known."""
        return self._known(text)[0]

    def say_value(self, text: str) -> str:
        """A value that is a word or sentence itself, or a list of them."""
        return self._listed(text)[0]

    def _known(self, text: str) -> tuple[str, int]:
        """A sentence translated, and how many of its letters are the catalogue's own; 0 where it is not known."""
        if text in self._plain:
            return self._plain[text], len(text)
        for pattern in self._patterns:
            if (values := pattern.values(text)) is not None:
                return pattern.say(values, self), pattern.telling
        return text, 0

    def _listed(self, text: str) -> tuple[str, int]:
        """The same of a list, each part by itself, where more of the parts is known than of the whole."""
        best = self._known(text)
        for mark in SEPARATORS:
            parts = text.split(mark)
            if len(parts) > 1:
                found = [self._listed(part) for part in parts]
                known = sum(own for _, own in found) if all(own for _, own in found) else 0
                if known > best[1]:
                    best = self._plain.get(mark, mark).join(said for said, _ in found), known
        return best


class Pattern:
    """One sentence with values in it.

    Args:
        english: The sentence, values named in braces.
        translation: The same in another language.
        tails: Regular expressions of what may be hung onto a sentence: of two values side by side, the second is one.
    """

    def __init__(self, english: str, translation: str, tails: Sequence[str] = ()) -> None:
        pieces = list(Formatter().parse(english))
        self._literals = [literal for literal, *_ in pieces if literal]
        self.telling = sum(map(len, self._literals))  # the more of it is fixed, the surer is a match
        self._longest = max(self._literals, key=len, default="")
        self._translation = translation
        self._source = source_of(english, tails, "v_")

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
                said.append(catalogue.say_value(values[name]) if form == TRANSLATED else values[name])
        return "".join(said)


def source_of(english: str, tails: Sequence[str] = (), prefix: str = "") -> str:
    """A regular expression of a sentence, its values as groups by name.

    Args:
        english: The sentence, values named in braces.
        tails: What a value may be that stands right after another one.
        prefix: Of the groups' names; without one they have none.
    """
    source, seen, touching = "", set(), False
    for literal, name, *_ in Formatter().parse(english):
        source += re.escape(literal)
        if name is not None:
            value = "|".join(("", *tails)) if touching and not literal and tails else ".*?"
            # The same value may stand there again, in another format: the first one is kept.
            source += f"(?P<{prefix}{name}>{value})" if prefix and name not in seen else f"(?:{value})"
            seen.add(name)
        touching = name is not None
    return source


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL)


@cache
def catalogue(lang: str) -> Catalogue:
    """The catalogue of a language."""
    found: Any = gettext.translation(DOMAIN, CATALOGUES, [lang])
    return Catalogue({own: said for own, said in found._catalog.items() if own})
