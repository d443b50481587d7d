"""What may be meant in two ways is asked about, or noted; what is obvious works."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

import gnomon
from gnomon.errors import ColumnError, DataError, UsageError

RNG = np.random.default_rng(0)
ASKED = "may be classes or quantities: pass task='multiclass' or task='regression'"


@pytest.mark.parametrize("name", ["arrays", "frame", "csv"])
def test_whole_amounts_are_asked_about(tmp_path, name):
    """Ages, predicted in whole years; and a target of floats that happen to be whole."""
    age = RNG.integers(18, 81, 400)
    said = np.clip(age + RNG.integers(-3, 4, 400), 18, 80)
    rows = pd.DataFrame({"age": age, "said": said})
    rows.to_csv(tmp_path / "rows.csv", index=False)
    data = {"frame": rows, "csv": tmp_path / "rows.csv"}.get(name)

    def call(**more):
        if data is None:
            return gnomon.evaluate(age, said, **more)
        return gnomon.evaluate(data, target="age", prediction="said", **more)

    with pytest.raises(UsageError, match=ASKED):
        call()
    assert call(task="regression")["mae"].value == pytest.approx(np.abs(age - said).mean())
    assert call(task="multiclass")["accuracy"].value == pytest.approx((age == said).mean())


def test_floats_that_are_whole_are_asked_about():
    """1.0, 2.0 and 3.0 are as likely amounts as classes; codes from 0 on are classes, with a note where many."""
    with pytest.raises(UsageError, match=ASKED):
        gnomon.evaluate([1.0, 2.0, 3.0] * 20, [1.0, 2.0, 2.0] * 20)
    assert gnomon.evaluate([1, 2, 3] * 20, [1, 2, 2] * 20).task == "multiclass"
    codes = RNG.integers(0, 26, 2000)
    found = gnomon.evaluate(codes, np.where(RNG.random(2000) < 0.3, RNG.integers(0, 26, 2000), codes))
    assert found.task == "multiclass"
    said = "Whole numbers are taken as classes; if they are quantities, pass task='regression'"
    assert any(said in note for note in found.notes)


@pytest.mark.parametrize("written", ["1,234", "1.234,5", "$99", "10.1%", "1 234", "(12)", "0,5"])
def test_amounts_written_as_text_are_refused(written):
    """With the column, one of them, and what to do; not a hundred classes of text."""
    texts = [written if own % 2 else str(own) for own in range(60)]
    with pytest.raises(ColumnError, match=r"'y' contains numbers written as text, such as '.*': write them as plain"):
        gnomon.evaluate({"y": texts, "z": texts}, target="y", prediction="z")


def test_texts_that_nearly_all_differ_are_asked_about():
    """Sentences, or names of rows, are no classes; a few names are."""
    texts = [f"answer number {own}" for own in range(60)]
    with pytest.raises(UsageError, match="60 different texts in 60 rows"):
        gnomon.evaluate(texts, texts)
    assert gnomon.evaluate(texts, texts, task="multiclass")["accuracy"].value == 1.0
    assert gnomon.evaluate(["1.2.3", "1.2.4", "v2"] * 20, ["1.2.3", "v2", "v2"] * 20).task == "multiclass"


@pytest.mark.parametrize("named", [False, True])
def test_one_hot_targets(named):
    """With probabilities that sum to 1 they are classes; without, it is asked; said, they are what is said."""
    code = RNG.integers(0, 4, 400)
    table = RNG.dirichlet([1] * 4, 400) * 0.5 + 0.5 * np.eye(4)[code]
    hot = np.eye(4, dtype=int)[code]
    frame = pd.DataFrame(np.hstack([hot, table]), columns=[*"abcd", *(f"p_{own}" for own in "abcd")])

    def call(scores=None, prediction=None, **more):
        if not named:
            return gnomon.evaluate(hot, score=scores, prediction=prediction, **more)
        asked = {} if scores is None else {"score": [f"p_{own}" for own in "badc"]}
        if prediction is not None:
            asked["prediction"] = [f"said_{own}" for own in "abcd"]
        data = frame if prediction is None else frame.join(pd.DataFrame(prediction, columns=asked["prediction"]))
        return gnomon.evaluate(data, target=list("abcd"), **asked, **more)

    found = call(table)
    assert found.task == "multiclass"
    assert found.classes == (tuple("abcd") if named else ("0", "1", "2", "3"))
    assert found["accuracy"].value == pytest.approx((table.argmax(axis=1) == code).mean())
    expected = metrics.roc_auc_score(code, table, multi_class="ovr")
    assert found["roc_auc_macro"].value == pytest.approx(expected, abs=1e-12)
    assert any("evaluated as the classes of one target" in note for note in found.notes)
    assert call(table, task="multilabel").task == "multilabel"
    assert call(table, task="multiclass").confusion.counts.tolist() == found.confusion.counts.tolist()
    said = np.eye(4, dtype=int)[table.argmax(axis=1)]
    with pytest.raises(UsageError, match="exactly one of the 4 targets: pass task='multiclass'"):
        call(prediction=said)
    assert call(prediction=said, task="multiclass")["accuracy"] == found["accuracy"]
    assert call(prediction=said, task="multilabel").task == "multilabel"
    hot[3] = 0
    with pytest.raises(DataError, match="row 3 has 0 of the classes"):
        gnomon.evaluate(hot, score=table, task="multiclass")
    assert gnomon.evaluate(hot, score=table).task == "multilabel"


def test_whole_numbers_beyond_the_doubles():
    """Metrics rank them as the integers that they are; where thresholds are asked for they are refused."""
    start = 1_700_000_000_000_000_000
    when = start + RNG.permutation(1000)
    y = (RNG.random(1000) < (when - start) / 1000).astype(int)
    expected = metrics.roc_auc_score(y, when - start)
    assert gnomon.metrics.roc_auc_score(y, when) == pytest.approx(expected, abs=1e-12)
    assert gnomon.metrics.roc_auc_score([0, 1], [2**53, 2**53 + 1]) == 1.0
    assert gnomon.metrics.average_precision_score([0, 1], np.array([2**64 - 2, 2**64 - 1], np.uint64)) == 1.0
    assert gnomon.metrics.ks_statistic([0, 1], [2**53, 2**53 + 1]) == 1.0
    with pytest.raises(ValueError, match=r"beyond 2\^53"):
        gnomon.metrics.roc_curve(y, when)
    with pytest.raises(DataError, match=r"'y_score' contains integers beyond 2\^53, .*: pass their ranks"):
        gnomon.evaluate(y, score=when, scale="any")
    ranked = gnomon.evaluate(y, score=when.argsort().argsort(), scale="any")
    assert ranked["roc_auc"].value == pytest.approx(expected, abs=1e-12)


def test_decisions_are_no_scores():
    """0 and 1 are judged as the decisions that they are: no band of the AUC, no recalibration."""
    y = RNG.integers(0, 2, 600)
    said = np.where(RNG.random(600) < 0.15, 1 - y, y).astype(float)
    rules = {own.rule for own in gnomon.evaluate(y, score=said).advice}
    assert "decisions_as_scores" in rules
    assert not rules & {"auc_band", "overconfident", "underconfident", "shifted"}


class Booster:
    """A model as boosting libraries and networks have them: predict gives probabilities, and nothing says so."""

    def __init__(self, table):
        self.table = table

    def predict(self, X):
        return self.table


@pytest.mark.parametrize("shape", ["(n,)", "(n, 1)", "(n, k)", "one-hot"])
def test_models_that_predict_probabilities(shape):
    """They are classifiers, whatever they call it; a regressor of fractions stays one."""
    k = 2 if shape in ("(n,)", "(n, 1)") else 3
    y = RNG.integers(0, k, 500)
    table = RNG.dirichlet([1] * k, 500) * 0.5 + 0.5 * np.eye(k)[y]
    given = {"(n,)": table[:, -1], "(n, 1)": table[:, -1:], "(n, k)": table, "one-hot": table}[shape]
    truth = np.eye(3, dtype=int)[y] if shape == "one-hot" else y
    X = np.zeros((500, 1))
    found = gnomon.evaluate_model(Booster(given), X, truth)
    assert found.task == ("binary" if k == 2 else "multiclass")
    assert found["accuracy"].value == pytest.approx((table.argmax(axis=1) == y).mean())
    if k == 2:
        assert found["roc_auc"].value == pytest.approx(metrics.roc_auc_score(y, table[:, 1]), abs=1e-12)
        assert gnomon.evaluate_model(Booster(given), X, truth, task="regression").task == "regression"
        assert gnomon.evaluate_model(Booster(given), X, truth, task="binary")["roc_auc"] == found["roc_auc"]
    amounts = RNG.random(500)
    assert gnomon.evaluate_model(Booster(amounts * 0.9), X, amounts).task == "regression"


def test_a_model_that_does_not_know_a_class():
    """Rows of it are wrong, and counted; they are no error."""
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(300, 2)), rng.integers(0, 3, 300)
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(X, y)
    y[:40] = 7
    found = gnomon.evaluate_model(model, X, y)
    assert found.classes == ("0", "1", "2", "7")
    assert found.per_class["7"]["recall"].value == 0.0
    assert found["accuracy"].value == pytest.approx((model.predict(X) == y).mean())
    assert any("the class '7', which the model does not know" in note for note in found.notes)


def test_clusters_of_a_model(tmp_path):
    """By the name of a column of X, or as an array."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.random(300), "patient": np.arange(300) // 10})
    y = (rng.random(300) < X["x"]).astype(int)

    class Model:
        classes_ = np.array([0, 1])

        def predict_proba(self, X):
            return np.column_stack([1 - X["x"], X["x"]])

        def predict(self, X):
            return (X["x"] > 0.5).astype(int).to_numpy()

    expected = gnomon.evaluate(y, X["x"], cluster=X["patient"])["roc_auc"]
    for cluster in ("patient", X["patient"], X["patient"].to_numpy()):
        found = gnomon.evaluate_model(Model(), X, y, cluster=cluster)
        assert found["roc_auc"] == expected
        assert any("cluster" in note for note in found.notes) or found.provenance["columns"]["cluster"]


def test_frames_with_odd_column_names():
    """Whole numbers, and several levels, are names as they are written; rows are called by their index."""
    y = RNG.integers(0, 2, 200)
    p = np.clip(0.4 * y + RNG.random(200) * 0.6, 0, 1)
    expected = gnomon.evaluate(y, p)["roc_auc"]
    numbered = pd.DataFrame({0: y, 1: p})
    assert gnomon.evaluate(numbered, target=0, score=1)["roc_auc"] == expected
    assert gnomon.evaluate(numbered, target="0", score="1")["roc_auc"] == expected
    levels = pd.DataFrame({("truth", "y"): y, ("model", "p"): p})
    assert gnomon.evaluate(levels, target="truth.y", score="model.p")["roc_auc"] == expected
    with pytest.raises(ColumnError, match="two columns called '1'"):
        gnomon.evaluate(pd.DataFrame({1: y, "1": p}), target="1", score="1")
    called = pd.DataFrame({"y": y, "p": p}, index=[f"case {own}" for own in range(200)])
    found = gnomon.evaluate(called, target="y", score="p")
    assert all(row.id.startswith("row case ") for row in found.errors.rows)
    called.loc["case 17", "p"] = 1.5
    with pytest.raises(DataError, match=r"row case 17 is 1\.5"):
        gnomon.evaluate(called, target="y", score="p")
    with pytest.raises(DataError, match=r"row case 17 is 1\.5"):
        gnomon.evaluate(called["y"], called["p"])


def test_a_bad_label_is_named_by_file_and_row(tmp_path):
    """One label 2 in one of the days' files."""
    for day in (1, 2, 3):
        rows = pd.DataFrame({"y": [0, 1] * 20, "p": [0.2, 0.7] * 20})
        if day == 2:
            rows.loc[7, "y"] = 2
        rows.to_csv(tmp_path / f"day{day}.csv", index=False)
    with pytest.raises(DataError, match=r"column 'y' has 3: '0', '1', '2'; the first '2' is in row 8 of day2\.csv"):
        gnomon.evaluate(tmp_path, target="y", score="p")


def test_the_side_with_the_unknown_label_is_blamed():
    """The prediction, where the target is in order."""
    with pytest.raises(DataError, match=r"column 'z' has 3: '0', '1', '2'; the first '2' is in row 4"):
        gnomon.evaluate({"y": [0, 1] * 5, "z": [0, 1, 0, 1, 2] * 2}, target="y", prediction="z", task="binary")


def test_reprs_are_harmless():
    """No escape sequence of a name reaches the terminal by way of a notebook or a prompt."""
    evil = "a\x1b[31mb"
    rows = {"y": [evil, "ok"] * 30, "z": [evil, "ok", "ok"] * 20, evil: [0, 1, 2] * 20}
    found = gnomon.evaluate(rows, target="y", prediction="z", positive=evil, slices=evil)
    compared = gnomon.compare(rows["y"], {evil: rows["z"], "b": rows["y"]}, positive=evil)
    shown = [found, found.confusion, found["recall"], *found.advice, compared, compared[evil, "b"], found.slices[evil],
             gnomon.Evaluations({evil: found, "b": found})]  # fmt: skip
    for own in shown:
        assert "\x1b" not in repr(own), type(own)
        assert "\x1b" not in str(own), type(own)


@pytest.mark.parametrize("left_out", ["missing target", "missing score", "weight 0"])
def test_rows_that_are_left_out_do_not_decide_what_targets_are(left_out):
    """One-hot targets stay so where a row that is dropped is not one."""
    code = RNG.integers(0, 3, 100)
    table = RNG.dirichlet([1] * 3, 100)
    rows = pd.DataFrame(np.hstack([np.eye(3)[code], table]), columns=[*"abc", "p_a", "p_b", "p_c"])
    rows["w"] = 1.0
    more = {}
    if left_out == "weight 0":
        rows.loc[5, ["a", "b", "c", "w"]] = 0
        more["weight"] = "w"
    else:
        rows.loc[5, "a" if left_out == "missing target" else "p_b"] = np.nan
        more["missing"] = "drop"
    found = gnomon.evaluate(rows, target=list("abc"), score=["p_a", "p_b", "p_c"], **more)
    assert (found.task, found.n) == ("multiclass", 99)


def test_classes_of_one_hot_targets_are_their_order():
    """The targets' own names in another order; other names are names, and a mixture is refused."""
    code = RNG.integers(0, 3, 200)
    table = RNG.dirichlet([1] * 3, 200) * 0.4 + 0.6 * np.eye(3)[code]
    rows = pd.DataFrame(np.hstack([np.eye(3)[code], table]), columns=[*"abc", "s_a", "s_b", "s_c"])
    asked = {"target": list("abc"), "score": ["s_c", "s_b", "s_a"]}
    plain = gnomon.evaluate(rows, **asked)
    turned = gnomon.evaluate(rows, **asked, classes=list("cba"))
    assert turned.classes == ("c", "b", "a")
    assert turned.per_class["a"]["recall"] == plain.per_class["a"]["recall"]
    assert gnomon.evaluate(rows, **asked, classes=list("xyz")).classes == ("x", "y", "z")
    with pytest.raises(UsageError, match="classes= must name the 3 classes"):
        gnomon.evaluate(rows, **asked, classes=["a", "b", "x"])


def test_labels_as_floats_are_no_probabilities():
    """A duck-typed classifier whose labels are 0.0 and 1.0 is judged by its own probabilities, or by none."""
    x = RNG.normal(size=300)
    y = (x + RNG.normal(size=300) > 0).astype(float)

    class Labels:
        def predict(self, X):
            return (X > 0).astype(float)

    class Both(Labels):
        def predict_proba(self, X):
            return np.column_stack([1 / (1 + np.exp(X)), 1 / (1 + np.exp(-X))])

    for model in (Labels(), Both()):
        found = gnomon.evaluate_model(model, x, y, task="binary")
        assert found["accuracy"].value == pytest.approx(((x > 0) == y).mean())
        assert "log_loss" not in found


def test_missing_labels_are_dropped_before_classes_are_compared():
    """With missing="drop" a model is judged on the labelled rows, whatever stands for a missing label."""
    from sklearn.linear_model import LogisticRegression

    x, y = RNG.normal(size=(100, 2)), RNG.integers(0, 2, 100).astype(float)
    model = LogisticRegression().fit(x, y)
    y[3] = np.nan
    assert gnomon.evaluate_model(model, x, y, missing="drop").n == 99
    names = np.where(y == 1, "yes", "no").astype(object)
    model = LogisticRegression().fit(x, names)
    names[3] = None
    assert gnomon.evaluate_model(model, x, names, missing="drop", positive="yes").n == 99


def test_seeds_of_any_source_are_saved_and_read_back(tmp_path):
    """Those of numpy.random.SeedSequence have 128 bits."""
    seed = np.random.SeedSequence(1).entropy + 2**127
    gnomon.evaluate([0, 1] * 20, [0.2, 0.7] * 20, seed=seed).save(tmp_path / "a.json")
    assert gnomon.load(tmp_path / "a.json").provenance["seed"] == seed
    with pytest.raises(UsageError, match=r"from 0 to 2\^128"):
        gnomon.evaluate([0, 1] * 20, [0.2, 0.7] * 20, seed=2**128)
