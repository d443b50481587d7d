"""The language of the command line: of its help, of click's own words, of its errors."""

from __future__ import annotations

import gettext
import inspect
import os
import sys
from collections.abc import Sequence

import click

from gnomon.report.language import CATALOGUES, ENGLISH, LANGUAGES, environment_language, speaking, tr


def speak(arguments: Sequence[str], group: click.Group) -> str:
    """The language that is asked for, in which the help of all commands is set.

    A terminal that cannot show it is spoken to in English.

    Args:
        arguments: Of the command line; ``--lang`` among them.
        group: The commands.
    """
    lang = asked(arguments) or environment_language()
    if lang == ENGLISH or not shows(LANGUAGES[lang]):
        return ENGLISH
    os.environ["LANGUAGE"] = lang
    gettext.bindtextdomain("messages", CATALOGUES)  # where click looks for its own words
    with speaking(lang):
        translate(group)
    return lang


def asked(arguments: Sequence[str]) -> str | None:
    """The language of ``--lang``, if it names one; what else it says is refused where options are read."""
    for place, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name == "--lang":
            said = value if equals else next(iter(arguments[place + 1 :]), "")
            return said if said in LANGUAGES else None
    return None


def shows(letters: str) -> bool:
    """Whether the terminal's encoding has the letters."""
    try:
        letters.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def translate(command: click.Command) -> None:
    """Sets the help of a command, of its options and of its commands."""
    if command.help is not None:
        command.help = "\n\n".join(part if part.lstrip().startswith("\b") else tr(" ".join(part.split()))
                                    for part in inspect.cleandoc(command.help).split("\n\n"))  # fmt: skip
    if command.short_help is not None:
        command.short_help = tr(command.short_help)
    for option in command.params:
        if isinstance(option, click.Option) and option.help is not None:
            option.help = tr(option.help)
    for subcommand in getattr(command, "commands", {}).values():
        translate(subcommand)
