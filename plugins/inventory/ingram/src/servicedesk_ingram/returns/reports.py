"""From a return as Ingram Micro shows it to how a claim stands; pure.

An amount under an approved return is money that was agreed; whether it was paid out the accounting knows. Under any
other status the same amount is what would be credited: Ingram Micro shows it before anybody has decided.
"""

from collections.abc import Mapping
from decimal import Decimal

from servicedesk_core.domain.warranty import (
    ClaimReceipt,
    ClaimReport,
    ClaimStatus,
    Credit,
    CreditKind,
    CreditState,
    LineDecision,
    PartReturn,
    ReturnState,
    VendorReference,
)
from servicedesk_ingram.values import Row, instant, number, text

_STATUSES = {
    "open": ClaimStatus.UNDER_REVIEW,
    "approved": ClaimStatus.APPROVED,
    "partially approved": ClaimStatus.PARTIALLY_APPROVED,
    "denied": ClaimStatus.REJECTED,  # there is no way to send it again
    "voided": ClaimStatus.CANCELLED,
}
_GOOD = frozenset({ClaimStatus.APPROVED, ClaimStatus.PARTIALLY_APPROVED})
_DECIDED = {"approved": True, "partially approved": True, "denied": False, "voided": False}
_NO_MONEY = frozenset({ClaimStatus.REJECTED, ClaimStatus.CANCELLED})


def receipt(row: Row) -> ClaimReceipt:
    """Return the confirmation of a return that was opened.

    Args:
        row: Its record in the answer.
    """
    word = text(row.get("status"))
    return ClaimReceipt(
        ref=text(row.get("caseRequestNumber")),
        other_refs=_references(row),
        status=_STATUSES.get((word or "").lower()),
        vendor_status=word,
    )


def report(ref: str, details: Row, listed: Row, currency: str) -> ClaimReport:
    """Return how a claim stands.

    Args:
        ref: Number of the return.
        details: Its lines and amounts.
        listed: Its record in a search, which alone names the credit; empty when the search does not show it.
        currency: Of the account.
    """
    word = text(details.get("status")) or text(listed.get("status"))
    meant = _STATUSES.get((word or "").lower())
    wanted_back = text(details.get("returnWarehouseAddress")) is not None
    credit = number(listed.get("credit"))
    return ClaimReport(
        ref=ref,
        other_refs=_references(details),
        status=_status(meant, wanted_back=wanted_back, credit=credit),
        vendor_status=word,
        denial_reason=_why(details) if meant is ClaimStatus.REJECTED else None,
        decisions=_decisions(details),
        returns=(PartReturn(line=1, state=ReturnState.DUE),) if wanted_back and meant in _GOOD and not credit else (),
        credits=_credits(details, listed, meant, currency),
        modified_at=instant(listed.get("modifiedOn")),
        raw={"details": dict(details), "listed": dict(listed)},
    )


def _status(meant: ClaimStatus | None, *, wanted_back: bool, credit: Decimal | None) -> ClaimStatus | None:
    if meant in _GOOD and credit:
        return ClaimStatus.AWAITING_CREDIT
    return ClaimStatus.AWAITING_RETURN if meant is ClaimStatus.APPROVED and wanted_back else meant


def _credits(details: Row, listed: Row, meant: ClaimStatus | None, currency: str) -> tuple[Credit, ...]:
    credit = number(listed.get("credit"))
    agreed = credit if meant in _GOOD else None
    asked = (number(details.get("subTotal")), number(listed.get("estimatedTotalValue")), None if agreed else credit)
    claimed = next((one for one in asked if one is not None), None)
    # Nobody says whether the credit is meant before or after tax and fees; when it equals either, nothing was cut.
    whole = bool(agreed) and (claimed is None or agreed in {claimed, number(details.get("estimatedTotal"))})
    state = CreditState.EXPECTED
    if meant in _NO_MONEY:
        state = CreditState.DENIED
    elif agreed:
        state = CreditState.APPROVED if whole else CreditState.ADJUSTED
    money = []
    if claimed is not None or agreed:
        approved = (claimed if whole and claimed is not None else agreed) or None
        money.append(Credit(kind=CreditKind.PARTS, state=state, claimed=claimed, approved=approved, currency=currency))
    beside = CreditState.EXPECTED if state is CreditState.ADJUSTED else state
    for kind, name in ((CreditKind.TAX, "tax"), (CreditKind.FEE, "additionalFees")):
        if more := number(details.get(name)):
            more = -abs(more) if kind is CreditKind.FEE else more  # fees are taken off
            approved = more if beside is CreditState.APPROVED else None
            money.append(Credit(kind=kind, state=beside, claimed=more, approved=approved, currency=currency))
    return tuple(money)


def _decisions(details: Row) -> tuple[LineDecision, ...]:
    listed = details.get("products")
    product = next((one for one in listed if isinstance(one, Mapping)), None) if isinstance(listed, list) else None
    if product is None:
        return ()
    word, quantity = (text(product.get("status")) or "").lower(), number(product.get("quantity"))
    return (
        LineDecision(
            number=1,  # one line a return; Ingram Micro's own numbers are lines of the invoice
            is_approved=_DECIDED.get(word),
            # How many of an approval in part is not told; the quantity is what was asked for.
            approved_quantity=quantity if word == "approved" and quantity and quantity > 0 else None,
            reason=text(product.get("requestDetails")) or text(product.get("additionalDetails")),
        ),
    )


def _why(details: Row) -> str | None:
    reasons = [decision.reason for decision in _decisions(details) if decision.reason]
    return reasons[0] if reasons else text(details.get("returnReason"))


def _references(row: Row) -> tuple[VendorReference, ...]:
    number = text(row.get("rmaClaimId")) or text(row.get("returnClaimId"))
    return (VendorReference(kind="RMA", value=number),) if number else ()
