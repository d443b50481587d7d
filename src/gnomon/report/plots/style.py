"""How all plots look: colours, fonts, what is written where, and the axes that they are drawn on."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gnomon.errors import UsageError
from gnomon.message import Message
from gnomon.report.language import tr

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that people with any colour vision tell apart: M. Okabe and K. Ito, "Color universal design" (2002).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# And lines that differ in black and white, too.
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
GREY, BAND = "#767676", 0.15
# What texts on a coloured tile are marked with.
TILE = "tile"
# How far below the axes the legend is, in points: below the ticks and the label.
LEGEND_BELOW = 38
# Fonts with Hangul, the first of which that is installed is used where the usual font lacks a letter.
HANGUL_FONTS = (
    "Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "NanumBarunGothic", "Malgun Gothic", "AppleGothic",
    "Apple SD Gothic Neo", "UnDotum", "Baekmuk Dotum", "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Serif CJK KR",
)  # fmt: skip
# How the names of their files begin.
HANGUL_FILES = ("NotoSansCJK", "NotoSansKR", "NotoSerifCJK", "Nanum", "malgun", "AppleGothic", "AppleSDGothic",
                "UnDotum", "Baekmuk")  # fmt: skip


class Label(NamedTuple):
    """What is written beside a line, in the coordinates of its axes."""

    text: str
    x: float
    y: float
    colour: str
    side: str = "right"
    rotation: float = 0.0


def colour(place: int) -> str:
    """The colour of the model at a place."""
    return COLOURS[place % len(COLOURS)]


def line(place: int) -> Any:
    """The line style of the model at a place: another one when colours begin anew."""
    return LINES[(place + place // len(COLOURS)) % len(LINES)]


def marker(place: int) -> str:
    """The marker of the model at a place."""
    return MARKERS[(place + 2 * (place // len(COLOURS))) % len(MARKERS)]


def hangul_font() -> str | None:
    """An installed font with Hangul, also one that matplotlib has not seen yet; None if there is none."""
    return known_hangul_font() or new_hangul_font()


def known_hangul_font() -> str | None:
    """A font with Hangul that matplotlib knows; None if there is none."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in HANGUL_FONTS if name in installed), None)


def new_hangul_font() -> str | None:
    """The same, once fonts that are not in matplotlib's cache, which it never renews by itself, are added to it."""
    from matplotlib import font_manager

    known = {font.fname for font in font_manager.fontManager.ttflist}
    wanted = tuple(name.replace(" ", "").lower() for name in HANGUL_FILES)
    for path in font_manager.findSystemFonts():
        name = Path(path).stem.replace(" ", "").lower()
        if path not in known and name.startswith(wanted):
            with suppress(OSError, RuntimeError):  # a file that is not a font after all
                font_manager.fontManager.addfont(path)
    return known_hangul_font()


@contextmanager
def without_glyph_warnings() -> Iterator[None]:
    """Missing letters are reported once, with what helps (:func:`show_hangul`), and not again for each of them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def show_hangul(ax: Axes) -> None:
    """Gives every text with Hangul a font that has it, after the usual one.

    Warns:
        UserWarning: No installed font has Hangul, and there is some to be shown.
    """
    from matplotlib.text import Text

    korean = [own for own in ax.findobj(Text) if isinstance(own, Text) and has_hangul(own.get_text())]
    ticks = [own.get_text() for axis in (ax.xaxis, ax.yaxis) for own in axis.get_ticklabels()]
    if not korean and not any(map(has_hangul, ticks)):
        return
    font = hangul_font()
    if font is None:
        warnings.warn(
            Message(
                "no_korean_font",
                "no installed font can display Korean: install one, such as Noto Sans CJK KR or NanumGothic",
            ),
            stacklevel=4,
        )
        return
    usual = ax.xaxis.label.get_fontfamily()
    family = [*([usual] if isinstance(usual, str) else usual), font]
    for text in korean:
        text.set_fontfamily(family)
    ax.tick_params(labelfontfamily=family)


def has_hangul(text: str) -> bool:
    """Whether a text has Korean letters."""
    return any("\uac00" <= letter <= "\ud7a3" for letter in text)


def pyplot() -> Any:
    """The module that draws.

    Raises:
        UsageError: It is not installed.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise UsageError(Message("plots_need", "plots require matplotlib\npip install 'gnomon[plots]'")) from None
    return plt


def canvas(ax: Axes | None) -> tuple[Axes, Figure]:
    """The axes to draw on: the caller's, or new ones."""
    if ax is not None:
        figure = ax.get_figure()
        assert figure is not None  # it has not been removed
        return ax, figure.figure if hasattr(figure, "figure") else figure  # type: ignore[return-value]
    figure, ax = pyplot().subplots(layout="constrained")
    return ax, figure


def unit_square(ax: Axes, across: str, up: str) -> None:
    """Both axes from 0 to 1, of equal size, and what they are."""
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal", xlabel=tr(across), ylabel=tr(up))


def finish(ax: Axes, title: str, direct: Sequence[Label] = ()) -> None:
    """The title, lines in the background, and what the lines are: written beside them, or in a legend below the data.

    Args:
        ax: The axes.
        title: The title.
        direct: What is written where there are few lines; none for a legend.
    """
    ax.set_title(title)
    ax.grid(visible=True, alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)
    for label in direct:
        ax.text(label.x, label.y, label.text, color=label.colour, rotation=label.rotation, ha=label.side, va="bottom",
                fontsize="small", rotation_mode="anchor", transform_rotates_text=bool(label.rotation))  # fmt: skip
    texts = ax.get_legend_handles_labels()[1]
    if texts and not direct:
        wide = max(map(len, texts)) > 24
        ax.legend(
            loc="upper left", bbox_to_anchor=(0.0, 0.0), bbox_transform=below(ax), borderaxespad=0.0, fontsize="small",
            frameon=False, ncols=1 if wide else min(3, len(texts)),
        )  # fmt: skip


def below(ax: Axes) -> Any:
    """The coordinates of the axes, moved below the label of the axis."""
    from matplotlib.transforms import ScaledTranslation

    figure = ax.get_figure()
    assert figure is not None  # it has not been removed
    return ax.transAxes + ScaledTranslation(0, -LEGEND_BELOW / 72, figure.dpi_scale_trans)
