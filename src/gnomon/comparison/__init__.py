"""Is it better? Two models or more on the same rows: their differences, how sure they are, and a verdict."""
