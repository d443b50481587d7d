"""Writes the tables of docs/measures.md from the declarations of the measures.

``python docs/write_measures.py`` rewrites them; with ``--check`` it only says, by exit code 1, that they are not true.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from gnomon.measures import confusion, label_averages, probability, ranking, regression, threshold
from gnomon.measures.confusion import f_beta
from gnomon.measures.measure import HIGHER, LOWER, Measure
from gnomon.measures.regression import pinball

PAGE = Path(__file__).parent / "measures.md"
TABLE = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
DIRECTIONS = {HIGHER: "higher", LOWER: "lower"}


def usual(own: Measure) -> bool:
    """Whether it stands in an evaluation without being asked for."""
    return any(place in own.shown for place in ("binary", "regression"))


def of_cells(asked: bool) -> list[Measure]:
    """Measures of the confusion matrix."""
    found = [own for own in confusion.MEASURES if usual(own) != asked]
    return [*found, f_beta(2, "f2")] if asked else found


TABLES: dict[str, Iterable[Measure]] = {
    "binary": [*of_cells(asked=False), *ranking.MEASURES, *probability.MEASURES],
    "asked": of_cells(asked=True),
    "threshold": threshold.MEASURES,
    "multilabel": label_averages.MEASURES,
    "regression": [own for own in regression.MEASURES if usual(own)],
    "losses": [*(own for own in regression.MEASURES if not usual(own)), pinball(0.9, "pinball_0.9")],
}


def end(value: float) -> str:
    """An end of a range."""
    return "∞" if value == math.inf else "-∞" if value == -math.inf else f"{value:g}"


def direction(own: Measure) -> str:
    """Which values are better."""
    return DIRECTIONS.get(own.better, "nearer 0" if own.low < 0 else "neither")


def table(measures: Iterable[Measure]) -> str:
    """A line for each."""
    lines = ["| name | also called | definition | range | better |", "| --- | --- | --- | --- | --- |"]
    for own in measures:
        names = ", ".join(f"`{name}`" for name in own.aliases)
        definition = own.definition.replace("|", "\\|")
        lines.append(
            f"| `{own.name}` | {names} | {definition} | {end(own.low)} to {end(own.high)} | {direction(own)} |"
        )
    return "\n".join(lines) + "\n"


def rewritten(text: str) -> str:
    """The page with its tables made anew."""
    return TABLE.sub(lambda found: found[1] + "\n" + table(TABLES[found[2]]) + "\n" + found[3], text)


def main(check: bool) -> int:
    """Writes the page, or says whether it is true."""
    text = PAGE.read_text(encoding="utf-8")
    made = rewritten(text)
    if check:
        return int(made != text)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
