"""The hook specs, one class for each family; the only place where hook signatures exist."""
