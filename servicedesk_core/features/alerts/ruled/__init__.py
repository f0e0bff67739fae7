"""Alert rules that the service manager decides about: a figure, how bad it may be, for how long, and who is told."""
