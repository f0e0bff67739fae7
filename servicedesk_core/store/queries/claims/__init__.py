"""Claims in lists and numbers: what is open and how old, how much was approved, what came back."""

from servicedesk_core.store.queries.claims.counting import ClaimNumbers, Recovered, numbers
from servicedesk_core.store.queries.claims.filtering import ClaimFilter, is_overdue
from servicedesk_core.store.queries.claims.listing import ClaimRow, rows

__all__ = ["ClaimFilter", "ClaimNumbers", "ClaimRow", "Recovered", "is_overdue", "numbers", "rows"]
