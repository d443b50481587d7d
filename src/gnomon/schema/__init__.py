"""What the columns mean, resolved once, before the first batch; and pieces encoded by it into batches."""
