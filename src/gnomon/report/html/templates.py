"""Templates are files beside this one; whatever is set into them is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from gnomon.report.html.library import missing
from gnomon.report.language import language, tr
from gnomon.text import number
from gnomon.visible import visible

FOLDER = Path(__file__).parent / "templates"


def rendered(name: str, **values: Any) -> str:
    """A template with values set into it.

    Raises:
        UsageError: The packages for reports are not installed.
    """
    return str(environment().get_template(name).render(lang=language(), **values))


def anchor(head: str) -> str:
    """The name of a heading to link to."""
    return "".join(letter if letter.isalnum() else "-" for letter in head.lower())


@cache
def environment() -> Any:
    """Where templates come from, and what they may use."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise missing(error) from None
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(tr=tr)
    made.filters.update(number=number, visible=visible, anchor=anchor)
    return made
