"""``gnomon.gate``: from predictions and rules to whether a model may ship."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gnomon.calling import EngineChoice, MissingChoice, ScaleChoice, TaskChoice, verb
from gnomon.comparison.measuring import Measured, alike, measure, requests_of
from gnomon.comparison.opening import Opened, open_models
from gnomon.engines import engine_of
from gnomon.engines.base import Progress
from gnomon.errors import UsageError
from gnomon.evaluation.arguments.options import Options
from gnomon.evaluation.arguments.sources import open_named
from gnomon.evaluation.evaluate import evaluate
from gnomon.evaluation.provenance import gnomon_version
from gnomon.evaluation.result.evaluation import Evaluation
from gnomon.gating.baseline import GateBaseline, baseline_of, note_on_choice, within_noise
from gnomon.gating.columns import columns_judged
from gnomon.gating.evidence import Evidence, of_one, of_pair
from gnomon.gating.judging import impossible, judged, worst_first
from gnomon.gating.result import POLICIES, GateResult, Policy
from gnomon.gating.rules import LOOKS, MISSING, ROWS, UNMATCHED, GateRule, rules_of
from gnomon.history.fingerprint import fingerprint, listed
from gnomon.intervals.spending import level_at_look
from gnomon.kernels.threads import thread_count
from gnomon.measures.registry import asked
from gnomon.message import Message, word

# What the two are called where they are read together.
BASELINE, MODEL = "baseline", "model"
# A slice is judged by a measure that rests on so many of its rows.
MINIMUM_ROWS = 30
# More looks than these are not planned.
MOST_LOOKS = 20


@verb
def gate(
    data: Any,
    /,
    *,
    baseline: Any = None,
    where: str | Iterable[str] = (),
    margin: Mapping[str, float] | None = None,
    target: str | None = None,
    score: Any = None,
    prediction: Any = None,
    baseline_score: Any = None,
    baseline_prediction: Any = None,
    weight: str | None = None,
    cluster: str | None = None,
    split: str | None = None,
    id: str | None = None,
    columns: Mapping[str, str] | Sequence[str] | None = None,
    history: str | Path | None = None,
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    task: TaskChoice = "auto",
    threshold: float | None = None,
    scale: ScaleChoice = "probability",
    inconclusive: Policy = "inconclusive",
    minimum_rows: int = MINIMUM_ROWS,
    unmatched: float = 0.0,
    chosen_from: int | None = None,
    look: str | None = None,
    power: float = 0.8,
    level: float = 0.95,
    seed: int = 0,
    missing: MissingChoice = "error",
    memory: int | str | None = None,
    engine: EngineChoice = "threads",
    threads: int | None = None,
    progress: Progress | None = None,
) -> GateResult:
    """Judges a model by rules: it passes, it fails, or the rows are too few to tell.

    A rule is ``[slice] measure >= number`` (or ``<=``), such as ``"recall >= 0.8"``, ``"region:* recall >= 0.6"``, or
    ``[slice] measure >= baseline - number``: not worse than the baseline by more than a margin, or better by one. It
    passes where the whole interval lies within the limit, fails where it lies beyond, and is inconclusive otherwise.
    Differences from the baseline are those of :func:`gnomon.compare`, on the same rows. All rules have to pass; a
    failure has to hold after correction for all rules and slices (S. Holm, 1979). docs/decisions/0020-gate.md says why.

    Besides measures a rule may limit their ``.gap`` between the training rows (``split=``) and the others
    (``"roc_auc.gap <= 0.05"``), ``calibration_slope`` and ``calibration_intercept``, ``rows``, the shares of rows that
    are ``missing`` or ``unmatched``, and ``looks``: how many models were judged on the baseline's rows. ``"warn ..."``
    begins a rule that only warns.

    Args:
        data: The predictions: a file, a folder, a pattern, a list of paths, a data frame, or a dict of columns.
        baseline: What the model is compared with: predictions in the same forms, joined on ``id``; a run of the
            history, by its tag, name or id; or an evaluation, or the JSON file of one, which has no rows, so that rules
            about the baseline are inconclusive. None where there is no such rule, or where ``baseline_score`` or
            ``baseline_prediction`` names a column of ``data``.
        where: The rules, one or several.
        margin: By measure, by how much the model may be worse than the baseline: ``{"roc_auc": 0.02}`` is
            ``"roc_auc >= baseline - 0.02"``.
        target: Name of the column of true values.
        score: Name of the column of scores; for several classes a list of columns.
        prediction: Name of the column of predicted labels or amounts.
        baseline_score: The same of the baseline, where it is called otherwise.
        baseline_prediction: The same of the baseline, where it is called otherwise.
        weight: Name of the column of row weights.
        cluster: Name of a column that says which rows belong together.
        split: The rows that the model was fitted on, as ``"column=value"``: they are not judged.
        id: Name of the column that says which rows of the model and of the baseline are the same.
        columns: Columns that ``data`` must have: their names, or a dict of a name to ``"number"``, ``"text"``,
            ``"boolean"`` or ``"date"``.
        history: The history that ``baseline`` names a run of, as for :class:`gnomon.History`.
        classes: As for :func:`gnomon.evaluate`.
        positive: The label of the positive class; needed unless the labels are 0/1, False/True or -1/1.
        task: ``"binary"``, ``"multiclass"``, ``"regression"``, or ``"auto"`` to tell from the columns.
        threshold: A row is predicted positive at ``score >= threshold``.
        scale: ``"probability"``, or ``"any"`` for decision values.
        inconclusive: What an inconclusive gate counts as: ``"inconclusive"`` (``exit_code`` 5), ``"pass"`` or
            ``"fail"``.
        minimum_rows: A slice is judged by a measure that rests on at least so many of its rows; others are named.
        unmatched: The share of rows that the model or the baseline may lack.
        chosen_from: Among how many models the baseline was chosen on these rows, where it is known: failures against
            it are corrected for that. None for what the history says of a baseline that it has; 1 for no choice.
        look: Which look this is of those that are planned, such as ``"2/5"``, where the gate is judged again as about
            equal numbers of rows are added: the level of the intervals is such that all looks together keep to
            ``level`` (Lan and DeMets, 1983). None where it is judged once.
        power: How often a good model is to pass with ``result.rows_needed()``.
        level: Confidence level of the intervals.
        seed: Seed of what is drawn at random.
        missing: ``"error"``, or ``"drop"`` to leave out rows with a missing value; a rule ``"missing <= 1 %"`` says how
            many there may be, without one none.
        memory: How much memory the rows may take: a number of bytes, or such as ``"2GiB"``.
        engine: What reads and counts the rows, as for :func:`gnomon.evaluate`.
        threads: How many threads, or processes.
        progress: Called with the numbers of rows read and of all rows, as for :func:`gnomon.evaluate`.

    Returns:
        A :class:`gnomon.GateResult`: ``result.verdict`` is ``"pass"``, ``"fail"`` or ``"inconclusive"``,
        ``result.judgements`` are the verdicts on the rules with their evidence.

    Raises:
        UsageError: There is no rule, or one cannot be judged; the arguments contradict each other.
        SourceError: A file cannot be read.
        HistoryError: The history cannot be read, or the rows of the baseline have changed since it was logged.
        ColumnError: A column is missing or of the wrong type.
        DataError: A value is wrong, or a true value differs between the model's rows and the baseline's.

    Examples:
        >>> import gnomon
        >>> rows = {"y": [0, 1] * 500, "p": [0.2, 0.8] * 480 + [0.7, 0.4] * 20}
        >>> gnomon.gate(rows, target="y", score="p", where=["recall >= 0.9", "precision >= 0.99"])
        GateResult(fail, n=1,000, 1 fail, 1 pass)
    """
    if inconclusive not in POLICIES:
        raise UsageError(
            Message(
                "no_such_policy",
                "inconclusive= takes 'inconclusive', 'pass' or 'fail', not {policy!r}",
                policy=inconclusive,
            )
        )
    check_numbers(minimum_rows, unmatched, power, chosen_from)
    at_look = level_of(look, Options("auto", level).level)
    if target is None:
        raise UsageError(Message("gate_without_target", "pass the column of true values\ntarget= (--target)"))
    rules = rules_of(where, margin)
    if missing == "drop" and not limited(rules, MISSING):
        rules = (*rules, GateRule.parse(f"{MISSING} <= 0 %"))
    data = as_path(data)
    against_what = baseline_of(as_path(baseline), history)
    saved, rows_of_baseline = against_what.saved, against_what.rows
    if (
        rows_of_baseline is None
        and saved is not None
        and any(own is not None for own in (baseline_score, baseline_prediction))
    ):
        raise UsageError(
            Message(
                "baseline_columns_of_saved",
                "baseline_score= and baseline_prediction= name columns, but the baseline is a saved evaluation\n"
                "pass its rows, or remove them",
            )
        )
    other = (baseline_score, baseline_prediction)
    if rows_of_baseline is not None and not any(own is not None for own in other):
        other = (against_what.score, against_what.prediction)
    paired = rows_of_baseline is not None or any(own is not None for own in other)
    against = [own for own in rules if own.kind == "baseline"]
    if against and not paired and saved is None:
        raise UsageError(
            Message(
                "rule_without_baseline",
                "{rule!r} compares with a baseline\npass baseline= (--baseline FILE), or baseline_score= for a column "
                "of the same rows",
                rule=against[0].text,
            )
        )
    if chosen_from is not None and not against:
        raise UsageError(
            Message(
                "chosen_from_unused",
                "chosen_from= (--chosen-from) is about rules that compare with a baseline, but there are none\n"
                "remove it",
            )
        )
    options = Options("auto", at_look, seed, thread_count(threads), engine, asked(measures_of(rules)))
    named: dict[str, Any] = {"target": target, "weight": weight, "cluster": cluster, "split": split, "classes": classes}
    how: dict[str, Any] = {
        "positive": positive,
        "task": task,
        "threshold": threshold,
        "scale": scale,
        "missing": missing,
    }
    source = open_named(data)
    judged_columns = columns_judged(source, columns)
    facts: dict[str, float] = {}
    slices = slices_of(rules)
    if paired:
        opened = open_pair(data, rows_of_baseline, (score, prediction), other, named, id, slices, options)
        if rows_of_baseline is not None:
            facts[UNMATCHED] = share_unmatched(opened)
            if not limited(rules, UNMATCHED):
                allowed = GateRule.parse(f"{UNMATCHED} <= {100 * unmatched:g} %")
                rules = (*rules, replace(allowed, limit=float(unmatched)))
        measured = measured_pair(opened, options, memory, progress, classes=classes, **how)
        whole, of_slices = of_pair(measured)
    if not paired or any(own.kind == "gap" for own in rules):
        alone = evaluate(
            data, score=score, prediction=prediction, id=id, slices=None if paired else slices,
            measures=list(options.measures), level=at_look, seed=seed, memory=memory, engine=engine, threads=threads,
            progress=progress, **named, **how,
        )  # fmt: skip
        if not paired:
            whole, of_slices = of_one(alone)
        else:
            whole = replace(whole, new=replace(whole.new, train=alone.train))
    refuse_stale(saved, whole.new)
    dropped = whole.new.provenance.get("rows_dropped") or 0
    facts |= {ROWS: float(whole.new.n), MISSING: dropped / (whole.new.n + dropped)}
    facts |= {} if against_what.looks is None else {LOOKS: float(against_what.looks)}
    unknown = next((own for own in rules if own.kind == "fact" and own.name not in facts), None)
    if unknown is not None:
        raise UsageError(
            Message(
                "fact_unknown",
                "{rule!r}: unmatched rows are known where a baseline is joined on ids, looks where it is a run of the "
                "history that was logged with its rows\nremove the rule, or pass such a baseline",
                rule=unknown.text,
            )
        )
    columns_used = columns_of(whole.new, score, prediction, id)
    chosen = chosen_of(against_what, data, columns_used) if chosen_from is None else chosen_from
    judgements = judged(rules, Evidence(whole, of_slices, facts, saved, chosen), minimum_rows, options.level)
    hopeless = [
        Message("rule_hopeless", "{rule}: {why}.", rule=own.about, why=why)
        for own in judgements
        if (why := impossible(own)) is not None
    ]
    return GateResult(
        worst_first((*judged_columns, *judgements)),
        inconclusive,
        whole.new.n,
        options.level,
        against_what.name or next((str(own) for own in other if own is not None), None),
        float(power),
        (*hopeless, *remarks_on(against, against_what, chosen, look, level, at_look), *whole.new.notes),
        {
            "gnomon": gnomon_version(),
            "source": source.name,
            "columns": columns_used,
            "threshold": whole.new.threshold,
            "minimum_rows": minimum_rows,
            "chosen_from": chosen,
            "look": look,
        },
    )


def columns_of(new: Evaluation, score: Any, prediction: Any, id: str | None) -> dict[str, Any]:
    """The columns of the model's rows: where they were joined with others, by their names in the model's place."""
    names = {"score": listed(score) or None, "prediction": prediction, "id": id}
    return dict(new.provenance.get("columns", {})) | {part: own for part, own in names.items() if own is not None}


def chosen_of(baseline: GateBaseline, data: Any, columns: dict[str, Any]) -> int:
    """Among how many models the baseline may have been chosen: the one that is judged is none of them."""
    if baseline.chosen_from < 2 or baseline.history is None:
        return 1
    of_rows = fingerprint(data, columns)
    return max(1, baseline.chosen_from - baseline.history.has_look(of_rows, until=baseline.until))


def remarks_on(
    rules: Sequence[GateRule], baseline: GateBaseline, chosen: int, look: str | None, level: float, at_look: float
) -> list[Message]:
    """What is to be known of the baseline and of the look."""
    said = [note_on_choice(chosen)] if chosen > 1 and rules else []
    for rule in rules:
        allowed, floor = -rule.sign * rule.limit, baseline.floors.get(rule.name, 0.0)
        if rule.slice is None and 0 < allowed < floor:
            said.append(within_noise(rule.name, allowed, floor))
    if look is not None:
        text = "Look {look}: the intervals are at {at} %, so that all looks together keep to {level:g} %."
        said.append(Message("look_of_several", text, look=look, at=f"{100 * at_look:.8g}", level=100 * level))
    return [*said, *baseline.notes]


def level_of(look: str | None, level: float) -> float:
    """The level of the intervals at one of several looks.

    Raises:
        UsageError: It is none.
    """
    if look is None:
        return level
    found = re.fullmatch(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*", look) if isinstance(look, str) else None
    which, planned = (0, 0) if found is None else (int(found[1]), int(found[2]))
    if not 1 <= which <= planned <= MOST_LOOKS:
        raise UsageError(
            Message(
                "look_kind",
                "look= (--look) takes which look it is of those that are planned, such as 2/5, of {most} at most, not "
                "{look!r}",
                most=MOST_LOOKS,
                look=look,
            )
        )
    return level_at_look(which, planned, level)


def check_numbers(minimum_rows: int, unmatched: float, power: float, chosen_from: int | None) -> None:
    """Raises UsageError for what is not a number of rows or of models, a share, or a power."""
    if chosen_from is not None and (
        not isinstance(chosen_from, int) or isinstance(chosen_from, bool) or chosen_from < 1
    ):
        raise UsageError(
            Message(
                "chosen_from_kind",
                "chosen_from= takes a whole number of models, at least 1, not {chosen_from!r}",
                chosen_from=chosen_from,
            )
        )
    if not isinstance(minimum_rows, int) or isinstance(minimum_rows, bool) or minimum_rows < 1:
        raise UsageError(
            Message(
                "minimum_rows_kind",
                "minimum_rows= takes a whole number of rows, at least 1, not {minimum_rows!r}",
                minimum_rows=minimum_rows,
            )
        )
    for name, value, beyond in (("unmatched", unmatched, 1.0), ("power", power, 0.0)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1 or value == beyond:
            raise UsageError(
                Message(
                    "share_expected", "{name}= takes a share between 0 and 1, not {value!r}", name=name, value=value
                )
            )


def as_path(data: Any) -> Any:
    """Paths as paths, so that a list of them is not taken for a column of text; anything else as it is."""
    if isinstance(data, list | tuple) and data and all(isinstance(own, (str, Path)) for own in data):
        return Path(data[0]) if len(data) == 1 else [Path(own) for own in data]
    return data


def measures_of(rules: Sequence[GateRule]) -> list[str]:
    """The measures that rules are about."""
    return list(dict.fromkeys(own.name for own in rules if own.kind in ("limit", "baseline", "gap")))


def limited(rules: Sequence[GateRule], fact: str) -> bool:
    """Whether a rule that can fail the gate says how much there may be of something."""
    return any(own.name == fact and not own.warns and not own.least for own in rules)


def slices_of(rules: Sequence[GateRule]) -> list[str] | None:
    """The columns whose slices rules are about."""
    return list(dict.fromkeys(own.slice[0] for own in rules if own.slice is not None)) or None


def open_pair(
    data: Any,
    baseline: Any,
    said: tuple[Any, Any],
    other: tuple[Any, Any],
    named: Mapping[str, Any],
    id: str | None,
    slices: list[str] | None,
    options: Options,
) -> Opened:
    """The rows of the model and of its baseline: joined on ids, or columns of one place.

    Args:
        data: The rows of the model.
        baseline: Those of the baseline; None where it has columns of the same rows.
        said: The model's columns of scores and of predictions.
        other: Those of the baseline, where they are called otherwise.
        named: The other columns.
        id: The column of ids.
        slices: How the rows are divided.
        options: How estimates are made.
    """
    by_model: list[Any] = []
    for one, own in zip(said, other, strict=True):
        # A file of its own has columns of the same names; in the model's rows the baseline has those that were named.
        of_baseline = one if own is None and baseline is not None else own
        held = {BASELINE: of_baseline, MODEL: one}
        by_model.append({name: column for name, column in held.items() if column is not None} or None)
    shared = (named["weight"], named["cluster"], named["split"], id)
    rows = data if baseline is None else {BASELINE: baseline, MODEL: data}
    return open_models(rows, (), named["target"], (by_model[0], by_model[1]), shared, slices, options.threads)


def measured_pair(
    opened: Opened, options: Options, memory: int | str | None, progress: Progress | None, **asked: Any
) -> Measured:
    """The model and its baseline, evaluated on the same rows."""
    running = engine_of(options.engine, options.threads, progress)
    with running:
        schemas = alike(opened.source, requests_of(opened, **asked), running)
        return measure(opened, schemas, options, running, memory)


def share_unmatched(opened: Opened) -> float:
    """The share of the judged rows that the model or the baseline lacks, of those that either has."""
    lacking = sum(opened.unmatched.values())
    return lacking / (lacking + opened.matched) if lacking else 0.0


def refuse_stale(saved: Evaluation | None, new: Evaluation) -> None:
    """Raises UsageError where a saved baseline was judged otherwise than the model: by what, and on which rows."""
    if saved is None:
        return
    of_old, of_new = (own.provenance.get("columns", {}) for own in (saved, new))
    for what, one, other in (
        (word("task"), saved.task, new.task),
        (word("positive class"), saved.positive, new.positive),
        (word("threshold"), saved.threshold, new.threshold),
        (word("set of classes"), sorted(saved.classes), sorted(new.classes)),
        (word("choice of rows (split=)"), of_old.get("part"), of_new.get("part")),
        (word("column of weights"), of_old.get("weight"), of_new.get("weight")),
    ):
        if one != other:
            raise UsageError(
                Message(
                    "baseline_stale",
                    "the baseline has another {what} ({old}) than the model ({new})\nevaluate the baseline again",
                    what=what,
                    old=word("none") if one is None else one,
                    new=word("none") if other is None else other,
                )
            )
