"""Repeatable measurements. Absolute times depend on the machine; every row prints a ratio to a floor of the same run."""
