"""What the connector can do, and how access to an installation is obtained."""

from typing import Final

from servicedesk_core.domain.parts import PartSource
from servicedesk_core.hooks import Capabilities, PartsCapability, ReconcilableBy, StreamCapability, WriteCapability
from servicedesk_snipeit.profile import RETURN, TAKE
from servicedesk_snipeit.writing import LONGEST_NOTE, SETTLE_S

ACCESS = (
    "Make a user of its own in Snipe-IT: the interface counts requests by user.",
    "Let it view components, accessories, consumables, assets and models, and the activity report.",
    "Let it check out and check in what it shall take and give back.",
    "Log in as that user, Manage API Keys, Create New Token; it is shown once.",
)
_VIEW: Final = "View components, accessories, consumables, assets and models"
_FIELDS: Final = (
    "stock_level_ref", "part_name", "quantity", "serial_number", "unit_cost", "currency", "ticket_number",
    "ticket_connection", "ticket_id", "device_serial", "holder", "note",
)  # fmt: skip


def capabilities() -> Capabilities:
    """Return what the connector can do: read the stock, find parts, take and return them."""
    return Capabilities(
        vendor="Snipe-IT",
        streams=(
            StreamCapability(
                stream="parts",
                has_stamp=False,
                page_size=500,
                right=_VIEW,
                vendor_entities=("components", "accessories", "consumables", "models"),
            ),
            StreamCapability(
                stream="stock_levels",
                has_stamp=False,
                page_size=500,
                needs=("parts",),
                right=_VIEW,
                vendor_entities=("components", "accessories", "consumables", "hardware"),
            ),
        ),
        access=ACCESS,
        approved_by="an administrator of the Snipe-IT installation",
        lead_time="minutes",
        documentation="https://snipe-it.readme.io/reference/api-overview",
        writes=(
            WriteCapability(
                TAKE,
                reconcilable_by=ReconcilableBy.MARKER,
                right="Check out components, accessories, consumables and assets; view the activity report",
                fields=_FIELDS,
                required=("quantity", "ticket_number"),
                max_lengths={"note": LONGEST_NOTE},
                decimals={"quantity": 0},
                mark_in="note",
                needs="parent",
                settle_s=SETTLE_S,
                timeout_s=180.0,
                side_effects="Snipe-IT may mail the user who gets it, and ask for an acceptance.",
                vendor_entities=("checkout",),
            ),
            WriteCapability(
                RETURN,
                reconcilable_by=ReconcilableBy.MARKER,
                right="Check in components, accessories and assets; view the activity report",
                fields=(*_FIELDS, "move_ref"),
                required=("quantity", "ticket_number", "move_ref"),
                max_lengths={"note": LONGEST_NOTE},
                decimals={"quantity": 0},
                mark_in="note",
                needs="parent",
                settle_s=SETTLE_S,
                timeout_s=180.0,
                side_effects="Snipe-IT may mail the user who had it.",
                vendor_entities=("checkin",),
            ),
        ),
        parts=PartsCapability(PartSource.STOCK, frozenset({"part_number", "serial", "words"})),
    )
