"""Who takes over what somebody has, read from the store in one piece."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain import Priority
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.appointments import overlaps
from servicedesk_core.features.assign import (
    USUAL_VISIT,
    Asked,
    Bench,
    Choice,
    Demand,
    Person,
    Wanted,
    asked_of,
    bench_of,
    chosen,
    tells_absences,
    told,
    why,
)
from servicedesk_core.features.attention import Booked, booked
from servicedesk_core.features.cover.model import Handed, What
from servicedesk_core.features.kpi import OpenDesk, OpenTicket, in_order, is_ready, open_desk
from servicedesk_core.features.oncall import Held, lists_of
from servicedesk_core.features.rota import Span
from servicedesk_core.features.tickets import TicketRow, ref_of, rows_by_id
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.scope import Scope

_NOBODY = "nobody else on that list is there then"
_URGENT = frozenset({Priority.P1, Priority.P2})


@dataclass(frozen=True, slots=True)
class Absence:
    """Who is out, and when.

    Attributes:
        technician: Who, by name or the vendor's id.
        start: From when on.
        end: Until when.
    """

    technician: str
    start: datetime
    end: datetime

    @classmethod
    def of(cls, desk: ConfiguredDesk, technician: str, start: datetime | None, end: datetime | None) -> "Absence":
        """Return it: without times the rest of today, without an end the day on which it begins.

        Raises:
            SettingsError: It ends before it begins, or is over.
        """
        now, zone = desk.clock.now(), ZoneInfo(desk.timezone)
        begins = max(start or now, now)
        ends = end or datetime.combine(begins.astimezone(zone).date() + timedelta(days=1), time(), zone)
        if ends <= begins:
            raise SettingsError(
                "They would be back before they are out.", hint="Say --until later than now and --from."
            )
        return cls(technician, begins, ends)


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is handed over.

    Attributes:
        row: As lists show it.
        taker: Who takes it.
        choice: How that was chosen, of a ticket.
        visit: The appointment, of one.
        turn: The turn, of on-call.
    """

    row: Handed
    taker: Person | None = None
    choice: Choice | None = None
    visit: Booked | None = None
    turn: Held | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody has who is out.

    Attributes:
        who: Who is out.
        pieces: What they have, what cannot wait first.
        waits: How many more of their tickets can wait until they are back.
    """

    who: Person
    pieces: tuple[Piece, ...]
    waits: int

    @property
    def rows(self) -> tuple[Handed, ...]:
        """What they have, as lists show it."""
        return tuple(one.row for one in self.pieces)

    @classmethod
    def of(cls, who: Person, pieces: Iterable[Piece], waits: int) -> "Plan":
        """Return it with the place of each."""
        return cls(who, tuple(replace(one, row=replace(one.row, place=at)) for at, one in enumerate(pieces, 1)), waits)


def planned(tx: Tx, desk: ConfiguredDesk, absence: Absence, scope: Scope | None) -> Plan:
    """Return what somebody has while they are out, each with who takes it over.

    What somebody takes over counts for what comes next.

    Args:
        tx: Any transaction.
        desk: The desk.
        absence: Who is out.
        scope: Only what it lets through.

    Raises:
        NotFoundLocallyError: There is no such technician, or several.
        DefinitionsError: What is stored does not fit this program.
    """
    now, zone = desk.clock.now(), ZoneInfo(desk.timezone)
    opened = open_desk(tx, now.astimezone(zone), zone, people=desk.roster)
    bench = bench_of(tx, desk.roster, replace(opened, now=absence.start), zone, until=absence.end)
    names = {one.id: one.name for one in sources.all(tx)}
    who = _meant(bench, absence.technician) if scope is None else _seen(tx, bench, names, absence.technician, scope)
    bench.people[who.key] = replace(who, is_out=True)
    seen = open_desk(tx, now.astimezone(zone), zone, scope, people=desk.roster) if scope is not None else opened
    mine = [one for one in seen.tickets if one.who == (names[who.key[0]], who.key[1])]
    urgent = [one for one in mine if one.standing.priority in _URGENT]
    ready = [one for one in mine if one not in urgent and is_ready(one, opened) and _cannot_wait(one, absence)]
    urgent.sort(key=lambda one: in_order(one, now))
    ready.sort(key=lambda one: in_order(one, now))
    visits = [one for one in booked(tx, absence.start, scope=scope) if _is_theirs(one, who, absence)]
    may = tells_absences(desk, scope)
    pieces = [
        *_visits(tx, opened, bench, visits, names, may_tell=may),
        *_tickets(tx, opened, bench, urgent, What.URGENT, may_tell=may),
        *_tickets(tx, opened, bench, ready, What.READY, may_tell=may),
        *(() if scope is not None else _on_call(tx, bench, who, absence)),
    ]
    return Plan.of(who, pieces, len(mine) - len(urgent) - len(ready))


def _meant(bench: Bench, word: str) -> Person:
    """Return whom a word means: a name in the definitions, a vendor's id, or a name or its beginning."""
    wanted = word.casefold()
    people = [*bench.people.values()]
    exact = [one for one in people if wanted in {one.name.casefold(), one.key[1].casefold(), one.shown.casefold()}]
    found = exact or [one for one in people if one.shown.casefold().startswith(wanted)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(one.shown for one in found or people)[:8])
    text = f'There are several technicians "{word}"' if found else f'There is no technician "{word}"'
    raise NotFoundLocallyError(f"{text}.", hint=f"There are: {known or 'none'}. The vendor's id will do, too.")


def _seen(tx: Tx, bench: Bench, names: Mapping[int, str], word: str, scope: Scope) -> Person:
    """Return whom a word means to whoever sees a part of the desk."""
    found: list[Person] = []
    wrong: NotFoundLocallyError | None = None
    for number, name in names.items():
        try:
            found += [bench.people[number, ref_of(tx, name, scope, "technicians", word)]]
        except (NotFoundLocallyError, KeyError) as error:
            wrong = error if isinstance(error, NotFoundLocallyError) else wrong
    if len(found) != 1:
        raise wrong or NotFoundLocallyError(f'There is no technician "{word}".')
    return found[0]


def _cannot_wait(one: OpenTicket, absence: Absence) -> bool:
    due = one.due_at or one.standing.promised_at
    return due is not None and due <= absence.end


def _is_theirs(one: Booked, who: Person, absence: Absence) -> bool:
    return one.source_id == who.key[0] and who.key[1] in one.technicians and one.visit.start_at < absence.end


def _visits(
    tx: Tx,
    opened: OpenDesk,
    bench: Bench,
    visits: list[Booked],
    names: Mapping[int, str],
    *,
    may_tell: bool,
) -> Iterator[Piece]:
    by_ref = {(one.connection, one.ref): one for one in opened.tickets}
    about = [by_ref.get((names[one.source_id], one.tickets[0])) if one.tickets else None for one in visits]
    asked = {one.ticket.local_id: one for one in asked_of(tx, opened, [one for one in about if one is not None])}
    rows = rows_by_id(tx, [*asked])
    for visit, ticket in zip(visits, about, strict=True):
        wanted = asked[ticket.local_id].wanted if ticket is not None else Wanted(visit.source_id, Demand())
        wanted = replace(wanted, demand=replace(wanted.demand, due_at=None))
        start, end = visit.visit.start_at, visit.visit.end_at or visit.visit.start_at + USUAL_VISIT
        ranking = bench.ranking(wanted)
        free = [one for one in ranking.ranked if bench.free.is_free(one.who.name, Span(start, end))]
        taker = bench.person(wanted, free[0].who) if free else None
        if taker is not None:
            bench.free.book(taker.name, Span(start, end))
        nobody = (
            "nobody who can is free then: move it"
            if ranking.ranked
            else f"nobody can: {told(ranking, tells_absences=may_tell)}"
        )
        row = rows.get(ticket.local_id) if ticket is not None else None
        handed = _handed(What.APPOINTMENT, row, taker, f"free then; first of {len(free)}" if taker else nobody)
        yield Piece(
            replace(
                handed,
                at=start,
                until=end,
                connection=names[visit.source_id],
                external_id=visit.external_id,
                title=visit.title or handed.title or "Appointment",
            ),
            taker,
            visit=visit,
        )


def _tickets(
    tx: Tx, opened: OpenDesk, bench: Bench, tickets: list[OpenTicket], what: What, *, may_tell: bool
) -> Iterator[Piece]:
    rows = rows_by_id(tx, [one.local_id for one in tickets])
    asked: list[Asked] = [*asked_of(tx, opened, tickets)]
    for one in asked:
        choice = chosen(bench, one, tells_absences=may_tell, takes_over=True)
        row = _handed(what, rows[one.ticket.local_id], choice.taker, choice.problem or why(choice))
        yield Piece(replace(row, at=one.wanted.demand.due_at), choice.taker, choice)


def _on_call(tx: Tx, bench: Bench, who: Person, absence: Absence) -> Iterator[Piece]:
    """Yield the turns that they have on call, each with who of that list takes it, whoever has none then first."""
    lists = lists_of(tx, bench.free.rota.zone)
    known = {one.name: one for one in bench.people.values() if one.is_active}
    out: dict[str, list[Span]] = defaultdict(list)
    for one in bench.free.rota.away:
        out[one.technician].append(Span(one.start, one.end))
    taken: dict[str, list[Span]] = defaultdict(list)
    for listed in lists:
        for turn in listed.held(who.name, absence.start, absence.end):
            span = Span(turn.start, turn.end)
            there = [
                name
                for name in listed.others(who.name, turn.line, turn.start)
                if name in known and not any(overlaps(span, one) for one in out[name])
            ]
            idle = [
                name
                for name in there
                if not any(overlaps(span, one) for one in taken[name])
                and not any(any(each.held(name, *span)) for each in lists)
            ]
            name = next(iter(idle or there), None)
            text = "the next on that list" if idle else "on call then already"
            if name is not None:
                taken[name].append(span)
            row = _handed(What.ON_CALL, None, known[name] if name else None, text if name else _NOBODY)
            yield Piece(
                replace(
                    row,
                    at=turn.start,
                    until=turn.end,
                    external_id=listed.name,
                    title=f"{listed.name} {turn.line.value}",
                    taker_ref=name,
                ),
                known[name] if name else None,
                turn=turn,
            )


def _handed(what: What, row: TicketRow | None, taker: Person | None, text: str) -> Handed:
    return Handed(
        place=0,
        what=what,
        at=None,
        until=None,
        connection=row.connection if row else "",
        external_id=row.external_id if row else "",
        ticket=row.ticket if row else None,
        title=row.title if row else "",
        company=row.company if row else None,
        priority=row.priority if row else None,
        taker=taker.shown if taker else None,
        taker_ref=taker.key[1] if taker else None,
        why=text,
    )
