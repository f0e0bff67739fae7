"""Names of streams and modes that several parts of a sync know."""

from typing import Final

TICKETS: Final = "tickets"
EVENTS: Final = "ticket_events"
DELETED: Final = "deleted"
"""Why a record is gone that its vendor does not have any more."""
BACKFILL: Final = "backfill"
REMAP: Final = "remap"
DERIVED: Final = "core"
"""``mapping_version`` and ``origin`` of records that core made itself."""
