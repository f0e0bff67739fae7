"""The vendor's interface: addresses, credentials, required fields of every request."""
