"""Every rule: an evaluation that makes it fire, with its numbers in its text, and one that does not."""

import numpy as np
import pytest

import gnomon
from gnomon.evaluation.diagnostics.advice import BANDS, RULES, auc_between_bands, band_of


def scored(n=2000, seed=0, share=0.5, shift=1.5, slope=1.0, inverted=False):
    """Rows whose probabilities hold if the slope is 1."""
    rng = np.random.default_rng(seed)
    centre = np.log(share / (1 - share))
    z = rng.normal(size=n) * shift + centre
    y = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
    p = 1 / (1 + np.exp(-z * slope))
    return y, 1 - p if inverted else p


def moved(by):
    """Probabilities that are too high or too low throughout."""
    y, p = scored()
    z = np.log(p / (1 - p)) - by
    return gnomon.evaluate(y, 1 / (1 + np.exp(-z)))


def parts(train, test):
    """A frame of rows that a model was fitted on, and others."""
    (y, p), (v, q) = train, test
    return {
        "y": np.append(y, v),
        "p": np.append(p, q),
        "part": np.array(["train"] * len(y) + ["test"] * len(v)),
    }


def sliced(worse):
    y, p = scored(4000)
    group = np.arange(4000) % 4
    p = np.where((group == 3) & worse, np.random.default_rng(5).permutation(p), p)
    return gnomon.evaluate({"y": y, "p": p, "group": group}, target="y", score="p", slices="group")


def split(train, test):
    return gnomon.evaluate(parts(train, test), target="y", score="p", split="part=train")


def means_of_skewed():
    """Predictions that are the true means of log-normal amounts, whose median is far below."""
    rng = np.random.default_rng(2)
    signal = rng.normal(size=4000) * 0.4
    target = np.exp(signal + 1.3 * rng.normal(size=4000))
    return gnomon.evaluate(target, np.exp(signal + 1.3**2 / 2), task="regression")


GOOD = gnomon.evaluate(*scored())
RARE = [0] * 90 + [1] * 10
FIRES = {
    "accuracy_equals_majority": lambda: gnomon.evaluate(RARE, [0] * 100),
    "accuracy_below_majority": lambda: gnomon.evaluate(RARE, [1] * 30 + [0] * 70),
    "accuracy_near_majority": lambda: gnomon.evaluate([0] * 6 + [1] * 4, [0] * 6 + [1] * 2 + [0] * 2),
    "worse_than_constant": lambda: gnomon.evaluate(*scored(inverted=True)),
    "negative_r2": lambda: gnomon.evaluate([1.5, 2.0, 3.0, 4.0], [4.0, 3.0, 1.5, 0.0]),
    "one_answer": lambda: gnomon.evaluate(RARE, [0] * 100),
    "constant_score": lambda: gnomon.evaluate(RARE, [0.3] * 100),
    "few_rows": lambda: gnomon.evaluate([0] * 90 + [1] * 4, [0] * 88 + [1] * 6),
    "decisions_as_scores": lambda: gnomon.evaluate([0, 1] * 50, [0.0, 1.0, 0.0, 1.0, 1.0] * 20),
    "inverted_scores": lambda: gnomon.evaluate(*scored(inverted=True)),
    "no_ranking": lambda: gnomon.evaluate([0, 1] * 50, np.random.default_rng(0).random(100)),
    "auc_band": lambda: gnomon.evaluate(*scored(4000, shift=1.8)),
    "auc_between_bands": lambda: GOOD,
    "medians_rewarded": means_of_skewed,
    "leakage": lambda: gnomon.evaluate([0] * 50 + [1] * 50, np.linspace(0, 1, 100)),
    "rare_positives": lambda: gnomon.evaluate(*scored(share=0.05)),
    "which_error": lambda: GOOD,
    "better_threshold": lambda: gnomon.evaluate(*scored(share=0.05)),
    "overconfident": lambda: gnomon.evaluate(*scored(slope=3.0)),
    "underconfident": lambda: gnomon.evaluate(*scored(slope=0.3)),
    "shifted": lambda: moved(-0.7),
    "overfitting": lambda: split(scored(shift=4.0), scored(seed=1)),
    "underfitting": lambda: split(scored(shift=0.3), scored(seed=1, shift=0.3)),
    "worst_slice": lambda: sliced(worse=True),
    "most_confused": lambda: gnomon.evaluate([0, 1, 2] * 20, [0, 2, 2] * 20),
}
SILENT = {
    "auc_between_bands": lambda: gnomon.evaluate(*scored(4000, shift=1.8)),
    "auc_band": lambda: gnomon.evaluate(*scored(inverted=True)),
    "which_error": lambda: gnomon.evaluate([0, 1] * 20, [0, 1] * 20),
    "few_rows": lambda: GOOD,
    "overfitting": lambda: split(scored(), scored(seed=1)),
    "underfitting": lambda: split(scored(), scored(seed=1)),
    "worst_slice": lambda: sliced(worse=False),
    "most_confused": lambda: gnomon.evaluate([0, 1, 2] * 20, [0, 1, 2] * 20),
    "negative_r2": lambda: gnomon.evaluate([1.5, 2.0, 3.0, 4.0], [1.5, 2.5, 3.0, 3.5]),
}


def test_every_rule_is_tried():
    """A new rule needs a line in FIRES."""
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert set(names) == set(FIRES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_it_fires_with_its_numbers(rule):
    """The advice is in the evaluation, its text made of its numbers; it is saved and read back."""
    ev = FIRES[rule.name]()
    (own,) = [own for own in ev.advice if own.rule == rule.name]
    assert own.text == rule.text.format(**own.numbers)
    assert "{" not in own.text
    assert gnomon.Evaluation.from_dict(ev.to_dict()).advice == ev.advice


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_it_is_silent_elsewhere(rule):
    """Where it does not apply nothing is said."""
    ev = SILENT.get(rule.name, lambda: GOOD)()
    assert rule.name not in [own.rule for own in ev.advice]
    bare = gnomon.evaluate([0.5, 1.5], [0.5, 1.5], task="regression")
    assert rule.name not in [own.rule for own in bare.advice]


def test_bands_of_the_auc():
    """Those used in teaching: their limits belong to the better one."""
    names = [name for _, name in BANDS]
    assert names == ["excellent", "good", "fair", "poor, but meaningful", "not good"]
    ev = gnomon.evaluate([0] * 10 + [1] * 10, [*np.linspace(0, 0.5, 10), 0.05, *np.linspace(0.6, 1, 9)])
    assert ev["roc_auc"].value == 0.91
    assert band_of(0.91) == "excellent"
    assert auc_between_bands(ev)["most"] == "excellent"


def test_numbers_of_the_paradox():
    """The lecture's dummy: 90 % accuracy, the majority's share, in plain words."""
    first = gnomon.evaluate(RARE, [0] * 100).advice[0]
    assert first.text == (
        "The accuracy of 0.90 equals that of always predicting '0': it is no evidence that the model works."
    )
    assert first.numbers == {"accuracy": 0.9, "answer": "0"}


def test_what_is_wrong_with_probabilities_is_named_once():
    """A shift is no slope, inverted scores are no matter of calibration, few rows say little of an AUC of 1."""
    calibration = {"overconfident", "underconfident", "shifted"}
    for by, way in ((-0.7, "too high"), (0.7, "too low")):
        own = [own for own in moved(by).advice if own.rule in calibration]
        assert [(one.rule, one.numbers["way"]) for one in own] == [("shifted", way)]
    inverted = {own.rule for own in gnomon.evaluate(*scored(inverted=True)).advice}
    assert not inverted & calibration
    few = {own.rule for own in gnomon.evaluate([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]).advice}
    assert "no_ranking" in few
    assert not few & {"auc_band", "leakage"}


def test_a_small_slice_does_not_hide_a_sure_one():
    """The first one that is more than chance, not the one with the largest difference."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 9000)
    group = np.where(np.arange(9000) < 60, "small", np.where(np.arange(9000) < 3000, "large", "rest"))
    noise = np.where(group == "rest", 0.6, np.where(group == "large", 0.8, 1.1))
    p = 1 / (1 + np.exp(-(2 * y - 1 + 2 * noise * rng.normal(size=9000))))
    ev = gnomon.evaluate({"y": y, "p": p, "g": group}, target="y", score="p", slices="g")
    named = [own.numbers["slice"] for own in ev.advice if own.rule == "worst_slice"]
    sure = [value for _, value, own in ev.worst_slices() if own.differences["roc_auc"].p_value_bh <= 0.05]
    assert named == sure[:1]


def test_without_intervals_nothing_breaks():
    """Rules that need an interval are silent."""
    rules = {own.rule for own in gnomon.evaluate(*scored(), interval="none").advice}
    assert "auc_band" in rules
    assert not rules & {"no_ranking", "accuracy_near_majority", "worse_than_constant"}
