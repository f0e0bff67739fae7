"""Repeatable measurements. Absolute times depend on the machine; rows print ratios to a floor of the same run."""
