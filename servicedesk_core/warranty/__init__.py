"""Looks up what is covered at the makers, keeps it, and says what follows from it."""
