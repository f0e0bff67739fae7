"""What a change of an appointment is, as a write."""

from collections.abc import Mapping
from typing import Any, Final

from servicedesk_core.domain import Appointment
from servicedesk_core.domain.writing import Intent
from servicedesk_core.features.appointments.model import AppointmentRow
from servicedesk_core.features.appointments.tables import is_in_part, record_of
from servicedesk_core.outbox.changing import change_of
from servicedesk_core.outbox.values import known
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.ownership import ensure_own
from servicedesk_core.store.queries.scope import Scope

_LINKED: Final = ("ticket_refs", "technician_refs")
"""Who goes to which of its tickets: an appointment tells both, and not each pair."""


def changed(
    tx: Tx,
    row: AppointmentRow,
    kind: str,
    wanted: Mapping[str, Any],
    scope: Scope | None,
    *,
    reason: str = "",
    request_id: str | None = None,
) -> Intent:
    """Return the write that makes an appointment show something else.

    Args:
        tx: Any transaction.
        row: The appointment.
        kind: The kind of write.
        wanted: Field to value.
        scope: What whoever acts sees: nothing may lie behind it.
        reason: Why.
        request_id: The caller's own id of the act.

    Raises:
        NotFoundLocallyError: What is wanted names a record that the scope does not let through.
        WriteError: It shows all of that already, or a value does not fit.
    """
    shown, revision = record_of(tx, row)
    values = known(dict(wanted), Appointment)
    ensure_own(tx, scope, kind, values, connection=row.connection, is_whole=False)
    label = f"{row.ticket or row.title or row.appointment}: {row.starts_at:%Y-%m-%d %H:%M}"
    change = change_of(label, shown, values, revision, again=_LINKED if is_in_part(tx, row) else ())
    first = next(iter(shown.ticket_refs), None)
    return Intent(
        connection=row.connection,
        kind=kind,
        aggregate=f"tickets:{first}" if first else f"appointments:{row.appointment}",
        label=label,
        values=change.values,
        target=row.appointment,
        base=change.base,
        base_modified_at=change.base_modified_at,
        base_revision=change.base_revision,
        reason=reason,
        request_id=request_id,
    )
