"""A bar on stderr while rows are read, for what takes longer than two seconds, where a person watches."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from gnomon.message import Message

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# Seconds before the bar appears.
PATIENCE = 2.0
# The number of the one task of the bar.
TASK = cast("TaskID", 0)


class ProgressBar:
    """Rows read, rows a second and the time that is left; nothing at all where stderr is not a terminal.

    Call it with the number of rows read so far, and of all rows if that is known; fewer than before begin a new
    reading.
    """

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._started = time.monotonic()
        self._readings = 1
        self._rows = 0
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, rows: int, total: int | None) -> None:
        """Shows how far it is."""
        if not self._watched:
            return
        again, self._rows = rows < self._rows, rows
        self._readings += again
        if self._bar is None:
            if time.monotonic() - self._started < PATIENCE:
                return
            self._bar = make_bar()
            self._bar.add_task("", total=total)
            self._bar.start()
        what = (
            "reading"
            if self._readings == 1
            else Message("reading_pass", "reading, pass {number}", number=self._readings)
        )
        if again:
            self._bar.reset(TASK, total=total)
        self._bar.update(TASK, completed=rows, total=total, description=what)


def make_bar() -> Progress:
    """The bar, not yet shown; it vanishes when it is stopped."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rows(ProgressColumn):
        """How many rows, of how many, and how many a second."""

        def render(self, task: Task) -> Text:
            of = Message("of_total", " of {total:,}", total=int(task.total)) if task.total is not None else ""
            rate = (
                Message("million_per_second", ", {rate:.1f} million/s", rate=task.speed / 1000000.0)
                if task.speed
                else ""
            )
            return Text(f"{int(task.completed):,}{of} rows{rate}", no_wrap=True)

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=10),
        Rows(),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True),
        transient=True,
    )
