"""From fitted models to evaluations: what a model says of rows, out-of-fold predictions, scikit-learn scorers."""
