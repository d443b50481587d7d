"""Engines run a fold: pieces to states to one state. They know no formula and no metric."""
