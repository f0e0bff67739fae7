"""What is claimed, and what a manufacturer answered."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from servicedesk_core.domain.base import Amount, Currency, Instant, Model
from servicedesk_core.domain.logistics import Address, Person, Quantity, Shipment
from servicedesk_core.domain.warranty.coverage import DeviceRef


class ClaimService(StrEnum):
    """What is asked of the manufacturer."""

    PARTS = "parts"
    ON_SITE = "on_site"
    DEPOT = "depot"
    ADVANCE_REPLACEMENT = "advance_replacement"
    RETURN_FOR_CREDIT = "return_for_credit"
    REIMBURSEMENT = "reimbursement"


class ClaimLine(Model):
    """A failed part of a claim. The codes are the manufacturer's own."""

    number: Annotated[int, Field(ge=1)]
    part_number: str
    quantity: Quantity
    failed_serial_number: str | None = None
    component_code: str | None = None
    failure_code: str | None = None
    reproducibility_code: str | None = None


class Attachment(Model):
    """A file for the manufacturer; ``kind`` is ``proof_of_purchase``, ``diagnostics``, ``photo`` or ``other``."""

    name: str
    media_type: str
    content: Annotated[bytes, Field(repr=False)]
    kind: str = "other"


class Claim(Model):
    """What is sent to a manufacturer.

    ``id`` is our own id of the claim and travels in the manufacturer's reference field, so that a claim whose fate is
    unknown can be found. ``time_zone`` is the IANA zone of the site, for visits.
    """

    id: Annotated[str, Field(min_length=1)]
    device: DeviceRef
    service: ClaimService
    symptom: str
    troubleshooting: str = ""
    failed_on: date | None = None
    is_accidental: bool = False
    invoice_number: str | None = None
    purchased_on: date | None = None
    contact: Person
    ship_to: Address
    time_zone: str | None = None
    technician_id: str | None = None
    purchase_order: str | None = None
    lines: tuple[ClaimLine, ...] = ()
    attachments: tuple[Attachment, ...] = ()


class ClaimProblem(Model):
    """Why a manufacturer would refuse a claim; ``field`` is its path in :class:`Claim`."""

    field: str
    reason: str
    is_blocking: bool = True


class VendorReference(Model):
    """One of the manufacturer's names for a claim: ``kind`` is its own word (dispatch, case, RMA)."""

    kind: str
    value: str


class ClaimStatus(StrEnum):
    """Where a claim stands at the manufacturer. Denied can be sent again; rejected is for good."""

    UNDER_REVIEW = "under_review"
    INFO_REQUIRED = "info_required"
    APPROVED = "approved"
    PARTIALLY_APPROVED = "partially_approved"
    DENIED = "denied"
    REJECTED = "rejected"
    IN_FULFILMENT = "in_fulfilment"
    AWAITING_RETURN = "awaiting_return"
    RETURN_RECEIVED = "return_received"
    AWAITING_CREDIT = "awaiting_credit"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ClaimReceipt(Model):
    """The manufacturer's confirmation of something that was sent.

    ``ref`` is the id by which ``fetch_claims`` asks; ``None`` when the manufacturer accepted without naming one:
    ``find_claim`` is then asked until it does. ``status`` is ``None`` when its word means nothing here.
    """

    ref: str | None
    other_refs: tuple[VendorReference, ...] = ()
    status: ClaimStatus | None = None
    vendor_status: str | None = None
    warnings: tuple[str, ...] = ()


class LineDecision(Model):
    """What was decided about one line; ``is_approved`` is ``None`` while it is open."""

    number: int
    is_approved: bool | None = None
    approved_quantity: Quantity | None = None
    reason: str | None = None


class ReturnState(StrEnum):
    """Where a defective part stands."""

    DUE = "due"
    IN_TRANSIT = "in_transit"
    PARTLY_RECEIVED = "partly_received"
    RECEIVED = "received"
    OVERDUE = "overdue"
    CHARGED = "charged"
    WAIVED = "waived"


class PartReturn(Model):
    """A defective part that the manufacturer wants back."""

    line: int | None = None
    state: ReturnState
    due_on: date | None = None
    label_ref: str | None = None
    carrier: str | None = None
    tracking: str | None = None
    expected_quantity: Quantity | None = None
    received_quantity: Annotated[Amount, Field(ge=0)] | None = None
    received_at: Instant | None = None
    received_serial_number: str | None = None
    charge: Amount | None = Field(default=None, description="What is charged when it does not come back in time.")
    currency: Currency | None = Field(default=None, description="Of the charge.")


class Visit(Model):
    """An engineer's visit at the device; ``vendor_status`` is the manufacturer's own word for where it stands."""

    starts_at: Instant | None = None
    ends_at: Instant | None = None
    engineer: str | None = None
    vendor_status: str | None = None


class CreditKind(StrEnum):
    """What money is for."""

    PARTS = "parts"
    LABOUR = "labour"
    FREIGHT = "freight"
    TAX = "tax"
    FEE = "fee"
    OTHER = "other"


class CreditState(StrEnum):
    """Where money stands."""

    EXPECTED = "expected"
    APPROVED = "approved"
    ADJUSTED = "adjusted"
    DENIED = "denied"
    ISSUED = "issued"


class Credit(Model):
    """Money that the manufacturer owes for a claim."""

    kind: CreditKind
    state: CreditState
    claimed: Amount | None = None
    approved: Amount | None = None
    currency: Currency
    reference: str | None = None
    issued_on: date | None = None


class ClaimStep(Model):
    """A step of a claim's history as the manufacturer tells it."""

    at: Instant
    vendor_status: str
    status: ClaimStatus | None = None


class ClaimReport(Model):
    """How a claim stands. The return of parts and the credit have lives of their own beside its status.

    An empty list means that the manufacturer says nothing of the kind; one with entries is all that it shows.
    """

    ref: str
    other_refs: tuple[VendorReference, ...] = ()
    status: ClaimStatus | None = None
    vendor_status: str | None = None
    denial_reason: str | None = None
    decisions: tuple[LineDecision, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    visits: tuple[Visit, ...] = ()
    returns: tuple[PartReturn, ...] = ()
    credits: tuple[Credit, ...] = ()
    history: tuple[ClaimStep, ...] = ()
    modified_at: Instant | None = None
    raw: dict[str, Any] = {}
