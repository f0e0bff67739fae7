"""What the connector can do, and how access to HPE is obtained."""

from servicedesk_core.hooks import Capabilities, WarrantyCapability
from servicedesk_hpe.settings import HpeSettings

ACCESS = (
    "Ask your HPE account team for access to the Warranty Check API; it is granted case by case.",
    "HPE issues a client id and a client secret, which are exchanged for a token that lasts an hour.",
    "Whether HPE still admits new clients is not published.",
)

DOCUMENTATION = "https://github.com/robertcorluka/warranty-check-docs"
"""Where the interface's definition is public; HPE's own site shows it to its clients only, if at all."""


def capabilities(settings: HpeSettings) -> Capabilities:
    """Return what the connector can do: looking up, one device a request."""
    return Capabilities(
        vendor="HPE",
        access=ACCESS,
        approved_by="HPE",
        lead_time="unknown",
        documentation=DOCUMENTATION,
        warranty=WarrantyCapability(
            devices_per_request=1, parallel=settings.parallel, wants=("product_number",), time_zone="UTC"
        ),
    )
