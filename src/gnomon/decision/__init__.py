"""From an evaluation to a decision: which threshold, which class, which map of the scores."""
