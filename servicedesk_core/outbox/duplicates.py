"""Time that is there already: an equal entry may be a second one, or the same one twice. A person decides."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import select

from servicedesk_core.domain import TimeEntry
from servicedesk_core.domain.comparing import same
from servicedesk_core.domain.writing import AT_VENDOR, Intent, WriteState
from servicedesk_core.store import Tx, outbox, records, sources

_KINDS = ("time_entries.create", "time_entries.create_public")
_COUNT = (WriteState.PROPOSED, WriteState.QUEUED, WriteState.SENDING, WriteState.IN_DOUBT, *AT_VENDOR)


def warnings_of(tx: Tx, intent: Intent, zone: tzinfo, *, without: int | None = None) -> tuple[str, ...]:
    """Return what whoever approves an intent should know of what is there already.

    Args:
        tx: Any transaction.
        intent: What is wanted.
        zone: The desk's, in which a start is on a day.
        without: Number of the write that the intent changes.
    """
    if intent.kind not in _KINDS or intent.parent is None:
        return ()
    writes = outbox.recent(tx, states=_COUNT, connection=intent.connection, aggregate=intent.aggregate)
    times = [one for one in writes if one.kind in _KINDS and one.id != without]
    alike = [one for one in times if _equal(intent.values, one.values, zone)]
    ours = {one.ref for one in alike}
    recorded = [one for one in _recorded(tx, intent) if one["external_id"] not in ours]
    stored = [one for one in recorded if _equal(intent.values, one, zone)]
    if not alike and not stored:
        return ()
    numbers = ", ".join(f"write {one.id}" for one in reversed(alike))
    where = " and ".join(filter(None, (numbers, "the ticket's recorded time" if stored else "")))
    return (f"An equal time entry is there already: the same person, ticket, day and hours, in {where}.",)


def _recorded(tx: Tx, intent: Intent) -> list[dict[str, Any]]:
    table = records.table_of(TimeEntry.stream)
    source = sources.get(tx, intent.connection)
    query = select(table.c.external_id).where(
        table.c.source_id == source.id,
        table.c.ticket_ref == intent.parent,
        table.c.technician_ref == intent.values.get("technician_ref"),
        table.c.gone_at.is_(None),
    )
    found = records.load(tx, source.id, TimeEntry.stream, tx.execute(query).scalars())
    return [one.model_dump(mode="json") for one in found.values()]


def _equal(one: Mapping[str, Any], other: Mapping[str, Any], zone: tzinfo) -> bool:
    """Whether two entries say the same of who, how long and when; of one without a day nobody knows when it was."""
    if one.get("start_at") and other.get("start_at"):
        is_same_time = same(one["start_at"], other["start_at"])
    else:
        day = _day(one, zone)
        is_same_time = day is not None and day == _day(other, zone)
    return is_same_time and all(same(one.get(name), other.get(name)) for name in ("technician_ref", "worked_s"))


def _day(entry: Mapping[str, Any], zone: tzinfo) -> date | None:
    if told := entry.get("work_date"):
        return date.fromisoformat(told)
    instant = entry.get("start_at") or entry.get("end_at")
    return datetime.fromisoformat(instant).astimezone(zone).date() if instant else None
