"""What the dispatch service's answers say about a claim."""

from servicedesk_core.domain.logistics import Shipment
from servicedesk_core.domain.warranty import (
    ClaimReceipt,
    ClaimReport,
    ClaimStatus,
    PartReturn,
    ReturnState,
    VendorReference,
)
from servicedesk_dell.api.dispatch import BulkRow, Created, Status
from servicedesk_dell.meaning.statuses import status_of


def receipt(created: Created, *, ref: str | None = None, warnings: tuple[str, ...] = ()) -> ClaimReceipt:
    """Return the confirmation of a claim.

    Args:
        created: The vendor's answer.
        ref: Id of the claim when the answer does not repeat it.
        warnings: What a person should know besides the vendor's notes.
    """
    refs = (VendorReference(kind="DispatchID", value=created.dispatch_id),) if created.dispatch_id else ()
    return ClaimReceipt(
        ref=created.code or ref,
        other_refs=refs,
        status=status_of(created.status),
        vendor_status=created.status,
        warnings=created.notes + warnings,
    )


def report(ref: str, answer: Status) -> ClaimReport:
    """Return how a claim stands, from the answer about it alone."""
    status = status_of(answer.status)
    return ClaimReport(
        ref=ref,
        other_refs=_dps(answer.dps_number),
        status=status,
        vendor_status=answer.status,
        denial_reason=answer.denied_reason if status is ClaimStatus.DENIED else None,
        shipments=(Shipment(tracking=answer.waybill),) if answer.waybill else (),
        # Dell tells of a return only when it has the part; before, neither a date nor a label.
        returns=(PartReturn(state=ReturnState.RECEIVED),) if status is ClaimStatus.RETURN_RECEIVED else (),
        raw=dict(answer.fields),
    )


def short_report(row: BulkRow) -> ClaimReport:
    """Return how a claim stands, from a list."""
    raw = {"Code": row.code, "DellDispatchNumber": row.dps_number, "Status": row.status}
    return ClaimReport(
        ref=row.code,
        other_refs=_dps(row.dps_number),
        status=status_of(row.status),
        vendor_status=row.status,
        raw={name: value for name, value in raw.items() if value is not None},
    )


def _dps(number: str | None) -> tuple[VendorReference, ...]:
    return (VendorReference(kind="DPSNumber", value=number),) if number else ()
