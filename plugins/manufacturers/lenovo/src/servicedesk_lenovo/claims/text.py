"""A claim as the one text and the few fields that a case has."""

from typing import Any

from servicedesk_core.domain.warranty import Claim, ClaimLine, ClaimService

_ASKED_FOR = {
    ClaimService.PARTS: "parts",
    ClaimService.ON_SITE: "an engineer on site",
    ClaimService.DEPOT: "depot repair",
}


def case_body(claim: Claim, language: str) -> dict[str, Any]:
    """Return what is sent to open a case.

    Args:
        claim: The claim.
        language: Two letters.
    """
    place, person = claim.ship_to, claim.contact
    address = [place.name, *place.lines] if place.name and place.name != person.name else list(place.lines)
    return {
        "Product": _filled({"Serial": claim.device.serial_number, "Type": claim.device.machine_type}),
        "Customer": _filled(
            {
                "Email": person.email,
                "Phone": person.phone,
                "Name": person.name,
                "Address": address,
                "City": place.city,
                "State": place.region,
                "ZIP": place.postal_code,
                "Country": place.country,
                "Language": language,
            }
        ),
        "Problem": problem(claim),
    }


def problem(claim: Claim) -> str:
    """Return the text of the case. Our reference stands first, where cutting the text cannot lose it."""
    facts = [
        f"Ref {claim.id}. {claim.symptom.strip()}",
        f"Tried: {claim.troubleshooting.strip()}" if claim.troubleshooting.strip() else "",
        f"Asked for: {_ASKED_FOR.get(claim.service, claim.service.value)}.",
        *(_line(line) for line in claim.lines),
        "Accidental damage." if claim.is_accidental else "",
        f"Failed on {claim.failed_on.isoformat()}." if claim.failed_on else "",
        f"Invoice {claim.invoice_number}." if claim.invoice_number else "",
        f"Purchased on {claim.purchased_on.isoformat()}." if claim.purchased_on else "",
        f"Our order {claim.purchase_order}." if claim.purchase_order else "",
        f"Time zone of the site: {claim.time_zone}." if claim.time_zone else "",
    ]
    return "\n".join(fact for fact in facts if fact)


def _line(line: ClaimLine) -> str:
    codes = (line.component_code, line.failure_code, line.reproducibility_code)
    more = [f"serial {line.failed_serial_number}"] if line.failed_serial_number else []
    more += [code for code in codes if code]
    return f"Part {line.part_number} x {line.quantity}" + (f" ({', '.join(more)})" if more else "") + "."


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
