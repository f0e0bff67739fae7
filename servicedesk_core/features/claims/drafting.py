"""A draft, filled in from what the desk knows: ticket, device, contact, site and cover."""

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx
from sqlalchemy import RowMapping, func, or_, select

from servicedesk_core.config.claims import ClaimsSection
from servicedesk_core.domain.warranty import ClaimDraft, ClaimService, Delivery, DeviceRef, covered_on
from servicedesk_core.domain.warranty.makers import is_same_maker
from servicedesk_core.domain.warranty.serials import normalise_serial, why_no_serial
from servicedesk_core.errors import ClaimIncompleteError, NotFoundLocallyError
from servicedesk_core.features.claims.tables.cover import cover_words, covers_of, rests_on
from servicedesk_core.features.claims.tables.stored import Origin
from servicedesk_core.store import sources
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.schema import RECORDS

_ALSO = {
    "usa": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "united kingdom": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "uk": "GB",
    "deutschland": "DE",
    "österreich": "AT",
    "schweiz": "CH",
    "the netherlands": "NL",
    "holland": "NL",
    "españa": "ES",
    "italia": "IT",
    "korea": "KR",
}
_CODE_LENGTH = 2


def country_code(text: str | None) -> str | None:
    """Return the ISO 3166-1 code of a country, or ``None`` when the text names none for certain.

    Args:
        text: A code or an English name, in any case.
    """
    word = (text or "").strip()
    known = _by_name()
    if len(word) == _CODE_LENGTH and word.upper() in known.values():
        return word.upper()
    return known.get(word.casefold())


@cache
def _by_name() -> dict[str, str]:
    """Names from the list that comes with the time zones, which the desk carries anyway."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {name.casefold(): code for code, name in pairs} | _ALSO


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
    asset = _one(tx, "assets", found["source_id"], found["asset_ref"])
    why = why_no_serial(asset["serial_number"]) if asset is not None else None
    if asset is None or why:
        what = f"is about a device that {why}" if why else "names no device that the desk knows"
        raise ClaimIncompleteError(
            f"Ticket {ticket} {what}.",
            hint="Set the device and its serial number in the PSA and sync, or say --serial and --manufacturer.",
        )
    failed_on = from_us(found["created_at"]).astimezone(ZoneInfo(timezone)).date() if found["created_at"] else None
    told = {
        "symptom": found["title"] or "",
        "troubleshooting": found["resolution"] or found["description"] or "",
        "failed_on": failed_on,
        "purchase_order": found["purchase_order_number"],
    }
    return _drafted(tx, asset, found, told, settings=settings, timezone=timezone)


def prefill_device(tx: Tx, device: DeviceRef, *, settings: ClaimsSection, timezone: str) -> Prefilled:
    """Draft a claim for a device without a ticket: for its client and site, where one asset has its serial number.

    Args:
        tx: A transaction.
        device: The device, as somebody names it.
        settings: ``[claims]``.
        timezone: The desk's zone.

    Raises:
        ClaimIncompleteError: Its serial number is none.
    """
    if why := why_no_serial(device.serial_number):
        raise ClaimIncompleteError(
            f"The device {why}, so no claim can be made for it.", hint="Read the number off the device, or its label."
        )
    asset = _asset_of(tx, device)
    if asset is not None:
        filled = _drafted(tx, asset, asset, {}, settings=settings, timezone=timezone)
        named = {name: value for name in DeviceRef.model_fields if (value := getattr(device, name))}
        known = filled.draft.device.model_copy(update=named)
        return replace(filled, draft=filled.draft.model_copy(update={"device": known}), manufacturer=known.manufacturer)
    country = device.country or settings.country
    draft = ClaimDraft(
        device=device.model_copy(update={"country": country}),
        time_zone=timezone,
        technician_id=settings.technician_id,
        **_own_contact(settings),
        ship_to_country=country,
    )
    return Prefilled(draft, Origin(), device.manufacturer)


def _drafted(
    tx: Tx, asset: RowMapping, at: RowMapping, told: dict[str, Any], *, settings: ClaimsSection, timezone: str
) -> Prefilled:
    """Draft a claim for an asset; ``at`` is the ticket, else the asset itself: what names company, site and contact."""
    source_id = asset["source_id"]
    product = _one(tx, "products", source_id, asset["product_ref"])
    company = _one(tx, "companies", source_id, at["company_ref"] or asset["company_ref"])
    site = _one(tx, "sites", source_id, at["site_ref"] or asset["site_ref"])
    failed_on = told.get("failed_on")
    covers = covers_of(tx, (asset["local_id"],)).get(asset["local_id"], ())
    cover = rests_on(covers, failed_on)
    place = site if site is not None and site["address"] else company
    named = (country_code(one["country"]) for one in (place, company) if one)
    country = next(filter(None, named), None) or settings.country
    draft = ClaimDraft(
        device=DeviceRef(
            manufacturer=asset["manufacturer"] or (product["manufacturer"] if product else None) or "",
            serial_number=asset["serial_number"],
            country=country,
        ),
        service=_SERVICES.get(cover.delivery, ClaimService.PARTS) if cover and cover.delivery else ClaimService.PARTS,
        time_zone=(site["timezone"] if site else None) or timezone,
        technician_id=settings.technician_id,
        **told,
        **_contact(tx, at, settings),
        **_address(place, company),
        ship_to_country=country,
        entitlement=cover_words(cover),
        covered_on_failure=covered_on(covers, failed_on) if failed_on is not None else None,
    )
    origin = Origin(
        source_id,
        at["external_id"] if at is not asset else None,
        asset["external_id"],
        company["external_id"] if company else None,
    )
    return Prefilled(draft, origin, draft.device.manufacturer)


def _asset_of(tx: Tx, device: DeviceRef) -> RowMapping | None:
    """Return the one asset that has the serial number; ``None`` where nobody can say which it is."""
    t, p = RECORDS["assets"], RECORDS["products"]
    serial = func.upper(func.trim(t.c.serial_number)) == normalise_serial(device.serial_number)
    found = list(tx.execute(select(t).where(serial, t.c.gone_at.is_(None)).limit(2)).mappings())
    if len(found) != 1:
        return None
    asset = found[0]
    made_by = asset["manufacturer"]
    if not made_by and asset["product_ref"]:
        of = (p.c.source_id == asset["source_id"], p.c.external_id == asset["product_ref"])
        made_by = tx.execute(select(p.c.manufacturer).where(*of)).scalar_one_or_none()
    return asset if is_same_maker(made_by, device.manufacturer) else None


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


def _own_contact(settings: ClaimsSection) -> dict[str, Any]:
    """Return whom the configuration names; empty where it names nobody."""
    if not settings.contact_name:
        return {}
    return {
        "contact_name": settings.contact_name,
        "contact_email": settings.contact_email,
        "contact_phone": settings.contact_phone,
    }


def _contact(tx: Tx, at: RowMapping, settings: ClaimsSection) -> dict[str, Any]:
    if own := _own_contact(settings):
        return own
    person = _one(tx, "contacts", at["source_id"], at["contact_ref"])
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
