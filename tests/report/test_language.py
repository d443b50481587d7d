"""Every sentence in the reader's language, and names from outside as they are."""

import copy
import json
import math
import os
import pickle
import re
import subprocess
import sys
from collections import defaultdict
from gettext import NullTranslations
from string import Formatter

import numpy as np
import pytest
from babel.messages.pofile import read_po

import gnomon
from gnomon.errors import GnomonError
from gnomon.message import Message, form_of, in_series, listed, text_of, word
from gnomon.report.html.view import sections
from gnomon.report.language import CATALOGUES, DOMAIN, LANGUAGES, environment_language, speaking, tr, translated
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


def places(text):
    """The values of a sentence: by name, how they are set into it."""
    found = defaultdict(set)
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            found[name].add((conversion, form))
    return found


def test_translations_have_the_values_of_the_english():
    """All of them and no others, with as many digits and in quotation marks alike, and the advice on its own line."""
    with (CATALOGUES / "ko" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        sentences = [own for own in read_po(file, locale="ko") if own.id and re.search(r"[{}\n]", own.id)]
    assert len(sentences) > 300
    wrong = []
    for own in sentences:
        english, korean = places(own.id), places(own.string)
        lost = set(english) - set(korean) - {"noun", "possibility"}  # "row" or "rows", "it" or "them"
        changed = [name for name, forms in korean.items() if not forms <= english[name]]
        if lost or changed or own.string.count("\n") != own.id.count("\n"):
            wrong.append((own.context, own.id, own.string))
    assert not wrong


@pytest.mark.parametrize("rule", sorted(FIRES))
def test_advice_is_spoken(rule):
    """Each rule's advice, with its numbers, is Korean once it is asked for."""
    found = next(own for own in FIRES[rule]().advice if own.rule == rule)
    assert isinstance(found.text, Message)
    assert found.text.code == rule
    with speaking("ko"):
        said = tr(found.text)
    assert said != found.text
    outside = {str(own) for name in ("column", "slice") if (own := found.numbers.get(name)) is not None}
    assert not english_left(said) - outside, said
    assert numbers(said) == numbers(found.text)


def test_the_lectures_terms():
    """Korean has the words of the lecture."""
    with speaking("ko"):
        said = {own: tr(own) for own in ("accuracy", "precision", "recall (sensitivity)", "specificity",
                                         "false positive rate", "confusion matrix", "threshold", "R²")}  # fmt: skip
    assert list(said.values()) == ["정확도", "정밀도", "재현율(민감도)", "특이도", "위양성률", "혼동 행렬",
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
    error = caught.value
    assert isinstance(error.message, Message)
    assert error.message.code
    assert error.message == str(error)
    with speaking("ko"):
        said = tr(error.message)
        assert tr(pickle.loads(pickle.dumps(error)).message) == said  # of a worker process
    assert said != error.message
    assert re.search("[가-힣]", said)
    assert numbers(said) == numbers(error.message)
    for name in ("name", "path", "target"):
        assert str(error.message.values.get(name, "")) in said


NESTED = [
    pytest.param(word("confusion matrix"), "혼동 행렬", id="a word"),
    pytest.param(in_series([word("recall"), "recall", word("accuracy")]), "재현율, recall, 정확도", id="a series"),
    pytest.param(listed(["recall", word("accuracy")]), "recall 및 정확도", id="a list"),
    pytest.param(
        Message("evaluation_of", "{task} evaluation", task=word("binary")), "이진 분류 평가", id="a word in a sentence"
    ),
    pytest.param(
        Message("undefined_as", "undefined, as {reason}", reason=Message("", "{a}: {b}", a=word("cost"), b="cost")),
        "정의되지 않음: 비용: cost",
        id="a sentence in a sentence",
    ),
    pytest.param(Message("on_these_rows", "{value} on these rows", value=math.nan), "이 행들에서 nan", id="no number"),
    pytest.param(Message("on_these_rows", "{value} on these rows", value=math.inf), "이 행들에서 inf", id="infinity"),
]


@pytest.mark.parametrize(("message", "korean"), NESTED)
@pytest.mark.parametrize(
    "again",
    [
        lambda own: own,
        lambda own: text_of(json.loads(json.dumps(form_of(own), allow_nan=False))),
        lambda own: pickle.loads(pickle.dumps(own)),
        copy.deepcopy,
        lambda own: own.filled(unknown="value"),
    ],
    ids=["itself", "from JSON", "from a pickle", "a copy", "filled"],
)
def test_a_message_is_translated_wherever_it_has_been(message, korean, again):
    """With all its messages, however deep; its English stays what it was, and is all that an f-string keeps."""
    came = again(message)
    assert isinstance(came, Message)
    assert (came, came.code, came.template) == (message, message.code, message.template)
    assert form_of(came)["text"] == message
    with speaking("ko"):
        assert tr(came) == korean
        assert f"{came}" == message
    with speaking("en"):
        assert tr(came) == message


def test_a_finished_sentence_is_not_recognised():
    """Text that is no message, and no heading of the catalogue, stays as it is."""
    message = Message("evaluation_of", "{task} evaluation", task=word("binary"))
    with speaking("ko"):
        for text in (str(message), f"{message}", "binary evaluation", "a sentence that no one knows", ""):
            assert tr(text) == text
        assert tr("confusion matrix") == "혼동 행렬"


class Sentences(NullTranslations):
    """A catalogue of another language: translations by code and text, or by text where there is no code."""

    def __init__(self, own):
        super().__init__()
        self.own = own

    def gettext(self, message):
        return self.own.get(message, message)

    def pgettext(self, context, message):
        return self.own.get((context, message), message)


def test_sentences_are_known_by_their_codes():
    """The same English of another code has its own translation; values are set in as they are, in any order."""
    own = Sentences(
        {"recall": "rappel", ("rows_of", "{a} of {b}"): "{b} : {a}", ("share_of", "{a} of {b}"): "{a!r}/{b}"}
    )
    values = {"a": "recall", "b": word("recall")}
    assert translated(Message("rows_of", "{a} of {b}", **values), own) == "rappel : recall"
    assert translated(Message("share_of", "{a} of {b}", **values), own) == "'recall'/rappel"
    assert translated(Message("another", "{a} of {b}", **values), own) == "recall of rappel"
    braces = {"a": "{b}", "b": "{0} {a!r} {"}
    assert translated(Message("rows_of", "{a} of {b}", **braces), own) == "{0} {a!r} { : {b}"
    assert translated(Message("no_values", "costs={'fn': 10}"), own) == "costs={'fn': 10}"
    assert translated(word("precision"), own) == "precision"


def called(target, score, other, column, yes, no):
    """Evaluations, a comparison and a decision whose columns, classes, slices and models have these names."""
    rng = np.random.default_rng(0)
    y = rng.random(400) < 0.3
    rows = {
        target: np.where(y, yes, no),
        score: np.clip(rng.normal(0.3 + 0.3 * y, 0.2), 0, 1),
        other: np.clip(rng.normal(0.3 + 0.1 * y, 0.2), 0, 1),
        column: np.where(rng.random(400) < 0.5, yes, no),
    }
    columns = {"target": target, "positive": yes}
    one, two = (gnomon.evaluate(rows, **columns, score=own, slices=[column]) for own in (score, other))
    return [
        one,
        gnomon.Evaluations({score: one, other: two}),
        gnomon.evaluate(rows, **columns, score=score, split=f"{column}={no}"),
        gnomon.evaluate(rows, target=target, prediction=column, classes=[no, yes, score]),
        gnomon.compare(rows, **columns, score=[score, other]),
        gnomon.choose_threshold(rows, **columns, score=score, split=f"{column}={no}", costs={"fn": 3, "fp": 1}),
    ]


WORDS = ("accuracy", "threshold", "mean", "calibration", "recall", "precision")
NAMES = ("xxa", "xxz", "xxc", "xxd", "xxf", "xxe")


@pytest.fixture(scope="module")
def words():
    """Results whose names are words of gnomon."""
    return called(*WORDS)


def test_names_from_outside_are_not_translated(words):
    """A report with words of gnomon for names is the report with names that are no words, but for the names."""
    for own, plain in zip(words, called(*NAMES), strict=True):
        text = plain.to_markdown(lang="ko")
        assert "정확도" in text
        for name, meant in zip(NAMES, WORDS, strict=True):
            text = text.replace(name, meant)
        assert own.to_markdown(lang="ko") == text
    page = words[1].to_html(lang="ko")
    for name in ("threshold", "mean", "recall", "precision", "calibration"):
        assert re.search(rf">\s*{name}\s*<", page), name


def test_measures_of_a_user_keep_their_titles():
    """Also where a title is a word of gnomon."""
    own = gnomon.measure("gap_of_a_user", lambda tp, fp, fn, tn: (tp - fp) / (tp + fp + fn + tn), title="gap", low=-1)
    text = gnomon.evaluate([0, 1, 1, 0] * 10, [0.2, 0.6, 0.3, 0.4] * 10, measures=[own]).to_markdown(lang="ko")
    assert "| 정확도 |" in text
    assert "| gap |" in text


def test_what_was_saved_is_shown_in_any_language(words):
    """A result that was read back is told as it was before it was saved."""
    for own in words:
        again = type(own).from_dict(json.loads(own.to_json()))
        for lang in LANGUAGES:
            assert again.to_markdown(lang=lang) == own.to_markdown(lang=lang)


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
    texts.append(caught.value.message)
    assert len(texts) > 15
    for text in texts:
        assert isinstance(text, Message)
        with speaking("ko"):
            said = tr(text)
        assert said != text
        assert numbers(said) == numbers(text)
        said = re.sub(
            r"(recall|precision|flagged)(\.low|\.high)? ?[<>=]+ [\d.]+( per period on average over \d+ periods| and )?",
            "",
            said,
        )
        assert not english_left(said) - {"fp", "fn", "recall", "precision", "missing", "drop", "Isotonic", "Beta"}, said


@pytest.mark.parametrize("name", ["train", "model", "rows", "none"])
def test_files_keep_their_names(tmp_path, name):
    """A folder of predictions that is called as a word of ours is not translated."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "a.csv").write_text("y,p\n0,0.1\n1,0.8\n0,0.3\n1,0.6\n")
    ev = gnomon.evaluate(tmp_path / name, target="y", score="p")
    assert ev.to_markdown(lang="ko").splitlines()[0] == f"## {name}"


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
        for term in ("정확도", "정밀도", "재현율(민감도)", "특이도", "혼동 행렬", "양성"):
            assert term in out
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
