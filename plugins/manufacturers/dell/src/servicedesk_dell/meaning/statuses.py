"""The dispatch service's status words and what they mean here."""

from servicedesk_core.domain.warranty import ClaimStatus

_WORDS = {
    # TechDirect holds it and has not handed it to Dell yet; for us it is out of the house.
    ClaimStatus.UNDER_REVIEW: (
        "START", "Pending Request", "Pending 2", "Request Submitted", "Request Resubmitted", "Parts Review",
        "L2 Review", "L2 DISPATCH", "HOLD", "PND", "Pending Supervisor", "CAR", "NPO", "NBD", "SBD", "SBD4", "2H SBD",
        "APJ Queue", "BIL ERROR", "Complete Care", "NON LATIN 1", "Returned to Depot", "TAG/CUSTOMER MISMATCH",
        "CAD-Deferred", "FED",
    ),
    ClaimStatus.APPROVED: ("Issued", "DSP", "ORD", "QUE"),
    ClaimStatus.IN_FULFILMENT: ("Shipped Parts",),
    ClaimStatus.DENIED: ("Dispatch Denied",),
    ClaimStatus.RETURN_RECEIVED: ("Defective Part Received",),
    ClaimStatus.AWAITING_CREDIT: ("Claim Submitted", "Parts Returned/Claim Submitted", "Moved_to_Claims_Process"),
}  # fmt: skip
STATUSES = {word.casefold(): status for status, words in _WORDS.items() for word in words}
"""Meaning by status word, in any case of letters."""

PLAIN = frozenset({ClaimStatus.UNDER_REVIEW, ClaimStatus.APPROVED})
"""What needs no second question: a list tells as much as a single answer does."""


def status_of(word: str | None) -> ClaimStatus | None:
    """Return what a status word means; ``None`` for a word that nobody knows, which is never guessed."""
    return STATUSES.get(" ".join((word or "").split()).casefold())
