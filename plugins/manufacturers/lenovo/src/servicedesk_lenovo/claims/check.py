"""What a case lacks, before anything is sent."""

from collections.abc import Iterator
from datetime import date

from servicedesk_core.domain.warranty import Claim, ClaimProblem, problems_of
from servicedesk_lenovo.capabilities import claim_rules
from servicedesk_lenovo.claims.text import problem
from servicedesk_lenovo.devices import recognise
from servicedesk_lenovo.settings import LenovoSettings


def check(claim: Claim, settings: LenovoSettings, today: date) -> tuple[ClaimProblem, ...]:
    """Return every problem of a claim, warnings last.

    Args:
        claim: The claim.
        settings: With the length of a case's text.
        today: The date where the desk is.
    """
    return (*problems_of(claim, claim_rules(settings), today), *_own(claim, settings.longest_problem))


def _own(claim: Claim, longest: int) -> Iterator[ClaimProblem]:
    if recognise(claim.device) is None:
        yield ClaimProblem(field="device", reason="is not a device of Lenovo with a usable serial number")
    if claim.contact.email and "@" not in claim.contact.email:
        yield ClaimProblem(field="contact.email", reason="is no address; Lenovo mails the number of the case there")
    length = len(problem(claim))
    if length > longest:
        yield ClaimProblem(
            field="troubleshooting",
            reason=f"makes the text of the case {length:,} characters long with everything that goes into it, "
            f"and {longest:,} are accepted",
        )
    # Lenovo does not publish which fields it demands; these are part of its own example of a case.
    wanted = {"contact.phone": claim.contact.phone, "ship_to.region": claim.ship_to.region}
    wanted["ship_to.postal_code"] = claim.ship_to.postal_code
    wanted["device.machine_type"] = claim.device.machine_type
    for field, value in wanted.items():
        if not value:
            yield ClaimProblem(field=field, reason="is missing; Lenovo may ask for it", is_blocking=False)
