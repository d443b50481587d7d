"""Measures: formulas from a state to a value. One copy of each in the whole project."""
