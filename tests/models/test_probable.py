"""When the predictions of a model that does not say what it is are probabilities."""

import numpy as np
import pytest

from gnomon.models.evaluate import probable

TRUTH = np.array([0, 1, 1])


@pytest.mark.parametrize(("predicted", "truth", "expected"), [
    ([0.2, 0.7, 0.9], TRUTH, True), ([0.0, 1.0, 0.5], TRUTH, True), ([0.0, 1.0, 1.0], TRUTH, False),
    ([-0.001, 0.7, 0.9], TRUTH, False), ([0.2, 0.7, 1.001], TRUTH, False), ([0.2, 0.7, np.nan], TRUTH, False),
    ([0.2, 0.7, 0.9], np.array([0, 1, 2]), False), ([0.2, 0.7, 0.9], np.array([0.0, 1.0, 1.0]), False),
    ([0.2, 0.7, 0.9], np.array([False, True, True]), True),
    ([[0.5, 0.5], [0.0, 1.0], [0.25, 0.75]], TRUTH, True), ([[0.5, 0.4], [0.0, 1.0], [0.25, 0.75]], TRUTH, False),
    ([[0.5, 0.5005], [0.0, 1.0], [0.25, 0.75]], TRUTH, True),
    ([[0.5, 0.5], [0.0, 1.0], [0.25, 0.75]], TRUTH + 1, False),
    ([[0.5, 0.5], [0.0, 1.0], [0.25, 0.75]], TRUTH - 1, False),
])  # fmt: skip
def test_probabilities_of_classes(predicted, truth, expected):
    """Between 0 and 1 with both ends, of classes that are whole numbers from 0, and something between."""
    assert probable(np.array(predicted), truth) is expected


def test_what_is_none():
    """Whole numbers, and no rows."""
    assert not probable(np.array([0, 1, 1]), TRUTH)
    assert not probable(np.array([], float), np.array([], int))


def test_a_model_of_three_classes_on_rows_of_two():
    """Is evaluated on all that it knows."""
    import gnomon

    class Model:
        classes_ = np.array(["a", "b", "c"])
        _estimator_type = "classifier"

        def predict(self, X):
            return self.classes_[X[:, 0].astype(int)]

    X = np.array([[0], [1], [1], [0], [2]])
    ev = gnomon.evaluate_model(Model(), X, np.array(["a", "b", "a", "a", "b"]))
    assert (ev.task, ev.classes) == ("multiclass", ("a", "b", "c"))
    assert ev.confusion.counts.sum() == 5


def test_targets_in_one_column_are_a_column():
    """Of shape (rows, 1), as a frame of one column gives them."""
    from gnomon.models.evaluate import truth_of

    assert truth_of(np.array([[0], [1], [1]])).tolist() == [0, 1, 1]
    assert truth_of(np.array([[0, 1], [1, 0]])).shape == (2, 2)
