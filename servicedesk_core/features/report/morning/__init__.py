"""The morning page: what a service manager and a coordinator read before the first call."""
