"""What is told of a booking to whoever approves it: who is somewhere else at that time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from servicedesk_core.config.people import Colleague
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.features.appointments.tables import CANCEL, USUAL, Booked, clashes
from servicedesk_core.features.calendars import busy_between
from servicedesk_core.features.rota import Span
from servicedesk_core.features.skills import Key, crew
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.names import Names


class BookingGuard:
    """Implements :class:`servicedesk_core.outbox.guards.Guard` for appointments."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterator[str]:
        """Yield who has another appointment at that time, or is busy by their own calendar."""
        found = _found(tx, intent, {}, write=without)
        yield from (told(tx, one) for one in found)

    def stored(self, tx: Tx, write: StoredWrite) -> None:
        """See the protocol: what was told stands with the write; two at a time may be meant."""


def refuse_clash(
    tx: Tx,
    write: StoredWrite,
    people: Mapping[str, Colleague],
    *,
    of: Key | None = None,
    beside: Collection[str] = (),
) -> None:
    """Refuse a booking that takes time which is taken, in the transaction that stores it: of two at once, one.

    Args:
        tx: That transaction.
        write: The booking.
        people: The people of the desk.
        of: Only the time of this technician; ``None`` = of everybody who goes.
        beside: The vendor's ids of appointments that take no time from it: they move with it.

    Raises:
        WriteError: Somebody has another appointment then, or is busy by their own calendar.
    """
    found = [
        one for one in _found(tx, write, people, write=write.id) if of in {None, one.key} and one.ref not in beside
    ]
    if found:
        hint = "See servicedesk appointments slots for another time, or say --double."
        raise WriteError(" ".join(told(tx, one) for one in found), hint=hint)


def told(tx: Tx, one: Booked) -> str:
    """Return in words what takes the time of a technician.

    It is kept with a write that others read too: an appointment is told by its number, and not by its text, which may
    be about another client.
    """
    names = Names(tx)
    source, ref = one.key
    is_own = one.ref is None and one.write is None
    names.want(source, "technicians", ref)
    start, end = (at.astimezone(UTC) for at in one.span)
    who = names.of(source, "technicians", ref) or ref
    if is_own:
        return f"{who} is busy from {start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC by their own calendar."
    by = f"write {one.write}" if one.write is not None else f"appointment {one.ref}"
    return f"{who} is booked from {start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC ({by})."


def _found(tx: Tx, wanted: Intent | StoredWrite, people: Mapping[str, Colleague], *, write: int | None) -> list[Booked]:
    if wanted.kind == CANCEL:
        return []
    source, target, values = sources.id_of(tx, wanted.connection), wanted.target, dict(wanted.values)
    if target is not None:
        known = records.load(tx, source, "appointments", [target]).get(target)
        values = (known.model_dump(mode="json") if known is not None else {}) | values
    start, end, going = (values.get(name) for name in ("start_at", "end_at", "technician_refs"))
    if not isinstance(start, str) or not isinstance(going, list):
        return []
    began = datetime.fromisoformat(start)
    span = Span(began, datetime.fromisoformat(end) if isinstance(end, str) else began + USUAL)
    keys = [(source, str(ref)) for ref in going]
    return [*clashes(tx, keys, span, without=target, write=write), *_busy(tx, keys, span, people)]


def _busy(tx: Tx, keys: Sequence[Key], span: Span, people: Mapping[str, Colleague]) -> Iterator[Booked]:
    """Yield when technicians are busy by their own calendars."""
    if busy := busy_between(tx, *span):
        names = crew(tx, people).names
        yield from (Booked(key, Span(*each)) for key in keys for each in busy.get(names.get(key, ""), ()))


GUARD = BookingGuard()
