"""Every sentence in the reader's language, and names from outside as they are."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

import gnomon
from gnomon.errors import GnomonError
from gnomon.report.html.view import sections
from gnomon.report.language import LANGUAGES, Catalogue, environment_language, speaking, tr
from tests.conftest import ROOT
from tests.evaluation.test_advice import FIRES

# What is written in Latin letters in Korean too: names of measures, of functions, of people's methods.
LATIN = {"AUC", "ROC", "AP", "F1", "R", "MSE", "RMSE", "MAE", "MAPE", "FPR", "ECE", "DET", "KS", "p", "n", "t", "score",
         "a", "b", "DeLong", "Platt", "isotonic", "split", "gnomon", "pyarrow"}  # fmt: skip


def english_left(text):
    """Words of English in a text, those in quotation marks aside."""
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"'[^']*'|`[^`]*`|\([^)]*=[^)]*\)", "", text))
    return {word for word in words if word not in LATIN}


def test_catalogues_are_complete():
    """Every sentence of the sources is translated, with the values that it has, and compiled."""
    done = subprocess.run([sys.executable, "docs/write_messages.py", "--check"], cwd=ROOT, timeout=120,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("rule", sorted(FIRES))
def test_advice_is_spoken(rule):
    """Each rule's advice, with its numbers, is Korean once it is asked for."""
    found = next(own for own in FIRES[rule]().advice if own.rule == rule)
    with speaking("ko"):
        said = tr(found.text)
    assert said != found.text
    outside = {str(own) for name in ("column", "slice") if (own := found.numbers.get(name)) is not None}
    assert not english_left(said) - outside, said
    numbers = set(re.findall(r"\d+\.\d+", found.text))
    assert len(numbers & set(re.findall(r"\d+\.\d+", said))) >= min(1, len(numbers))


def test_the_lectures_terms():
    """Korean has the words of the lecture."""
    with speaking("ko"):
        said = {own: tr(own) for own in ("accuracy", "precision", "recall (sensitivity)", "specificity",
                                         "fall-out (FPR)", "confusion matrix", "threshold", "R²")}  # fmt: skip
    assert list(said.values()) == ["정확도", "정밀도", "재현율(민감도)", "특이도", "위양성률(FPR)", "혼동 행렬",
                                   "임계값", "R²(결정계수)"]  # fmt: skip


def test_reports_are_spoken_throughout():
    """No sentence, head or label of a report stays English, whatever the task."""
    rng = np.random.default_rng(0)
    y = rng.random(300) < 0.3
    rows = {
        "가": y,
        "나": np.clip(rng.normal(0.3 + 0.3 * y, 0.2), 0, 1),
        "다": np.where(rng.random(300) < 0.5, "라", "마"),
    }
    many = rng.integers(0, 4, 200)
    found = {
        "binary": gnomon.evaluate(rows, target="가", score="나", slices=["다"]),
        "certified": gnomon.evaluate(rows, target="가", score="나", exact=False),
        "multiclass": gnomon.evaluate(many, np.where(rng.random(200) < 0.5, many, 0)),
        "regression": gnomon.evaluate(rng.normal(size=80), rng.normal(size=80)),
        "undefined": gnomon.evaluate([0, 0, 0], [0, 0, 0], classes=[0, 1]),
    }
    for name, ev in found.items():
        with speaking("ko"):
            texts = [*strings({own: each for own, each in sections({"": ev}).items() if own != "provenance"})]
            texts += re.sub(r"\\(.)", r"\1", ev.to_markdown(lang="ko")).splitlines()
        for text in texts:
            assert not english_left(text.replace("True", "").replace("False", "")), (name, text)


def strings(value):
    """The texts of a view that a person reads; a chart's are its titles."""
    if isinstance(value, dict):
        for key, own in value.items():
            if key in {"chart", "charts", "data", "measures"} and not isinstance(own, list):
                yield from titles(own)
            elif key not in {"chart", "charts", "data"}:
                yield from strings(own)
    elif isinstance(value, (list, tuple)):
        for own in value:
            yield from strings(own)
    elif isinstance(value, str):
        yield value


def titles(spec):
    """The titles in a chart."""
    if isinstance(spec, dict):
        for key, own in spec.items():
            if key == "title" and isinstance(own, str):
                yield own
            else:
                yield from titles(own)
    elif isinstance(spec, list):
        for own in spec:
            yield from titles(own)


@pytest.mark.parametrize(
    "call",
    [
        lambda: gnomon.evaluate({"y": ["a", "b"], "p": [0.1, 0.7]}, target="y", score="p"),
        lambda: gnomon.evaluate({"y": [0, 1], "p": [0.1, 1.7]}, target="y", score="p"),
        lambda: gnomon.evaluate({"y": [0, None, 1], "p": [0.1, 0.2, 0.7]}, target="y", score="p"),
        lambda: gnomon.evaluate({"y": [0, 1], "p": [0.1, 0.7]}, target="why", score="p"),
        lambda: gnomon.evaluate("/nowhere/at/all.csv", target="y", score="p"),
        lambda: gnomon.evaluate({"y": [0, 0], "p": [0.1, 0.7]}, target="y", score="p"),
        lambda: gnomon.choose_threshold([0, 1, 1], [0.1, 0.2, 0.7]),
        lambda: gnomon.choose_threshold([0, 1, 1], [0.1, 0.2, 0.7], goal="f"),
        lambda: gnomon.evaluate([0, 1, 1], [0.1, 0.2, 0.7], threshold=3),
    ],
)
def test_errors_are_spoken(call):
    """What the command line may say of bad input is Korean, with the names that were given."""
    with pytest.raises(GnomonError) as caught:
        call()
    with speaking("ko"):
        said = tr(str(caught.value))
    assert said != str(caught.value)
    assert re.search("[가-힣]", said)


def test_names_from_outside_are_not_translated():
    """A column called as a measure keeps its name; only words that gnomon put there are translated."""
    with speaking("ko"):
        said = tr("accuracy precision: ROC AUC is 0.5, -0.2 to the rest, which is more than chance.")
        assert said.startswith("accuracy precision: ")
        assert tr("a sentence that no one knows") == "a sentence that no one knows"


def numbers(text):
    """The numbers in a text, in order of size."""
    return sorted(re.findall(r"\d[\d.,]*\d|\d", text))


def test_decisions_say_the_same_numbers_in_both_languages():
    """Goals, notes and errors, with values side by side and lists: none is lost, doubled or put elsewhere."""
    rng = np.random.default_rng(0)
    y = rng.random(300) < 0.3
    p = np.clip(rng.normal(0.3 + 0.3 * y, 0.2), 0, 1)
    rows = {"y": y, "p": p, "part": np.where(rng.random(300) < 0.5, "a", "b"), "g": rng.choice(["u", "v"], 300)}
    columns = {"target": "y", "score": "p"}
    texts = []
    for asked in (
        {"where": "flagged <= 20"},
        {"where": "flagged <= 10", "periods": 30},
        {"where": ["recall >= 0.99", "precision >= 0.95"]},
        {"where": "flagged <= 20", "split": "part=a"},
        {"costs": {"fp": 1, "fn": 5}},
        {"goal": "f1", "exact": False},
    ):
        found = gnomon.choose_threshold(rows, **columns, **asked)
        texts += [found.goal, *found.notes]
    texts += gnomon.evaluate(rows, **columns, slices=["g"], exact=False).notes
    texts += gnomon.recalibrate(rows, **columns, split="part=a").notes
    with pytest.raises(GnomonError) as caught:
        gnomon.evaluate({"y": [0, None, 1, None], "p": [0.1, None, 0.2, 0.3]}, **columns)
    texts.append(str(caught.value))
    assert len(texts) > 15
    for text in texts:
        with speaking("ko"):
            said = tr(text)
        assert said != text
        assert numbers(said) == numbers(text)
        said = re.sub(
            r"(recall|precision|flagged)(\.low|\.high)? ?[<>=]+ [\d.]+( in each of \d+ periods| and )?", "", said
        )
        assert not english_left(said) - {"fp", "fn", "recall", "precision", "missing", "drop", "Isotonic", "Beta"}, said


@pytest.mark.parametrize("name", ["train", "model", "rows", "none"])
def test_files_keep_their_names(tmp_path, name):
    """A folder of predictions that is called as a word of ours is not translated."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "a.csv").write_text("y,p\n0,0.1\n1,0.8\n0,0.3\n1,0.6\n")
    ev = gnomon.evaluate(tmp_path / name, target="y", score="p")
    assert ev.to_markdown(lang="ko").splitlines()[2].strip() == name


def test_the_more_telling_sentence_is_taken():
    """Of two that fit, the one with fewer letters left to values; values are set in as they are."""
    own = Catalogue({"{a} of {b}": "{b}의 {a}", "rows of {b}": "{b}의 행", "{what:tr} is {b}": "X", "two": "둘"})
    assert own.say("rows of {x}") == "{x}의 행"
    assert own.say("cells of x") == "x의 cells"


@pytest.mark.parametrize(
    ("said", "lang"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko"}, "ko"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LANGUAGE": "fr:ko"}, "ko"),
        ({}, "en"),
    ],
)
def test_the_environments_language(monkeypatch, said, lang):
    """As gettext reads it: the first of LANGUAGE, LC_ALL, LC_MESSAGES and LANG that is set."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert environment_language() == lang


def test_a_language_that_is_none():
    """A misspelt language names those that there are."""
    ev = gnomon.evaluate([0, 1], [0, 1])
    with pytest.raises(gnomon.UsageError, match=r"no language 'kr'"):
        ev.to_markdown(lang="kr")
    assert set(LANGUAGES) == {"en", "ko"}


def spoken(*arguments, **environment):
    """The command line in a fresh process: exit code, output, errors."""
    clean = {name: own for name, own in os.environ.items() if name not in {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}}
    done = subprocess.run(
        [sys.executable, "-m", "gnomon", *map(str, arguments)], capture_output=True, text=True, timeout=120,
        check=False, encoding="utf-8", cwd=ROOT, env={**clean, "PYTHONIOENCODING": "utf-8", **environment},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


TREE = ("evaluate", "examples/predictions/digits_tree.csv", "-t", "y", "-s", "p", "--positive", "9")


def test_the_command_line_speaks_korean():
    """By --lang, or by LANG; help, report and errors."""
    for arguments, environment in (((*TREE, "--lang", "ko"), {}), (TREE, {"LANG": "ko_KR.UTF-8"})):
        code, out, _ = spoken(*arguments, **environment)
        assert code == 0
        for word in ("정확도", "정밀도", "재현율(민감도)", "특이도", "혼동 행렬", "양성"):
            assert word in out
    assert "accuracy" in spoken(*TREE, "--lang", "en", LANG="ko_KR.UTF-8")[1]
    code, out, _ = spoken("evaluate", "--help", "--lang", "ko")
    assert code == 0
    assert "사용법:" in out
    assert "참값의 열" in out
    code, _, err = spoken("evaluate", "nothing.csv", "-t", "y", "--lang", "ko")
    assert code == 2
    assert err == "오류: nothing.csv 파일이나 폴더가 없습니다\n"
    code, _, err = spoken(*TREE, "--lang", "xx")
    assert code == 2
    assert "'xx'" in err


def test_a_terminal_without_korean_letters():
    """It is spoken to in English, rather than in question marks."""
    code, out, _ = spoken(*TREE, LANG="ko_KR", PYTHONIOENCODING="ascii")
    assert code == 0
    assert "accuracy" in out
    assert "?" not in out.split("\n")[0]
