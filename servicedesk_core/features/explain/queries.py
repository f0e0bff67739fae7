"""How the desk came to what it says of a ticket."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Annotated, Any, Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain import REFERENCES, ActorType, Entity, EventType, Note, TicketEvent, TimeEntry
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Feature, Help, Manner, Namespace, query
from servicedesk_core.features.attention import RULES, next_actor, reason_of, staff, standings
from servicedesk_core.features.explain.model import Explanation, Said, Tried
from servicedesk_core.features.incidents import moves_of
from servicedesk_core.features.tickets import TicketDetail, TicketFilter, conditions, ticket_of
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.wording import field_name, field_value, hours

_IMPLIED: Final = frozenset({"status_category", "priority_name", "initial", "final"})
_PEOPLE: Final = frozenset({ActorType.CUSTOMER, ActorType.TECHNICIAN})
_FIRST: Final = datetime.min.replace(tzinfo=UTC)


class ExplainingDesk(ConfiguredDesk, Protocol):
    """A desk with its features."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it can do, and which figures that brings."""
        ...


class Explain(Namespace[Manner]):
    """How the desk came to what it says: ``desk.explain("T20260307.0001")``."""

    desk: ExplainingDesk

    @query(
        "explain",
        about="Which rule decided who acts next on a ticket, who said what, and when the desk learned it.",
        page="servicedesk_core.features.explain.pages:show",
    )
    def __call__(
        self,
        tx: Tx,
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        *,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        scope: Scope | None = None,
    ) -> Explanation:
        """Show why a ticket stands where it stands: the rule, and who said what.

        With the facts that rules look at, and when the desk learned each.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, or the scope does not let it through.
        """
        try:
            found, now = ticket_of(tx, connection, ticket, scope=scope), self.desk.clock.now()
        except NotFoundLocallyError:
            self._refuse_figure(ticket)
            raise
        if not (may := self.desk.may(Capability.INTERNAL)):
            found = found.for_clients()
        zone, absences = ZoneInfo(self.desk.timezone), self.desk.may(Capability.ABSENCES)
        people = staff(tx, now, zone, self.desk.roster, scope=scope, with_internal=may, with_absences=absences)
        where = (*conditions(tx, TicketFilter(), scope), RECORDS["tickets"].c.local_id == found.row.local_id)
        standing = next((one.standing for one in standings(tx, now, people, where, with_internal=may)), None)
        decision = None if standing is None else next_actor(standing, now)
        return Explanation(
            ticket=found.row.ticket,
            title=found.row.title,
            is_open=standing is not None,
            decision=decision,
            reason=None if decision is None or standing is None else reason_of(standing, decision, now),
            standing=standing,
            rules=tuple(
                Tried(rule.name, rule.about, rule.answer(standing, now) is not None, rule.name == decision.rule)
                for rule in RULES
                if standing is not None and decision is not None
            ),
            said=_said(tx, found, with_internal=may),
        )

    def _refuse_figure(self, word: str) -> None:
        """Say where the name of a figure is explained, to who asks for it here."""
        for kpi in (kpi for feature in self.desk.features for kpi in feature.figures):
            if word.casefold() in {kpi.name.casefold(), kpi.code.casefold()}:
                message, hint = f"{word} is a figure, not a ticket.", f"servicedesk kpi explain {kpi.name}"
                raise NotFoundLocallyError(message, hint=hint)


def _said(tx: Tx, found: TicketDetail, *, with_internal: bool) -> tuple[Said, ...]:
    source_id = sources.id_of(tx, found.row.connection)
    people, told = _people(tx, source_id), list[Said]()
    for record, at in chain(
        _learned(tx, "notes", source_id, found.notes),
        _learned(tx, "time_entries", source_id, found.time_entries),
        _learned(tx, "ticket_events", source_id, found.events),
    ):
        told.append(_one(record, at, people, found.names))
    if with_internal:
        for moved_at, by, what in moves_of(tx, found.row.local_id):
            told.append(Said(moved_at, moved_at, by.removeprefix("user:"), what, "the desk", counts=False))
    return tuple(sorted(told, key=lambda one: (one.effective_at or _FIRST, one.recorded_at or _FIRST)))


def _people(tx: Tx, source_id: int) -> dict[str, tuple[str, bool]]:
    """Return the names of technicians, and whether a person stands behind them, by the vendor's ids."""
    t = RECORDS["technicians"].c
    query = select(t.external_id, t.name, t.is_system).where(t.source_id == source_id)
    return {ref: (name, not is_system) for ref, name, is_system in tx.execute(query)}


def _learned(
    tx: Tx, stream: str, source_id: int, records: Sequence[Entity]
) -> Iterator[tuple[Entity, datetime | None]]:
    t, ids = RECORDS[stream].c, [record.external_id for record in records]
    query = select(t.external_id, t.first_seen_at).where(t.source_id == source_id, t.external_id.in_(ids))
    at = {ref: from_us(seen) for ref, seen in tx.execute(query)}
    yield from ((record, at.get(record.external_id)) for record in records)


def _one(
    record: Entity, learned: datetime | None, people: Mapping[str, tuple[str, bool]], names: Mapping[str, Any]
) -> Said:
    match record:
        case Note():
            ref, kind, source = record.author_ref, record.author_type, "notes"
            at, what = record.created_at, f"wrote a note ({record.visibility.value})"
            is_act = not record.is_system
        case TimeEntry():
            ref, kind, source = record.technician_ref, ActorType.TECHNICIAN, "time entries"
            at, what = record.end_at or record.start_at or record.created_at, f"worked {hours(record.worked_s)}"
            is_act = True
        case TicketEvent():
            ref, kind, source = record.actor_ref, record.actor_type, record.source.value
            changes, word = "; ".join(_changes(record, names)), record.vendor_word
            at, what = (
                record.effective_at,
                ": ".join(filter(None, (word or record.type.value.replace("_", " "), changes))),
            )
            is_act = record.type is not EventType.CREATED
        case _:
            msg = f"nothing is said by a {type(record).__name__}"
            raise TypeError(msg)
    name, is_person = people.get(ref or "", ("", True))
    return Said(
        at, learned, name or (kind.value if kind else ""), what, source, is_act and is_person and kind in _PEOPLE
    )


def _changes(event: TicketEvent, names: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    def said(field: str, value: Any) -> str:
        known = names.get(REFERENCES["tickets"].get(field, ""), {}).get(str(value))
        return known or field_value(field, value) or "none"

    for field, value in event.after.items():
        before = event.before.get(field)
        if field not in _IMPLIED and value != before and (value or before):
            changed = f"{said(field, before)} → {said(field, value)}" if before else said(field, value)
            yield f"{field_name(field)} {changed}"
