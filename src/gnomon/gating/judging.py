"""From rules and evidence to verdicts.

A rule passes where the whole interval lies within its limit, fails where it lies beyond, and is inconclusive otherwise.
All rules have to pass, so passing needs no correction for many rules; one that fails is enough, so failing does: by S.
Holm (1979), over all rules and slices that are judged. docs/decisions/0020-gate.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gnomon.comparison.tested import Tested
from gnomon.errors import UsageError
from gnomon.estimate import NAN, Difference, Estimate
from gnomon.evaluation.estimates.small_samples import of_its_own_rows, resting
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.gating.evidence import Evidence, Subset
from gnomon.gating.planning import best_difference, best_share
from gnomon.gating.result import FAIL, INCONCLUSIVE, NOT_JUDGED, PASS, VERDICTS, Judgement
from gnomon.gating.rules import CALIBRATION, GateRule
from gnomon.intervals.difference import family_wise
from gnomon.intervals.interval import t_quantile, t_tail
from gnomon.measures.measure import Share, ShareOfAll
from gnomon.measures.registry import get_measure, named
from gnomon.message import Message

# How far a value and a limit may differ by rounding.
ROUNDING = 1e-12


def judged(rules: Sequence[GateRule], evidence: Evidence, minimum_rows: int, level: float) -> tuple[Judgement, ...]:
    """The verdict on every rule, and every slice that it is about.

    Args:
        rules: The rules.
        evidence: What they are judged by.
        minimum_rows: A slice is judged if the measure rests on so many of its rows.
        level: The confidence level of the intervals.
    """
    every = [own for rule in rules for own in of_rule(rule, evidence, minimum_rows, level)]
    families = [[own for own in every if own.warns == warns] for warns in (False, True)]
    return tuple(own for family in families for own in corrected(family, evidence.chosen_from))


def worst_first(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Judgements in the order of their verdicts, those that only warn last."""
    order = [*VERDICTS, NOT_JUDGED]
    return tuple(sorted(judgements, key=lambda own: (own.warns, order.index(own.verdict))))


def corrected(judgements: list[Judgement], chosen_from: int) -> list[Judgement]:
    """Failures are those that hold after correction for all that are judged; the others are inconclusive.

    Args:
        judgements: The verdicts by themselves.
        chosen_from: Among how many models the baseline was chosen on these rows: an equal model must rarely fail
            against whichever of them it is (Bonferroni).
    """
    adjusted = family_wise([own.p_value * (chosen_from if own.kind == "baseline" else 1) for own in judgements])
    made = []
    for own, holm in zip(judgements, adjusted, strict=True):
        judgement = replace(own, p_value_holm=holm)
        if own.verdict == FAIL and not math.isnan(holm) and holm > (1 - own.level) / 2:
            others = sum(not math.isnan(each.p_value) for each in judgements)
            text = "beyond the limit by itself, but not after correction for {number} rules and slices"
            reason = Message("not_after_correction", text, number=others)
            if own.kind == "baseline" and chosen_from > 1:
                text = (
                    "beyond the limit by itself, but not after correction: the baseline was chosen from {chosen} "
                    "models on these rows, and {number} rules and slices are judged"
                )
                reason = Message("not_after_choice", text, chosen=chosen_from, number=others)
            judgement = replace(judgement, verdict=INCONCLUSIVE, reason=reason)
        made.append(judgement)
    return made


def of_rule(rule: GateRule, evidence: Evidence, minimum_rows: int, level: float) -> Iterator[Judgement]:
    """The verdicts on a rule."""
    if rule.kind == "fact":
        yield of_fact(rule, evidence.facts[rule.name], evidence.whole.new.n, level)
        return
    if rule.slice is None:
        yield of_subset(rule, evidence.whole, None, evidence.saved, level)
        return
    column, wanted = rule.slice
    values = {value: own for value, own in evidence.slices[column].items() if rule.fits(value)}
    if not values:
        if rule.is_pattern:
            reason = Message("no_slice_fits", "no slice of {column!r} fits the pattern", column=column)
            yield blank(rule, (column, wanted), level, INCONCLUSIVE, reason)
        else:
            reason = Message("slice_absent", "no row has this value of {column!r}", column=column)
            yield blank(rule, (column, wanted), level, FAIL, reason)
        return
    judgements = [of_slice(rule, (column, value), own, minimum_rows, level) for value, own in values.items()]
    if all(own.verdict == NOT_JUDGED for own in judgements):
        # Nothing judged is no pass.
        judgements = [replace(own, verdict=INCONCLUSIVE) for own in judgements]
    yield from judgements


def of_slice(rule: GateRule, place: tuple[str, str], subset: Subset, minimum_rows: int, level: float) -> Judgement:
    """The verdict on a slice, unless it has too few rows."""
    rows = rows_behind(rule.name, subset.new)
    if rows >= minimum_rows:
        return of_subset(rule, subset, place, None, level)
    text = "{rows:,} rows, fewer than the {minimum:,} that a slice is judged by"
    reason = Message("slice_too_small", text, rows=rows, minimum=minimum_rows)
    return replace(blank(rule, place, level, NOT_JUDGED if rule.is_pattern else INCONCLUSIVE, reason), n=subset.new.n)


def rows_behind(name: str, evaluation: Evaluation) -> int:
    """How many rows of an evaluation a measure rests on: of a class, of the rarer one, or all that it counts."""
    estimate = evaluation.estimates.get(name)
    itself = evaluation.n if estimate is None else estimate.n
    if evaluation.task != "binary" or evaluation.confusion is None or of_its_own_rows(name):
        return itself
    negatives, positives = (int(rows) for rows in evaluation.confusion.counts.sum(axis=1))
    return min(resting(name, positives, negatives))


def of_subset(
    rule: GateRule, subset: Subset, place: tuple[str, str] | None, saved: Evaluation | None, level: float
) -> Judgement:
    """The verdict on all rows, or on those of a slice."""
    if rule.kind == "baseline":
        return of_difference(rule, subset, place, saved, level)
    if rule.kind == "gap":
        return of_gap(rule, subset.new, level)
    estimate = estimate_of(rule, subset.new)
    judgement = replace(
        blank(rule, place, level, INCONCLUSIVE, estimate.reason),
        new=estimate.value,
        n=subset.new.n,
        deviation=deviation(rule, estimate, subset.new.n),
    )
    if not estimate.defined:
        return judgement
    return decided(rule, judgement, estimate, chance_beyond(rule, estimate))


def estimate_of(rule: GateRule, evaluation: Evaluation) -> Estimate:
    """The estimate that a rule limits.

    Raises:
        UnknownEstimateError: The evaluation has no such measure; the message names the nearest.
        UsageError: It has no calibration.
    """
    if rule.kind != "calibration":
        return evaluation.estimates[named(rule.name, evaluation.estimates)]
    if evaluation.calibration is None:
        raise UsageError(
            Message(
                "no_calibration",
                "{rule!r}: only probabilities of a binary task have a calibration\nremove the rule",
                rule=rule.text,
            )
        )
    estimate: Estimate = getattr(evaluation.calibration, CALIBRATION[rule.name])
    return estimate


def of_gap(rule: GateRule, evaluation: Evaluation, level: float) -> Judgement:
    """How far the training rows are from the others, as worse as it can be: two samples, not paired.

    Raises:
        UsageError: The training rows are not known.
    """
    if evaluation.train is None:
        raise UsageError(
            Message(
                "gap_without_train",
                "{rule!r} takes the rows that the model was fitted on\npass split= (--split part=train)",
                rule=rule.text,
            )
        )
    judgement = blank(rule, None, level, INCONCLUSIVE)
    gap = evaluation.gap.get(rule.name)
    if gap is None or not gap.defined:
        estimate = evaluation.estimates[named(rule.name, evaluation.estimates)]
        return replace(judgement, reason=estimate.reason, n=evaluation.n)
    if get_measure(rule.name).better < 0:  # the training rows are the better ones where theirs is lower
        gap = replace(gap, value=-gap.value, low=-gap.high, high=-gap.low)
    new, old = evaluation[rule.name], evaluation.train[rule.name]
    judgement = replace(judgement, new=new.value, old=old.value, n=evaluation.n)
    return decided(rule, judgement, gap, chance_beyond(rule, gap))


def of_difference(
    rule: GateRule, subset: Subset, place: tuple[str, str] | None, saved: Evaluation | None, level: float
) -> Judgement:
    """Whether the model is as good as the baseline, or better, on the same rows."""
    judgement = replace(blank(rule, place, level, INCONCLUSIVE), n=subset.new.n)
    new = subset.new.estimates.get(rule.name)
    judgement = replace(judgement, new=NAN if new is None else new.value)
    if subset.differences is None:
        old = None if saved is None else saved.estimates.get(rule.name)
        reason = Message(
            "baseline_without_rows",
            "the rows of the baseline are not at hand, so that nothing can be compared row by row",
        )
        return replace(judgement, old=NAN if old is None else old.value, reason=reason)
    assert subset.old is not None  # it has differences
    estimate = subset.old.estimates.get(rule.name)
    judgement = replace(judgement, old=NAN if estimate is None else estimate.value)
    tested = subset.differences.get(rule.name)
    if tested is None:
        missing = next((own for own in (new, estimate) if own is not None and not own.defined), None)
        return replace(judgement, reason=None if missing is None else missing.reason)
    difference = tested.difference
    judgement = replace(judgement, value=difference.value, deviation=tested.error * math.sqrt(subset.new.n))
    if subset.identical:
        # The same predictions are equally good, whatever the rows.
        allowed = rule.sign * rule.limit <= 0
        reason = Message("predictions_identical", "the predictions are those of the baseline, to the last bit")
        return replace(
            judgement, value=0.0, low=0.0, high=0.0, verdict=PASS if allowed else FAIL, reason=reason, deviation=0.0
        )
    return decided(rule, judgement, difference, chance_of(rule, tested))


def of_fact(rule: GateRule, value: float, n: int, level: float) -> Judgement:
    """What is known of the rows is as it is: never inconclusive."""
    within = rule.sign * (value - rule.limit) >= -ROUNDING * max(1.0, abs(rule.limit))
    judgement = blank(rule, None, level, PASS if within else FAIL)
    return replace(judgement, value=value, low=value, high=value, new=value, n=n)


def decided(rule: GateRule, judgement: Judgement, evidence: Estimate | Difference, p_value: float) -> Judgement:
    """The verdict by an interval."""
    judgement = replace(
        judgement, value=evidence.value, low=evidence.low, high=evidence.high, method=evidence.method, p_value=p_value
    )
    if math.isnan(evidence.low):
        return replace(judgement, verdict=INCONCLUSIVE, reason=evidence.reason)
    ends = sorted((rule.sign * evidence.low, rule.sign * evidence.high))
    limit = rule.sign * rule.limit
    if ends[0] > limit if rule.strict else ends[0] >= limit:
        return replace(judgement, verdict=PASS)
    return replace(judgement, verdict=FAIL if ends[1] < limit else INCONCLUSIVE)


def chance_beyond(rule: GateRule, evidence: Estimate | Difference) -> float:
    """How often chance alone makes a value whose truth is the limit look at least so bad.

    The end of the interval that faces the limit is as far from the value as its quantile of Student's t says; a limit
    at that end has a p-value of half of 1 - level, whatever the method of the interval.
    """
    if math.isnan(evidence.low):
        return NAN
    freedom = evidence.degrees_of_freedom if isinstance(evidence, Estimate) else math.inf
    above = rule.sign * (evidence.value - rule.limit) > 0
    facing = abs((evidence.low if above == rule.least else evidence.high) - evidence.value)
    distance = rule.sign * (rule.limit - evidence.value)
    if not facing > 0:
        return 1.0 if distance <= 0 else 0.0
    return t_tail(distance / facing * t_quantile(evidence.level, freedom), freedom)


def chance_of(rule: GateRule, tested: Tested) -> float:
    """The same of a paired difference, by its own test."""
    tails = tested.tails(rule.limit)
    p_value = tails.below if rule.least else tails.above
    return chance_beyond(rule, tested.difference) if math.isnan(p_value) else p_value


def deviation(rule: GateRule, estimate: Estimate, n: int) -> float:
    """The standard error of an estimate times the root of the rows, by the end of the interval that has to pass."""
    end = estimate.low if rule.least else estimate.high
    return abs(estimate.value - end) / t_quantile(estimate.level, estimate.degrees_of_freedom) * math.sqrt(n)


def blank(
    rule: GateRule, place: tuple[str, str] | None, level: float, verdict: str, reason: Message | None = None
) -> Judgement:
    """A judgement without a value."""
    return Judgement(
        rule.text, rule.kind, rule.name, place, rule.warns, rule.least, verdict, rule.limit, level=level, reason=reason
    )


def impossible(judgement: Judgement) -> Message | None:
    """Why a rule can never pass with these rows, whatever the model; None where it can."""
    basis = get_measure(judgement.measure).basis if judgement.kind in ("limit", "baseline") else None
    if not isinstance(basis, Share | ShareOfAll) or not judgement.n or judgement.verdict in (NOT_JUDGED, PASS):
        return None
    limit = judgement.sign * judgement.limit
    if judgement.kind == "baseline":
        if limit == 0:
            return Message(
                "equal_never_passes", "an equal model rarely passes, however many rows there are: allow a margin"
            )
        reach = best_difference(judgement.n, judgement.level)
        if -reach < limit <= 0:
            text = "an equal model can never pass with {n:,} rows: the interval of no difference reaches {reach:.3f}"
            return Message("never_passes_paired", text, n=judgement.n, reach=reach)
        return None
    best = best_share(judgement.n, judgement.level)
    most = best if judgement.least else 1 - best
    if judgement.least and judgement.limit > most:
        text = "can never pass with {n:,} rows: where all of them are right, the interval begins at {most:.3f}"
        return Message("never_passes", text, n=judgement.n, most=most)
    if not judgement.least and judgement.limit < most:
        text = "can never pass with {n:,} rows: where none of them is wrong, the interval ends at {most:.3f}"
        return Message("never_passes_below", text, n=judgement.n, most=most)
    return None
