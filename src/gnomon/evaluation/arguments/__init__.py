"""What was passed, as a source, columns, options and what is kept."""
