"""What constant and random predictions score, and how far the model is from them."""
