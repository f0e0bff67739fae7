"""A claim as the dispatch service wants it, field by field, in its order and with its spelling."""

from base64 import b64encode

from servicedesk_core.domain.warranty import Claim, ClaimService
from servicedesk_dell.api.soap import Fields, clean
from servicedesk_dell.meaning.zones import zone_name
from servicedesk_dell.settings import DellSettings

RETURN_TO_DEPOT = "RTD"
"""The pseudo part that goes with a repair in the depot; part lists leave it out."""
MAX_PARTS = 4
MAX_NOTE = 1000
_ADDRESS_LINES = 3


def note_of(claim: Claim) -> str:
    """Return the one text that Dell takes: what is wrong, and what was tried."""
    return clean("\n".join(part.strip() for part in (claim.symptom, claim.troubleshooting) if part.strip()))


def parts_of(claim: Claim) -> list[tuple[str, str, int]]:
    """Return number, the failed part's own serial and quantity of each part; a depot repair brings its pseudo part."""
    parts = [
        (line.part_number.strip().upper(), (line.failed_serial_number or "").strip(), int(line.quantity))
        for line in claim.lines
    ]
    if claim.service is ClaimService.DEPOT and all(number != RETURN_TO_DEPOT for number, _, _ in parts):
        parts.append((RETURN_TO_DEPOT, "", 1))
    return parts


def new_dispatch(claim: Claim, settings: DellSettings) -> Fields:
    """Return a new claim. Our id stands in the reference field, the only one that Dell gives us."""
    contact, address = claim.contact, claim.ship_to
    lines = [*address.lines, "", "", ""][:_ADDRESS_LINES]
    ship_to: Fields = (
        ("AddressBookName", ""),  # it forbids the fields that follow, so it stays empty
        ("CountryISOCode", address.country),
        ("City", address.city),
        ("State", address.region or ""),
        ("ZipPostalCode", address.postal_code or ""),
        *((f"AddressLine{number}", line) for number, line in enumerate(lines, 1)),
        ("TimeZone", zone_name(claim.time_zone or "", settings.time_zones)[0]),
    )
    return (
        ("TechEmail", claim.technician_id or settings.technician_email or settings.technician_login or ""),
        ("Branch", settings.branch or ""),
        ("Customer", settings.customer or ""),
        ("Track", settings.track or ""),
        ("ServiceTag", claim.device.serial_number),
        ("PrimaryContactName", contact.name),
        ("PrimaryContactPhone", contact.phone or ""),
        ("PrimaryContactEmail", contact.email or ""),
        ("AlternativeContactName", ""),
        ("AlternativeContactPhone", ""),
        ("ShipToAddress", ship_to),
        ("ReferencePONumber", claim.id),
        ("RequestCompleteCare", _yes(is_so=claim.is_accidental)),
        ("RequestReturnToDepot", _yes(is_so=claim.service is ClaimService.DEPOT)),
        ("RequestOnSiteTechnician", _yes(is_so=claim.service is ClaimService.ON_SITE)),
        ("TroubleshootingNote", note_of(claim)),
        ("OverrideDPSType", ""),
        ("Parts", _parts(claim)),
        ("Attachments", _attachments(claim)),
    )


def repeated_dispatch(code: str, claim: Claim) -> Fields:
    """Return a denied claim for another look: Dell takes a note and parts, and no files."""
    return (("DispatchCode", code), ("TroubleshootingNote", note_of(claim)), ("Parts", _parts(claim)))


def _parts(claim: Claim) -> Fields:
    return [
        ("PartInfo", (("PartNumber", number), ("PPID", serial), ("Quanitity", str(quantity))))
        for number, serial, quantity in parts_of(claim)
    ]


def _attachments(claim: Claim) -> Fields:
    return [
        (
            "AttachmentInfo",
            (
                ("Description", one.kind),
                ("FileName", one.name),
                ("MIMEType", one.media_type),
                ("Data", b64encode(one.content).decode()),
            ),
        )
        for one in claim.attachments
    ]


def _yes(*, is_so: bool) -> str:
    return "true" if is_so else "false"
