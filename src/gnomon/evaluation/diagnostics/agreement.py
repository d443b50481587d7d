"""What to say where predictions and scores of the same rows contradict each other."""

from __future__ import annotations

from gnomon.errors import UsageError
from gnomon.evaluation.reading.summary import Summary
from gnomon.message import Message
from gnomon.schema.schema import Schema
from gnomon.states.agreement import Agreement

# Of several classes, this share of rows may be predicted otherwise than the scores say: ties, costs, rounding.
UNREMARKABLE = 0.1


def agreement_notes(summary: Summary, schema: Schema) -> list[Message]:
    """Remarks on predictions that do not follow from the scores beside them.

    Raises:
        UsageError: The scores are the confidence in whichever class was predicted: they rank nothing.
    """
    agreement = summary.states.get("agreement")
    if not isinstance(agreement, Agreement):
        return []
    score, prediction = schema.columns.scores[0], schema.columns.prediction
    if schema.task == "multiclass":
        if agreement.differing <= UNREMARKABLE * agreement.rows:
            return []
        return [
            Message(
                "argmax_differs",
                "In {differing:,} of {rows:,} rows the predicted class is not the one with the highest score: check "
                "which score column belongs to which class; classes=[...] sets their order.",
                differing=agreement.differing,
                rows=agreement.rows,
            )
        ]
    if not agreement.lowest < agreement.highest:
        return []
    negative, positive = schema.names
    if schema.scale == "probability" and agreement.least >= 0.5:
        raise UsageError(
            Message(
                "confidence_not_probability",
                "column {score!r} is at least 0.5 in every row, even where {prediction!r} is {negative!r}: it seems "
                "to be the confidence in the predicted class\npass the probability of {positive!r} (1 - score where "
                "{negative!r} is predicted), leave the scores out, or pass scale='any' (--scale any) if they are "
                "decision values",
                score=score,
                prediction=prediction,
                negative=negative,
                positive=positive,
            )
        )
    return [
        Message(
            "no_threshold_predicts",
            "No threshold on the scores reproduces the predictions: a row predicted {positive!r} scores {lowest:.4g}, "
            "one predicted {negative!r} scores {highest:.4g}. Check that both come from one model, and that the scores "
            "are those of {positive!r}.",
            positive=positive,
            lowest=agreement.lowest,
            negative=negative,
            highest=agreement.highest,
        )
    ]
