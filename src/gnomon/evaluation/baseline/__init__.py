"""What guesses that do not look at a row score, and how far the model is from them."""
