"""Pictures for slides: sizes, a dark ground, text as text, contrast, legends beside the data."""

import io
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import image

import gnomon
from gnomon.errors import UsageError
from gnomon.report.plots.thresholds import readable

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def ev():
    """An evaluation with slices."""
    rng = np.random.default_rng(0)
    y = (rng.random(300) < 0.3).astype(int)
    data = {"y": y, "p": np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1), "g": np.arange(300) % 3}
    return gnomon.evaluate(data, target="y", score="p", slices="g")


@pytest.fixture(autouse=True)
def closed():
    """Figures do not pile up."""
    yield
    plt.close("all")


def pixels(path):
    """The picture as red, green and blue, shape (rows, columns, 3)."""
    return image.imread(path)[..., :3]


def luminance(colour):
    """Of a colour, as the Web Content Accessibility Guidelines have it."""
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def test_a_size_in_inches(ev, tmp_path):
    """Both, or one in proportion; the figure is what it was."""
    display = ev.plot.roc()
    own = tuple(display.figure_.get_size_inches())
    for options, size in (
        ({"width": 5}, (5, 3.75)),
        ({"height": 2.4}, (3.2, 2.4)),
        ({"width": 4, "height": 4}, (4, 4)),
    ):
        display.save(tmp_path / "a.png", **options)
        shape = pixels(tmp_path / "a.png").shape
        assert (shape[1], shape[0]) == pytest.approx([130 * side for side in size], abs=1)
        assert tuple(display.figure_.get_size_inches()) == own
    for wrong in (0, -1, float("nan"), 1e6, "wide", True):
        with pytest.raises(UsageError, match="is not a size in inches"):
            display.save(tmp_path / "c.png", width=wrong)
    with pytest.raises(UsageError, match="not the name of an image"):
        display.save(tmp_path / "c.jpg")
    assert not (tmp_path / "c.png").exists()


@pytest.mark.parametrize("name", ["roc", "precision_recall", "thresholds", "confusion", "calibration", "intervals"])
def test_a_dark_ground(ev, tmp_path, name):
    """Dark where the light one is light, what is written light; then the figure is light again."""
    display = getattr(ev.plot, name)()
    for file, dark in (("a", False), ("b", True), ("c", False)):
        display.save(tmp_path / f"{file}.png", dark=dark)
    light, dark = pixels(tmp_path / "a.png"), pixels(tmp_path / "b.png")
    assert light[0, 0].min() == 1.0
    assert luminance(dark[0, 0]) < 0.02
    assert luminance(dark).max() > 0.7
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "c.png").read_bytes()


def test_every_colour_is_seen_on_a_dark_ground(ev):
    """Lines and texts have a contrast of 3 with the ground at least, texts of 4.5."""
    from gnomon.report.plots.saving import DARK_COLOURS, DARK_GROUND, DARK_INK, darkened

    ground = luminance(np.array(mpl.colors.to_rgb(DARK_GROUND)))

    def contrast(colour):
        return (luminance(np.array(mpl.colors.to_rgb(colour))) + 0.05) / (ground + 0.05)

    assert min(map(contrast, DARK_COLOURS.values())) >= 4.5
    assert contrast(DARK_INK) >= 7
    figure = ev.plot.thresholds().figure_
    with darkened(figure, dark=True):
        from matplotlib.text import Text

        texts = [own for own in figure.findobj(Text) if own.get_text()]
        assert texts
        assert min(contrast(own.get_color()) for own in texts) >= 4.5


@pytest.mark.parametrize("share", np.linspace(0, 1, 41))
def test_counts_are_read_on_their_tiles(share):
    """Black or white, with a contrast of 4.5 at least with the shade below."""
    ground = np.array(mpl.colormaps["Blues"](share)[:3])
    ink = np.array(mpl.colors.to_rgb(readable(tuple(ground))))
    bright, dim = sorted((luminance(ground), luminance(ink)), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


def test_the_text_of_an_svg_is_text(ev, tmp_path):
    """With a title and a description; names from outside are escaped."""
    both = gnomon.Evaluations({"<b>old": ev, "new & better": ev})
    both.plot.roc().save(tmp_path / "roc.svg")
    root = ET.parse(tmp_path / "roc.svg").getroot()
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "ROC curve"
    assert "<b>old (AUC" in root.find(f"{SVG}desc").text
    written = [own.text for own in root.iter(f"{SVG}text")]
    assert "false positive rate" in written
    assert any(text.startswith("new & better (AUC") for text in written)


def test_legends_are_beside_the_data(ev):
    """No legend lies over the axes; one curve is named where it is drawn."""
    both = gnomon.Evaluations({"old": ev, "new": ev})
    for display in (both.plot.roc(), both.plot.precision_recall(), ev.plot.thresholds(), ev.plot.calibration(),
                    ev.plot.intervals(), both.plot.slices()):  # fmt: skip
        display.figure_.canvas.draw()
        legend = display.ax_.get_legend().get_window_extent()
        assert legend.y1 <= display.ax_.get_window_extent().y0
        assert legend.y1 <= display.ax_.xaxis.label.get_window_extent().y0 + 1
    for name in ("roc", "precision_recall"):
        ax = getattr(ev.plot, name)().ax_
        assert ax.get_legend() is None
        assert sum(bool(re.match(r"(AUC|AP) 0\.\d", own.get_text())) for own in ax.texts) == 1


def test_a_file_holds_no_time(ev):
    """Twice the same bytes, in every format."""
    from gnomon.report.plots.picture import picture

    for form in ("svg", "pdf", "png"):
        one = picture(ev, form, "roc", dark=True)
        assert one == picture(ev, form, "roc", dark=True)
        assert io.BytesIO(one).read(4)
