"""The server's interface: addresses, credentials, lists in pages."""
