"""The runs of a recipe as tables: for a terminal, as Markdown, as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from gnomon.history.recipe import OfRuns, Recipe
from gnomon.measures.registry import get_measure
from gnomon.message import Message
from gnomon.report.language import tr
from gnomon.report.markdown import plain
from gnomon.report.runs import LONGEST, as_markdown
from gnomon.report.terminal.tables import ASCII, UNICODE, Glyphs, column_table
from gnomon.text import number, signed
from gnomon.visible import visible

# Fewer runs than these say little of how far runs lie apart.
FEW = 5


def heading(recipe: Recipe) -> str:
    """How many runs there are, and of how many rows."""
    name, n = visible(recipe.name, LONGEST), recipe.runs[0].n
    text = "{name}: {runs:,} runs on the same {n:,} rows"
    title = tr(Message("recipe_runs", text, name=name, runs=len(recipe.runs), n=n))
    if recipe.other is None:
        return title
    text = "{title}; {other}: {runs:,} runs"
    other = visible(recipe.other.name, LONGEST)
    return tr(Message("recipe_against", text, title=title, other=other, runs=len(recipe.other.runs)))


def columns(recipe: Recipe, glyphs: Glyphs = UNICODE) -> dict[str, list[str]]:
    """What the runs score as columns of text."""
    made = {"": [tr(get_measure(name).column) for name in recipe.measures]}
    dash = glyphs.dash
    if recipe.other is not None and recipe.differences is not None:
        first, second = (visible(own.name, LONGEST) for own in (recipe, recipe.other))
        made |= {
            f"{second} - {first}": [compared(own, dash) for own in map(recipe.differences.get, recipe.measures)],
            first: [figure(own, dash) for own in recipe.measures.values()],
            second: [figure(own, dash) for own in recipe.other.measures.values()],
        }
        return made
    every = recipe.measures.values()
    return made | {
        tr("mean of runs"): [figure(own, dash) for own in every],
        tr("SD of runs"): [number(own.between) for own in every],
        tr("noise floor"): [number(own.floor) for own in every],
        tr("from runs"): ["" if math.isnan(own.from_runs) else f"{own.from_runs:.0%}" for own in every],
    }


def compared(own: OfRuns | None, dash: str) -> str:
    """A difference with its interval; empty where it has none."""
    return "" if own is None else figure(own, dash, signed)


def figure(own: OfRuns, dash: str, form: Any = number) -> str:
    """A value with its interval."""
    ends = "" if math.isnan(own.low) else f" ({form(own.low)} {dash} {form(own.high)})"
    return str(form(own.value)) + ends


def remarks(recipe: Recipe) -> list[str]:
    """What is to be known of the table."""
    level = f"{100 * recipe.level:g}"
    text = "Intervals of {level} % allow for other rows as well as for other runs."
    said = [tr(Message("recipe_intervals", text, level=level))]
    if recipe.other is None:
        text = (
            "Noise floor: two runs of this recipe differ by less than this {level} % of the time when nothing was "
            "changed."
        )
        said.append(tr(Message("noise_floor", text, level=level)))
        text = "From runs: the share of the mean's variance that more runs would lower; the rest takes more rows."
        said.append(tr(Message("recipe_from_runs", text)))
        if len(recipe.runs) < FEW:
            text = "Few runs: the standard deviation, and with it the noise floor, is itself uncertain."
            said.append(tr(Message("recipe_few_runs", text)))
    left = recipe.left + (0 if recipe.other is None else recipe.other.left)
    if left:
        text = "Left out, as they were judged on other rows, by another class or threshold: {number:,} runs."
        said.append(tr(Message("recipe_left", text, number=left)))
    if recipe.unpaired is not None:
        text = "The runs were not read row by row, so the intervals are wider than necessary: {why}."
        said.append(tr(Message("recipe_unpaired", text, why=recipe.unpaired)))
    return said


def show_recipe(recipe: Recipe, console: Console) -> None:
    """Prints a recipe."""
    glyphs = ASCII if console.options.ascii_only else UNICODE
    console.print(Text(heading(recipe), style="bold"))
    console.print()
    console.print(column_table(columns(recipe, glyphs), console.width, {}, glyphs))
    console.print()
    for text in remarks(recipe):
        console.print(Text(text, style="dim"))


def recipe_as(form: str, recipe: Recipe) -> str:
    """A recipe as JSON, or as Markdown."""
    if form == "json":
        return json.dumps(recipe.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    said: Sequence[str] = remarks(recipe)
    listed = "\n".join(f"- {plain(text)}" for text in said)
    return f"{plain(heading(recipe))}\n\n{as_markdown(columns(recipe))}\n{listed}\n"
