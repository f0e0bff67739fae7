"""What is watched of major incidents: updates that are overdue, and notes that somebody edits."""

from collections.abc import Iterator

from sqlalchemy import select

from servicedesk_core.domain.writing import Intent
from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.incidents.planning import CLOSING, ensure_safe
from servicedesk_core.features.incidents.tables import readers_of
from servicedesk_core.features.tickets import UPDATE
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.told import next_updates
from servicedesk_core.store.schema import incident_notes, incident_updates


def overdue(watch: Watch) -> Iterator[Condition]:
    """Yield the open incidents of which clients should have heard by now; without names: channels are no desk."""
    for number, due_at in next_updates(watch.tx).items():
        if due_at < watch.now:
            yield Condition(
                f"incident:{number}",
                "overdue",
                f"Clients should have heard by {due_at:%Y-%m-%d %H:%M} UTC how incident {number} stands.",
                f"servicedesk incidents update {number} TEXT; what waits for an approval is told to nobody yet.",
            )


class TextGuard:
    """Implements :class:`servicedesk_core.outbox.guards.Guard`: what clients read of an incident names no other one."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterator[str]:
        """Yield nothing: what names another client is refused."""
        del tx, intent, without
        yield from ()

    def stored(self, tx: Tx, write: StoredWrite) -> None:
        """Make sure that a note of an update, or a resolution, names no other client, also when somebody edits it.

        Raises:
            WriteError: It does.
        """
        if (number := _incident_of(tx, write)) is not None:
            text = "\n".join(str(write.values.get(field) or "") for field in ("title", "body", "resolution"))
            ensure_safe(readers_of(tx, number), text)


def _incident_of(tx: Tx, write: StoredWrite) -> int | None:
    """Return the incident that a write tells a client of."""
    if write.kind == UPDATE and write.request_id and write.request_id.startswith(CLOSING):
        return int(write.request_id.removeprefix(CLOSING).partition(":")[0])
    if write.kind != "notes.create_public":
        return None
    joined = incident_notes.join(incident_updates, incident_updates.c.id == incident_notes.c.update_id)
    of = select(incident_updates.c.incident_id).select_from(joined).where(incident_notes.c.write_id == write.id)
    number: int | None = tx.execute(of).scalar()
    return number


GUARD = TextGuard()
