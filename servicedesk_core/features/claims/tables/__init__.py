"""Claims in lists and numbers: what is open and how old, how much was approved, what came back."""

from servicedesk_core.features.claims.tables.counting import ClaimNumbers, Recovered, numbers
from servicedesk_core.features.claims.tables.filtering import ClaimFilter, is_overdue
from servicedesk_core.features.claims.tables.listing import ClaimRow, rows

__all__ = ["ClaimFilter", "ClaimNumbers", "ClaimRow", "Recovered", "is_overdue", "numbers", "rows"]
