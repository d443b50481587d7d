"""Plots show what the evaluation says: lines are scikit-learn's curves, points the estimates."""

import sys

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn import metrics

import gnomon
from gnomon.report.plots import style


@pytest.fixture(scope="module")
def rows():
    """Targets and two scores."""
    rng = np.random.default_rng(0)
    y = rng.random(300) < 0.3
    return y, *(np.round(np.clip(rng.normal(0.4 + gain * y, 0.2), 0, 1), 2) for gain in (0.2, 0.3))


@pytest.fixture(scope="module")
def ev(rows):
    """One evaluation, with slices."""
    y, p, _ = rows
    data = {"y": y, "p": p, "region": np.where(np.arange(300) % 3, "north", "<b>south")}
    return gnomon.evaluate(data, target="y", score="p", slices="region")


@pytest.fixture(scope="module")
def both(rows):
    """Two evaluations of the same rows."""
    y, p, q = rows
    return gnomon.Evaluations({"old": gnomon.evaluate(y, p), "new": gnomon.evaluate(y, q)})


@pytest.fixture(scope="module")
def regression():
    """An evaluation of amounts."""
    rng = np.random.default_rng(1)
    y = rng.normal(size=200)
    return gnomon.evaluate(y, y + rng.normal(size=200))


@pytest.fixture(autouse=True)
def closed():
    """Figures do not pile up."""
    yield
    plt.close("all")


def line_named(ax, start):
    """The line whose label starts so."""
    return next(own for own in ax.get_lines() if own.get_label().startswith(start))


def test_the_roc_curve_is_scikit_learns(rows, ev):
    """All its points, with AUC and interval in the legend, and the line of chance."""
    y, p, _ = rows
    ax = ev.plot.roc().ax_
    drawn = line_named(ax, "AUC")
    fpr, tpr, _ = metrics.roc_curve(y, p, drop_intermediate=False)
    assert drawn.get_xydata() == pytest.approx(np.column_stack([fpr, tpr]), abs=1e-12)
    auc = ev["roc_auc"]
    assert drawn.get_label() == f"AUC {auc.value:.3f} [{auc.low:.3f}, {auc.high:.3f}]"
    assert line_named(ax, "chance").get_xydata().tolist() == [[0, 0], [1, 1]]


def test_the_precision_recall_curve_is_scikit_learns(rows, ev):
    """In steps as scikit-learn draws it, ending at recall 0 with precision 1."""
    y, p, _ = rows
    drawn = line_named(ev.plot.precision_recall().ax_, "AP")
    precision, recall, _ = metrics.precision_recall_curve(y, p)
    assert drawn.get_xydata() == pytest.approx(np.column_stack([recall, precision])[::-1], abs=1e-12)
    assert drawn.get_drawstyle() == "steps-pre"


def test_the_det_curve_is_scikit_learns(rows, ev):
    """Where it is finite on the scale of normal deviates."""
    from scipy.stats import norm

    y, p, _ = rows
    drawn = line_named(ev.plot.det().ax_, "AUC").get_xydata()
    fpr, fnr, _ = metrics.det_curve(y, p)
    inside = (fpr > 0) & (fpr < 1) & (fnr > 0) & (fnr < 1)
    expected = norm.ppf(np.column_stack([fpr, fnr])[inside])
    assert np.sort(drawn[:, 0]) == pytest.approx(np.sort(expected[:, 0]), abs=1e-9)
    assert np.sort(drawn[:, 1]) == pytest.approx(np.sort(expected[:, 1]), abs=1e-9)


def test_between_two_scores_counts_are_those_of_the_higher(rows, ev):
    """The measures at any threshold, read off the steps, are scikit-learn's there."""
    y, p, _ = rows
    drawn = line_named(ev.plot.thresholds().ax_, "recall")
    x, up = drawn.get_xydata().T
    assert (np.diff(x) > 0).all()
    for threshold in (0.2, 0.455, 0.5, 0.713):
        assert up[np.searchsorted(x, threshold)] == metrics.recall_score(y, p >= threshold)


def test_several_models_on_one_axes(both):
    """Each has its name, its colour and its line style."""
    ax = both.plot.roc().ax_
    old, new = line_named(ax, "old (AUC"), line_named(ax, "new (AUC")
    assert old.get_color() != new.get_color()
    assert old.get_linestyle() != new.get_linestyle()


def test_the_callers_axes(ev):
    """A plot goes where it is told, and no figure is opened besides."""
    figure, ax = plt.subplots()
    found = ev.plot.calibration(ax=ax)
    assert found.ax_ is ax
    assert found.figure_ is figure
    assert plt.get_fignums() == [figure.number]
    curve = ev.calibration.equal_width
    drawn = next(own for own in ax.get_lines() if own.get_marker() == "o")
    assert drawn.get_xydata() == pytest.approx(np.column_stack([curve.probability, curve.observed]))


def test_the_confusion_matrix(ev, both):
    """Counts stand in their cells, rows true; of two models there are two."""
    ax = ev.plot.confusion().ax_
    cells = {tuple(map(int, text.get_position())): text.get_text().split("\n")[0] for text in ax.texts}
    assert cells[1, 0] == str(ev.confusion.counts[0, 1])
    assert ax.get_ylabel() == "true"
    assert len(both.plot.confusion().ax_) == 2
    with pytest.raises(gnomon.UsageError, match="2 confusion matrices, but 1 axes"):
        both.plot.confusion(ax=ax)


def test_slices_and_intervals(ev):
    """Points are the estimates; names from outside are text."""
    ax = ev.plot.slices("region", by="recall").ax_
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert {label.partition(" (")[0] for label in labels} == {"north", "<b>south"}
    points = {round(x, 12) for own in ax.get_lines() if own.get_marker() == "o" for x in own.get_xdata()}
    assert {round(own["recall"].value, 12) for own in ev.slices["region"].values()} <= points
    ax = ev.plot.intervals().ax_
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert "recall (sensitivity)" in labels
    assert "log loss" not in labels
    with pytest.raises(gnomon.UsageError, match="did you mean 'region'"):
        ev.plot.slices("regoin")
    with pytest.raises(gnomon.UsageError, match="did you mean 'recall'"):
        ev.plot.slices(by="recal")


def test_amounts(regression):
    """Each row is a point against the truth; ranges of the prediction have their mean error."""
    points = regression.plot.predicted_vs_true().ax_.collections[0].get_offsets()
    scatter = regression.errors.scatter
    assert np.asarray(points) == pytest.approx(np.column_stack([scatter.target, scatter.prediction]))
    ax = regression.plot.residuals().ax_
    drawn = next(own for own in ax.get_lines() if own.get_marker() == "o")
    assert drawn.get_ydata() == pytest.approx([own.mean_error.value for own in regression.errors.residuals])


def test_what_there_is_not_is_said(ev, regression):
    """A plot of what an evaluation has not names those that there are."""
    with pytest.raises(gnomon.UsageError, match=r"has no plot 'roc': it has intervals"):
        regression.plot.roc()
    with pytest.raises(gnomon.UsageError, match=r"no plot 'residuals'"):
        ev.plot.residuals()


@pytest.mark.parametrize("draw", [lambda ev: ev.plot.roc(), lambda ev: ev.plot(), lambda ev: ev.plot.save("ev.png")])
def test_without_matplotlib_the_error_says_what_to_install(ev, monkeypatch, tmp_path, draw):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(gnomon.UsageError, match=r"plots require matplotlib: pip install 'gnomon\[plots\]'"):
        draw(ev)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("form", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_all_as_one_picture(tmp_path, ev, form, start):
    """The same bytes each time, in the format that the name ends with."""
    path, again = tmp_path / f"a.{form}", tmp_path / f"b.{form}"
    ev.plot.save(path)
    ev.plot.save(again)
    assert path.read_bytes().startswith(start)
    assert path.read_bytes() == again.read_bytes()
    assert not plt.get_fignums()
    with pytest.raises(gnomon.UsageError, match=r"\.png, \.svg, \.pdf"):
        ev.plot.save(tmp_path / "a.gif")


def test_certified_and_undefined_evaluations_are_drawn():
    """Binned scores, one class only, scores that are all the same, labels by the hundred."""
    rng = np.random.default_rng(2)
    y = rng.random(5000) < 0.1
    gnomon.evaluate(y, rng.random(5000), exact=False).plot()
    gnomon.evaluate([0, 0, 0], [0.2, 0.5, 0.7], classes=[0, 1]).plot()
    gnomon.evaluate([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]).plot()
    many = rng.integers(0, 40, 2000)
    gnomon.evaluate(many, np.where(rng.random(2000) < 0.5, many, 0)).plot()


def test_korean_names_have_a_font_or_a_note(monkeypatch):
    """A font with Hangul is added where names need it; where none is installed, a warning says so."""
    y = ["양성", "음성", "양성", "음성"]
    ev = gnomon.evaluate(y, y, positive="양성")
    monkeypatch.setattr(style, "hangul_font", lambda: "Some Hangul Font")
    ax = ev.plot.confusion().ax_
    assert all(own.get_fontfamily()[-1] == "Some Hangul Font" for own in ax.get_yticklabels())
    assert "Some Hangul Font" not in ax.title.get_fontfamily()
    monkeypatch.setattr(style, "hangul_font", lambda: None)
    with pytest.warns(UserWarning, match="no installed font can display Korean"):
        ev.plot.confusion()


def test_a_font_that_was_installed_later_is_found(monkeypatch):
    """Matplotlib's cache of fonts is of an earlier day: the advice to install one must help all the same."""
    from matplotlib import font_manager

    if not any("CJK" in path or "Nanum" in path for path in font_manager.findSystemFonts()):
        pytest.skip("no font with Hangul is installed")
    stale = [font for font in font_manager.fontManager.ttflist if font.name not in style.HANGUL_FONTS]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [f for f in stale if "CJK" not in f.fname])
    assert style.known_hangul_font() is None
    assert style.hangul_font() in style.HANGUL_FONTS


def test_missing_letters_are_told_once(monkeypatch, tmp_path, recwarn):
    """Without a font there is one warning for each plot with Hangul, not one for each letter."""
    monkeypatch.setattr(style, "hangul_font", lambda: None)
    gnomon.evaluate([0, 1] * 20, [0.2, 0.7] * 20).plot.save(tmp_path / "a.png", lang="ko")
    messages = {str(own.message) for own in recwarn}
    assert messages == {"no installed font can display Korean: install one, such as Noto Sans CJK KR or NanumGothic"}
