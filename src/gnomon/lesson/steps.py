"""The lesson's text and code, taken apart: one source for the page, the terminal and the notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gnomon.report.language import tr

SOURCE = Path(__file__).parent / "lesson.md"
# A block of code with what is wanted of it, or a block of text.
_FENCE = re.compile(r"^```python *(?P<wanted>\w*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Words:
    """Text in Markdown: a heading, a paragraph, a list or a table."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Code to run; ``slider``: its result is shown with a threshold that moves."""

    text: str
    slider: bool = False


def steps() -> list[Words | Code]:
    """Words and code in their order, words in the language that is spoken."""
    return list(translated(parsed(SOURCE.read_text(encoding="utf-8"))))


def parsed(source: str) -> Iterator[Words | Code]:
    """Words, a block each, and code."""
    end = 0
    for fence in _FENCE.finditer(source):
        yield from map(Words, blocks(source[end : fence.start()]))
        yield Code(fence["code"].rstrip("\n"), fence["wanted"] == "slider")
        end = fence.end()
    yield from map(Words, blocks(source[end:]))


def blocks(text: str) -> list[str]:
    """Blocks of Markdown, which empty lines stand between."""
    return [block for block in (own.strip() for own in re.split(r"\n\s*\n", text)) if block]


def translated(steps: Iterator[Words | Code]) -> Iterator[Words | Code]:
    """The same with words in the language that is spoken, line by line where lines stand alone."""
    for step in steps:
        if isinstance(step, Code):
            yield step
        else:
            yield Words("\n".join(map(line, step.text.split("\n"))))


# What a line begins with, and what stands between the cells of a table.
_MARK = re.compile(r"^(#+ |- )?(.*)$", re.DOTALL)


def line(text: str) -> str:
    """A line of Markdown, its mark kept, cells of a table one by one."""
    if text.startswith("|"):
        return "|".join(f" {tr(cell.strip())} " if cell.strip(" -") else cell for cell in text.split("|"))
    mark, words = _MARK.fullmatch(text).groups()  # type: ignore[union-attr]
    return f"{mark or ''}{tr(words)}"


def sentences() -> list[str]:
    """All that is to be translated."""
    texts: list[str] = []
    for step in parsed(SOURCE.read_text(encoding="utf-8")):
        for line in step.text.split("\n") if isinstance(step, Words) else ():
            cells = [cell.strip() for cell in line.split("|")] if line.startswith("|") else [_MARK.fullmatch(line)[2]]  # type: ignore[index]
            texts += [cell for cell in cells if cell.strip(" -")]
    return list(dict.fromkeys(texts))
