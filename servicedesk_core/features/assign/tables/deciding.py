"""From a desk to choices: which tickets are meant, and who takes each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.assign.bench import Bench, Person
from servicedesk_core.features.assign.choosing import Choice, chosen
from servicedesk_core.features.assign.kinds import Requirements
from servicedesk_core.features.assign.tables.people import bench_of
from servicedesk_core.features.assign.tables.wanted import asked_of
from servicedesk_core.features.kpi import OpenDesk, OpenTicket, is_unassigned, open_desk
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions, ref_of, technician_meant
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.named import ticket_meant
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c


@dataclass(frozen=True, slots=True)
class Which:
    """Which tickets somebody shall take.

    Attributes:
        tickets: Those, by number or the vendor's id.
        connection: Where they are, if several have them.
        queue: Those of a queue that nobody has.
        unassigned: All that are past triage and nobody has.
        manual: What is required of them besides.
        to: Whom somebody named; empty = nobody shall have them; ``None`` = the rules decide.
    """

    tickets: tuple[str, ...] = ()
    connection: str | None = None
    queue: str | None = None
    unassigned: bool = False
    manual: Requirements | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of some tickets, in the order in which they were looked at.

    Attributes:
        bench: Everybody, with what they were given.
        choices: The choices.
        tells_absences: Whether whoever looks may know who is out.
    """

    bench: Bench
    choices: tuple[Choice, ...]
    tells_absences: bool


def decided(tx: Tx, desk: ConfiguredDesk, which: Which, scope: Scope | None) -> Decided:
    """Return who takes which tickets.

    What everybody has to do is looked at as a whole, whatever part of the desk whoever asks sees.

    Args:
        tx: Any transaction.
        desk: The desk.
        which: The tickets.
        scope: Only tickets that it lets through.

    Raises:
        NotFoundLocallyError: There is no such ticket, queue or technician.
        SettingsError: No tickets are named.
        DefinitionsError: What is stored does not fit this program.
    """
    now, zone = desk.clock.now(), ZoneInfo(desk.timezone)
    opened = open_desk(tx, now.astimezone(zone), zone, people=desk.roster)
    asked = asked_of(tx, opened, _meant(tx, opened, which, scope), which.manual)
    bench = bench_of(tx, desk.roster, opened, zone)
    named: dict[str, Person | None] = {}
    may = tells_absences(desk, scope)
    choices = []
    for one in asked:
        connection = one.ticket.connection
        if which.to is not None and connection not in named:
            named[connection] = _named(tx, desk, bench, connection, word=which.to, scope=scope)
        to = named.get(connection)
        choices.append(chosen(bench, one, tells_absences=may, named=to, is_named=which.to is not None))
    return Decided(bench, tuple(choices), may)


def tells_absences(desk: ConfiguredDesk, scope: Scope | None) -> bool:
    """Return whether whoever acts may know who is out."""
    return scope is None and desk.may(Capability.ABSENCES)


def _meant(tx: Tx, opened: OpenDesk, which: Which, scope: Scope | None) -> Sequence[OpenTicket]:
    by_id: Mapping[int, OpenTicket] = {one.local_id: one for one in opened.tickets}
    if which.tickets:
        if which.queue or which.unassigned:
            raise SettingsError("It is either tickets, or --queue or --unassigned.")
        ids = {ticket_meant(tx, word, which.connection, scope): word for word in which.tickets}
        if done := [word for number, word in ids.items() if number not in by_id]:
            hint = "`servicedesk tickets show` says where it stands; only open tickets are given to somebody."
            raise NotFoundLocallyError(f"{', '.join(done)} is not open.", hint=hint)
        return [by_id[number] for number in ids]
    if not (which.queue or which.unassigned):
        hint = "Name tickets, or say --queue QUEUE, or --unassigned."
        raise SettingsError("No ticket was named.", hint=hint)
    choice = TicketChoice(connection=which.connection, queue=(which.queue,) if which.queue else (), assignee=("",))
    query = select(_T.local_id).where(*conditions(tx, TicketFilter.of(choice), scope, at=opened.now))
    found = [by_id[number] for number in tx.execute(query).scalars() if number in by_id]
    return found if which.queue else [one for one in found if is_unassigned(one, opened)]


def _named(
    tx: Tx, desk: ConfiguredDesk, bench: Bench, connection: str, *, word: str, scope: Scope | None
) -> Person | None:
    """Return whom a word names on a connection; ``None`` = nobody shall have it."""
    if not word:
        return None
    ref = ref_of(tx, connection, scope, "technicians", technician_meant(desk, connection, word) or word)
    found = bench.people.get((sources.get(tx, connection).id, ref))
    if found is None:
        raise NotFoundLocallyError(f"{word} takes no tickets.", hint="It is an account that no person stands behind.")
    return found
