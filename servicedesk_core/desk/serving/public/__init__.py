"""The listener that the open net may reach: a port of its own, on which nothing answers but what is routed there."""
