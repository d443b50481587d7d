"""Each rule of advice just inside its limit, and just outside."""

from dataclasses import replace

import numpy as np
import pytest

import gnomon
from gnomon.evaluation.diagnostics.advice import RULES
from gnomon.evaluation.result.evaluation import SURE
from tests.evaluation.test_advice import scored, sliced, split

RULE = {rule.name: rule for rule in RULES}
GOOD = gnomon.evaluate(*scored())
REGRESSION = gnomon.evaluate([1.0, 2.0, 3.0, 5.0, 4.0], [1.5, 2.0, 2.5, 5.0, 4.5], task="regression")
SPLIT = split(scored(), scored(seed=1))
SLICED = sliced(worse=True)
LESS = 1e-9


def having(ev, name, **changes):
    """An evaluation with another estimate."""
    return replace(ev, estimates={**ev.estimates, name: replace(ev[name], **changes)})


def auc(**changes):
    """An evaluation with another AUC."""
    return having(GOOD, "roc_auc", **changes)


def against(ev, name, value=None, **changes):
    """An evaluation with another guess, or another difference to it."""
    estimates, differences = dict(ev.baseline.estimates), dict(ev.baseline.differences)
    if value is not None:
        estimates[name] = replace(estimates[name], value=value)
    if changes:
        differences[name] = replace(differences[name], **changes)
    return replace(ev, baseline=replace(ev.baseline, estimates=estimates, differences=differences))


def calibrated(p_value=0.001, slope=(0.5, 0.4, 0.6), intercept=(0.0, -0.1, 0.1)):
    """An evaluation with such a calibration."""
    found = GOOD.calibration
    ends = ("value", "low", "high")
    return replace(GOOD, calibration=replace(
        found, p_value=p_value, slope=replace(found.slope, **dict(zip(ends, slope, strict=True))),
        intercept=replace(found.intercept, **dict(zip(ends, intercept, strict=True))),
    ))  # fmt: skip


def counted(positives):
    """Decisions on a hundred rows, of which so many are positive."""
    y = [1] * positives + [0] * (100 - positives)
    return gnomon.evaluate(y, [1 - own for own in y[:3]] + y[3:])


def shares(positives, n=100):
    """Scores of so many positives among n rows."""
    rng = np.random.default_rng(1)
    y = np.arange(n) < positives
    return gnomon.evaluate(y.astype(int), np.clip(0.5 * y + rng.random(n) / 2, 0, 1))


def gapped(value, low, train=0.9):
    """A gap of the AUC to the rows of training, whose interval has this lower end."""
    test = having(SPLIT, "roc_auc", value=train - value, high=train - value)
    return replace(test, train=having(SPLIT.train, "roc_auc", value=train, low=train - (value - low)))


def differing(value, adjusted, p_value=1e-6):
    """Slices of which one differs so from the rest."""
    slices = dict(SLICED.slices["group"])
    for name, own in slices.items():
        difference = replace(own.differences["roc_auc"], value=0.0, p_value_bh=1.0)
        if name == "3":
            difference = replace(difference, value=value, p_value_bh=adjusted, p_value=p_value)
        slices[name] = replace(own, differences={"roc_auc": difference})
    return replace(SLICED, slices={"group": slices})


MAJORITY = GOOD.baseline.estimates["accuracy"].value
# By rule: evaluations of which advice is given, and others so near that it is not.
LIMITS = {
    "accuracy_equals_majority": ([having(GOOD, "accuracy", value=MAJORITY)],
                                 [having(GOOD, "accuracy", value=MAJORITY + s * LESS) for s in (1, -1)]),
    "accuracy_below_majority": ([having(GOOD, "accuracy", value=MAJORITY - LESS)],
                                [having(GOOD, "accuracy", value=MAJORITY)]),
    "accuracy_near_majority": ([against(GOOD, "accuracy", low=0.0)],
                               [against(GOOD, "accuracy", low=LESS),
                                having(against(GOOD, "accuracy", low=-0.1), "accuracy", value=MAJORITY)]),
    "worse_than_constant": ([against(GOOD, "brier_score", low=LESS), against(REGRESSION, "mse", low=LESS),
                             having(against(REGRESSION, "mae", low=LESS), "r2", value=0.0)],
                            [against(REGRESSION, "mae", low=LESS), against(GOOD, "brier_score", low=0.0),
                             against(against(GOOD, "brier_score", low=LESS), "brier_score", value=0.0)]),
    "negative_r2": ([having(REGRESSION, "r2", value=-LESS)], [having(REGRESSION, "r2", value=0.0)]),
    "few_rows": ([counted(9), counted(91)], [counted(10), counted(90), counted(50)]),
    "inverted_scores": ([auc(value=0.4, low=0.3, high=0.5 - LESS),
                         auc(value=0.5 - LESS, low=float("nan"), high=float("nan"))],
                        [auc(value=0.4, low=0.3, high=0.5),
                         auc(value=0.5, low=float("nan"), high=float("nan"))]),
    "no_ranking": ([auc(value=0.6, low=0.5, high=0.7), auc(value=0.4, low=0.3, high=0.5)],
                   [auc(value=0.6, low=0.5 + LESS, high=0.7),
                    auc(value=0.4, low=0.3, high=0.5 - LESS)]),
    "auc_band": ([auc(value=0.9995 - LESS, low=0.99, high=1.0), auc(value=0.5, low=0.5 + LESS, high=0.55),
                  auc(value=0.85, low=0.8, high=0.9 - LESS)],
                 [auc(value=0.9995, low=0.99, high=1.0), auc(value=0.5 - LESS, low=0.5 + LESS, high=0.55),
                  auc(value=0.55, low=0.5, high=0.59), auc(value=0.85, low=0.8 - LESS, high=0.85),
                  auc(value=0.85, low=0.8, high=0.9)]),
    "auc_between_bands": ([auc(value=0.85, low=0.8 - LESS, high=0.85), auc(value=0.85, low=0.8, high=0.9)],
                          [auc(value=0.85, low=0.8, high=0.9 - LESS), auc(value=0.9995, low=0.8, high=1.0),
                           auc(value=0.6, low=0.5, high=0.75)]),
    "medians_rewarded": ([against(REGRESSION, "mae", low=LESS)],
                         [against(REGRESSION, "mae", low=0.0),
                          having(against(REGRESSION, "mae", low=LESS), "r2", value=0.0)]),
    "leakage": ([auc(value=0.9995, low=0.99)], [auc(value=0.9995 - LESS, low=0.99),
                                                                    auc(value=1.0, low=0.5)]),
    "rare_positives": ([shares(19)], [shares(20)]),
    "better_threshold": ([having(GOOD, "f1", value=GOOD.thresholds.best("f1").value - 0.02 - LESS)],
                         [having(GOOD, "f1", value=GOOD.thresholds.best("f1").value - 0.02 + LESS)]),
    "overconfident": ([calibrated(slope=(0.8, 0.7, 1 - LESS)), calibrated(p_value=0.01 - LESS)],
                    [calibrated(slope=(0.8, 0.7, 1.0)), calibrated(p_value=0.01), calibrated(slope=(0.0, -0.1, 0.1))]),
    "underconfident": ([calibrated(slope=(1.2, 1 + LESS, 1.4))], [calibrated(slope=(1.2, 1.0, 1.4)),
                                                            calibrated(p_value=0.01, slope=(1.2, 1.1, 1.4))]),
    "shifted": ([calibrated(slope=(1.0, 1.0, 1.1), intercept=(0.2, LESS, 0.4)),
                 calibrated(slope=(1.0, 0.9, 1.0), intercept=(-0.2, -0.4, -LESS))],
                [calibrated(slope=(1.0, 0.9, 1.1), intercept=(0.2, 0.0, 0.4)),
                 calibrated(slope=(1.0, 0.9, 1.1), intercept=(-0.2, -0.4, 0.0)),
                 calibrated(slope=(1.2, 1 + LESS, 1.4), intercept=(0.2, 0.1, 0.4)),
                 calibrated(p_value=0.01, slope=(1.0, 0.9, 1.1), intercept=(0.2, 0.1, 0.4))]),
    "overfitting": ([gapped(0.02, LESS)], [gapped(0.02, 0.0), gapped(0.02 - LESS, 0.01)]),
    "underfitting": ([gapped(0.0, 0.0, train=0.7 - LESS)], [gapped(0.0, 0.0, train=0.7)]),
    "worst_slice": ([differing(-0.1, SURE)],
                    [differing(-0.1, SURE + LESS), differing(0.1, 1e-9), differing(-0.1, 0.2, 1e-4)]),
}  # fmt: skip
# Rules without a number for a limit: what makes them apply is there or it is not (test_advice.py).
WITHOUT = {"one_answer", "decisions_as_scores", "constant_score", "which_error", "most_confused"}


def test_every_rule_is_tried():
    """A new rule needs a line in LIMITS."""
    assert set(LIMITS) | WITHOUT == set(RULE)


@pytest.mark.parametrize("name", LIMITS)
def test_inside_and_outside(name):
    """Advice at the limit on the one side, none on the other."""
    inside, outside = LIMITS[name]
    for ev in inside:
        assert RULE[name](ev) is not None
    for ev in outside:
        assert RULE[name](ev) is None


@pytest.mark.parametrize(("value", "band"), [
    (0.9, "excellent"), (0.9 - LESS, "good"), (0.8, "good"), (0.8 - LESS, "fair"), (0.7, "fair"),
    (0.7 - LESS, "poor, but meaningful"), (0.6, "poor, but meaningful"), (0.6 - LESS, "not good"),
])  # fmt: skip
def test_bands_belong_to_the_better_one(value, band):
    """At each limit of the bands of the AUC."""
    assert RULE["auc_band"](auc(value=value, low=value, high=value)).numbers["band"] == band


def test_the_way_probabilities_are_off():
    """An intercept below 0 is of probabilities that are too high."""
    for sign, way in ((-1, "too high"), (1, "too low")):
        ends = (0.2 * sign, *sorted((0.1 * sign, 0.3 * sign)))
        assert RULE["shifted"](calibrated(slope=(1.0, 0.9, 1.1), intercept=ends)).numbers["way"] == way


def test_which_of_the_errors_is_which():
    """Missed rows are false negatives, alarms false positives."""
    ev = gnomon.evaluate([1] * 10 + [0] * 20, [1] * 7 + [0] * 3 + [1] * 5 + [0] * 15)
    numbers = RULE["which_error"](ev).numbers
    assert (numbers["missed"], numbers["alarms"]) == (3, 5)
    assert (numbers["recall"], numbers["precision"]) == (0.7, 7 / 12)


def test_what_is_poor_on_the_rows_of_training():
    """The AUC below 0.7, R² below 0.3."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    rows = {"y": y, "p": 0.3 * y + rng.normal(size=400), "part": np.where(np.arange(400) % 2, "train", "test")}
    ev = gnomon.evaluate(rows, target="y", prediction="p", split="part=train", task="regression")
    for value, said in ((0.3 - LESS, True), (0.3, False)):
        fitted = having(ev.train, "r2", value=value)
        assert (RULE["underfitting"](replace(having(ev, "r2", value=value), train=fitted)) is not None) == said


@pytest.mark.parametrize(("accuracy", "guess", "said"), [
    (0.85, 0.9, "The accuracy of 0.850 is below the 0.900 of"),
    (0.89996, 0.9, "The accuracy of 0.89996 is below the 0.90000 of"),
])  # fmt: skip
def test_numbers_that_differ_are_told_apart(accuracy, guess, said):
    """No number is below itself."""
    ev = having(against(GOOD, "accuracy", value=guess), "accuracy", value=accuracy)
    assert RULE["accuracy_below_majority"](ev).text.startswith(said)


@pytest.mark.parametrize(("weights", "said"), [
    (None, "Only 10.0% of the rows are positive"), ((1.0, 9.0), "Only 1.2% of the weight is"),
    ((1.0, 300.0), "Only 0.037% of the weight is"),
])  # fmt: skip
def test_what_is_rare_is_said_of_what_it_is_a_share(weights, said):
    """Of rows, or of weight where rows have some; never 0.0 %."""
    rng = np.random.default_rng(1)
    y = np.arange(200) < 20
    weight = None if weights is None else np.where(y, *weights)
    ev = gnomon.evaluate(y.astype(int), np.clip(0.5 * y + rng.random(200) / 2, 0, 1), weight=weight)
    assert RULE["rare_positives"](ev).text.startswith(said)


def test_no_two_pieces_of_advice_contradict_each_other():
    """Neither a simpler and a more flexible model, nor a better threshold of scores that rank nothing."""
    both = gapped(0.1, 0.05, train=0.65)
    assert RULE["overfitting"](both) is not None
    assert RULE["underfitting"](both) is None
    nothing = having(having(GOOD, "f1", value=0.1), "roc_auc", value=0.52, low=0.49, high=0.55)
    assert RULE["no_ranking"](nothing) is not None
    assert RULE["better_threshold"](nothing) is None


def test_conditional_means_are_not_worse_than_guessing():
    """Predictions that are the true means of skewed amounts: the MAE rewards medians, and the advice says so."""
    rng = np.random.default_rng(2)
    signal = rng.normal(size=4000) * 0.4
    target = np.exp(signal + 1.3 * rng.normal(size=4000))
    ev = gnomon.evaluate(target, np.exp(signal + 1.3**2 / 2), task="regression")
    said = {own.rule: own.text for own in ev.advice}
    assert ev["r2"].value > 0
    assert "worse_than_constant" not in said
    assert "the MAE rewards medians, and the model predicts means" in said["medians_rewarded"]


@pytest.mark.parametrize(
    ("rows", "said"), [(1, "as 'b' once (5.0% of its rows)"), (2, "as 'b' 2 times (10.0% of its rows)")]
)
def test_one_is_once(rows, said):
    """And two are two times."""
    true, told = ["a"] * 20 + ["b"] * 20 + ["c"] * 20, ["b"] * rows + ["a"] * (20 - rows) + ["b"] * 20 + ["c"] * 20
    assert said in RULE["most_confused"](gnomon.evaluate(true, told)).text
