"""A figure as the bytes of a file: of a size, light or dark; an SVG's text is text, with a title and a description."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import BytesIO
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gnomon.errors import UsageError
from gnomon.message import Message
from gnomon.report.plots.style import COLOURS, GREY, TILE, pyplot, without_glyph_warnings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf")
DOTS_PER_INCH = 130
# The widest and the narrowest figure, in inches.
WIDEST, NARROWEST = 100.0, 1.0
# On a dark ground: the ground, what is written on it, and what each colour of a light one becomes.
DARK_GROUND, DARK_INK = "#14171b", "#e6e9ed"
DARK_COLOURS = dict(
    zip(COLOURS, ("#56B4E9", "#FF9A4D", "#3CCF9F", "#E79CC6", "#F0C05A", "#8FD0FF", DARK_INK), strict=True)
) | {GREY: "#9AA4AF"}
# Nothing in a file depends on when or where it was written.
STAMPS: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}


def form_of(path: str | Path) -> str:
    """The format that the name of a file ends in.

    Raises:
        UsageError: It ends otherwise.
    """
    form = Path(path).suffix.removeprefix(".").lower()
    if form not in FORMATS:
        ends = ", ".join(f".{own}" for own in FORMATS)
        raise UsageError(
            Message("picture_name", "{path} is not the name of an image\nend it with {ends}", path=path, ends=ends)
        )
    return form


def check_size(width: float | None, height: float | None) -> None:
    """Raises UsageError unless a width and a height, in inches, make a figure."""
    for name, size in (("width", width), ("height", height)):
        known = isinstance(size, Real) and not isinstance(size, bool)
        if size is not None and not (known and NARROWEST <= float(size) <= WIDEST):
            raise UsageError(
                Message(
                    "picture_size",
                    "{name}={size!r} is not a size in inches\npass a number from {least:g} to {most:g}",
                    name=name,
                    size=size,
                    least=NARROWEST,
                    most=WIDEST,
                )
            )


def drawn(
    figure: Figure, form: str, width: float | None = None, height: float | None = None, *, dark: bool = False
) -> bytes:
    """A figure as the bytes of a file.

    Args:
        figure: The figure; it is left as it was.
        form: One of :data:`FORMATS`.
        width: In inches; None as it is, or in proportion to the height.
        height: In inches; None as it is, or in proportion to the width.
        dark: Whether it is for a dark ground.
    """
    check_size(width, height)
    size = tuple(figure.get_size_inches())
    across, up = size
    if width is not None or height is not None:
        across, up = width or size[0] * (height or 1) / size[1], height or size[1] * (width or 1) / size[0]
    file = BytesIO()
    figure.set_size_inches(across, up)
    try:
        with (
            pyplot().rc_context({"svg.hashsalt": "gnomon", "svg.fonttype": "none"}),
            without_glyph_warnings(),
            darkened(figure, dark),
        ):
            figure.draw_without_rendering()  # the layout settles in two steps
            figure.savefig(
                file, format=form, dpi=DOTS_PER_INCH, metadata=STAMPS[form], facecolor=figure.get_facecolor()
            )
    finally:
        figure.set_size_inches(*size)
    return described(file.getvalue(), figure) if form == "svg" else file.getvalue()


def described(svg: bytes, figure: Figure) -> bytes:
    """An SVG with a title and a description, which readers of the screen say aloud."""
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    lines = [f"{ax.get_title()}: {text}" for ax in figure.axes for text in ax.get_legend_handles_labels()[1]]
    head, tag, rest = svg.partition(b"<svg ")
    attributes, end, body = rest.partition(b">")
    told = f"<title>{escape(', '.join(titles))}</title><desc>{escape('; '.join(lines))}</desc>"
    return head + tag + b'role="img" ' + attributes + end + told.encode("utf-8") + body


@contextmanager
def darkened(figure: Figure, dark: bool) -> Iterator[None]:
    """The figure in the colours of a dark ground, and again in its own."""
    changes = list(dark_colours(figure)) if dark else []  # all are known before the first is made
    own = [(artist, what, getattr(artist, f"get_{what}")()) for artist, what, _ in changes]
    for artist, what, value in changes:
        getattr(artist, f"set_{what}")(value)
    try:
        yield
    finally:
        for artist, what, value in own:
            getattr(artist, f"set_{what}")(value)


def dark_colours(figure: Figure) -> Iterator[tuple[Any, str, Any]]:
    """What changes colour on a dark ground: an artist, which of its colours, and what that becomes."""
    from matplotlib.collections import Collection
    from matplotlib.colors import to_hex, to_rgb
    from matplotlib.lines import Line2D
    from matplotlib.spines import Spine
    from matplotlib.text import Text

    shades = {to_hex(light): shade for light, shade in (DARK_COLOURS | {"black": DARK_INK}).items()}
    yield figure, "facecolor", DARK_GROUND
    for ax in figure.axes:
        yield ax, "facecolor", DARK_GROUND
    for artist in figure.findobj(lambda own: isinstance(own, (Line2D, Text, Spine, Collection))):
        if isinstance(artist, Text):
            if artist.get_gid() != TILE:  # which is read on a colour of its own
                yield artist, "color", shades.get(to_hex(artist.get_color()), DARK_INK)
        elif isinstance(artist, Line2D):
            for what in ("color", "markerfacecolor", "markeredgecolor"):
                value = getattr(artist, f"get_{what}")()
                shade = None if isinstance(value, str) and value == "none" else shades.get(to_hex(value))
                if shade is not None:
                    yield artist, what, shade
        elif isinstance(artist, Spine):
            yield artist, "edgecolor", DARK_INK
        elif isinstance(artist, Collection):
            for what in ("facecolor", "edgecolor"):
                values = getattr(artist, f"get_{what}")()
                if len(values):
                    yield artist, what, [(*to_rgb(shades.get(to_hex(own[:3]), own[:3])), own[3]) for own in values]
