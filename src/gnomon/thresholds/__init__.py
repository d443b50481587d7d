"""Thresholds: what is wanted of one, which one is best, and the table of them."""
