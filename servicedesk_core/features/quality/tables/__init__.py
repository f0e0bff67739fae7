"""How reviews, answers and concerns are kept."""
