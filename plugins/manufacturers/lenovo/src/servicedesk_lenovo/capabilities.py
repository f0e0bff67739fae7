"""What the connector can do, and how access to Lenovo is obtained."""

from servicedesk_core.domain.warranty import ClaimRules, ClaimService
from servicedesk_core.hooks import Capabilities, ReconcilableBy, WarrantyCapability, WriteCapability
from servicedesk_lenovo.settings import LenovoSettings

ACCESS = (
    "Ask your Lenovo account manager or partner manager for a ClientID of the Support API; it is one secret token.",
    "Name the roles that it needs: WebAPI.Warranty (look-ups), WebAPI.Part, WebAPI.Case, WebAPI.Support (orders).",
    "A ClientID may have some roles only; what the others are for then answers that the role is missing.",
    "Whether Lenovo still opens case creation to new ClientIDs is not published; look-ups work without it.",
)
DOCUMENTATION = "https://supportapi.lenovo.com/Documentation/Warranty.html"
SUBMIT = "claims.submit"
SERVICES = (ClaimService.PARTS, ClaimService.ON_SITE, ClaimService.DEPOT)
CASES_PER_REQUEST = 20


def claim_rules(settings: LenovoSettings) -> ClaimRules:
    """Return what a case can hold. Lenovo mails its number to the contact, so that address is needed."""
    return ClaimRules(
        services=SERVICES,
        required=("symptom", "contact.name", "contact.email"),
        max_length={"symptom": settings.longest_problem, "troubleshooting": settings.longest_problem},
        max_attachments=0,
        resubmissions=0,
    )


def capabilities(settings: LenovoSettings) -> Capabilities:
    """Return what the connector can do."""
    return Capabilities(
        vendor="Lenovo",
        access=ACCESS,
        approved_by="Lenovo, through your account or partner manager",
        lead_time="unknown",
        documentation=DOCUMENTATION,
        writes=(
            WriteCapability(
                kind=SUBMIT,
                # Our id stands in the text of the case; but new cases show up late, and people edit texts.
                reconcilable_by=ReconcilableBy.CONTENT,
                right="WebAPI.Case",
                max_lengths={"problem": settings.longest_problem},
                visible_to="customer",
                side_effects="Lenovo opens a support case and mails its number to the contact.",
                vendor_entities=("Case",),
            ),
        ),
        warranty=WarrantyCapability(
            devices_per_request=settings.devices_per_request,
            parallel=settings.parallel + 1,  # one answer is read while the next ones are on their way
            wants=("machine_type",),
            time_zone="UTC",
            claim_rules=claim_rules(settings),
            claims_per_request=CASES_PER_REQUEST,
        ),
    )
