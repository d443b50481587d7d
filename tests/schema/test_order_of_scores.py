"""Columns of scores are matched to classes by name; where names do not tell, their order is asked for."""

import numpy as np
import pandas as pd
import pytest

import gnomon
from gnomon.errors import UsageError


def scored(names, columns, n=600, seed=0, noise=0.2):
    """Rows of several classes and a table of their probabilities, a column for each class in the order of names."""
    rng = np.random.default_rng(seed)
    code = rng.integers(0, len(names), n)
    table = np.eye(len(names))[code] + rng.exponential(noise, (n, len(names)))
    table = np.round(table / table.sum(axis=1, keepdims=True), 9)
    table[:, -1] = 1 - table[:, :-1].sum(axis=1)
    return pd.DataFrame({"y": np.array(names)[code], **dict(zip(columns, table.T, strict=True))})


TWELVE = [str(own) for own in range(1, 13)]
NAMED = {
    "numbers as text": (TWELVE, [f"p{own}" for own in TWELVE]),
    "equal": (["positive", "neutral", "negative"], ["positive", "neutral", "negative"]),
    "prefix": (["positive", "neutral", "negative"], ["prob_positive", "prob_neutral", "prob_negative"]),
    "suffix": (["b", "a", "c"], ["b score", "a score", "c score"]),
    "case and spaces": (["New York", "Rome", "Oslo"], ["p_new_york", "p_rome", "p_oslo"]),
    "whole numbers": ([3, 10, 2], ["p_3", "p_10", "p_2"]),
    "padded": ([1, 2, 10], ["p01", "p02", "p10"]),
}


@pytest.mark.parametrize("case", NAMED)
def test_columns_are_matched_by_name(case):
    """In whatever order they are named, to the same digits, in evaluate and in compare."""
    names, columns = NAMED[case]
    rows = scored(names, columns)
    expected = (rows[columns].to_numpy().argmax(axis=1) == [list(names).index(own) for own in rows["y"]]).mean()
    for order in (columns, columns[::-1]):
        found = gnomon.evaluate(rows, target="y", score=order)
        assert found["accuracy"].value == pytest.approx(expected, abs=1e-12)
        assert found["roc_auc_macro"].value > 0.9
    both = gnomon.compare(rows, target="y", score={"a": columns, "b": columns[::-1]})
    assert {own.verdict for own in both["a", "b"].differences.values()} == {"equal"}


def test_arrays_and_declared_orders_go_by_place():
    """As scikit-learn's predict_proba has them: sorted labels; or the order of classes=[...]; frames by their names."""
    rows = scored(["u", "v", "w"], ["u", "v", "w"])
    table = rows[["u", "v", "w"]]
    expected = gnomon.evaluate(rows["y"], table.to_numpy())["accuracy"].value
    assert expected > 0.8
    assert gnomon.evaluate(rows["y"], table.to_numpy()[:, ::-1], classes=["w", "v", "u"])["accuracy"].value == expected
    assert gnomon.evaluate(rows["y"], table[["w", "u", "v"]])["accuracy"].value == expected
    renamed = rows.rename(columns={"u": "x", "v": "z", "w": "q"})
    asked = {"target": "y", "score": ["x", "z", "q"]}
    assert gnomon.evaluate(renamed, **asked, classes=["u", "v", "w"])["accuracy"].value == expected
    with pytest.raises(UsageError, match=r"cannot tell which score column .* classes=\[\.\.\.\]"):
        gnomon.evaluate(renamed, **asked)
    numbered = rows.rename(columns={"u": "p1", "v": "p2", "w": "p3"})
    assert gnomon.evaluate(numbered, target="y", score=["p1", "p2", "p3"])["accuracy"].value == expected
    with pytest.raises(UsageError, match="cannot tell which score column"):
        gnomon.evaluate(numbered, target="y", score=["p3", "p2", "p1"])


def test_two_columns_of_two_classes():
    """The positive one is taken by name, or of an array by place; two columns of other names are asked about."""
    rows = scored(["no", "yes"], ["p_no", "p_yes"])
    expected = gnomon.evaluate(rows, target="y", score="p_yes", positive="yes")["roc_auc"]
    for order in (["p_no", "p_yes"], ["p_yes", "p_no"]):
        found = gnomon.evaluate(rows, target="y", score=order, positive="yes")
        assert found["roc_auc"] == expected
        assert any("'p_yes' is that of the positive class 'yes'" in note for note in found.notes)
    table = rows[["p_no", "p_yes"]].to_numpy()
    assert gnomon.evaluate(rows["y"], table, positive="yes")["roc_auc"] == expected
    assert gnomon.choose_threshold(rows["y"], table, positive="yes", goal="f1")["f1"].defined
    two_models = rows.rename(columns={"p_no": "old", "p_yes": "new"})
    with pytest.raises(UsageError, match="cannot tell which score column"):
        gnomon.evaluate(two_models, target="y", score=["old", "new"], positive="yes")


def test_a_class_without_a_column_and_a_column_without_rows():
    """A class that the model does not know scores 0 and is always wrong; a class that does not occur is known."""
    rows = scored(["a", "b", "c"], ["p_a", "p_b", "p_c"])
    some = rows[rows["y"] != "c"]
    found = gnomon.evaluate(some, target="y", score=["p_a", "p_b", "p_c"])
    assert found.classes == ("a", "b", "c")
    assert any("No row has the class 'c'" in note for note in found.notes)
    more = pd.concat([rows, rows[:50].assign(y="new")])
    found = gnomon.evaluate(more, target="y", score=["p_c", "p_a", "p_b"])
    assert found.per_class["new"]["recall"].value == 0.0
    assert found.n == 650
    assert any("the class 'new', which the model does not know" in note for note in found.notes)
    with pytest.raises(gnomon.UsageError, match=r"cannot tell|score columns for"):
        gnomon.evaluate(rows.assign(y=rows["y"].replace("c", "z")), target="y", score=["p_a", "p_b", "p_c"])


def test_labels_of_a_row_are_matched_too():
    """Several labels: scores and predictions that are called as the targets are."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (300, 3))
    p = np.clip(y * 0.5 + rng.random((300, 3)) * 0.5, 0, 1)
    rows = pd.DataFrame(np.hstack([y, p]), columns=["cat", "dog", "bird", "p_cat", "p_dog", "p_bird"])
    targets = ["cat", "dog", "bird"]
    expected = gnomon.evaluate(rows, target=targets, score=["p_cat", "p_dog", "p_bird"]).to_dict()["estimates"]
    found = gnomon.evaluate(rows, target=targets, score=["p_bird", "p_cat", "p_dog"]).to_dict()["estimates"]
    assert found == expected


def test_series_that_are_labelled_alike_but_ordered_otherwise_are_refused():
    """The way to align them works; other labels say nothing, and rows go by place."""
    rng = np.random.default_rng(0)
    y = pd.Series(rng.integers(0, 2, 200), index=rng.permutation(200))
    p = pd.Series(np.clip(0.4 * y + rng.random(200) * 0.6, 0, 1))
    expected = gnomon.evaluate(y, p)["roc_auc"]
    turned = p.sort_index()
    calls = [
        lambda own: gnomon.evaluate(y, own),
        lambda own: gnomon.evaluate(y, score=own),
        lambda own: gnomon.evaluate(y, p, weight=own),
        lambda own: gnomon.choose_threshold(y, own, goal="f1"),
        lambda own: gnomon.compare(y, {"a": p, "b": own}),
    ]
    for call in calls:
        with pytest.raises(UsageError, match=r"same index labels in a different order: align them by label \("):
            call(turned)
        call(turned.to_numpy())
    assert gnomon.evaluate(y, turned.loc[y.index])["roc_auc"] == expected
    assert gnomon.evaluate(y, turned.set_axis(range(1000, 1200)))["roc_auc"].defined
    with pytest.raises(UsageError, match="same index labels"):
        gnomon.evaluate_model(object(), pd.DataFrame({"x": turned}), y)


def test_predictions_that_contradict_the_scores_are_remarked_on():
    """Scores of the other class, of another model, or columns in the wrong order; not a threshold of one's own."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    p = np.clip(0.4 * y + rng.random(400) * 0.6, 0, 1)
    rows = pd.DataFrame({"y": y, "p": p, "q": 1 - p, "said": p >= 0.7})
    own = gnomon.evaluate(rows, target="y", score="p", prediction="said")
    assert not any("No threshold" in note for note in own.notes)
    other = gnomon.evaluate(rows, target="y", score="q", prediction="said")
    (note,) = (note for note in other.notes if "No threshold on the scores reproduces the predictions" in note)
    said = rows["said"]
    assert f"{rows['q'][said].min():.4g}" in note
    assert f"{rows['q'][~said].max():.4g}" in note
    three = scored(["a", "b", "c"], ["p1", "p2", "p3"])
    said = np.array(["a", "b", "c"])[three[["p1", "p2", "p3"]].to_numpy().argmax(axis=1)]
    asked = {"target": "y", "prediction": "said", "score": ["p1", "p2", "p3"]}
    assert not any("highest score" in note for note in gnomon.evaluate(three.assign(said=said), **asked).notes)
    wrong = gnomon.evaluate(three.assign(said=said), **asked, classes=["b", "c", "a"])
    assert any("In 600 of 600 rows the predicted class is not the one with the highest score" in n for n in wrong.notes)


def test_the_confidence_in_the_predicted_class_is_no_score():
    """As text-classification pipelines write it: refused, and what the error advises works."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    p = np.clip(0.4 * y + rng.random(400) * 0.6, 0, 1)
    said = np.where(p >= 0.5, "POS", "NEG")
    rows = pd.DataFrame({"y": np.where(y, "POS", "NEG"), "label": said, "score": np.maximum(p, 1 - p)})
    asked = {"target": "y", "prediction": "label", "positive": "POS"}
    with pytest.raises(UsageError, match="confidence in the predicted class; pass the probability of 'POS'"):
        gnomon.evaluate(rows, score="score", **asked)
    mended = rows.assign(score=np.where(said == "POS", rows["score"], 1 - rows["score"]))
    assert gnomon.evaluate(mended, score="score", **asked)["roc_auc"].value > 0.8
    assert gnomon.evaluate(rows, **asked)["accuracy"].defined
    assert gnomon.evaluate(rows, score="score", scale="any", **asked)["roc_auc"].defined


def test_numbers_that_count_from_another_end_are_asked_about():
    """Columns p0 to p2 of labels 1 and 2 may be of 0 to 2 or of 1 to 3; where a label tells, it decides."""
    rows = scored([1, 2, 3], ["p0", "p1", "p2"])
    for data, columns in (
        (rows[rows["y"] < 3], ["p0", "p1", "p2"]),
        (scored([0, 1, 2, 3], ["p1", "p2", "p3", "rest"]), ["p1", "p2", "p3"]),
        (scored([1, 2, 9], ["p1", "p2", "p3"])[lambda own: own["y"] < 9], ["p1", "p2", "p3"]),
    ):
        with pytest.raises(UsageError, match="cannot tell which score column"):
            gnomon.evaluate(data, target="y", score=columns)
    some = scored([0, 1, 2], ["p0", "p1", "p2"])
    assert gnomon.evaluate(some[some["y"] < 2], target="y", score=["p0", "p1", "p2"]).classes == ("0", "1", "2")


def test_columns_that_are_no_labels_of_the_kind():
    """Beside whole numbers a column called otherwise is no class: asked about, not a crash."""
    rows = scored([0, 1, 2], ["p_0", "p_1", "p_other"])
    for name in ("p_other", "p_\u00b2", "p_01"):
        data = rows[rows["y"] < 2].rename(columns={"p_other": name})
        with pytest.raises(UsageError, match=r"cannot tell|score columns for"):
            gnomon.evaluate(data, target="y", score=["p_0", "p_1", name])


def test_costs_need_a_probability_of_every_class():
    """A decision that could not be applied is not made."""
    rows = scored(["a", "b", "c"], ["p_a", "p_b", "p_c"])
    rows[["p_a", "p_b"]] = rows[["p_a", "p_b"]].to_numpy() / rows[["p_a", "p_b"]].sum(axis=1).to_numpy()[:, None]
    with pytest.raises(UsageError, match="there is none for 'c'"):
        gnomon.minimum_cost(rows, target="y", score=["p_a", "p_b"], costs=np.ones((3, 3)) - np.eye(3))


def test_panels_beside_plain_series():
    """An index of several levels labels other rows than a plain one: paired by place."""
    y = pd.Series([0, 1] * 20)
    p = pd.Series(np.linspace(0, 1, 40), index=pd.MultiIndex.from_product([range(4), range(10)]))
    assert gnomon.evaluate(y, p)["roc_auc"] == gnomon.evaluate(y, p.to_numpy())["roc_auc"]


def test_other_index_labels_are_noted():
    """Series that share some labels are paired by place, which is said; a sparse target is a target."""
    y, p = pd.Series([0, 1] * 20), pd.Series(np.linspace(0, 1, 40))
    found = gnomon.evaluate(y.iloc[1:], p.iloc[:-1])
    assert any("different index labels: their rows are paired by position" in note for note in found.notes)
    assert not any("index labels" in note for note in gnomon.evaluate(y, p).notes)
    from scipy import sparse

    labels = np.array([[0, 1], [1, 0], [1, 1], [0, 0]] * 10)
    scores = np.random.default_rng(0).random((40, 2))
    assert gnomon.evaluate(sparse.csr_matrix(labels), scores) == gnomon.evaluate(labels, scores)


@pytest.mark.parametrize("start", [0, 1])
def test_columns_are_numbered_from_0_or_1(start):
    """Such columns are in the order of the classes, whatever these are called."""
    rng = np.random.default_rng(5)
    shares = rng.dirichlet((1, 1, 1), 60)
    kinds = np.array(["ant", "bee", "cat"])[shares.argmax(axis=1)]
    columns = {f"p{start + place}": shares[:, place] for place in range(3)}
    found = gnomon.evaluate({"y": kinds, **columns}, target="y", score=list(columns))
    assert found["accuracy"].value == 1.0
