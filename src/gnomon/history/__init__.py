"""The memory of evaluations: what was measured, of which model, on which rows, and what was made of it."""
