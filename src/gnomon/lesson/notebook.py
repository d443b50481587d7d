"""The lesson as a Jupyter notebook, not yet run."""

from __future__ import annotations

import json
from typing import Any

from gnomon.lesson.steps import Code, steps
from gnomon.report.language import speaking


def lesson_notebook(lang: str | None = None) -> str:
    """The notebook as JSON (nbformat 4.5).

    Args:
        lang: The language to write in; None for that of the environment.
    """
    with speaking(lang):
        cells: list[dict[str, Any]] = []
        for step in steps():
            if isinstance(step, Code):
                cells.append({"cell_type": "code", "execution_count": None, "outputs": [], "source": step.text})
            elif cells and cells[-1]["cell_type"] == "markdown" and not step.text.startswith("#"):
                cells[-1]["source"] += f"\n\n{step.text}"
            else:
                cells.append({"cell_type": "markdown", "source": step.text})
    for place, cell in enumerate(cells):
        cell |= {"id": f"step-{place}", "metadata": {}, "source": cell["source"].splitlines(keepends=True)}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
