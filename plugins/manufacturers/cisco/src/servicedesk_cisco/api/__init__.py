"""The vendor's interface: addresses, credentials, and errors wherever they stand."""
