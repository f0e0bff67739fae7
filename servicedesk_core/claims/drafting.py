"""A first draft of a claim from what the desk knows: ticket, device, person, site, cover."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx
from sqlalchemy import RowMapping, or_, select

from servicedesk_core.claims.countries import country_code
from servicedesk_core.claims.cover import cover_words, covers_of, rests_on
from servicedesk_core.config.claims import ClaimsSection
from servicedesk_core.domain.warranty import ClaimDraft, ClaimService, Delivery, DeviceRef, covered_on
from servicedesk_core.errors import ClaimIncompleteError, NotFoundLocallyError
from servicedesk_core.store import sources
from servicedesk_core.store.claims.model import Origin
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.schema import RECORDS

_SERVICES = {
    Delivery.ON_SITE: ClaimService.ON_SITE,
    Delivery.DEPOT: ClaimService.DEPOT,
    Delivery.MAIL_IN: ClaimService.DEPOT,
    Delivery.CARRY_IN: ClaimService.DEPOT,
    Delivery.ADVANCE_EXCHANGE: ClaimService.ADVANCE_REPLACEMENT,
}
"""What to ask for under a cover that is served in this way; else parts."""


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A draft with what it came from.

    Attributes:
        draft: The draft.
        origin: What it came from.
        manufacturer: As the device's record states it.
    """

    draft: ClaimDraft
    origin: Origin
    manufacturer: str


def prefill(tx: Tx, ticket: str, *, connection: str | None, settings: ClaimsSection, timezone: str) -> Prefilled:
    """Draft a claim from a ticket; what nobody knows stays empty.

    Args:
        tx: A transaction.
        ticket: The ticket's number, or the vendor's id.
        connection: Where it is; ``None`` = anywhere.
        settings: ``[claims]``.
        timezone: The desk's zone; the day of the failure is counted in it.

    Raises:
        NotFoundLocallyError: There is no such ticket.
        ClaimIncompleteError: It names no device with a serial number.
    """
    found = _ticket(tx, ticket, connection)
    source_id = found["source_id"]
    asset = _one(tx, "assets", source_id, found["asset_ref"])
    if asset is None or not asset["serial_number"]:
        what = "names no device" if asset is None else "is about a device without a serial number"
        raise ClaimIncompleteError(
            f"Ticket {ticket} {what} that the desk knows.",
            hint="Set the device and its serial number in the PSA and sync, or say --serial and --manufacturer.",
        )
    product = _one(tx, "products", source_id, asset["product_ref"])
    company = _one(tx, "companies", source_id, found["company_ref"] or asset["company_ref"])
    site = _one(tx, "sites", source_id, found["site_ref"] or asset["site_ref"])
    failed_on = from_us(found["created_at"]).astimezone(ZoneInfo(timezone)).date() if found["created_at"] else None
    covers = covers_of(tx, (asset["local_id"],)).get(asset["local_id"], ())
    cover = rests_on(covers, failed_on)
    place = site if site is not None and site["address"] else company
    country = (country_code(place["country"]) if place else None) or settings.country
    draft = ClaimDraft(
        device=DeviceRef(
            manufacturer=asset["manufacturer"] or (product["manufacturer"] if product else None) or "",
            serial_number=asset["serial_number"],
            country=country,
        ),
        service=_SERVICES.get(cover.delivery, ClaimService.PARTS) if cover and cover.delivery else ClaimService.PARTS,
        symptom=found["title"] or "",
        troubleshooting=found["resolution"] or found["description"] or "",
        failed_on=failed_on,
        time_zone=(site["timezone"] if site else None) or timezone,
        purchase_order=found["purchase_order_number"],
        technician_id=settings.technician_id,
        **_contact(tx, found, settings),
        **_address(place, company),
        ship_to_country=country,
        entitlement=cover_words(cover),
        covered_on_failure=covered_on(covers, failed_on) if failed_on is not None else None,
    )
    origin = Origin(source_id, found["external_id"], asset["external_id"], company["external_id"] if company else None)
    return Prefilled(draft, origin, draft.device.manufacturer)


def _ticket(tx: Tx, ticket: str, connection: str | None) -> RowMapping:
    t = RECORDS["tickets"]
    query = select(t).where(or_(t.c.external_id == ticket, t.c.number == ticket), t.c.gone_at.is_(None))
    if connection is not None:
        query = query.where(t.c.source_id == sources.get(tx, connection).id)
    found = list(tx.execute(query).mappings())
    exact = [row for row in found if row["number"] == ticket] or found
    if len(exact) != 1:
        message = (
            f"The store holds no ticket {ticket}." if not exact else f"Several connections have a ticket {ticket}."
        )
        raise NotFoundLocallyError(message, hint="Sync first, or name the connection with --connection.")
    return exact[0]


def _one(tx: Tx, stream: str, source_id: int, ref: str | None) -> RowMapping | None:
    if ref is None:
        return None
    t = RECORDS[stream]
    query = select(t).where(t.c.source_id == source_id, t.c.external_id == ref)
    return tx.execute(query).mappings().one_or_none()


def _contact(tx: Tx, ticket: RowMapping, settings: ClaimsSection) -> dict[str, Any]:
    if settings.contact_name:
        return {
            "contact_name": settings.contact_name,
            "contact_email": settings.contact_email,
            "contact_phone": settings.contact_phone,
        }
    person = _one(tx, "contacts", ticket["source_id"], ticket["contact_ref"])
    if person is None:
        return {}
    name = f"{person['first_name'] or ''} {person['last_name'] or ''}".strip()
    return {
        "contact_name": name or None,
        "contact_email": person["email"],
        "contact_phone": person["phone"] or person["mobile_phone"],
    }


def _address(place: RowMapping | None, company: RowMapping | None) -> dict[str, Any]:
    if place is None:
        return {}
    lines = tuple(line.strip() for line in (place["address"] or "").splitlines() if line.strip())
    return {
        "ship_to_name": company["name"] if company else place["name"],
        "ship_to_lines": lines,
        "ship_to_city": place["city"],
        "ship_to_region": place["region"],
        "ship_to_postal_code": place["postal_code"],
    }
