"""The lesson, and its exercises, as Jupyter notebooks that are not yet run; their cells are slides, too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gnomon.lesson.exercises import exercise_cells
from gnomon.lesson.steps import Code, steps
from gnomon.report.language import speaking


def lesson_notebook(lang: str | None = None) -> str:
    """The notebook as JSON (nbformat 4.5).

    A heading begins a slide, what follows it stands below: ``jupyter nbconvert --to slides`` makes slides of it.

    Args:
        lang: The language to write in; None for that of the environment.
    """
    with speaking(lang):
        cells: list[tuple[str, str]] = []
        for step in steps():
            if isinstance(step, Code):
                cells.append(("code", step.text))
            elif cells and cells[-1][0] == "markdown" and not step.text.startswith("#"):
                cells[-1] = ("markdown", f"{cells[-1][1]}\n\n{step.text}")
            else:
                cells.append(("markdown", step.text))
    return notebook(cells)


def exercises_notebook(seed: int, lang: str | None = None, *, solutions: bool = False) -> str:
    """The exercises of a student, or their solutions, as JSON (nbformat 4.5).

    Args:
        seed: Of the student's data.
        lang: The language to write in; None for that of the environment.
        solutions: Whether the answers are given.
    """
    with speaking(lang):
        return notebook(exercise_cells(seed, lang, solutions=solutions))


def notebook(cells: Sequence[tuple[str, str]]) -> str:
    """Cells, each its kind and its text, as a notebook."""
    made: list[dict[str, Any]] = []
    for place, (kind, text) in enumerate(cells):
        slide = "slide" if kind == "markdown" and text.startswith("#") else "fragment" if kind == "code" else "-"
        cell: dict[str, Any] = {"cell_type": kind, "id": f"step-{place}"}
        cell["metadata"] = {"slideshow": {"slide_type": slide}}
        cell["source"] = text.splitlines(keepends=True)
        made.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
