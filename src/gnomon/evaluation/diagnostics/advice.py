"""Advice in plain words: small declared rules, each with its condition, its text, and the numbers that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gnomon.estimate import Estimate
from gnomon.evaluation.estimates.small_samples import ENOUGH
from gnomon.evaluation.result.advice import Advice
from gnomon.evaluation.result.evaluation import SURE, Evaluation, ranked_by
from gnomon.measures.probability import BRIER_SCORE, LOG_LOSS
from gnomon.measures.ranking import AVERAGE_PRECISION, ROC_AUC
from gnomon.measures.registry import get_measure, shown_in
from gnomon.measures.regression import MAE, MSE, R2
from gnomon.message import Message, word

Numbers = Mapping[str, Any]

# The bands of the AUC that are used in teaching: its least value, and what it is called.
BANDS = (
    (0.9, "excellent"),
    (0.8, "good"),
    (0.7, "fair"),
    (0.6, "poor, but meaningful"),
    (0.0, "not good"),
)
# Positives are rare below this share; an AUC at or above this is too good to be believed unseen.
RARE, TOO_GOOD = 0.2, 0.9995
# The method of an AUC whose scores are all the same.
CONSTANT = "constant score"
# By how much F1 at another threshold, or a train value, must be greater for it to be worth saying.
WORTHWHILE = 0.02
# What a value on the rows that the model was fitted on must reach for no underfitting.
POOR = {ROC_AUC.name: 0.7, "roc_auc_macro": 0.7, R2.name: 0.3}


@dataclass(frozen=True, slots=True)
class Rule:
    """One piece of advice.

    Attributes:
        name: What it is called.
        text: What it says, with places for numbers.
        condition: The numbers if it applies to an evaluation, else None.
    """

    name: str
    text: str
    condition: Callable[[Evaluation], Numbers | None]

    def __call__(self, evaluation: Evaluation) -> Advice | None:
        """The advice, if it applies."""
        numbers = self.condition(evaluation)
        return None if numbers is None else Advice(Message(self.name, self.text, **numbers))


def advise(evaluation: Evaluation) -> tuple[Advice, ...]:
    """All advice that applies, in the order of the rules."""
    return tuple(found for rule in RULES if (found := rule(evaluation)) is not None)


def defined(evaluation: Evaluation, name: str) -> Estimate | None:
    """An estimate that has a value."""
    estimate = evaluation.estimates.get(name)
    return estimate if estimate is not None and estimate.defined else None


def against_majority(evaluation: Evaluation) -> tuple[Estimate, float, str] | None:
    """The accuracy, that of always answering the most frequent class, and that class."""
    accuracy, baseline = defined(evaluation, "accuracy"), evaluation.baseline
    if accuracy is None or baseline is None or "most_frequent" not in baseline.answers:
        return None
    return accuracy, baseline.estimates["accuracy"].value, baseline.answers["most_frequent"]


def accuracy_equals_majority(evaluation: Evaluation) -> Numbers | None:
    """The accuracy of a model that might as well always give the same answer."""
    versus = against_majority(evaluation)
    if versus is None or versus[0].value != versus[1]:
        return None
    return {"accuracy": versus[0].value, "answer": versus[2]}


def accuracy_below_majority(evaluation: Evaluation) -> Numbers | None:
    """An accuracy below that of always giving the same answer."""
    versus = against_majority(evaluation)
    if versus is None or not versus[0].value < versus[1]:
        return None
    accuracy, guess = told_apart(versus[0].value, versus[1])
    return {"accuracy": accuracy, "guess": guess, "answer": versus[2]}


def told_apart(first: float, second: float) -> tuple[str, str]:
    """Two numbers as text, with at least three digits behind the point, and as many as tell one from the other.

    >>> told_apart(0.9, 0.95), told_apart(0.89996, 0.9)
    (('0.900', '0.950'), ('0.89996', '0.90000'))
    """
    for digits in range(3, 17):
        texts = f"{first:.{digits}f}", f"{second:.{digits}f}"
        if texts[0] != texts[1]:
            return texts
    return repr(first), repr(second)


def percent(share: float) -> str:
    """A share as text, with at least two digits that are not 0 in front.

    >>> percent(0.1), percent(0.00034)
    ('10.0%', '0.034%')
    """
    return f"{share:.1%}" if share >= 0.01 or share == 0 else f"{100 * share:.2g}%"


def accuracy_near_majority(evaluation: Evaluation) -> Numbers | None:
    """An accuracy that chance may have put above that of always giving the same answer."""
    versus = against_majority(evaluation)
    if versus is None or evaluation.baseline is None or not versus[0].value > versus[1]:
        return None
    difference = evaluation.baseline.differences["accuracy"]
    if not difference.low <= 0:
        return None
    accuracy, guess = told_apart(versus[0].value, versus[1])
    return {"accuracy": accuracy, "guess": guess, "answer": versus[2]}


def worse_than_guessing(evaluation: Evaluation) -> Numbers | None:
    """A loss that is clearly greater than that of a constant answer."""
    baseline = evaluation.baseline
    for name in (LOG_LOSS.name, BRIER_SCORE.name, MAE.name, MSE.name):
        if baseline is None or name not in baseline.differences or not baseline.estimates[name].value > 0:
            continue
        if baseline.differences[name].low > 0 and not (name == MAE.name and explains(evaluation)):
            value = evaluation.estimates[name].value
            return {"measure": get_measure(name).title, "value": value, "guess": baseline.estimates[name].value}
    return None


def explains(evaluation: Evaluation) -> bool:
    """Whether squared errors of a regression are smaller than those of the mean."""
    r2 = defined(evaluation, R2.name)
    return r2 is not None and r2.value > 0


def medians_rewarded(evaluation: Evaluation) -> Numbers | None:
    """Absolute errors that the median of the target beats, of a model whose squared errors beat the mean."""
    baseline = evaluation.baseline
    if baseline is None or MAE.name not in baseline.differences or not explains(evaluation):
        return None
    if not baseline.differences[MAE.name].low > 0:
        return None
    value, r2 = evaluation.estimates[MAE.name].value, evaluation.estimates[R2.name].value
    return {"mae": value, "guess": baseline.estimates[MAE.name].value, "r2": r2}


def negative_r2(evaluation: Evaluation) -> Numbers | None:
    """A regression that is worse than the mean."""
    r2, baseline = defined(evaluation, R2.name), evaluation.baseline
    if r2 is None or baseline is None or r2.value >= 0:
        return None
    return {R2.name: r2.value, "mean": baseline.answers["mean"]}


def one_answer(evaluation: Evaluation) -> Numbers | None:
    """Every row predicted the same."""
    if evaluation.confusion is None:
        return None
    predicted = evaluation.confusion.counts.sum(axis=0)
    if (predicted > 0).sum() != 1:
        return None
    return {"answer": evaluation.confusion.labels[int(predicted.argmax())]}


def decisions_as_scores(evaluation: Evaluation) -> Numbers | None:
    """Scores of which each is 0 or 1: they are decisions, and rank no further."""
    points = evaluation.curves.get("roc")
    if evaluation.task != "binary" or not points:
        return None
    return {} if {own for own in points["threshold"] if own is not None} == {0.0, 1.0} else None


def constant_score(evaluation: Evaluation) -> Numbers | None:
    """Every row with the same score."""
    auc = defined(evaluation, ROC_AUC.name)
    return {} if auc is not None and auc.method == CONSTANT else None


def few_rows(evaluation: Evaluation) -> Numbers | None:
    """Classes with too few rows to say much."""
    if evaluation.confusion is None:
        return None
    support = zip(evaluation.confusion.labels, evaluation.confusion.counts.sum(axis=1).tolist(), strict=True)
    rare = {label: count for label, count in support if 0 < count < ENOUGH}
    if not rare:
        return None
    return {"few": ENOUGH, "classes": ", ".join(f"{label!r} ({count})" for label, count in rare.items())}


def inverted_scores(evaluation: Evaluation) -> Numbers | None:
    """Scores that rank the wrong way round."""
    auc = defined(evaluation, ROC_AUC.name)
    if auc is None or auc.method == CONSTANT:
        return None
    below = auc.high < 0.5 if auc.high == auc.high else auc.value < 0.5
    return {"auc": auc.value, "turned": 1 - auc.value} if below else None


def no_ranking(evaluation: Evaluation) -> Numbers | None:
    """An AUC not significantly different from chance."""
    auc = defined(evaluation, ROC_AUC.name)
    if auc is None or auc.method == CONSTANT or not auc.low <= 0.5 <= auc.high:
        return None
    return {"auc": auc.value, "low": auc.low, "high": auc.high}


def auc_of_a_ranking(evaluation: Evaluation) -> Estimate | None:
    """An AUC that has a name in teaching: of scores that rank, and not too good to be believed."""
    auc = defined(evaluation, ROC_AUC.name)
    if auc is None or not 0.5 <= auc.value < TOO_GOOD or auc.method == CONSTANT or no_ranking(evaluation) is not None:
        return None
    return None if decisions_as_scores(evaluation) is not None else auc


def auc_band(evaluation: Evaluation) -> Numbers | None:
    """What an AUC is called in teaching."""
    auc = auc_of_a_ranking(evaluation)
    if auc is None or band_of(auc.low) != band_of(auc.high):
        return None
    return {"auc": auc.value, "band": band_of(auc.value)}


def auc_between_bands(evaluation: Evaluation) -> Numbers | None:
    """The same of one whose interval reaches from one band into another."""
    auc = auc_of_a_ranking(evaluation)
    if auc is None or band_of(auc.low) == band_of(auc.high):
        return None
    ends = {"least": band_of(auc.low), "most": band_of(auc.high)}
    return {"auc": auc.value, "low": auc.low, "high": auc.high, **ends}


def band_of(auc: float) -> str:
    """What an AUC is called in teaching; nothing where it is not known."""
    return word(next((name for least, name in BANDS if auc >= least), ""))


def leakage(evaluation: Evaluation) -> Numbers | None:
    """An AUC of 1, or nearly."""
    auc = defined(evaluation, ROC_AUC.name)
    believable = auc is None or auc.value < TOO_GOOD or no_ranking(evaluation) is not None
    return None if auc is None or believable else {"auc": auc.value}


def rare_positives(evaluation: Evaluation) -> Numbers | None:
    """Few positives, so that the ROC curve looks better than it is."""
    auc, ap = defined(evaluation, ROC_AUC.name), defined(evaluation, AVERAGE_PRECISION.name)
    if auc is None or ap is None or evaluation.thresholds is None or auc.method == CONSTANT:
        return None
    table = evaluation.thresholds
    share = table.positives / (table.positives + table.negatives)
    if not share < RARE:
        return None
    whole = word("weight is") if table.weighted else word("rows are")
    return {
        "share": percent(share),
        "whole": whole,
        "guess": f"{share:.3f}" if share >= 0.001 else f"{share:.2g}",
        "auc": auc.value,
        "ap": ap.value,
    }


def which_error(evaluation: Evaluation) -> Numbers | None:
    """Missed positives and false alarms: which costs more is for a person to say."""
    if evaluation.task != "binary" or evaluation.confusion is None:
        return None
    (_, alarms), (missed, _) = evaluation.confusion.counts.tolist()
    if not alarms or not missed:
        return None
    recall, precision = evaluation.estimates["recall"].value, evaluation.estimates["precision"].value
    return {
        "positive": evaluation.positive,
        "missed": missed,
        "alarms": alarms,
        "recall": recall,
        "precision": precision,
    }


def better_threshold(evaluation: Evaluation) -> Numbers | None:
    """A threshold at which F1 is worth more."""
    f1 = defined(evaluation, "f1")
    if f1 is None or evaluation.thresholds is None or evaluation.threshold is None:
        return None
    if constant_score(evaluation) is not None or few_rows(evaluation) is not None or no_ranking(evaluation) is not None:
        return None
    best = evaluation.thresholds.best("f1")
    if not best.value > f1.value + WORTHWHILE:
        return None
    return {"f1": f1.value, "best": best.value, "threshold": best.threshold, "used": evaluation.threshold}


def uncalibrated(evaluation: Evaluation) -> dict[str, Any] | None:
    """Probabilities that are not calibrated; inverted ones aside."""
    calibration = evaluation.calibration
    if (
        calibration is None
        or not calibration.p_value < 0.01
        or not calibration.slope.value > 0
        or few_rows(evaluation) is not None
    ):
        return None
    if decisions_as_scores(evaluation) is not None:
        return None
    return {
        "slope": calibration.slope.value,
        "intercept": calibration.intercept.value,
        "ece": calibration.equal_width.error,
        "chance": calibration.equal_width.expected_error,
    }


def too_extreme(evaluation: Evaluation) -> Numbers | None:
    """Probabilities too near to 0 and 1."""
    numbers = uncalibrated(evaluation)
    return numbers if numbers and evaluation.calibration and evaluation.calibration.slope.high < 1 else None


def too_timid(evaluation: Evaluation) -> Numbers | None:
    """Probabilities too far from 0 and 1."""
    numbers = uncalibrated(evaluation)
    return numbers if numbers and evaluation.calibration and evaluation.calibration.slope.low > 1 else None


def shifted(evaluation: Evaluation) -> Numbers | None:
    """Probabilities too high, or too low, throughout."""
    numbers, calibration = uncalibrated(evaluation), evaluation.calibration
    if not numbers or calibration is None or not calibration.slope.low <= 1 <= calibration.slope.high:
        return None
    if calibration.intercept.low <= 0 <= calibration.intercept.high:
        return None
    return numbers | {"way": word("too high") if calibration.intercept.value < 0 else word("too low")}


def gap(evaluation: Evaluation) -> tuple[str, Numbers] | None:
    """What train and test are compared by, and the numbers of it."""
    gaps = evaluation.gap
    name = next((name for name in shown_in("gap") if name in gaps), None)
    if name is None or evaluation.train is None:
        return None
    difference = gaps[name]
    numbers = {"gap": difference.value, "low": difference.low, "high": difference.high}
    train, test = evaluation.train[name].value, evaluation[name].value
    return name, {"measure": get_measure(name).title, "train": train, "test": test, **numbers}


def overfitting(evaluation: Evaluation) -> Numbers | None:
    """A model that is clearly better on the rows that it was fitted on."""
    _, values = gap(evaluation) or (None, None)
    if values is None or not values["low"] > 0 or values["gap"] < WORTHWHILE:
        return None
    return values


def underfitting(evaluation: Evaluation) -> Numbers | None:
    """A model that is poor even on the rows that it was fitted on."""
    name, values = gap(evaluation) or (None, None)
    if name not in POOR or values is None or not values["train"] < POOR[name]:
        return None
    if overfitting(evaluation) is not None:  # whose advice is the opposite
        return None
    return {part: values[part] for part in ("measure", "train", "test")}


def worst_slice(evaluation: Evaluation) -> Numbers | None:
    """A slice that is worse than the rest by more than chance."""
    for column, value, evaluation_of_slice in evaluation.worst_slices():
        by = ranked_by(evaluation.slices[column].values())
        assert by is not None  # there are ranked slices
        difference = evaluation_of_slice.differences[by]
        if get_measure(by).better * difference.value >= 0:
            break
        if difference.p_value_bh <= SURE:
            return {
                "column": column,
                "slice": value,
                "measure": get_measure(by).title,
                "value": evaluation_of_slice[by].value,
                "difference": difference.value,
            }
    return None


def most_confused(evaluation: Evaluation) -> Numbers | None:
    """The two classes of several that are confused most."""
    if evaluation.task != "multiclass" or not evaluation.errors.confusions:
        return None
    first = evaluation.errors.confusions[0]
    often = word("once") if first.rows == 1 else Message("times", "{rows:,} times", rows=first.rows)
    return {"true": first.true, "predicted": first.predicted, "often": often, "share": first.share}


RULES = (
    Rule(
        "accuracy_equals_majority",
        "The accuracy of {accuracy:.2f} equals that of always predicting {answer!r}: it is no evidence that the "
        "model works.",
        accuracy_equals_majority,
    ),
    Rule(
        "accuracy_below_majority",
        "The accuracy of {accuracy} is below the {guess} of always predicting {answer!r}.",
        accuracy_below_majority,
    ),
    Rule(
        "accuracy_near_majority",
        "The accuracy of {accuracy} is not significantly above the {guess} of always predicting {answer!r}.",
        accuracy_near_majority,
    ),
    Rule(
        "worse_than_constant",
        "The {measure} of {value:.4g} is worse than the {guess:.4g} of a constant prediction: do not use these "
        "predictions as they are.",
        worse_than_guessing,
    ),
    Rule(
        "medians_rewarded",
        "The MAE of {mae:.4g} is worse than the {guess:.4g} of always predicting the median, although R² is "
        "{r2:.3f}: the MAE rewards medians, and the model predicts means. Judge the model by the error that "
        "matters to you.",
        medians_rewarded,
    ),
    Rule(
        "negative_r2",
        "R² is negative ({r2:.3f}): always predicting the mean of the target ({mean:.4g}) has smaller squared errors.",
        negative_r2,
    ),
    Rule("one_answer", "Every row is predicted as {answer!r}.", one_answer),
    Rule(
        "decisions_as_scores",
        "Every score is 0 or 1: these are decisions, and their AUC is that of a single threshold. Pass scores to "
        "judge the ranking, or pass the decisions as predictions.",
        decisions_as_scores,
    ),
    Rule(
        "constant_score",
        "Every row has the same score: the scores do not rank the rows.",
        constant_score,
    ),
    Rule(
        "few_rows",
        "Fewer than {few} rows of {classes}: estimates for these classes are unreliable.",
        few_rows,
    ),
    Rule(
        "inverted_scores",
        "The AUC of {auc:.3f} is below 0.5: the scores rank the rows in reverse. Reversed, it is {turned:.3f}; "
        "check which class is the positive one.",
        inverted_scores,
    ),
    Rule(
        "no_ranking",
        "The AUC of {auc:.3f} ({low:.3f} to {high:.3f}) is not significantly different from 0.5 (chance).",
        no_ranking,
    ),
    Rule("auc_band", "By a common rule of thumb an AUC of {auc:.3f} is {band}.", auc_band),
    Rule(
        "auc_between_bands",
        "By a common rule of thumb an AUC of {auc:.3f} ({low:.3f} to {high:.3f}) ranges from {least} to {most}.",
        auc_between_bands,
    ),
    Rule(
        "leakage",
        "An AUC of {auc:.4f} is suspiciously high: check for target leakage, or for training rows in the test set.",
        leakage,
    ),
    Rule(
        "rare_positives",
        "Only {share} of the {whole} positive: judge by precision and recall (AP {ap:.3f}; chance is {guess}) "
        "rather than by the ROC curve (AUC {auc:.3f}).",
        rare_positives,
    ),
    Rule(
        "which_error",
        "False negatives: {missed:,} of class {positive!r} (recall {recall:.3f}). False positives: {alarms:,} "
        "(precision {precision:.3f}). If false negatives cost more (a missed diagnosis), lower the threshold to "
        "raise recall; if false positives do (legitimate mail marked as spam), raise it to raise precision.",
        which_error,
    ),
    Rule(
        "better_threshold",
        "At a threshold of {threshold:.4g} instead of {used:g}, F1 on these rows would be {best:.3f} instead of "
        "{f1:.3f}.",
        better_threshold,
    ),
    Rule(
        "overconfident",
        "The probabilities are overconfident: too close to 0 and 1 (slope {slope:.2f}; ECE {ece:.3f}, {chance:.3f} "
        "expected if calibrated). Recalibrate before interpreting them as probabilities.",
        too_extreme,
    ),
    Rule(
        "underconfident",
        "The probabilities are underconfident: too far from 0 and 1 (slope {slope:.2f}; ECE {ece:.3f}, "
        "{chance:.3f} expected if calibrated). Recalibrate before interpreting them as probabilities.",
        too_timid,
    ),
    Rule(
        "shifted",
        "The probabilities are {way} overall (calibration in the large {intercept:.2f}; ECE {ece:.3f}, "
        "{chance:.3f} expected if calibrated). Recalibrate before interpreting them as probabilities.",
        shifted,
    ),
    Rule(
        "overfitting",
        "{measure} is {train:.3f} on the training rows and {test:.3f} on the others, a gap of {gap:.3f} ({low:.3f} "
        "to {high:.3f}). If both come from the same distribution, the model overfits: try more rows, a simpler "
        "model or more regularisation. If they come from other times or places, find out what changed.",
        overfitting,
    ),
    Rule(
        "underfitting",
        "{measure} is only {train:.3f} even on the training rows ({test:.3f} on the others): either the features "
        "carry little signal, or the model is too simple to use it (underfitting). Try a more flexible model to "
        "find out.",
        underfitting,
    ),
    Rule(
        "worst_slice",
        "{column} {slice}: {measure} is {value:.3g}, a significant difference of {difference:+.3g} from the rest.",
        worst_slice,
    ),
    Rule(
        "most_confused",
        "Most confused: {true!r} is predicted as {predicted!r} {often} ({share:.1%} of its rows).",
        most_confused,
    ),
)
