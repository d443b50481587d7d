"""From fitted models to evaluations: what scikit-learn says of the same model is what gnomon says."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn import metrics
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GroupKFold,
    KFold,
    RepeatedKFold,
    ShuffleSplit,
    TimeSeriesSplit,
    TunedThresholdClassifierCV,
    cross_val_predict,
    train_test_split,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import gnomon


@pytest.fixture(scope="module")
def cancer():
    """Breast cancer, as a frame with class names, split in two."""
    found = load_breast_cancer(as_frame=True)
    names = found.target_names[found.target]
    return train_test_split(found.data, names, random_state=0, stratify=names)


CLASSIFIERS = [
    DecisionTreeClassifier(max_depth=3, random_state=0),
    RandomForestClassifier(20, max_depth=2, random_state=0),
    KNeighborsClassifier(4),  # ties at 0.5, which predict breaks against the second class
    make_pipeline(StandardScaler(), LogisticRegression()),
    make_pipeline(StandardScaler(), SVC()),
    RidgeClassifier(),
    FixedThresholdClassifier(DecisionTreeClassifier(max_depth=3, random_state=0), threshold=0.9, pos_label="benign"),
]


@pytest.mark.parametrize("model", CLASSIFIERS, ids=lambda own: type(own).__name__)
@pytest.mark.parametrize("positive", ["benign", "malignant"])
def test_a_classifier_is_judged_by_what_it_predicts(cancer, model, positive):
    """Counts are those of predict, ranking measures those of its scores, for either class as the positive one."""
    train, test, y_train, y_test = cancer
    model.fit(train, y_train)
    ev = gnomon.evaluate_model(model, test, y_test, positive=positive)
    predicted = model.predict(test)
    labels = sorted(set(y_test), key=lambda own: own == positive)
    assert ev.confusion.counts.tolist() == metrics.confusion_matrix(y_test, predicted, labels=labels).tolist()
    assert ev["recall"].value == pytest.approx(metrics.recall_score(y_test, predicted, pos_label=positive), abs=1e-12)
    if hasattr(model, "predict_proba"):
        scores = model.predict_proba(test)[:, list(model.classes_).index(positive)]
        assert ev["brier_score"].defined
    else:
        scores = model.decision_function(test) * (1 if positive == model.classes_[1] else -1)
        assert "brier_score" not in ev
    assert ev["roc_auc"].value == pytest.approx(metrics.roc_auc_score(y_test == positive, scores), abs=1e-12)


def test_the_threshold_is_the_models_own(cancer):
    """0.5 where it predicts so, 0 for a decision value, the tuned one where it was tuned."""
    train, test, y_train, y_test = cancer
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(train, y_train)
    assert gnomon.evaluate_model(tree, test, y_test, positive="benign").threshold == 0.5
    ridge = RidgeClassifier().fit(train, y_train)
    assert gnomon.evaluate_model(ridge, test, y_test, positive="benign").threshold == 0.0
    tuned = TunedThresholdClassifierCV(make_pipeline(StandardScaler(), LogisticRegression()), cv=3, thresholds=20)
    tuned.fit(train, y_train == "malignant")
    ev = gnomon.evaluate_model(tuned, test, y_test == "malignant")
    assert ev.threshold == tuned.best_threshold_
    assert gnomon.evaluate_model(tree, test, y_test, positive="benign", threshold=0.9).threshold == 0.9


def test_frames_arrays_and_sparse_matrices_say_the_same(cancer):
    """What X is makes no difference, and y may be a series, an array or a list."""
    train, test, y_train, y_test = cancer
    model = DecisionTreeClassifier(max_depth=4, random_state=0).fit(train.to_numpy(), y_train)
    same = [
        gnomon.evaluate_model(model, X, y, positive="malignant").to_dict()["estimates"]
        for X, y in [
            (test.to_numpy(), y_test),
            (sparse.csr_matrix(test.to_numpy()), pd.Series(y_test)),
            (test.to_numpy().tolist(), list(y_test)),
            (pl.DataFrame(test.to_numpy()).to_numpy(), pl.Series(y_test)),
        ]
    ]
    assert all(own == same[0] for own in same)


def test_train_and_test_together(cancer):
    """The rows that the model was fitted on are evaluated too, at the same threshold, and advice compares them."""
    train, test, y_train, y_test = cancer
    tree = DecisionTreeClassifier(random_state=0).fit(train, y_train)
    ev = gnomon.evaluate_model(tree, test, y_test, train=(train, y_train), positive="malignant")
    assert ev.train["accuracy"].value == 1.0
    assert ev.train.n == len(train)
    assert "overfitting" in {own.rule for own in ev.advice}
    with pytest.raises(gnomon.UsageError, match=r"train=\(X, y\)"):
        gnomon.evaluate_model(tree, test, y_test, train=train, positive="malignant")


@pytest.mark.parametrize("method", ["predict_proba", "decision_function"])
def test_out_of_fold_predictions(cancer, method):
    """Folds give what cross_val_predict gives, from a model that was never fitted and stays so."""
    train, _, y_train, _ = cancer
    model = make_pipeline(StandardScaler(), LogisticRegression() if method == "predict_proba" else RidgeClassifier())
    scores = cross_val_predict(model, train, y_train, cv=4, method=method)
    scores = scores[:, 1] if scores.ndim == 2 else scores
    ev = gnomon.evaluate_model(model, train, y_train, cv=4, positive="malignant")
    assert ev["roc_auc"].value == pytest.approx(metrics.roc_auc_score(y_train == "malignant", scores), abs=1e-12)
    assert "fitted on the other 3 folds" in ev.notes[0]
    assert not hasattr(model[-1], "coef_")


def test_folds_that_leave_rows_out_or_repeat_them(cancer):
    """Evaluated on what they predict; predictions of one row are a cluster; groups reach the splitter."""
    train, _, y_train, _ = cancer
    model = DecisionTreeClassifier(max_depth=2, random_state=0)
    weight = np.linspace(1, 2, len(train))
    for cv in (
        ShuffleSplit(3, random_state=0),
        TimeSeriesSplit(4),
        RepeatedKFold(n_splits=3, n_repeats=2, random_state=0),
    ):
        ev = gnomon.evaluate_model(
            model, train, y_train, cv=cv, positive="benign", weight=weight, slices="mean radius=12,15"
        )
        places, predicted, scores = [], [], []
        for fit, test in cv.split(train):
            own = clone(model).fit(train.iloc[fit], y_train[fit])
            places += list(test)
            predicted += list(own.predict(train.iloc[test]))
            scores += list(own.predict_proba(train.iloc[test])[:, 0])
        truth, own_weight = y_train[places], weight[places]
        assert ev.n == len(places)
        assert sum(own.n for own in ev.slices["mean radius"].values()) == len(places)
        expected = metrics.accuracy_score(truth, predicted, sample_weight=own_weight)
        assert ev["accuracy"].value == pytest.approx(expected, abs=1e-12)
        expected = metrics.roc_auc_score(truth == "benign", scores, sample_weight=own_weight)
        assert ev["roc_auc"].value == pytest.approx(expected, abs=1e-12)
        repeats, missed = len(places) - len(set(places)), len(train) - len(set(places))
        assert (ev.provenance["columns"]["cluster"] is not None) == (repeats > 0)
        assert any(f"{missed:,} of {len(train)} rows are in no test fold" in own for own in ev.notes) == (missed > 0)
    once = gnomon.evaluate_model(model, train, y_train, cv=KFold(3), positive="benign")
    twice = gnomon.evaluate_model(model, train, y_train, cv=[*KFold(3).split(train)] * 2, positive="benign")
    assert twice["accuracy"].value == once["accuracy"].value
    assert twice["accuracy"].high - twice["accuracy"].low > 0.9 * (once["accuracy"].high - once["accuracy"].low)
    groups = np.arange(len(train)) % 7
    ev = gnomon.evaluate_model(model, train, y_train, cv=GroupKFold(3), groups=groups, positive="benign")
    assert ev.n == len(train)


def test_several_models(cancer):
    """A dict or a list of models gives evaluations by name, that save and load."""
    train, test, y_train, y_test = cancer
    models = [DecisionTreeClassifier(max_depth=depth, random_state=0).fit(train, y_train) for depth in (1, 3)]
    both = gnomon.evaluate_model(models, test, y_test, positive="benign")
    assert list(both) == ["DecisionTreeClassifier 1", "DecisionTreeClassifier 2"]
    alone = gnomon.evaluate_model(models[1], test, y_test, positive="benign")
    assert both["DecisionTreeClassifier 2"] == alone
    named = gnomon.evaluate_model({"stump": models[0], "tree": models[1]}, test, y_test, positive="benign")
    assert list(named) == ["stump", "tree"]
    with pytest.raises(gnomon.UnknownEstimateError, match="did you mean 'stump'"):
        named["stamp"]
    with pytest.raises(gnomon.UsageError, match="no model"):
        gnomon.evaluate_model({}, test, y_test)


def test_evaluations_are_saved(tmp_path, cancer):
    """Several evaluations come back from a file as they were; those of two tasks are no pair."""
    y = [0, 0, 1, 1]
    both = gnomon.Evaluations({"a": gnomon.evaluate(y, [0.1, 0.4, 0.35, 0.8]), "b": gnomon.evaluate(y, [0, 0, 1, 1])})
    both.save(tmp_path / "both.json")
    assert gnomon.load(tmp_path / "both.json") == both
    with pytest.raises(gnomon.UsageError, match="side by side"):
        gnomon.Evaluations({"a": gnomon.evaluate(y, y), "b": gnomon.evaluate([1.5, 2.5], [1.0, 2.5])})
    names = ["u", "v", "u", "v"]
    with pytest.raises(gnomon.UsageError, match="another positive class"):
        gnomon.Evaluations({own: gnomon.evaluate(names, names, positive=own) for own in ("u", "v")})


def test_slices_and_ids_name_columns_of_the_frame(cancer):
    """Columns of X divide the rows and name the worst ones."""
    train, test, y_train, y_test = cancer
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(train, y_train)
    ev = gnomon.evaluate_model(model, test, y_test, positive="malignant", slices="mean radius=12,15")
    assert sum(own.n for own in ev.slices["mean radius"].values()) == len(test)
    bare = DecisionTreeClassifier().fit(train.to_numpy(), y_train)
    with pytest.raises(gnomon.UsageError, match="name columns of X: pass X as a data frame"):
        gnomon.evaluate_model(bare, test.to_numpy(), y_test, positive="malignant", slices="age")
    with pytest.raises(gnomon.ColumnError, match="age"):
        gnomon.evaluate_model(model, test, y_test, positive="malignant", slices="age")


@pytest.mark.parametrize("model", [RandomForestClassifier(20, random_state=0), SVC(), KNeighborsClassifier(3)])
def test_many_classes(model):
    """Labels and, where there are some, scores of each class."""
    X, y = load_iris(return_X_y=True)
    train, test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    model.fit(train, y_train)
    ev = gnomon.evaluate_model(model, test, y_test)
    assert ev.task == "multiclass"
    assert ev["accuracy"].value == pytest.approx(model.score(test, y_test), abs=1e-12)
    if hasattr(model, "predict_proba"):
        expected = metrics.roc_auc_score(y_test, model.predict_proba(test), multi_class="ovr")
        assert ev["roc_auc_macro"].value == pytest.approx(expected, abs=1e-12)


def test_a_class_that_the_rows_lack(cancer):
    """The model's classes count, so that rows of one class are no error, and an unknown label is one."""
    train, test, y_train, y_test = cancer
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(train, y_train)
    only = y_test == "benign"
    ev = gnomon.evaluate_model(model, test[only], y_test[only], positive="malignant")
    assert ev["specificity"].defined
    assert not ev["recall"].defined
    with pytest.raises(gnomon.DataError, match="odd"):
        gnomon.evaluate_model(model, test, ["odd", *y_test[1:]], positive="malignant")


@pytest.mark.parametrize("model", [RandomForestClassifier(10, random_state=0), KNeighborsClassifier(3)])
def test_several_labels(model):
    """Probabilities come as a list of tables, one for each label."""
    X, y = make_multilabel_classification(300, random_state=0)
    model.fit(X[:200], y[:200])
    ev = gnomon.evaluate_model(model, X[200:], y[200:])
    assert ev.task == "multilabel"
    assert ev["f1_macro"].value == pytest.approx(
        metrics.f1_score(y[200:], model.predict(X[200:]), average="macro", zero_division=0), abs=1e-12
    )
    assert ev.per_class["1"]["roc_auc"].value == pytest.approx(
        metrics.roc_auc_score(y[200:, 1], model.predict_proba(X[200:])[1][:, 1]), abs=1e-12
    )


def test_a_regressor():
    """Amounts are amounts, also whole ones of few values; a classifier's arguments are refused."""
    X, y = load_diabetes(return_X_y=True)
    model = LinearRegression().fit(X[:300], y[:300])
    ev = gnomon.evaluate_model(model, X[300:], y[300:], train=(X[:300], y[:300]))
    assert ev["r2"].value == pytest.approx(model.score(X[300:], y[300:]), abs=1e-12)
    assert ev.train["r2"].value == pytest.approx(model.score(X[:300], y[:300]), abs=1e-12)
    whole = DecisionTreeRegressor(max_depth=2).fit(X, (y > 100).astype(int))
    assert gnomon.evaluate_model(whole, X, (y > 100).astype(int)).task == "regression"
    with pytest.raises(gnomon.UsageError, match="positive= is for a classifier"):
        gnomon.evaluate_model(model, X, y, positive=1)


class Duck:
    """A model that no library knows: classes, probabilities and predictions, as boosting libraries have them."""

    classes_ = np.array([0, 1])

    def predict(self, X):
        return (np.asarray(X)[:, 0] > 0.5).astype(np.int32)

    def predict_proba(self, X):
        p = np.asarray(X)[:, 0].astype(np.float32)
        return np.column_stack([1 - p, p])


def test_anything_with_the_methods_is_a_model():
    """Duck types work; what has no predict, is not fitted, or is no classifier or regressor, is said to be so."""
    rng = np.random.default_rng(0)
    X = rng.random((100, 1))
    y = rng.random(100) < X[:, 0]
    assert gnomon.evaluate_model(Duck(), X, y)["roc_auc"].value == pytest.approx(
        metrics.roc_auc_score(y, X[:, 0].astype(np.float32)), abs=1e-12
    )
    with pytest.raises(gnomon.UsageError, match="no predict method"):
        gnomon.evaluate_model(object(), X, y)
    with pytest.raises(gnomon.UsageError, match=r"not fitted: call fit\(\) first"):
        gnomon.evaluate_model(LogisticRegression(), X, y)
    with pytest.raises(gnomon.UsageError, match="calls it clusterer"):
        gnomon.evaluate_model(KMeans(2, n_init=1).fit(X), X, y)
    with pytest.raises(gnomon.UsageError, match="X has 100 rows, but y has 99"):
        gnomon.evaluate_model(Duck(), X, y[1:])


def test_the_positive_class_is_said(cancer):
    """Names have no obvious positive; a misspelt one is told the nearest."""
    train, test, y_train, y_test = cancer
    model = DecisionTreeClassifier(max_depth=1).fit(train, y_train)
    with pytest.raises(gnomon.UsageError, match="positive='benign' or positive='malignant'"):
        gnomon.evaluate_model(model, test, y_test)
    with pytest.raises(gnomon.UsageError, match="did you mean 'malignant'"):
        gnomon.evaluate_model(model, test, y_test, positive="malignent")


def test_weights_and_other_options(cancer):
    """Weights are of the evaluation; options of evaluate reach it."""
    train, test, y_train, y_test = cancer
    model = DecisionTreeClassifier(max_depth=2, random_state=0).fit(train, y_train)
    weight = np.where(y_test == "benign", 1.0, 3.0)
    ev = gnomon.evaluate_model(model, test, y_test, positive="malignant", weight=weight, interval="none")
    expected = metrics.accuracy_score(y_test, model.predict(test), sample_weight=weight)
    assert ev["accuracy"].value == pytest.approx(expected, abs=1e-12)
    assert ev["accuracy"].method is None


@pytest.mark.parametrize("order", [["benign", "malignant"], ["malignant", "benign"]])
def test_classes_in_another_order_take_their_scores_along(cancer, order):
    """classes= says the order, never what the model's columns mean; other classes are refused."""
    train, test, y_train, y_test = cancer
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(train, y_train)
    ev = gnomon.evaluate_model(model, test, y_test, positive="malignant", classes=order)
    assert ev == gnomon.evaluate_model(model, test, y_test, positive="malignant")
    with pytest.raises(gnomon.UsageError, match="but the model knows 'benign', 'malignant'"):
        gnomon.evaluate_model(model, test, y_test, positive="malignant", classes=[*order, "other"])
    X, y = load_iris(return_X_y=True)
    forest = RandomForestClassifier(5, max_depth=1, random_state=0).fit(X, y)
    turned = gnomon.evaluate_model(forest, X, y, classes=[2, 0, 1])
    expected = metrics.roc_auc_score(y, forest.predict_proba(X), multi_class="ovr")
    assert turned["roc_auc_macro"].value == pytest.approx(expected, abs=1e-12)
    assert turned.classes == ("2", "0", "1")


@pytest.mark.parametrize(
    "model",
    [
        KNeighborsClassifier(2),
        make_pipeline(StandardScaler(), FixedThresholdClassifier(LogisticRegression(), threshold=0.37)),
    ],
)
def test_train_rows_are_cut_where_the_model_cuts_them(model):
    """The few test rows may not show where: the train rows are judged by what is predicted of them."""
    X, y = load_breast_cancer(return_X_y=True)
    model.fit(X[:400], y[:400])
    ev = gnomon.evaluate_model(model, X[-8:], y[-8:], train=(X[:400], y[:400]))
    assert ev.train["accuracy"].value == pytest.approx(model.score(X[:400], y[:400]), abs=1e-12)


def test_columns_may_be_called_as_ours():
    """Features named y_true, y_score or weight divide the rows by their own values."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({name: rng.choice(["u", "v"], 200) for name in ("y_true", "y_pred", "y_score", "weight")})
    y = rng.random(200) < 0.5

    class Random(Duck):
        def predict_proba(self, X):
            p = np.linspace(0, 1, len(X))
            return np.column_stack([1 - p, p])

        def predict(self, X):
            return (self.predict_proba(X)[:, 1] > 0.5).astype(int)

    for name in X.columns:
        ev = gnomon.evaluate_model(Random(), X, y, slices=name, id=name, weight=np.linspace(1, 2, 200))
        assert set(ev.slices[name]) == {"u", "v"}
        assert {row.id for row in ev.errors.rows} <= {"u", "v"}


def test_weights_of_train_and_test(cancer):
    """Both are weighed, or neither: else their difference would be one of the weights."""
    train, test, y_train, y_test = cancer
    model = DecisionTreeClassifier(max_depth=2, random_state=0).fit(train, y_train)
    weights = [np.where(own == "benign", 1.0, 9.0) for own in (y_test, y_train)]
    with pytest.raises(gnomon.UsageError, match="for both sets of rows, or for neither"):
        gnomon.evaluate_model(model, test, y_test, weight=weights[0], train=(train, y_train), positive="benign")
    ev = gnomon.evaluate_model(
        model, test, y_test, weight=weights[0], train=(train, y_train, weights[1]), positive="benign"
    )
    expected = metrics.accuracy_score(y_train, model.predict(train), sample_weight=weights[1])
    assert ev.train["accuracy"].value == pytest.approx(expected, abs=1e-12)


def test_labels_of_other_types():
    """0.0 and 1.0, positive=True for 1, sparse labels; and two models of one name are no two models."""
    X, y = load_breast_cancer(return_X_y=True)
    model = DecisionTreeClassifier(max_depth=2, random_state=0)
    expected = gnomon.evaluate_model(model.fit(X, y), X, y)["recall"]
    assert gnomon.evaluate_model(model, X, y, positive=True)["recall"] == expected
    assert gnomon.evaluate_model(model.fit(X, y.astype(float)), X, y.astype(float), positive=1)["recall"] == expected
    rows, labels = make_multilabel_classification(200, random_state=0)
    several = KNeighborsClassifier(3).fit(rows, labels)
    dense = gnomon.evaluate_model(several, rows, labels)
    assert gnomon.evaluate_model(several, rows, sparse.csr_matrix(labels)) == dense
    with pytest.raises(gnomon.UsageError, match="two models have the same name: 1, '1'"):
        gnomon.evaluate_model({1: model, "1": model}, X, y)


def test_folds_as_masks_and_places_from_the_end():
    """As scikit-learn takes them."""
    X, y = load_breast_cancer(return_X_y=True)
    place = np.arange(len(y))
    model = DecisionTreeClassifier(max_depth=2, random_state=0)
    half = len(y) // 2
    expected = gnomon.evaluate_model(model, X, y, cv=[(place[:half], place[half:]), (place[half:], place[:half])])
    masks = [(place < half, place >= half), (place >= half, place < half)]
    ends = [(place[:half], place[half:] - len(y)), (place[half:], place[:half])]
    for cv in (masks, ends):
        assert gnomon.evaluate_model(model, X, y, cv=cv)["accuracy"] == expected["accuracy"]
