"""What is watched of major incidents: updates that are overdue, and notes that somebody edits."""

from collections.abc import Iterator

from sqlalchemy import select

from servicedesk_core.domain.writing import Intent
from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.incidents.planning import ensure_safe
from servicedesk_core.features.incidents.tables import incident
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


class NoteGuard:
    """Implements :class:`servicedesk_core.outbox.guards.Guard` for notes: those of updates name no other client."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterator[str]:
        """Yield nothing: what names another client is refused."""
        del tx, intent, without
        yield from ()

    def stored(self, tx: Tx, write: StoredWrite) -> None:
        """Make sure that a note of an update names no other client, also when somebody edits it.

        Raises:
            WriteError: It does.
        """
        if write.kind != "notes.create_public":
            return
        joined = incident_notes.join(incident_updates, incident_updates.c.id == incident_notes.c.update_id)
        of = select(incident_updates.c.incident_id).select_from(joined).where(incident_notes.c.write_id == write.id)
        if (number := tx.execute(of).scalar()) is not None:
            ensure_safe(incident(tx, number), f"{write.values.get('title') or ''}\n{write.values.get('body') or ''}")


GUARD = NoteGuard()
