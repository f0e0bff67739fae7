"""Why Dell would refuse a claim, told before anything is sent."""

from collections.abc import Iterator

from servicedesk_core.domain.warranty import Claim, ClaimProblem, ClaimRules, ClaimService
from servicedesk_dell.meaning.claims import MAX_NOTE, MAX_PARTS, RETURN_TO_DEPOT, note_of, parts_of
from servicedesk_dell.meaning.devices import recognise
from servicedesk_dell.meaning.zones import zone_name
from servicedesk_dell.settings import DellSettings

SERVICES = (ClaimService.PARTS, ClaimService.ON_SITE, ClaimService.DEPOT)
MOST_DENIALS = 3
_STATES_COUNT = frozenset({"US", "CA", "AU", "BR", "IN", "MX"})
"""Countries whose addresses are incomplete without a state or province."""


def rules(settings: DellSettings) -> ClaimRules:
    """Return what Dell accepts, as data."""
    return ClaimRules(
        services=SERVICES,
        required=(
            "symptom", "contact.name", "contact.phone", "contact.email", "ship_to.lines", "ship_to.city",
            "ship_to.postal_code", "time_zone",
        ),
        max_lines=MAX_PARTS,
        max_length={"symptom": MAX_NOTE, "troubleshooting": MAX_NOTE},
        max_attachment_bytes=settings.max_attachment_bytes,
        resubmissions=MOST_DENIALS,
    )  # fmt: skip


def problems(claim: Claim, settings: DellSettings) -> Iterator[ClaimProblem]:
    """Yield everything that Dell would refuse, and what will probably make it ask back.

    Args:
        claim: The claim, complete or not.
        settings: Codes that need a serial number, and names of time zones.
    """
    if not settings.can_claim:
        yield _blocking("device", "this connection has no key for Self-Dispatch")
    if recognise(claim.device) is None:
        yield _blocking("device.serial_number", "is no Dell service tag")
    if claim.service not in SERVICES:
        yield _blocking("service", f"must be one of {', '.join(SERVICES)}")
    yield from _of_people(claim)
    yield from _of_place(claim, settings)
    yield from _of_text(claim)
    yield from _of_parts(claim, settings)
    yield from _of_files(claim, settings)
    if claim.purchase_order:
        yield _warning("purchase_order", "does not travel: Dell's one reference field carries the claim's id")


def _of_people(claim: Claim) -> Iterator[ClaimProblem]:
    if not claim.contact.name.strip():
        yield _blocking("contact.name", "is asked for")
    for field in ("phone", "email"):
        if not (getattr(claim.contact, field) or "").strip():
            yield _blocking(f"contact.{field}", "is asked for")


def _of_place(claim: Claim, settings: DellSettings) -> Iterator[ClaimProblem]:
    address = claim.ship_to
    lines = [line for line in address.lines if line.strip()]
    if not lines:
        yield _blocking("ship_to.lines", "are asked for")
    if len(address.lines) > 3:  # noqa: PLR2004  # AddressLine1 to AddressLine3
        yield _blocking("ship_to.lines", f"are {len(address.lines)}, and 3 are accepted")
    if not address.city.strip():
        yield _blocking("ship_to.city", "is asked for")
    if not (address.postal_code or "").strip():
        yield _blocking("ship_to.postal_code", "is asked for")
    if address.country in _STATES_COUNT and not (address.region or "").strip():
        yield _blocking("ship_to.region", f"is asked for in {address.country}")
    if not claim.time_zone:
        yield _blocking("time_zone", "is asked for")
    elif not zone_name(claim.time_zone, settings.time_zones)[1]:
        yield _warning(
            "time_zone",
            "is sent as it stands; if Dell refuses it, give its own name in the connection's setting time_zones",
        )


def _of_text(claim: Claim) -> Iterator[ClaimProblem]:
    note = note_of(claim)
    if not claim.symptom.strip():
        yield _blocking("symptom", "is asked for")
    if not claim.troubleshooting.strip():
        yield _warning("troubleshooting", "is empty: too little evidence is the usual reason of a denial")
    if len(note) > MAX_NOTE:
        yield _blocking(
            "troubleshooting", f"and symptom have {len(note):,} characters together, and {MAX_NOTE:,} are accepted"
        )
    texts = (note, claim.contact.name, claim.ship_to.city, *claim.ship_to.lines)
    if not all(_is_latin(text) for text in texts):
        yield _warning("symptom", "or a name holds letters outside Latin-1: Dell puts such claims aside for a person")


def _of_parts(claim: Claim, settings: DellSettings) -> Iterator[ClaimProblem]:
    parts = parts_of(claim)
    if not parts:
        yield _blocking("lines", "are missing: a claim names one to four parts")
    if len(parts) > MAX_PARTS:
        with_depot = ", the depot's own one included" if len(parts) > len(claim.lines) else ""
        yield _blocking("lines", f"are {len(parts)}{with_depot}, and {MAX_PARTS} are accepted in one claim")
    needs_serial = {code.upper() for code in settings.part_serial_codes}
    for number, line in enumerate(claim.lines, 1):
        code = line.part_number.strip().upper()
        if not code:
            yield _blocking(f"lines.{number}.part_number", "is asked for")
        if line.quantity != int(line.quantity):
            yield _blocking(f"lines.{number}.quantity", "must be a whole number")
        if code in needs_serial and not (line.failed_serial_number or "").strip():
            yield _blocking(
                f"lines.{number}.failed_serial_number",
                "is asked for: the part's own serial (PPID) of a monitor, battery or port replicator",
            )
        if code == RETURN_TO_DEPOT and claim.service is not ClaimService.DEPOT:
            yield _blocking(f"lines.{number}.part_number", f"{RETURN_TO_DEPOT} goes with a depot repair only")


def _of_files(claim: Claim, settings: DellSettings) -> Iterator[ClaimProblem]:
    most = settings.max_attachment_bytes
    for number, one in enumerate(claim.attachments, 1):
        if len(one.content) > most:
            yield _blocking(f"attachments.{number}", f"has {len(one.content):,} bytes, and {most:,} are accepted")
        if not one.content:
            yield _blocking(f"attachments.{number}", "is empty")


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _blocking(field: str, reason: str) -> ClaimProblem:
    return ClaimProblem(field=field, reason=reason)


def _warning(field: str, reason: str) -> ClaimProblem:
    return ClaimProblem(field=field, reason=reason, is_blocking=False)
