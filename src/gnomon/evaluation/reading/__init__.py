"""From a source to a summary: states made batch by batch, merged as one, the rows kept or counted in bins."""
