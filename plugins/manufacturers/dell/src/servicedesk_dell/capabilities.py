"""What the connector can do, and how access to Dell is obtained."""

from servicedesk_core.hooks import Capabilities, ReconcilableBy, WarrantyCapability, WriteCapability
from servicedesk_dell.api.profile import IN_FLIGHT, WRITES
from servicedesk_dell.api.warranty import MAX_TAGS
from servicedesk_dell.meaning.days import ZONE
from servicedesk_dell.meaning.problems import rules
from servicedesk_dell.settings import DellSettings

ACCESS = (
    "Open a TechDirect account with your company's e-mail address (techdirect.dell.com).",
    "Look-up: ask there for API access to 'Warranty'. Dell approves it and issues a client id and a secret.",
    "Claims: enrol the company in Self-Dispatch; technicians need Dell's certification for what they claim for.",
    "Claims: ask for API access to 'Self-Dispatch'. Dell issues a further client id and secret.",
    "Claims: name a technician's TechDirect login and password, and branch, customer and track as TechDirect does.",
    "Try claims against Dell's own sandbox first; it has keys of its own. There is none for Warranty.",
)
APPROVED_BY = "Dell (TechDirect team), for each API by itself"
LEAD_TIME = "unknown: Dell publishes none"
DOCUMENTATION = "https://techdirect.dell.com/"
SEND_TIMEOUT_S = 300.0


def capabilities(settings: DellSettings | None) -> Capabilities:
    """Return what the connector can do.

    Args:
        settings: Limits that may be configured; ``None`` = the defaults.
    """
    known = settings or DellSettings.model_construct()
    return Capabilities(
        vendor="Dell",
        access=ACCESS,
        approved_by=APPROVED_BY,
        lead_time=LEAD_TIME,
        documentation=DOCUMENTATION,
        writes=tuple(
            WriteCapability(
                kind=grant,
                # The list of claims holds neither service tag nor reference: it finds candidates and proves nothing.
                reconcilable_by=ReconcilableBy.NOTHING,
                right="Self-Dispatch enrolment, and a certified technician of that branch, customer and track",
                timeout_s=SEND_TIMEOUT_S,
                visible_to="customer",
                side_effects="Dell reviews the claim, and may call the contact, ship parts and send an engineer.",
                vendor_entities=(operation,),
            )
            for operation, grant in WRITES.items()
        ),
        warranty=WarrantyCapability(
            devices_per_request=MAX_TAGS,
            parallel=IN_FLIGHT + 1,  # one answer is read while the next ones are on their way
            origin="maker",
            time_zone=ZONE,
            claim_rules=rules(known),
            # A list brings all claims of the account, however many are asked for.
            claims_per_request=1000,
        ),
    )
