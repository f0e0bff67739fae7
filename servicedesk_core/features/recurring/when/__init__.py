"""When plans fall due, and which rule a history follows: pure."""
