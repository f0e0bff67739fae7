"""What the connector can do, and what an administrator has to grant for it."""

from servicedesk_autotask.api.query import MAX_IDS, MAX_ROWS
from servicedesk_autotask.callouts.subscribing import CAPABILITY
from servicedesk_autotask.reading.stream import Stream
from servicedesk_autotask.reading.streams import STREAMS
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing.kinds import write_capabilities
from servicedesk_core.hooks import Capabilities, CrmCapability, StreamCapability

ACCESS = (
    "An administrator opens Admin > Organization Settings & Users > Resources/Users (HR) > New > New API User.",
    "Security level: 'API User (system) (API-only)', or better a copy of it with only the rights that are listed here.",
    "Generate key and secret on the same page: they are username (like an e-mail address) and secret.",
    "API Tracking Identifier: 'Custom (Internal Integration)'; the identifier it shows is the integration code.",
)
APPROVED_BY = "An Autotask administrator of the MSP. The vendor need not be asked, and an API user costs nothing."
LEAD_TIME = "About five minutes of that administrator's time; it works at once."
DOCUMENTATION = "https://www.autotask.net/help/developerhelp/Content/APIs/REST/REST_API_Home.htm"


VISIBLE_WITHIN_S = 600.0
"""How late a change may show: the vendor cuts a call off after five minutes, and its servers' clocks may differ by as
much."""


def capabilities(settings: AutotaskSettings) -> Capabilities:
    """Return what the connector can do under these settings."""
    return Capabilities(
        vendor="Autotask PSA",
        streams=tuple(_capability(stream) for stream in STREAMS.values()),
        access=ACCESS,
        approved_by=APPROVED_BY,
        lead_time=LEAD_TIME,
        documentation=DOCUMENTATION,
        writes=write_capabilities(settings),
        crm=CrmCapability(shares_accounts=True, keeps_id_in="Promotion Name"),
        webhooks=CAPABILITY,
    )


def _capability(stream: Stream) -> StreamCapability:
    return StreamCapability(
        stream=stream.name,
        has_stamp=stream.has_stamp,
        settle_s=VISIBLE_WITHIN_S,
        has_created=stream.has_created,
        has_open=stream.name == "tickets",
        page_size=MAX_ROWS,
        ids_per_request=MAX_IDS,
        parallel=2 if stream.partitioned else 1,
        needs=stream.needs,
        right=stream.right,
        vendor_entities=stream.entities,
    )
