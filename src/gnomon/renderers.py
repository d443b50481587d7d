"""Every way to show a result: its name, the endings of its files, and where it is. Loaded when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gnomon.lazy import load


@dataclass(frozen=True, slots=True)
class Renderer:
    """One way to show a result.

    Attributes:
        name: What ``--format`` calls it.
        endings: How the names of its files end.
        where: Its function, ``"module:name"``: from a result to text, in the language that is spoken; of a picture to
            the bytes of a file with one of the endings.
        picture: Whether it is one.
        folder: Whether it makes several files, which go to a folder: its function gives texts by name.
        parts: Whether it can show some parts of the report alone.
        titled: Whether it has a title of its own.
    """

    name: str
    endings: tuple[str, ...]
    where: str
    picture: bool = False
    folder: bool = False
    parts: bool = False
    titled: bool = False

    def __call__(self, result: Any, lang: str | None = None, **options: Any) -> Any:
        """The result, shown.

        Args:
            result: An evaluation, several, a comparison, or a decision.
            lang: The language; None for that of the environment.
            options: What the renderer takes besides, such as the parts to show.
        """
        with load("gnomon.report.language:speaking")(lang):
            return load(self.where)(result, *([self.name] if self.picture else []), **options)


RENDERERS = {
    own.name: own
    for own in (
        Renderer("terminal", (".txt",), "gnomon.report.terminal.report:as_text", parts=True),
        Renderer("json", (".json",), "gnomon.evaluation.result.serialisable:Serialisable.to_json"),
        Renderer("html", (".html", ".htm"), "gnomon.report.html.page:page", parts=True, titled=True),
        Renderer("markdown", (".md",), "gnomon.report.markdown:markdown", parts=True, titled=True),
        Renderer("png", (".png",), "gnomon.report.plots.picture:picture", picture=True),
        Renderer("svg", (".svg",), "gnomon.report.plots.picture:picture", picture=True),
        Renderer("pdf", (".pdf",), "gnomon.report.plots.picture:picture", picture=True),
        Renderer("dvc", (), "gnomon.report.dvc:dvc", folder=True),
    )
}
# How a result displays itself where it is the value of a cell, and where it is told to show itself.
NOTEBOOK = Renderer("notebook", (), "gnomon.report.html.notebook:fragment")
SHOW = Renderer("show", (), "gnomon.report.terminal.report:show")
# What holds a page within a notebook.
EMBEDDED = "gnomon.report.html.notebook:Embedded"
# What makes a data frame of a result.
FRAME = "gnomon.report.tables:to_frame"
# What holds the plots of a result.
PLOTS = "gnomon.report.plots.of_result:plots_of"
