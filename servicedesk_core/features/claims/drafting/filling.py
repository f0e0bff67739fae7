"""A draft, filled in from what the desk knows: ticket, device, contact, site and cover."""

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, RowMapping, func, select, true
from sqlalchemy import Connection as Tx

from servicedesk_core.config.claims import ClaimsSection
from servicedesk_core.domain.warranty import ClaimDraft, ClaimService, Delivery, DeviceRef, covered_on
from servicedesk_core.domain.warranty.makers import is_same_maker
from servicedesk_core.domain.warranty.serials import normalise_serial, why_no_serial
from servicedesk_core.errors import ClaimIncompleteError, NotFoundLocallyError
from servicedesk_core.features.claims.tables.cover import cover_words, covers_of, rests_on
from servicedesk_core.features.claims.tables.stored import Origin
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.named import ticket_meant
from servicedesk_core.store.queries.scope import Scope, Sight
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


class Prefilling:
    """Fills drafts in from what the desk knows; what nobody knows stays empty.

    Args:
        tx: A transaction.
        settings: ``[claims]``.
        timezone: The desk's zone; the day of the failure is counted in it.
        scope: Whose records are known; what it does not let through is answered like what is not there.
    """

    def __init__(self, tx: Tx, *, settings: ClaimsSection, timezone: str, scope: Scope | None = None) -> None:
        self._tx, self._settings, self._timezone = tx, settings, timezone
        self._sight = None if scope is None else Sight(tx, scope)

    def of_ticket(self, ticket: str, connection: str | None) -> Prefilled:
        """Draft a claim from a ticket.

        Args:
            ticket: The ticket's number, or the vendor's id.
            connection: Where it is; ``None`` = anywhere.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            ClaimIncompleteError: It names no device with a serial number.
        """
        found = self._ticket(ticket, connection)
        asset = self._one("assets", found["source_id"], found["asset_ref"])
        why = why_no_serial(asset["serial_number"]) if asset is not None else None
        if asset is None or why:
            what = f"is about a device that {why}" if why else "names no device that the desk knows"
            raise ClaimIncompleteError(
                f"Ticket {ticket} {what}.",
                hint="Set the device and its serial number in the PSA and sync, or say --device MANUFACTURER:SERIAL.",
            )
        created_at, zone = found["created_at"], ZoneInfo(self._timezone)
        told = {
            "symptom": found["title"] or "",
            "troubleshooting": found["resolution"] or found["description"] or "",
            "failed_on": from_us(created_at).astimezone(zone).date() if created_at else None,
            "purchase_order": found["purchase_order_number"],
        }
        return self._drafted(asset, found, told)

    def of_device(self, device: DeviceRef) -> Prefilled:
        """Draft a claim for a device without a ticket: for its client and site, where one asset has its serial number.

        Args:
            device: The device, as somebody names it.

        Raises:
            ClaimIncompleteError: Its serial number is none.
            NotFoundLocallyError: No asset in the scope has it.
        """
        if why := why_no_serial(device.serial_number):
            raise ClaimIncompleteError(
                f"The device {why}, so no claim can be made for it.",
                hint="Read the number off the device, or its label.",
            )
        asset = self._asset(device)
        if asset is not None:
            filled = self._drafted(asset, asset, {})
            named = {name: value for name in DeviceRef.model_fields if (value := getattr(device, name))}
            known = filled.draft.device.model_copy(update=named)
            draft = filled.draft.model_copy(update={"device": known})
            return replace(filled, draft=draft, manufacturer=known.manufacturer)
        if self._sight is not None:  # such a claim would be nobody's
            raise NotFoundLocallyError(
                f"The store holds no device with the serial number {device.serial_number}.",
                hint="Draft it from a ticket, or sync first.",
            )
        country = device.country or self._settings.country
        draft = ClaimDraft(
            device=device.model_copy(update={"country": country}),
            time_zone=self._timezone,
            technician_id=self._settings.technician_id,
            **_own_contact(self._settings),
            ship_to_country=country,
        )
        return Prefilled(draft, Origin(), device.manufacturer)

    def _drafted(self, asset: RowMapping, at: RowMapping, told: dict[str, Any]) -> Prefilled:
        """Draft a claim for an asset; ``at`` is the ticket, else the asset itself: it names company, site, contact."""
        source_id = asset["source_id"]
        product = self._one("products", source_id, asset["product_ref"])
        company = self._one("companies", source_id, at["company_ref"] or asset["company_ref"])
        site = self._one("sites", source_id, at["site_ref"] or asset["site_ref"])
        failed_on = told.get("failed_on")
        covers = covers_of(self._tx, (asset["local_id"],)).get(asset["local_id"], ())
        cover = rests_on(covers, failed_on)
        place = site if site is not None and site["address"] else company
        named = (country_code(one["country"]) for one in (place, company) if one)
        country = next(filter(None, named), None) or self._settings.country
        draft = ClaimDraft(
            device=DeviceRef(
                manufacturer=asset["manufacturer"] or (product["manufacturer"] if product else None) or "",
                serial_number=asset["serial_number"],
                country=country,
            ),
            service=_SERVICES.get(cover.delivery, ClaimService.PARTS)
            if cover and cover.delivery
            else ClaimService.PARTS,
            time_zone=(site["timezone"] if site else None) or self._timezone,
            technician_id=self._settings.technician_id,
            **told,
            **self._contact(at),
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

    def _asset(self, device: DeviceRef) -> RowMapping | None:
        """Return the one asset that has the serial number; ``None`` where nobody can say which it is."""
        if self._sight is not None and self._sight.scope.queues:  # a device without a ticket is in no queue
            return None
        t, p = RECORDS["assets"], RECORDS["products"]
        serial = func.upper(func.trim(t.c.serial_number)) == normalise_serial(device.serial_number)
        query = select(t).where(serial, t.c.gone_at.is_(None), self._seen("assets")).limit(2)
        found = list(self._tx.execute(query).mappings())
        if len(found) != 1:
            return None
        asset = found[0]
        made_by = asset["manufacturer"]
        if not made_by and asset["product_ref"]:
            of = (p.c.source_id == asset["source_id"], p.c.external_id == asset["product_ref"])
            made_by = self._tx.execute(select(p.c.manufacturer).where(*of)).scalar_one_or_none()
        return asset if is_same_maker(made_by, device.manufacturer) else None

    def _ticket(self, ticket: str, connection: str | None) -> RowMapping:
        t, scope = RECORDS["tickets"], None if self._sight is None else self._sight.scope
        which = ticket_meant(self._tx, ticket, connection, scope)
        found = self._tx.execute(select(t).where(t.c.local_id == which, t.c.gone_at.is_(None))).mappings().one_or_none()
        if found is None:
            message = f"The ticket {ticket} is gone at the vendor."
            raise NotFoundLocallyError(message, hint="A claim needs a ticket that is there.")
        return found

    def _one(self, stream: str, source_id: int, ref: str | None) -> RowMapping | None:
        if ref is None:
            return None
        t = RECORDS[stream]
        query = select(t).where(t.c.source_id == source_id, t.c.external_id == ref, self._seen(stream))
        return self._tx.execute(query).mappings().one_or_none()

    def _seen(self, stream: str) -> ColumnElement[bool]:
        return true() if self._sight is None else self._sight.nameable(stream)

    def _contact(self, at: RowMapping) -> dict[str, Any]:
        if own := _own_contact(self._settings):
            return own
        person = self._one("contacts", at["source_id"], at["contact_ref"])
        if person is None:
            return {}
        name = f"{person['first_name'] or ''} {person['last_name'] or ''}".strip()
        return {
            "contact_name": name or None,
            "contact_email": person["email"],
            "contact_phone": person["phone"] or person["mobile_phone"],
        }


def _own_contact(settings: ClaimsSection) -> dict[str, Any]:
    """Return whom the configuration names; empty where it names nobody."""
    if not settings.contact_name:
        return {}
    return {
        "contact_name": settings.contact_name,
        "contact_email": settings.contact_email,
        "contact_phone": settings.contact_phone,
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
