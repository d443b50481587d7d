"""Renderers: they read an evaluation and nothing else."""
