"""A write that waits to be sent, put into a store without the path that proposes it."""

from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.store import outbox


def queue_write(tx, now, **changes):
    """Add a write of Ana's over the connection ``psa`` and queue it; return it."""
    given = {
        "connection": "psa",
        "kind": "tickets.update",
        "aggregate": "tickets:1",
        "label": "T-1",
        "values": {"title": "x"},
    }
    write = outbox.propose(tx, Intent(**given | changes), actor="user:ana", now=now)
    return outbox.move(tx, write, WriteState.QUEUED, actor="user:ana", now=now)
