"""What the connector can do, and how access to Cisco is obtained."""

from servicedesk_cisco.settings import CiscoSettings
from servicedesk_core.hooks import Capabilities, WarrantyCapability

ACCESS = (
    (
        "Smart Net Total Care customers and Partner Support Services partners register an application at "
        "https://apiconsole.cisco.com with the grant 'client credentials'."
    ),
    (
        "Add the interfaces Serial Number to Information v2 (cover), Service Order Return v1 (RMAs), Case v3, and "
        "EoX v5 if end_of_support is wanted."
    ),
    (
        "A Cisco administrator of your company must have given the Cisco account the role of an API user; without it "
        "answers are refused although the application exists."
    ),
    (
        "Claims cannot be filed here: Cisco opens cases and RMAs in its own web tools or through Smart Bonding only. "
        "File there with the claim pack, then record the RMA number; it is followed from here."
    ),
)
DOCUMENTATION = "https://developer.cisco.com/docs/support-apis/"
SERIALS_PER_REQUEST = 50
"""Cisco takes 75, but a page of the answer holds 50: more would cost a second request."""
CASES_PER_REQUEST = 30


def capabilities(settings: CiscoSettings) -> Capabilities:
    """Return what the connector can do."""
    return Capabilities(
        vendor="Cisco",
        access=ACCESS,
        approved_by="Cisco, and the administrator of your company's Smart Net Total Care or partner account",
        lead_time="unknown",
        documentation=DOCUMENTATION,
        warranty=WarrantyCapability(
            devices_per_request=SERIALS_PER_REQUEST,
            parallel=settings.parallel + 1,  # one answer is read while the next ones are on their way
            wants=("product_number",),
            time_zone="UTC",
            claims_per_request=CASES_PER_REQUEST,
        ),
    )
