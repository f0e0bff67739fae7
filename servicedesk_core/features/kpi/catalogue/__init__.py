"""The figures over a period, by what they are about."""
