"""The vendor's interface: log-ins, the organisation, limits, requests."""
