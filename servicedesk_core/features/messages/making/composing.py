"""Makes of what is to be told what a client reads, or says why that cannot be, or need not be."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.addresses import is_mail_address
from servicedesk_core.business_time import Calendar
from servicedesk_core.config import DeskSettings
from servicedesk_core.domain import StatusCategory
from servicedesk_core.domain.writing import Intent
from servicedesk_core.faces import Suggestion
from servicedesk_core.features.clients import Topic
from servicedesk_core.features.definitions import CALENDARS, in_force
from servicedesk_core.features.messages import tables
from servicedesk_core.features.messages.kinds import By
from servicedesk_core.features.messages.making.happening import TOO_OLD
from servicedesk_core.features.messages.making.readers import Reader, readers
from servicedesk_core.features.messages.making.visits import Visit, booked
from servicedesk_core.features.messages.posts.links import Shows, usable
from servicedesk_core.features.messages.rendering import Rendered, rendered, why_held
from servicedesk_core.features.messages.rules import chosen
from servicedesk_core.features.messages.tables import Stored
from servicedesk_core.features.messages.telling import Decided
from servicedesk_core.features.messages.triggers import TRIGGERS, Trigger
from servicedesk_core.features.tickets import TicketRow, facts_of, rows_by_id
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.wording import plain

MAIL: Final = "messages.mail"
"""The kind of a mail to a client, and the grant that it needs."""

MARK: Final = "X-Servicedesk-Message"
"""The header that tells a mail of ours from all others, wherever it comes back."""

NOTE: Final = "notes.create_public"
INTERNAL_NOTE: Final = "notes.create_internal"

_T: Final = RECORDS["tickets"].c
_NEVER_MEANT: Final = frozenset(
    one.value for one in (StatusCategory.MERGED, StatusCategory.SPAM, StatusCategory.CANCELLED)
)
"""Categories of tickets of which no client is told anything."""

_MOMENT: Final = timedelta(microseconds=1)


class Held(NamedTuple):
    """It waits for somebody.

    Attributes:
        why: For what, in a sentence.
    """

    why: str


class Needless(NamedTuple):
    """Nobody wants to hear it any more.

    Attributes:
        why: Why not.
    """

    why: str


class Later(NamedTuple):
    """Its reader is not to be disturbed.

    Attributes:
        until: Until when.
    """

    until: datetime


class Composed(NamedTuple):
    """A message.

    Attributes:
        suggestion: What is written.
        template: Name of its template.
    """

    suggestion: Suggestion
    template: str


class Composer:
    """Makes messages.

    Args:
        tx: Any transaction.
        settings: The configuration.
        now: The present.
        of: What is to be told.
        is_patient: Whether the hours in which somebody may be reached are waited for.
    """

    def __init__(
        self, tx: Tx, settings: DeskSettings, now: datetime, of: Collection[Stored], *, is_patient: bool = True
    ) -> None:
        self._tx = tx
        self._settings = settings
        self._now = now
        self._decided = Decided(tx, now)
        self._rows = rows_by_id(tx, {one.ticket_id for one in of})
        wanted = (
            _T.local_id,
            _T.source_id,
            _T.external_id,
            _T.contact_ref,
            _T.resolution,
            _T.gone_at,
            tables.IS_OWN.label("is_own"),
        )
        query = select(*wanted).where(_T.local_id.in_([*self._rows]))
        self._more = {row.local_id: row for row in tx.execute(query)}
        self._of = of
        self._is_patient = is_patient

    def of(self, one: Stored) -> Composed | Held | Needless | Later:
        """Return the message of something that is to be told."""
        if (needless := self.needless(one)) is not None:
            return needless
        row = self._rows[one.ticket_id]
        by = self._decided.by(one.tells)
        reader = self._readers.get(one.ticket_id)
        if (why := self._late(one) or self._unreachable(row, reader, by)) is not None:
            return Held(why)
        assert reader is not None  # noqa: S101  # whom nobody can reach is told nothing
        is_patient = self._is_patient and not one.is_urgent
        if is_patient and (until := self._open_from(reader)) > self._now:
            return Later(until)
        template = chosen(self._decided.templates, one.tells, self._words(row), reader.wants.language)
        if template is None:
            return Held(f"There is no template for it: [message_templates.NAME] with triggers of {one.trigger}.")
        try:
            said = rendered(template, self._values(one, row, reader))
        except Exception as error:  # noqa: BLE001  # a template that breaks over one ticket holds up no other message
            return Held(why_held(error))
        intent, then = self._written(one, row, reader, by, said)
        about = TRIGGERS[one.tells].says.rstrip(".").lower()
        reasons = (f"{row.ticket}: {about}.", f"Template {template.name}, to {reader.address or 'the ticket'}.")
        return Composed(Suggestion(intent, facts_of(row), reasons, then=then), template.name)

    def needless(self, one: Stored) -> Needless | None:
        """Return why nobody wants to hear something any more; ``None`` = it is as it was."""
        row, more = self._rows.get(one.ticket_id), self._more.get(one.ticket_id)
        if row is None or more is None or more.gone_at is not None:
            return Needless("the vendor has the ticket no more")
        if not self._decided.is_told(one.tells):
            return Needless(f"the desk does not tell clients of {one.trigger} any more")
        if (why := self._over(one, row)) is not None:
            return Needless(why)
        reader, topic = self._readers.get(one.ticket_id), TRIGGERS[one.tells].topic
        if reader is not None and topic in (reader.wants.no_messages or ()):
            return Needless(f"they want no messages about {topic.value}")
        return None

    def address(self, one: Stored) -> str | None:
        """Return where it would be sent now."""
        reader = self._readers.get(one.ticket_id)
        return None if reader is None else reader.address

    def row(self, one: Stored) -> TicketRow:
        """Return the ticket that it is about."""
        return self._rows[one.ticket_id]

    def _over(self, one: Stored, row: TicketRow) -> str | None:
        if row.status_category in _NEVER_MEANT:
            return f"the ticket is {row.status_category}"
        if self._more[one.ticket_id].is_own:
            return "the ticket is our own company's"
        if one.tells is Trigger.RESOLVED:
            return "the ticket is open again" if row.is_open else None
        if one.tells is not Trigger.RECEIVED and not row.is_open:
            return "the ticket was closed before"
        return self._visit_over(one) or _stale(one, row)

    def _visit_over(self, one: Stored) -> str | None:
        if "visit" not in one.told:
            return None
        start = datetime.fromisoformat(one.told["start"])
        if start <= self._now:
            return "the visit has begun"
        visit = self._visit(one)
        if visit is None or visit.start != start:
            return "the visit was moved or cancelled"
        if one.tells is Trigger.SCHEDULED and tables.is_told_anew(self._tx, one):
            return "the visit is told anew"
        return None

    def _late(self, one: Stored) -> str | None:
        is_late = self._is_patient and one.due_at < self._now - TOO_OLD
        return "It should have been told longer than a day ago: is it still news?" if is_late else None

    def _visit(self, one: Stored) -> Visit | None:
        of = self._visits.get(one.ticket_id, ())
        return next((visit for visit in of if visit.local_id == one.told["visit"]), None)

    def _unreachable(self, row: TicketRow, reader: Reader | None, by: By) -> str | None:
        granted = self._settings.connections[row.connection].writes
        kind = MAIL if by is By.MAIL else NOTE
        if kind not in granted:
            return f'Nothing lets it go out: "{kind}" is not in writes of [connections.{row.connection}].'
        if reader is None:
            return "The ticket names no contact who is with this client now."
        return None if by is By.NOTE else self._unmailable(reader)

    def _unmailable(self, reader: Reader) -> str | None:
        if self._settings.messages.mail is None:
            return "There is no mail server for it: [messages] mail."
        if reader.address is None:
            return f"{reader.values['name'] or 'The contact'} has no mail address."
        if not is_mail_address(reader.address):
            return f"{reader.address} is no single mail address."
        if reader.address.lower() in self._bounced:
            return f"Mail to {reader.address} came back; `servicedesk messages bounced` shows why."
        return None

    def _written(
        self, one: Stored, row: TicketRow, reader: Reader, by: By, said: Rendered
    ) -> tuple[Intent, tuple[Intent, ...]]:
        subject = said.subject if row.ticket in said.subject else f"[{row.ticket}] {said.subject}"
        label = f"{row.ticket} {row.title}".strip()
        reason = f"Tells the client: {one.trigger}."
        if by is By.NOTE:
            values: dict[str, Any] = {"title": said.subject, "body": said.text}
            note = Intent(
                row.connection, NOTE, f"tickets:{row.external_id}", label, values, parent=row.external_id,
                visibility="public", reason=reason, request_id=one.request_id,
            )  # fmt: skip
            return note, ()
        values = {"to": reader.address, "subject": subject, "text": said.text}
        if said.html:
            values["html"] = said.html
        mail = Intent(
            row.connection, MAIL, f"messages:{row.external_id}", label, values, parent=row.external_id,
            visibility="public", reason=reason, request_id=one.request_id,
        )  # fmt: skip
        if INTERNAL_NOTE not in self._settings.connections[row.connection].writes:
            return mail, ()
        told = {"title": f"Told the client: {said.subject}", "body": f"By mail to {reader.address}:\n\n{said.text}"}
        trace = Intent(
            row.connection, INTERNAL_NOTE, f"tickets:{row.external_id}", label, told, parent=row.external_id,
            visibility="internal", reason="What the client was told stands on the ticket.",
            request_id=f"{one.request_id}:note",
        )  # fmt: skip
        return mail, (trace,)

    def _values(self, one: Stored, row: TicketRow, reader: Reader) -> dict[str, Any]:
        zone = self._zone(reader)
        values: dict[str, Any] = {
            "desk": {"name": self._settings.desk.name},
            "client": {"name": row.company},
            "contact": reader.values,
            "technician": {"name": row.assignee} if row.assignee else None,
            "ticket": {
                "number": row.ticket,
                "title": row.title or None,
                "status": row.status,
                "priority": row.priority,
                "created": None if row.created_at is None else plain(row.created_at, zone),
                "resolution": self._more[one.ticket_id].resolution or None,
            },
        }
        values |= self._linked(one, reader)
        if (visit := self._visit(one) if "visit" in one.told else None) is not None:
            values["visit"] = _times(visit, zone)
            values["visits"] = [_times(each, zone) for each in self._visits[one.ticket_id]]
        if one.tells is Trigger.WAITING:
            since = _said(datetime.fromisoformat(one.told["since"]), zone)
            values["waiting"] = {"since": since, "reminder": str(one.told["reminder"])}
        if one.tells is Trigger.DELAYED:
            values["due"] = {key: _said(datetime.fromisoformat(one.told[key]), zone) for key in ("at", "before")}
        return values

    def _linked(self, one: Stored, reader: Reader) -> dict[str, str | None]:
        """Return the links that a message may name; of a survey only to who wants one."""
        more = self._more[one.ticket_id]
        wanted = {"page": Shows.TICKET}
        if one.tells is Trigger.RESOLVED and Topic.SURVEYS not in (reader.wants.no_messages or ()):
            wanted["survey"] = Shows.SURVEY
        found = {
            name: usable(self._tx, shows, more.source_id, more.external_id, self._now) for name, shows in wanted.items()
        }
        return {name: None if link is None else link.address(self._settings) for name, link in found.items()}

    def _open_from(self, reader: Reader) -> datetime:
        """Return from when on somebody may be disturbed."""
        calendar = self._calendars.get(reader.wants.hours or "")
        if calendar is None or calendar.is_open(self._now):
            return self._now
        return calendar.add(self._now, _MOMENT) - _MOMENT

    def _zone(self, reader: Reader) -> ZoneInfo:
        calendar = self._calendars.get(reader.wants.hours or "")
        return ZoneInfo(self._settings.desk.timezone if calendar is None else calendar.zone)

    def _words(self, row: TicketRow) -> tuple[str, ...]:
        ref = row.company_ref or ""
        return tuple(filter(None, (row.company, ref, f"{row.connection}/{ref}")))

    @cached_property
    def _readers(self) -> Mapping[int, Reader]:
        return readers(self._tx, self._rows, self._more, self._now)

    @cached_property
    def _bounced(self) -> Collection[str]:
        return tables.bounced(self._tx, {one.address.lower() for one in self._readers.values() if one.address})

    @cached_property
    def _visits(self) -> Mapping[int, Sequence[Visit]]:
        about = {one.ticket_id for one in self._of if "visit" in one.told} & {*self._more}
        keys = {number: (self._more[number].source_id, self._more[number].external_id) for number in about}
        return booked(self._tx, keys, self._now)

    @cached_property
    def _calendars(self) -> Mapping[str, Calendar]:
        return {one.name: one for one in in_force(self._tx, CALENDARS, self._now)}


def _stale(one: Stored, row: TicketRow) -> str | None:
    """Return why what is told is not so any more."""
    if one.tells is Trigger.WAITING and row.status_category != StatusCategory.WAITING_CUSTOMER.value:
        return "we do not wait for them any more"
    if one.tells is Trigger.ASSIGNED and row.assignee_ref != one.told.get("assignee"):
        return "it is somebody else's by now"
    if one.tells is Trigger.DELAYED and row.due_at != datetime.fromisoformat(one.told["at"]):
        return "it is due at another time by now"
    return None


def _times(visit: Visit, zone: ZoneInfo) -> dict[str, str | None]:
    return {"start": _said(visit.start, zone), "end": _said(visit.end, zone)}


def _said(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else plain(at, zone)
