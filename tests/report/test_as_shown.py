"""What reports, pictures and help say, whole: as they were last looked at (pytest --snapshot-update after a change).

A picture is told in words: what is drawn, where it begins and ends, what it is called. How it looks is for the eye.
"""

from io import StringIO

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from rich.console import Console

import gnomon
from gnomon.report.plots import style
from gnomon.report.terminal.report import render
from tests.cli.commands import command

N = 240
RNG = np.random.default_rng(20)
Y = (RNG.random(N) < 0.35).astype(int)
P, Q = (np.round(np.clip(RNG.normal(0.3 + gain * Y, 0.2), 0.01, 0.99), 2) for gain in (0.4, 0.2))
KINDS = RNG.integers(0, 3, N)
RAW = RNG.dirichlet((2, 2, 2), N) + 0.5 * np.eye(3)[KINDS]
SHARES = np.round(RAW / RAW.sum(axis=1, keepdims=True), 3)
AMOUNT = np.round(RNG.gamma(3.0, 20.0, N), 1)
ROWS = {
    "y": np.where(Y, "yes", "no"), "p": P, "q": Q, "amount": AMOUNT, "guess": np.round(AMOUNT + RNG.normal(2, 9, N), 1),
    "region": np.array(["north", "east", "west"])[np.where(Q > 0.5, 2, np.arange(N) % 2)],
    "part": np.where(np.arange(N) % 4, "test", "train"), "kind": np.array(["ant", "bee", "cat"])[KINDS],
    "l1": Y, "l2": (Q > 0.4).astype(int), "s1": P, "s2": Q,
    **{f"p_{name}": SHARES[:, place] for place, name in enumerate(("ant", "bee", "cat"))},
}  # fmt: skip
COSTS = [[0, 1, 1], [1, 0, 1], [5, 5, 0]]


def evaluation(**more):
    """Of two classes."""
    return gnomon.evaluate(ROWS, target="y", score="p", positive="yes", **more)


RESULTS = {
    "binary": lambda: evaluation(slices=["region", "part"], split="part=train", measures=["jaccard", "lift"]),
    "decision values": lambda: evaluation(scale="any"),
    "predictions": lambda: gnomon.evaluate(np.where(P > 0.5, "yes", "no"), ROWS["y"], positive="yes"),
    "several": lambda: gnomon.Evaluations(
        {name: gnomon.evaluate(ROWS, target="y", score=name, positive="yes") for name in ("p", "q")}
    ),
    "multiclass": lambda: gnomon.evaluate(ROWS, target="kind", score=["p_ant", "p_bee", "p_cat"], slices="region"),
    "multilabel": lambda: gnomon.evaluate(ROWS, target=["l1", "l2"], score=["s1", "s2"]),
    "regression": lambda: gnomon.evaluate(ROWS, target="amount", prediction="guess", slices="region", id="kind"),
    "clusters": lambda: evaluation(cluster="region"),
    "comparison": lambda: gnomon.compare(ROWS, target="y", score=["p", "q", "s1"], positive="yes",
                                         margin={"roc_auc": 0.05}),
    "threshold": lambda: gnomon.choose_threshold(ROWS, target="y", score="p", positive="yes",
                                                 costs={"fn": 10, "fp": 1}, where="recall >= 0.8", split="part=train"),
    "not to be had": lambda: gnomon.choose_threshold(Y, P, goal="f1", where="precision >= 0.99"),
    "costs": lambda: gnomon.minimum_cost(ROWS, target="kind", score=["p_ant", "p_bee", "p_cat"], costs=COSTS),
    "recalibration": lambda: gnomon.recalibrate(ROWS, target="y", score="q", positive="yes", split="part=train"),
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    """Each result, made once."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = RESULTS[name]()
        return made[name]

    return of


def lines(result, width):
    """The terminal's lines, without the blanks at their ends."""
    out = StringIO()
    render(result, Console(file=out, width=width, markup=False, highlight=False, emoji=False))
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("name", RESULTS)
def test_in_the_terminal(results, snapshot, name):
    """At the width of most."""
    assert lines(results(name), 100) == snapshot


@pytest.mark.parametrize("name", ["binary", "comparison", "threshold"])
def test_in_a_narrow_terminal(results, snapshot, name):
    """Where columns have to go."""
    assert lines(results(name), 60) == snapshot


def told(number):
    """A number as it is read off a picture."""
    return number if isinstance(number, str) else f"{float(number):.3g}"


def points(own):
    """The first, the middle and the last point of a line."""
    across, up = (np.asarray(each) for each in own.get_data())
    places = sorted({0, len(across) // 2, len(across) - 1}) if len(across) else []
    return f"{len(across)} points: " + " ".join(f"({told(across[at])}, {told(up[at])})" for at in places)


def colour_name(own):
    """Which of the palette's colours it is."""
    colours = [mpl.colors.to_hex(each) for each in (*(style.colour(place) for place in range(6)), style.GREY)]
    found = mpl.colors.to_hex(own)
    return f"colour {colours.index(found)}" if found in colours else found


def words(figure):
    """What a figure shows."""
    figure.canvas.draw()
    found = []
    for place, ax in enumerate(figure.axes):
        found.append(f"== axes {place}: {ax.get_title()} | {ax.get_xlabel()} | {ax.get_ylabel()}")
        found.append(f"x {' '.join(map(told, ax.get_xlim()))}, y {' '.join(map(told, ax.get_ylim()))}")
        for name, axis in (("x", ax.get_xticklabels()), ("y", ax.get_yticklabels())):
            found.append(f"{name} ticks: {' '.join(own.get_text() for own in axis)}")
        for own in ax.get_lines():
            name = own.get_label() if not str(own.get_label()).startswith("_") else ""
            shape = f"{own.get_linestyle()}{own.get_marker()} {own.get_drawstyle()}"
            found.append(f"line {name!r} {colour_name(own.get_color())} {shape}: {points(own)}")
        for own in ax.collections:
            ends = own.get_datalim(ax.transData)
            box = " ".join(map(told, (ends.x0, ends.y0, ends.x1, ends.y1)))
            found.append(f"{type(own).__name__} of {len(own.get_paths())}, within {box}")
        for own in ax.patches:
            found.append(f"{type(own).__name__} {' '.join(map(told, own.get_bbox().bounds))}")
        found += [f"image {own.get_array().shape} {told(np.asarray(own.get_array()).sum())}" for own in ax.images]
        found += [f"text {own.get_text()!r} at {' '.join(map(told, own.get_position()))}" for own in ax.texts]
        legend = ax.get_legend()
        if legend is not None:
            found.append("legend: " + " / ".join(own.get_text() for own in legend.get_texts()))
    return found


PICTURES = [
    (name, plot) for name, plots in {
        "binary": ("roc", "precision_recall", "det", "thresholds", "calibration", "intervals", "confusion", "slices"),
        "several": ("roc", "precision_recall", "thresholds", "calibration", "intervals", "confusion"),
        "multiclass": ("confusion", "intervals"), "regression": ("residuals", "predicted_vs_true", "slices"),
        "comparison": ("differences", "roc"), "threshold": ("",), "costs": ("",), "recalibration": ("",),
    }.items() for plot in plots
]  # fmt: skip


@pytest.mark.parametrize(("name", "plot"), PICTURES)
def test_in_a_picture(results, snapshot, name, plot):
    """Every line, bar, band and label."""
    own = results(name).plot
    drawn = getattr(own, plot)() if plot else own()
    figure = getattr(drawn, "figure_", None) or drawn.ax_.figure
    assert words(figure) == snapshot
    plt.close("all")


@pytest.mark.parametrize("name", ["evaluate", "compare", "threshold", "calibrate", "report", "lesson", "demo"])
def test_help(snapshot, name):
    """Options, what they take, what they are by default."""
    code, out, _ = command(name, "--help")
    assert code == 0
    assert [line.rstrip() for line in out.splitlines()] == snapshot
