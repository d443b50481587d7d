"""What was passed, as a source, columns, options and a plan of what is kept."""
