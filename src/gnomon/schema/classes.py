"""Which classes there are, which of two is positive, and which column of scores is of which class."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from gnomon.errors import ColumnError, DataError, UsageError, nearest
from gnomon.message import Message, word
from gnomon.schema.labels import Label, LabelColumn, label_name, label_order
from gnomon.schema.matching import Matched, ask_for_order, folded, match_by_name, numbered, shown
from gnomon.schema.request import Request
from gnomon.schema.schema import Columns
from gnomon.schema.survey import first_row_with
from gnomon.sources.base import Source
from gnomon.sources.columns import MISSING

# Class labels in order, and whether they are booleans.
Labels = tuple[tuple[Label, ...], bool]
# Pairs of labels that other labels do not belong to.
USUAL: tuple[set[Label], ...] = ({0, 1}, {-1, 1}, {"0", "1"})


def class_labels(
    columns: Columns,
    target: LabelColumn,
    prediction: LabelColumn | None,
    declared: tuple[tuple[Label, ...], bool] | None,
) -> tuple[tuple[Label, ...], bool, list[Message]]:
    """The classes in order, whether they are booleans, and what to remark on them.

    Raises:
        ColumnError: The prediction is of another kind than the target.
        DataError: A label was not declared, or a binary prediction has one that the target lacks.
    """
    predicted = prediction if columns.prediction is not None else None
    if predicted is not None and predicted.labels is None:
        raise ColumnError(
            Message(
                "fractions_predicted",
                "column {prediction!r} holds fractions, not class labels\npass it as score=, or pass task='regression'",
                prediction=columns.prediction,
            )
        )
    target_labels, others = target.labels or (), (predicted.labels or ()) if predicted is not None else ()
    if target_labels and others and isinstance(target_labels[0], str) != isinstance(others[0], str):
        kinds = [word("text") if isinstance(labels[0], str) else word("numbers") for labels in (target_labels, others)]
        raise ColumnError(
            Message(
                "kinds_differ",
                "column {target!r} holds {kinds} but {prediction!r} holds {other}\nuse the same labels in both",
                target=columns.target,
                kinds=kinds[0],
                prediction=columns.prediction,
                other=kinds[1],
            )
        )
    notes: list[Message] = []
    if declared is not None:
        labels, boolean = declared
        for name, column_labels in ((columns.target, target_labels), (columns.prediction, others)):
            unknown = [str(label) for label in column_labels if label not in labels]
            if unknown:
                raise DataError(
                    Message(
                        "undeclared_labels",
                        "column {name!r} holds labels that are not among the declared classes: {unknown}",
                        name=name,
                        unknown=shown(unknown),
                    )
                )
        absent = [label_name(label, boolean) for label in labels if label not in target_labels]
        if absent:
            notes.append(
                Message(
                    "class_without_rows_noted",
                    "No row has the class {names}: measures that need such rows are undefined.",
                    names=", ".join(map(repr, absent)),
                )
            )
        return labels, boolean, notes
    boolean = target.boolean and (predicted is None or predicted.boolean or set(others) <= {0, 1})
    extra = sorted(set(others) - set(target_labels), key=label_order)
    told = shown([label_name(label, boolean) for label in extra])
    surprising = bool(extra) and not obvious_positive(tuple(sorted({*target_labels, *extra}, key=label_order)))
    if surprising and target_labels and not set(others) & set(target_labels):
        known = shown([label_name(label, boolean) for label in target_labels])
        raise DataError(
            Message(
                "nothing_in_common",
                "column {prediction!r} predicts {told}, but column {target!r} holds {known}: they have no label in "
                "common\ncorrect the labels, or declare all classes (classes=[...])",
                prediction=columns.prediction,
                told=told,
                target=columns.target,
                known=known,
            )
        )
    alike = {folded(str(label)): str(label) for label in target_labels}
    for label in extra:
        if isinstance(label, str) and folded(label) in alike:
            raise DataError(
                Message(
                    "spelt_differently",
                    "column {prediction!r} predicts {label!r}, column {target!r} holds {alike!r}\nspell both the "
                    "same, or declare both as classes (classes=[...])",
                    prediction=columns.prediction,
                    label=label,
                    target=columns.target,
                    alike=alike[folded(label)],
                )
            )
    if surprising:
        notes.append(Message("never_true", "Predicted but never a true class: {told}.", told=told))
    odd = [label for label in (*target_labels, *extra) if label in MISSING]
    if odd:
        notes.append(
            Message(
                "text_as_class",
                "The text {values} is taken as a class, not as a missing value.",
                values=shown(list(map(str, odd))),
            )
        )
    if len(target_labels) == 1 and target_labels[0] in (0, 1) and not extra and (not others or set(others) <= {0, 1}):
        return (0, 1), boolean, notes
    return tuple(sorted({*target_labels, *others}, key=label_order)), boolean, notes


def read_names(declared: tuple[tuple[Label, ...], bool], target: LabelColumn) -> tuple[tuple[Label, ...], bool]:
    """Declared names as the labels they stand for, where the target holds numbers or booleans."""
    labels, boolean = declared
    if not target.labels or isinstance(target.labels[0], str) or not labels or not isinstance(labels[0], str):
        return labels, boolean or target.boolean
    named = {"false": 0, "true": 1} if target.boolean else {}
    try:
        return tuple(
            named[name] if (name := str(label).casefold()) in named else int(name) for label in labels
        ), target.boolean
    except ValueError:
        return labels, boolean


def obvious_positive(labels: tuple[Label, ...]) -> bool:
    """Whether a pair of labels says by itself which one is positive."""
    return labels in ((0, 1), (-1, 1))


def ordered_binary(request: Request, columns: Columns, labels: tuple[Label, ...], boolean: bool) -> tuple[Label, ...]:
    """The two labels, the negative one first.

    Raises:
        UsageError: Which one is positive was not said, or said wrongly.
    """
    names = [label_name(label, boolean) for label in labels]
    if request.positive is None:
        if len(labels) == 2 and obvious_positive(tuple(sorted(labels, key=label_order))):
            return tuple(sorted(labels, key=label_order))
        raise UsageError(
            Message(
                "positive_needed",
                "column {target!r} has the classes {classes}\ndeclare the positive class, positive={first!r} or "
                "positive={last!r} (--positive)",
                target=columns.target,
                classes=" and ".join(map(repr, names)),
                first=names[0],
                last=names[-1],
            )
        )
    by_name = {**{str(label): label for label in labels}, **dict(zip(names, labels, strict=True))}
    by_name |= {name.casefold(): label for name, label in by_name.items() if boolean}
    wanted = str(request.positive)
    if wanted not in by_name and reads_as_whole_number(wanted):
        wanted = str(int(float(wanted)))
    if wanted not in by_name:
        raise UsageError(
            Message(
                "positive_unknown",
                "positive={positive!r} is not a class of column {target!r}\n{hint}",
                positive=request.positive,
                target=columns.target,
                hint=nearest(wanted, names),
            )
        )
    positive = by_name[wanted]
    return (*(label for label in labels if label != positive), positive)


def reads_as_whole_number(text: str) -> bool:
    """Whether a text is a whole number, as 2.0 is."""
    try:
        return float(text).is_integer()
    except ValueError:
        return False


def by_class(
    request: Request, columns: Columns, labels: tuple[Label, ...], boolean: bool
) -> tuple[Columns, tuple[Label, ...], tuple[int, ...], list[Message]]:
    """Score columns in the order of the classes: by their names, or by their places where the order is plain.

    Returns:
        The columns, the classes (with those that only a column of scores names), the codes of classes without a column,
        and what to remark on it.

    Raises:
        UsageError: The names do not tell which column is of which class, and no order was declared.
    """
    scores = columns.scores
    if len(scores) < 2 or request.by_place:
        return columns, labels, (), []
    names = [label_name(label, boolean) for label in labels]
    matched = match_by_name(scores, names)
    if matched is not None and (misnumbered(scores, labels, matched) or not all_new(matched.more, labels)):
        matched = None
        if request.classes is None:
            raise ask_for_order(scores, names)
    if matched is None or (request.classes is not None and matched.more):
        plain = request.classes is not None or (len(labels) > 2 and numbered(scores))
        if len(scores) == len(labels) and not plain:
            raise ask_for_order(scores, names)
        return columns, labels, (), []
    notes = []
    of_class = dict(zip(labels, matched.of_class, strict=True))
    if matched.more:
        more = tuple(named_label(name, labels) for name in matched.more)
        left = iter(sorted(set(range(len(scores))) - set(of_class.values())))
        of_class |= dict(zip(more, left, strict=True))
        labels = tuple(sorted({*labels, *more}, key=label_order))
        notes.append(
            Message(
                "score_without_rows",
                "No row has the class {more}, which has a column of scores.",
                more=shown(matched.more),
            )
        )
    unscored = tuple(code for code, label in enumerate(labels) if of_class[label] is None)
    if unscored:
        unknown = shown([label_name(labels[code], boolean) for code in unscored])
        notes.append(
            Message(
                "class_without_scores",
                "No column has scores of the class {unknown}, which the model does not know: it is given the score 0.",
                unknown=unknown,
            )
        )
    places = [place for label in labels if (place := of_class[label]) is not None]
    if places != sorted(places):
        notes.append(
            Message(
                "matched_by_name",
                "Score columns were matched to the classes by name: {names}.",
                names=shown([scores[own] for own in places]),
            )
        )
    return replace(columns, scores=tuple(scores[own] for own in places)), labels, unscored, notes


def misnumbered(columns: tuple[str, ...], labels: tuple[Label, ...], matched: Matched) -> bool:
    """Whether columns that are numbered from 0 or 1 on may be numbered the other way than whole-number labels are.

    They match only in part then: ``p0, p1, p2`` are no evidence that the labels 1 and 2 count from 0.
    """
    whole = bool(labels) and not isinstance(labels[0], str)
    if not whole or not numbered(columns) or (None not in matched.of_class and not matched.more):
        return False
    first = int(next(iter(re.findall(r"\d+(?=\D*$)", columns[0]))))
    return 0 not in labels if first == 0 else 0 in labels or len(columns) not in labels


def all_new(names: tuple[str, ...], labels: tuple[Label, ...]) -> bool:
    """Whether names of columns could be classes beside the labels: of their kind, and none of them."""
    if labels and not isinstance(labels[0], str):
        return all(re.fullmatch(r"0|-?[1-9][0-9]{0,17}", name) and int(name) not in labels for name in names)
    return not set(names) & set(labels)


def named_label(name: str, labels: tuple[Label, ...]) -> Label:
    """The label that a name stands for, of the kind that the others are."""
    return int(name) if labels and not isinstance(labels[0], str) else name


def of_positive(
    columns: Columns, order: tuple[Label, ...], classes: tuple[Label, ...], boolean: bool, notes: list[Message]
) -> Columns:
    """Of two columns of scores, one for each class, that of the positive one."""
    positive_score = columns.scores[order.index(classes[1])]
    notes.append(
        Message(
            "score_of_positive",
            "Of the two score columns, {column!r} is that of the positive class {positive!r}.",
            column=positive_score,
            positive=label_name(classes[1], boolean),
        )
    )
    return replace(columns, scores=(positive_score,))


def too_many_classes(
    source: Source,
    request: Request,
    columns: Columns,
    labels: Labels,
    surveyed: Mapping[str, LabelColumn],
    threads: int,
) -> DataError:
    """What to say of a binary task with more than two classes: which, and where the first row of an odd one is."""
    classes, boolean = labels
    names = [label_name(label, boolean) for label in classes]
    target_labels = surveyed[columns.target].labels or ()
    blamed = columns.target if columns.prediction is None or len(target_labels) > 2 else columns.prediction
    usual = (
        set(target_labels)
        if blamed != columns.target
        else next((pair for pair in USUAL if pair <= set(classes)), set())
    )
    odd = next((label for label in surveyed[blamed].labels or () if label not in usual), None) if usual else None
    place = None if odd is None else first_row_with(source, blamed, surveyed[blamed].use, odd, threads)
    where = (
        ""
        if place is None or odd is None
        else Message("first_odd_label", "; the first {odd!r} is in {place}", odd=label_name(odd, boolean), place=place)
    )
    hint = ""
    if request.positive is not None:
        hint = Message(
            "against_rest",
            "; to evaluate {positive!r} against the rest, first make a column that says which rows are {positive!r}",
            positive=str(request.positive),
        )
    return DataError(
        Message(
            "not_two_classes",
            "a binary task has two classes, but column {blamed!r} has {number}: {names}{where}{hint}",
            blamed=blamed,
            number=len(names),
            names=shown(names),
            where=where,
            hint=hint,
        )
    )
