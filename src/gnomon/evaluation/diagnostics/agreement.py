"""What to say where predictions and scores of the same rows contradict each other."""

from __future__ import annotations

from gnomon.errors import UsageError
from gnomon.evaluation.reading.summary import Summary
from gnomon.schema.schema import Schema
from gnomon.states.agreement import Agreement

# Of several classes, this share of rows may be predicted otherwise than the scores say: ties, costs, rounding.
UNREMARKABLE = 0.1


def agreement_notes(summary: Summary, schema: Schema) -> list[str]:
    """Remarks on predictions that do not follow from the scores beside them.

    Raises:
        UsageError: The scores are the confidence in whichever class was predicted: they rank nothing.
    """
    own = summary.states.get("agreement")
    if not isinstance(own, Agreement):
        return []
    score, prediction = schema.columns.scores[0], schema.columns.prediction
    if schema.task == "multiclass":
        if own.differing <= UNREMARKABLE * own.rows:
            return []
        return [
            f"In {own.differing:,} of {own.rows:,} rows the predicted class is not the one with the highest score: "
            "check which score column is of which class; classes=[...] says their order."
        ]
    if not own.lowest < own.highest:
        return []
    negative, positive = schema.names
    if schema.scale == "probability" and own.least >= 0.5:
        raise UsageError(
            f"column {score!r} is at least 0.5 in every row, also where {prediction!r} is {negative!r}: it seems "
            f"to be the confidence in the predicted class; pass the probability of {positive!r} (1 - score "
            f"where {negative!r} is predicted), leave the scores out, or say scale='any' (--scale any) if they are "
            "decision values"
        )
    return [
        f"No threshold of the scores gives the predictions: a row predicted {positive!r} scores {own.lowest:.4g}, one "
        f"predicted {negative!r} {own.highest:.4g}. Check that both come from one model, and that the scores are of "
        f"{positive!r}."
    ]
