"""From a source to the frozen evaluation: what to summarise, which estimates to make of it, what to note."""
