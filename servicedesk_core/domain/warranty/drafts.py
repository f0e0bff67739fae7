"""A claim while it is written: everything may still be missing."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import Field

from servicedesk_core.domain.base import Model
from servicedesk_core.domain.logistics import Address, Country, Person
from servicedesk_core.domain.warranty.claims import Attachment, Claim, ClaimLine, ClaimProblem, ClaimService
from servicedesk_core.domain.warranty.coverage import DeviceRef


class ClaimDraft(Model):
    """What is known of a claim. Where each field goes is said by :class:`Claim`.

    Attributes:
        entitlement: The cover that it rests on, in words, for the person who decides.
        covered_on_failure: Whether the device was covered on the day of the failure; ``None`` = nobody knows.
    """

    device: DeviceRef
    service: ClaimService = ClaimService.PARTS
    symptom: str = ""
    troubleshooting: str = ""
    failed_on: date | None = None
    is_accidental: bool = False
    invoice_number: str | None = None
    purchased_on: date | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    ship_to_name: str | None = None
    ship_to_lines: tuple[str, ...] = ()
    ship_to_city: str | None = None
    ship_to_region: str | None = None
    ship_to_postal_code: str | None = None
    ship_to_country: Country | None = None
    time_zone: str | None = None
    technician_id: str | None = None
    purchase_order: str | None = None
    lines: tuple[ClaimLine, ...] = ()
    entitlement: str | None = Field(default=None)
    covered_on_failure: bool | None = None

    def missing(self) -> tuple[ClaimProblem, ...]:
        """Name everything without which there is no claim at all, whoever the manufacturer is."""
        return tuple(ClaimProblem(field=name, reason="is missing") for name in self._missing())

    def _missing(self) -> Iterator[str]:
        if not self.symptom.strip():
            yield "symptom"
        if not self.contact_name:
            yield "contact.name"
        if not self.contact_email and not self.contact_phone:
            yield "contact.email or contact.phone"
        if not self.ship_to_name:
            yield "ship_to.name"
        if not self.ship_to_lines:
            yield "ship_to.lines"
        if not self.ship_to_city:
            yield "ship_to.city"
        if not self.ship_to_country:
            yield "ship_to.country"

    def claim(self, claim_id: str, attachments: tuple[Attachment, ...] = ()) -> Claim:
        """Return what is sent.

        Args:
            claim_id: Our own id of the claim.
            attachments: The files.

        Raises:
            ValueError: Something is :meth:`missing`.
        """
        if lacking := self.missing():
            msg = f"a claim lacks {', '.join(problem.field for problem in lacking)}"
            raise ValueError(msg)
        return Claim(
            id=claim_id,
            contact=Person(name=self.contact_name or "", email=self.contact_email, phone=self.contact_phone),
            ship_to=Address(
                name=self.ship_to_name or "",
                lines=self.ship_to_lines,
                city=self.ship_to_city or "",
                region=self.ship_to_region,
                postal_code=self.ship_to_postal_code,
                country=self.ship_to_country or "",
            ),
            attachments=attachments,
            **{name: getattr(self, name) for name in _SHARED},
        )

    def changed(self, changes: Mapping[str, Any]) -> "ClaimDraft":
        """Return the draft with other values, checked.

        Args:
            changes: Field to value.

        Raises:
            ValueError: A field does not exist, or a value does not fit it.
        """
        return ClaimDraft.model_validate(self.model_dump() | dict(changes))


_SHARED = tuple(name for name in ClaimDraft.model_fields if name in Claim.model_fields)
