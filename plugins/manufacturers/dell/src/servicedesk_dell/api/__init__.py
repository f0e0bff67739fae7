"""The vendor's two interfaces as they travel: Warranty v5 (REST) and Self-Dispatch v3 (SOAP)."""
