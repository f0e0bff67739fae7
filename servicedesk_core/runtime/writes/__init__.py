"""The writes of a desk: proposed, checked, approved, sent, settled and taken back."""

from servicedesk_core.runtime.writes.writes import UNFINISHED, Writes

__all__ = ["UNFINISHED", "Writes"]
