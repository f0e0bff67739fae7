"""From a claim to a return as Ingram Micro wants it; pure."""

from datetime import date
from typing import Any

from servicedesk_core.domain.warranty import Claim, ClaimLine, ClaimProblem
from servicedesk_core.domain.warranty.rules import problems_of
from servicedesk_ingram.capabilities import RULES
from servicedesk_ingram.settings import IngramSettings


def check(claim: Claim, settings: IngramSettings, today: date) -> tuple[ClaimProblem, ...]:
    """Return why Ingram Micro would refuse a claim.

    Args:
        claim: The claim, complete or not.
        settings: Of the connection.
        today: The present day.
    """
    problems = list(problems_of(claim, RULES, today))
    if not claim.lines:
        problems.append(ClaimProblem(field="lines", reason="A return needs the part that goes back."))
    for index, line in enumerate(claim.lines):
        primary, secondary = reasons(line, settings)
        if not primary:
            problems.append(
                ClaimProblem(
                    field=f"lines.{index}.failure_code",
                    reason="Give Ingram Micro's primary reason here, or as primary_reason of the connection.",
                )
            )
        if not secondary:
            problems.append(
                ClaimProblem(
                    field=f"lines.{index}.component_code",
                    reason="Give Ingram Micro's secondary reason here, or as secondary_reason of the connection.",
                )
            )
        if line.quantity != int(line.quantity):
            problems.append(ClaimProblem(field=f"lines.{index}.quantity", reason="Only whole pieces can go back."))
    return tuple(problems)


def reasons(line: ClaimLine, settings: IngramSettings) -> tuple[str | None, str | None]:
    """Return primary and secondary reason of a line."""
    return line.failure_code or settings.primary_reason, line.component_code or settings.secondary_reason


def body_of(claim: Claim, settings: IngramSettings) -> dict[str, Any]:
    """Return the body that opens a return.

    Args:
        claim: A claim without problems.
        settings: Of the connection.
    """
    line = claim.lines[0]
    primary, secondary = reasons(line, settings)
    place = claim.ship_to
    item: dict[str, Any] = {
        "invoiceNumber": claim.invoice_number,
        "invoiceDate": claim.purchased_on.isoformat() if claim.purchased_on else None,
        f"{settings.part_numbers}PartNumber": line.part_number,
        "serialNumber": line.failed_serial_number or claim.device.serial_number,
        "quantity": int(line.quantity),
        "primaryReason": primary,
        "secondaryReason": secondary,
        "notes": " ".join(filter(None, (claim.symptom, claim.troubleshooting))),
        "referenceNumber": claim.id,
        "customerOrderNumber": claim.purchase_order,
        "shipFromInfo": [
            {
                "companyName": place.name,
                "contact": claim.contact.name,
                **{f"addressLine{n}": text for n, text in enumerate(place.lines[:3], 1)},
                "city": place.city,
                "state": place.region,
                "postalCode": place.postal_code,
                "countryCode": place.country,
                "email": claim.contact.email,
                "phoneNumber": claim.contact.phone or "",
            }
        ],
        "numberOfBoxes": 1,
    }
    return {"list": [{name: value for name, value in item.items() if value is not None}]}
