"""The open tickets as figures of a coordinator look at them, at an instant and over the last days."""
