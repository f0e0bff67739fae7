"""The claims of a desk: found, prepared, sent and followed."""

from servicedesk_core.runtime.claims.claims import Claims

__all__ = ["Claims"]
