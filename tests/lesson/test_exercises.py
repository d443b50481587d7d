"""Exercises: solutions are right, usual mistakes are nearly right, on the data of every student; notebooks run."""

import json

import nbclient
import nbformat
import numpy as np
import pytest

from gnomon.errors import UsageError
from gnomon.lesson.exercises import EXERCISES, check, exercise, judged, value_of
from gnomon.lesson.notebook import exercises_notebook
from gnomon.report.language import LANGUAGES, speaking, tr
from tests.cli.commands import command

SEEDS = (0, 1, 17, 2024)


@pytest.mark.parametrize("name", [own.name for own in EXERCISES])
def test_right_nearly_right_and_wrong(name):
    """Of every mistake some student's data tell it from the right answer, and no mistake is called right by mistake."""
    one = exercise(name)
    told = {mistake: set() for mistake in one.mistakes}
    for seed in SEEDS:
        right = value_of(one.solution, seed)
        assert str(judged(one, right, seed)) == "Right!"
        assert str(judged(one, np.asarray(right) * 1.2137 + 0.0131, seed)) in ("Not yet.", "Nearly.")
        for mistake, message in one.mistakes.items():
            wrong = value_of(mistake, seed)
            said = str(judged(one, wrong, seed))
            told[mistake].add(said)
            assert said == "Right!" if np.allclose(wrong, right, rtol=1e-9) else said.startswith("Nearly. ")
            assert said == "Right!" or str(message) in said or len(one.mistakes) > 1
    assert all(any(said.startswith("Nearly.") for said in own) for own in told.values())


@pytest.mark.parametrize("answer", [..., (..., ...), None, "a", [1, 2, 3, 4, 5], float("nan"), {}])
def test_what_is_no_answer(answer):
    """It is said, and nothing breaks."""
    said = str(judged(exercise("precision and recall"), answer, 0))
    assert said in ("There is no answer yet.", "Not yet.")


def test_data_differ_by_student():
    """Another seed, another right answer."""
    for one in EXERCISES[1:]:
        assert len({str(np.round(value_of(one.solution, seed), 6)) for seed in SEEDS}) > 1, one.name


def test_check_prints(capsys):
    """In the language that is spoken; an unknown exercise is refused with the nearest."""
    check("rmse", value_of(exercise("rmse").solution, 3), seed=3)
    assert capsys.readouterr().out == "Right!\n"
    check("rmse", ..., seed=3, lang="ko")
    assert capsys.readouterr().out != "There is no answer yet.\n"
    with pytest.raises(UsageError, match="did you mean 'rmse'"):
        check("rmsee", 1.0, seed=3)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_notebooks_run(lang):
    """The solutions are all right; of the exercises none has an answer yet, nor its solution in it."""
    for solutions, said in ((True, {"Right!"}), (False, {"There is no answer yet."}))[lang != "en" :]:
        book = nbformat.reads(exercises_notebook(5, lang, solutions=solutions), as_version=4)
        nbformat.validate(book)
        nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
        printed = {out.text.strip() for cell in book.cells for out in cell.get("outputs", ()) if out.name == "stdout"}
        with speaking(lang):
            assert printed - {""} == {tr(own) for own in said}
        source = "".join(cell.source for cell in book.cells)
        assert (EXERCISES[1].solution.splitlines()[1] in source) == solutions
        heads = [cell.source for cell in book.cells if cell.source.startswith("## ")]
        assert len(heads) == len({str(own.chapter) for own in EXERCISES})


def test_the_command(tmp_path):
    """Both notebooks; what contradicts itself is refused."""
    for flag in ("--exercises", "--solutions"):
        assert command("lesson", flag, "--seed", "9", "-o", tmp_path / "a.ipynb")[0] == 0
        cells = json.loads((tmp_path / "a.ipynb").read_text(encoding="utf-8"))["cells"]
        assert "SEED = 9\n" in cells[1]["source"]
        assert cells[0]["metadata"]["slideshow"]["slide_type"] == "slide"
    for words, said in (
        (("--exercises",), "pass its file"),
        (("--exercises", "-o", "a.html"), "pass its file"),
        (("--exercises", "--solutions", "-o", "a.ipynb"), "two notebooks"),
        (("--exercises", "--seed", "-1", "-o", "a.ipynb"), "--seed -1"),
        (("--seed", "3", "-o", "a.html"), "pass --exercises or --solutions"),
    ):
        code, _, err = command("lesson", *words)
        assert (code, said in err) == (2, True), words
