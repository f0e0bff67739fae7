"""A ticket in words: what its page shows, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from servicedesk_core.domain import Contact, NoteVisibility
from servicedesk_core.domain.warranty.facts import CoverState
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Offer
from servicedesk_core.faces.asked import asked
from servicedesk_core.features.sla.model import ClockExplained, TicketExplained
from servicedesk_core.features.tickets import TicketDetail
from servicedesk_core.features.tickets.model import TicketDevice
from servicedesk_core.web.console.addresses import Addresses, address_of, link
from servicedesk_core.web.console.filtering import Pairs
from servicedesk_core.web.console.values import Cell, Head, Moment, Part, Shower, aligned
from servicedesk_core.web.console.visiting import Visit
from servicedesk_core.wording import hours, worked

_READERS: Final = {
    NoteVisibility.PUBLIC: "public: the client reads it",
    NoteVisibility.INTERNAL: "internal: your staff",
    NoteVisibility.PARTNER: "internal: your staff and a partner",
}
_DONE: Final = frozenset({"met", "missed", "not_applicable", "cancelled"})


@dataclass(frozen=True, slots=True)
class Around:
    """Asks what hangs on a ticket, as whoever looks may know it.

    Attributes:
        visit: Who looks.
        addresses: Where things are.
        ref: The vendor's id of the ticket.
        connection: Where it is.
    """

    visit: Visit
    addresses: Addresses
    ref: str
    connection: str

    async def asked(self, call: str, more: Pairs = ()) -> Any:
        """Return what a query says of the ticket; ``None`` = it is not there, or nothing for who looks.

        Args:
            call: Its name.
            more: What else it is given.
        """
        offer = self.addresses.offers.get(call)
        if offer is None or not self.visit.may(offer):
            return None
        places, named = asked(offer, [*self._which(offer), *more], self.visit.zone)
        try:
            return await self.visit.desk.call(offer, *places, **named)
        except NotFoundLocallyError:  # gone since, or a list that holds nothing of it
            return None

    def where(self, call: str) -> str:
        """Return where a list is, narrowed to the ticket."""
        offer = self.addresses.offers[call]
        return link(address_of(offer), self._which(offer))

    def _which(self, offer: Offer[..., Any]) -> list[tuple[str, str]]:
        known = {one.spelled for one in offer.parameters}
        where = next((one for one in ("ticket-connection", "connection") if one in known), None)
        is_placed = where is not None and offer.name not in _BY_OTHER_CONNECTIONS
        return [("ticket", self.ref), *([(where, self.connection)] if where and is_placed else [])]


_BY_OTHER_CONNECTIONS: Final = frozenset({"parts.orders", "parts.taken"})
"""Their connection is a source's."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise as the page shows it.

    Attributes:
        title: Which one.
        said: Where it stands.
        tone: ``bad`` or ``good``; empty = neither.
        due: Until when.
        used: Share of the target that is used, in whole percent; ``None`` = nothing was promised.
        facts: What led to it.
        intervals: What the time used is the sum of.
    """

    title: str
    said: str
    tone: str
    due: Moment | None
    used: int | None
    facts: tuple[tuple[str, Cell], ...]
    intervals: Part


@dataclass(frozen=True, slots=True)
class Written:
    """A note.

    Attributes:
        at: When.
        author: Who.
        title: Its title; empty = none that says more than the text.
        lines: Its text.
        readers: Who can read it.
        is_internal: Whether that is the staff alone.
    """

    at: Moment | None
    author: str
    title: str
    lines: tuple[str, ...]
    readers: str
    is_internal: bool


def at_vendor(url: str | None) -> str | None:
    """Return the address of a ticket at the vendor, if it is one that a page may lead to."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme == "https" and parts.hostname else None


def facts_of(found: TicketDetail, shower: Shower) -> tuple[tuple[str, Cell], ...]:
    """Return what is known of a ticket, without what nobody said."""
    row, kept = found.row, found.ticket
    planned = f" of {hours(kept.estimated_s)} planned" if kept.estimated_s else ""
    values: dict[str, Any] = {
        "Status": f"{row.status or '?'} ({_words(row.status_category) or 'not mapped'})",
        "Priority": row.priority,
        "Kind": _words(kept.kind) or kept.kind_name,
        "Queue": row.queue,
        "Technician": row.assignee or "nobody",
        "Client": row.company,
        "Site": _named(found, "sites", kept.site_ref),
        "Contact": _contact(found.contact),
        "Device": _device(found.device),
        "Cover": _cover(found.device),
        "Contract": _named(found, "contracts", kept.contract_ref),
        "Category": ", ".join(filter(None, (kept.category, kept.issue, kept.sub_issue))),
        "Created": row.created_at,
        "Due": row.due_at,
        "Agreement at the vendor": kept.sla,
        "Due by that agreement": row.sla_due_at,
        "Resolved": kept.resolved_at,
        "Last activity": row.last_activity_at,
        "Worked": f"{worked(row.worked_s, row.untimed_entries)}{planned}",
        "Gone": found.gone_at,
        "Why it is gone": found.gone_reason,
    }
    return tuple((title, shower.cell("", value)) for title, value in values.items() if value)


def clocks_of(promised: TicketExplained, shower: Shower) -> tuple[Clock, ...]:
    """Return the promises of a ticket."""
    return tuple(_clock(one, shower) for one in promised.clocks)


def _clock(one: ClockExplained, shower: Shower) -> Clock:
    is_over = one.outcome in _DONE
    is_late = one.outcome != "unknown" and (one.breached_at is not None or one.outcome == "missed")
    told: dict[str, Any] = {
        "Policy": one.policy,
        "Calendar": one.calendar,
        "Promised": None if one.target_s is None else f"{hours(one.target_s)} of business time",
        "Used": f"{hours(one.elapsed_s)} of business time",
        "Began": one.started_at,
        "Ended": one.stopped_at,
        "Broken since": one.breached_at,
        "Decided": one.decided,
        "Missed because": one.missed_reason,
        "Does not count because": one.reason,
        "Before": ", ".join(one.superseded),
        "Due by the vendor's own clock": one.their_due_at,
        "Differs because": one.why,
    }
    cycle = f", life {one.cycle}" if one.cycle > 1 else ""
    return Clock(
        title=f"{_words(one.clock).capitalize()}{cycle}",
        said=f"{_words(one.state)}, {_words(one.outcome)}"
        if is_over or is_late
        else f"{_words(one.state)}, nobody can say whether it was kept"
        if one.outcome == "unknown"
        else _words(one.state),
        tone="bad" if is_late else "good" if one.outcome == "met" else "",
        due=None if one.due_at is None else shower.moment(one.due_at),
        used=None if not one.target_s else min(999, 100 * one.elapsed_s // one.target_s),
        facts=tuple((title, shower.cell("", value)) for title, value in told.items() if value),
        intervals=shower.listed("What used the time", one.parts),
    )


def notes_of(found: TicketDetail, shower: Shower) -> tuple[Written, ...]:
    """Return the notes of a ticket, the newest first."""
    return tuple(_notes(found, shower))[::-1]


def _notes(found: TicketDetail, shower: Shower) -> Iterator[Written]:
    for note in found.notes:
        body, title = note.body or "", note.title or ""
        is_internal = note.visibility is not NoteVisibility.PUBLIC
        yield Written(
            at=None if note.created_at is None else shower.moment(note.created_at),
            author=_named(found, "technicians", note.author_ref)
            or _named(found, "contacts", note.author_ref)
            or " ".join(filter(None, (_words(note.author_type), note.author_ref)))
            or "nobody said who",
            title="" if body.startswith(title.rstrip("….")) else title,
            lines=tuple(body.splitlines()),
            readers=_READERS[note.visibility],
            is_internal=is_internal,
        )


def time_of(found: TicketDetail, shower: Shower) -> Part:
    """Return the time that was recorded on a ticket."""
    heads = tuple(Head(name, name, name) for name in ("When", "Who", "Worked", "What was done", "For the staff alone"))
    rows = tuple(
        (
            shower.cell("", entry.start_at or entry.work_date),
            shower.cell("", _named(found, "technicians", entry.technician_ref)),
            shower.cell("", hours(entry.worked_s)),
            shower.cell("", entry.summary),
            shower.cell("", entry.internal_notes),
        )
        for entry in found.time_entries
    )
    return Part("Time", (), *aligned(heads, rows))


def _named(found: TicketDetail, stream: str, ref: str | None) -> str | None:
    return found.names.get(stream, {}).get(ref or "")


def _words(value: object) -> str:
    return "" if value is None else str(getattr(value, "value", value)).replace("_", " ")


def _contact(contact: Contact | None) -> str:
    if contact is None:
        return ""
    name = " ".join(filter(None, (contact.first_name, contact.last_name)))
    return ", ".join(filter(None, (name, contact.phone, contact.mobile_phone, contact.email)))


def _device(device: TicketDevice | None) -> str:
    if device is None:
        return ""
    serial = f"serial number {device.serial_number}" if device.serial_number else None
    made = " ".join(filter(None, (device.manufacturer, device.model))) or None
    return ", ".join(filter(None, (device.name, made, serial)))


def _cover(device: TicketDevice | None) -> str:
    if device is None:
        return ""
    until = f" until {device.until}" if device.until and device.state is CoverState.COVERED else ""
    return f"{_words(device.state)}{until}"
