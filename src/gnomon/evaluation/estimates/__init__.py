"""From a summary to estimates with their intervals, task by task."""
