"""Every sentence in the reader's language.

A :class:`~gnomon.message.Message` is translated by its template, which the catalogue holds under the message's code,
and its values are set into the translation; a heading or a label, as in ``tr("confusion matrix")``, is looked up as it
is. No other module knows of languages: they make messages, in English. docs/decisions/0010-languages.md says why;
``make messages`` keeps the catalogues.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from gnomon.errors import UsageError, nearest
from gnomon.message import Message, finished
from gnomon.report.korean import with_particles

# By code, what a language calls itself.
LANGUAGES = {"en": "English", "ko": "한국어"}
ENGLISH = "en"
# Where catalogues lie, in gettext's order of folders, and what they are called.
CATALOGUES, DOMAIN = Path(__file__).parent / "messages", "gnomon"
# What is left to do once a sentence is put together.
FINISHED: dict[str, Callable[[str], str]] = {"ko": with_particles}


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
        raise UsageError(
            Message(
                "no_such_language",
                "there is no language {lang!r}\n{hint}",
                lang=lang,
                hint=nearest(str(lang), LANGUAGES),
            )
        )
    token = _chosen.set(lang or _chosen.get())
    try:
        yield
    finally:
        _chosen.reset(token)


def tr(text: str) -> str:
    """A message, heading or label in the language that is spoken; in English where it is not translated.

    >>> with speaking("ko"):
    ...     tr("confusion matrix")
    '혼동 행렬'
    """
    spoken = language()
    if spoken == ENGLISH or not text:
        return str(text)
    return FINISHED.get(spoken, str)(translated(text, catalogue(spoken)))


def translated(text: str, messages: gettext.NullTranslations) -> str:
    """A text in the language of a catalogue: values that are messages are translated, all others set in as they are."""
    if not isinstance(text, Message):
        return messages.gettext(text) if text else ""
    if not text.template:
        return ""
    template = messages.pgettext(text.code, text.template) if text.code else messages.gettext(text.template)
    values = {
        name: translated(value, messages) if isinstance(value, Message) else value
        for name, value in text.values.items()
    }
    return finished(template, values)


@cache
def catalogue(lang: str) -> gettext.NullTranslations:
    """The catalogue of a language."""
    return gettext.translation(DOMAIN, CATALOGUES, [lang])
