"""Pages of what is worth money: what is billed, used up, and claimed back."""
