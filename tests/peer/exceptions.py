"""Tests of scikit-learn that its metrics pass and gnomon's do not, by file, each with its reason."""

EXCEPTIONS: dict[str, dict[str, str]] = {
    "test_score_objects": {
        "test_scoring_is_not_metric": "scikit-learn knows a metric passed as a scorer by its module being its own",
    },
}
