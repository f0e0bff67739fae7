"""Leaves a note about each step of a claim on its ticket, as an ordinary write of the PSA's connection."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from servicedesk_core.config import DeskSettings
from servicedesk_core.domain.warranty import ClaimEvent, ClaimEventKind
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.outbox.deciding import approve
from servicedesk_core.outbox.limits import MOST_HOPS
from servicedesk_core.store import sources
from servicedesk_core.store.outbox import StoredWrite, propose
from servicedesk_core.store.schema import outbox

GRANT = "notes.create_internal"
ACTOR = "system:claims"
_REQUEST = "claim-note:"

_TOLD = frozenset(
    {
        ClaimEventKind.STATE,
        ClaimEventKind.SHIPMENT,
        ClaimEventKind.VISIT,
        ClaimEventKind.RETURN,
        ClaimEventKind.CREDIT,
        ClaimEventKind.REFUSED,
    }
)


class TicketNotes:
    """Writes notes on tickets as ``[claims] ticket_notes`` says.

    Args:
        settings: The configuration of the desk.
    """

    def __init__(self, settings: DeskSettings) -> None:
        self._settings = settings

    def leave(
        self, tx: Tx, claim: StoredClaim, events: Sequence[ClaimEvent], now: datetime, *, hops: int = 0
    ) -> StoredWrite | None:
        """Propose one note about news, in the transaction that stores them; ``None`` when nothing is to be noted.

        Args:
            tx: A write transaction.
            claim: The claim as it stands now.
            events: What happened.
            now: When.
            hops: How many writes lie before it, each made because of the change before; too many = no note.
        """
        wanted = self._settings.claims.ticket_notes
        told = [line for event in events if (line := _line(event))]
        origin = claim.origin
        if wanted == "off" or hops > MOST_HOPS or not told or origin.source_id is None or origin.ticket_ref is None:
            return None
        name = sources.by_id(tx, origin.source_id).name
        connection = self._settings.connections.get(name)
        if connection is None or GRANT not in connection.writes:
            return None
        refs = f", {claim.manufacturer} {claim.progress.ref}" if claim.progress.ref else ""
        body = "\n".join((f"Warranty claim {claim.claim_id}{refs}:", *told))
        write = propose(
            tx,
            Intent(
                connection=name,
                kind=GRANT,
                aggregate=f"tickets:{origin.ticket_ref}",
                label=f"ticket of claim {claim.claim_id}",
                values={"title": f"Warranty claim {claim.claim_id}", "body": body},
                parent=origin.ticket_ref,
                visibility="internal",
                request_id=f"{_REQUEST}{claim.claim_id}:{claim.revision}",
                hops=hops,
            ),
            actor=ACTOR,
            now=now,
        )
        return approve(tx, write.id, actor=ACTOR, now=now) if wanted == "send" else write


def waiting(tx: Tx, now: datetime, claim_id: str = "") -> dict[str, list[int]]:
    """Return the notes on tickets that are to be sent now: numbers of their writes by connection.

    Args:
        tx: A transaction.
        now: When.
        claim_id: Only about this claim; empty = about all.
    """
    c = outbox.c
    query = select(c.connection, c.id).where(
        c.state == WriteState.QUEUED,
        c.kind == GRANT,
        c.request_id.startswith(f"{_REQUEST}{claim_id}:" if claim_id else _REQUEST),
        c.next_at.is_(None) | (c.next_at <= now),
    )
    found: dict[str, list[int]] = {}
    for connection, number in tx.execute(query.order_by(c.id)):
        found.setdefault(connection, []).append(number)
    return found


def _line(event: ClaimEvent) -> str | None:
    if event.kind not in _TOLD or event.is_inferred:
        return None
    detail = event.detail
    match event.kind:
        case ClaimEventKind.STATE:
            word = f" ({event.vendor_status})" if event.vendor_status else ""
            line = f"now {event.after.value.replace('_', ' ') if event.after else '?'}{word}"
        case ClaimEventKind.SHIPMENT:
            shipped = (detail.get("carrier"), detail.get("tracking"), detail.get("part_number"))
            line = f"shipped: {', '.join(filter(None, shipped)) or 'no details'}"
        case ClaimEventKind.VISIT:
            line = f"engineer: {detail.get('starts_at') or 'date open'}"
        case ClaimEventKind.RETURN:
            due = f", back by {detail['due_on']}" if "due_on" in detail else ""
            line = f"defective part: {detail.get('state')}{due}"
        case ClaimEventKind.CREDIT:
            amount = detail.get("approved") or detail.get("claimed") or "?"
            line = f"{detail.get('kind')}: {amount} {detail.get('currency')} {detail.get('state')}"
        case _:
            line = f"refused: {detail.get('reason')}"
    return f"- {line}"
