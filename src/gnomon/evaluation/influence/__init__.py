"""How much each row contributes to each estimate."""
