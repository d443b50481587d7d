"""The lesson: its numbers are scikit-learn's, its notebooks run, its page works in both languages."""

import re

import numpy as np
import pytest
from sklearn import metrics
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from gnomon.lesson.notebook import lesson_notebook
from gnomon.lesson.page import lesson_page
from gnomon.lesson.running import run
from gnomon.lesson.steps import Code, steps
from tests.conftest import ROOT

CODES = [step for step in steps() if isinstance(step, Code)]


@pytest.fixture(scope="module")
def shown():
    """What each block of code showed, by the code."""
    return {step.text: own for step, own in run(steps()) if own is not None}


@pytest.fixture(scope="module")
def nine():
    """9 against the rest, split and fitted by scikit-learn alone."""
    digits = load_digits()
    y = np.where(digits.target == 9, "9", "not 9")
    parts = train_test_split(digits.data, y, stratify=y, random_state=0)
    return fitted(*parts)


@pytest.fixture(scope="module")
def cancer():
    """Breast cancer, the same way."""
    found = load_breast_cancer()
    names = found.target_names[found.target].astype(str)
    return fitted(*train_test_split(found.data, names, stratify=names, random_state=0))


def fitted(x, held, y, truth):
    """The three models, and the rows to judge them on."""
    models = {
        "dummy": DummyClassifier(strategy="most_frequent"),
        "tree": DecisionTreeClassifier(max_depth=3, random_state=0),
        "forest": RandomForestClassifier(max_depth=2, n_estimators=200, random_state=0),
    }
    for model in models.values():
        model.fit(x, y)
    return models, held, truth


def block(shown, start):
    """What the block that begins or contains so showed."""
    return next(own for code, own in shown.items() if start in code)


def numbers(text):
    """The numbers in a text."""
    return [float(own) for own in re.findall(r"-?\d+\.\d+|\d+", text)]


def test_accuracy_of_the_dummy(shown, nine):
    """It is scikit-learn's, and so is the recall of 0."""
    models, held, truth = nine
    said = numbers(block(shown, "ev_dummy = gnomon").text)
    assert said == [round(models["dummy"].score(held, truth), 3), 0.0]
    assert said[0] == pytest.approx(0.9)


def test_measures_of_the_tree(shown, nine):
    """By hand and by gnomon: scikit-learn's, each of them."""
    models, held, truth = nine
    predicted = models["tree"].predict(held)
    (tn, fp), (fn, tp) = metrics.confusion_matrix(truth, predicted, labels=["not 9", "9"])
    text = block(shown, "(tn, fp), (fn, tp)").text
    assert f"TP {tp}, FP {fp}, FN {fn}, TN {tn}" in text
    expected = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "precision": metrics.precision_score(truth, predicted, pos_label="9"),
        "recall": metrics.recall_score(truth, predicted, pos_label="9"),
        "F1": metrics.f1_score(truth, predicted, pos_label="9"),
        "specificity": metrics.recall_score(truth, predicted, pos_label="not 9"),
        "fall-out": 1 - metrics.recall_score(truth, predicted, pos_label="not 9"),
    }
    for name, value in expected.items():
        line = next(own for own in text.splitlines() if own.startswith(name))
        by_hand, by_gnomon = numbers(line.removeprefix(name))[:2]
        assert by_hand == pytest.approx(value, abs=5e-5)
        assert by_gnomon == pytest.approx(value, abs=5e-5)


def test_both_models_in_all_measures(shown, nine, cancer):
    """AUC and AP of the evaluations that the lesson shows are scikit-learn's."""
    for (models, held, truth), code, positive in ((nine, "slider", "9"), (cancer, "cancer_evs", "malignant")):
        step = next(own for own in CODES if (own.slider if code == "slider" else own.text == code))
        for name, ev in shown[step.text].evaluations.items():
            scores = models[name].predict_proba(held)[:, list(models[name].classes_).index(positive)]
            assert ev["roc_auc"].value == pytest.approx(metrics.roc_auc_score(truth == positive, scores), abs=1e-12)
            assert ev["average_precision"].value == pytest.approx(
                metrics.average_precision_score(truth == positive, scores), abs=1e-12
            )
            assert ev["accuracy"].value == pytest.approx(models[name].score(held, truth), abs=1e-12)


def test_the_classification_report(shown, nine):
    """To the letter."""
    models, held, truth = nine
    expected = metrics.classification_report(truth, models["tree"].predict(held))
    assert block(shown, "predicted = tree.predict(X_test)").text.strip() == expected.strip()


def test_thresholds_by_binarizer_and_by_gnomon(shown, nine):
    """0.1 and 0.4: both say the same matrix, scikit-learn's."""
    models, held, truth = nine
    scores = models["tree"].predict_proba(held)[:, list(models["tree"].classes_).index("9")]
    parts = block(shown, "Binarizer").text.strip().split("\n\n")
    for part, threshold in zip(parts, (0.1, 0.4), strict=True):
        expected = metrics.confusion_matrix(truth == "9", scores > threshold)
        assert str(expected) in part
        assert str(expected.tolist()) in part


def test_costs_of_the_exercise(shown, cancer):
    """The threshold is the best of all by brute force."""
    models, held, truth = cancer
    scores = models["forest"].predict_proba(held)[:, list(models["forest"].classes_).index("malignant")]
    sick = truth == "malignant"
    costs = [10 * (sick & (scores < own)).sum() + (~sick & (scores >= own)).sum() for own in scores]
    text = block(shown, "choose_threshold").text
    cost = numbers(next(line for line in text.splitlines() if line.startswith("cost a row")))[0]
    assert cost == pytest.approx(min(costs) / len(scores), abs=5e-5)


def test_the_regression(shown):
    """MSE, RMSE and R² are scikit-learn's."""
    found = load_diabetes()
    x, held, y, truth = train_test_split(found.data, found.target, random_state=0)
    predicted = LinearRegression().fit(x, y).predict(held)
    lines = block(shown, "ev_linear = gnomon").text.splitlines()
    expected = (metrics.mean_squared_error(truth, predicted), metrics.root_mean_squared_error(truth, predicted),
                metrics.r2_score(truth, predicted))  # fmt: skip
    for line, value in zip(lines, expected, strict=True):
        assert numbers(line.partition("Estimate")[2])[0] == pytest.approx(value, rel=5e-4)


def test_pictures(shown):
    """Images, bars, matrices, curves: each block that draws has one."""
    drawing = [code for code in shown if ".plot." in code or "plt.subplots" in code]
    assert len(drawing) >= 10
    assert all(len(shown[code].pictures) == 1 for code in drawing)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page(visit, tmp_path, lang):
    """It opens without a complaint or a request, its slider moves, its code can be copied, headings are linked."""
    path = tmp_path / "lesson.html"
    path.write_text(lesson_page(lang), encoding="utf-8")
    page = visit(path)
    assert page.get_attribute("html", "lang") == lang
    assert page.locator(".code").count() == len(CODES)
    assert all(page.evaluate("[...document.images].map(own => own.complete && own.naturalWidth > 0)"))
    for link in page.query_selector_all("nav a"):
        assert page.query_selector(f"[id='{link.get_attribute('href')[1:]}']")
    before = page.inner_text("#tp")
    page.focus("#slider")
    page.keyboard.press("Home")
    assert page.inner_text("#tp") != before
    assert int(page.inner_text("#tp")) == 45
    if lang == "ko":
        text = page.inner_text("main")
        for word in ("정확도", "정밀도", "재현율", "특이도", "위양성률", "혼동 행렬", "임계값", "양성", "결정계수"):
            assert word in text
        assert not re.search(r"^[A-Z][a-z]+ [a-z]+ [a-z]+ [a-z]+.*\.$", text, re.MULTILINE)


@pytest.mark.parametrize(("lang", "name"), [("en", "lesson.ipynb"), ("ko", "lesson.ko.ipynb")])
def test_notebooks_are_the_lesson(lang, name):
    """Those in examples/ are what the lesson is today."""
    assert (ROOT / "examples" / name).read_text(encoding="utf-8") == lesson_notebook(lang), "run: make docs"


@pytest.mark.parametrize("name", ["lesson.ipynb", "lesson.ko.ipynb"])
def test_notebooks_run(name):
    """From the first cell to the last, in a fresh kernel."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(ROOT / "examples" / name, as_version=4)
    NotebookClient(notebook, timeout=300).execute()
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(codes) == len(CODES)
    shown = [own.get("data", {}) for cell in codes for own in cell.outputs]
    assert sum("image/png" in own for own in shown) >= 10
    assert any("gnomon" in str(own.get("text/html", "")) for own in shown)


def test_the_terminal():
    """Text, code and reports; where a picture would be, it says where to find it."""
    from io import StringIO

    from rich.console import Console

    from gnomon.lesson.terminal import lesson_terminal

    out = StringIO()
    lesson_terminal(Console(file=out, width=80, no_color=True))
    text = out.getvalue()
    assert "How good is a classifier?" in text
    assert "gnomon lesson --output lesson.html" in text
    assert "accuracy 0.900, recall 0.000" in text
    assert all(line in text for step in CODES for line in step.text.splitlines())


def test_what_code_is_missing_is_said():
    """Without scikit-learn the lesson says what to install."""
    from gnomon import UsageError

    with pytest.raises(UsageError, match=r"pip install 'gnomon\[lesson\]'"):
        list(run([Code("import a_library_that_is_not_there")]))


def test_values_are_shown_as_a_notebook_shows_them():
    """The last value of a block, but none of pictures."""
    (_, own), (_, other) = run([Code("1 + 1"), Code("x = 3")])
    assert (own.text, other.text) == ("2\n", "")


def test_other_figures_are_left_alone():
    """A figure that was open before is neither shown nor closed."""
    import matplotlib.pyplot as plt

    mine = plt.figure()
    before = plt.get_fignums()
    try:
        ((_, shown),) = run([Code("import matplotlib.pyplot as plt\nfigure, ax = plt.subplots()")])
        assert len(shown.pictures) == 1
        assert plt.get_fignums() == before
    finally:
        plt.close(mine)
