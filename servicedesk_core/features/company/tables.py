"""What the tickets of one client took in a period, and to what each belongs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Period
from servicedesk_core.features.company.rules import TicketCost
from servicedesk_core.features.kpi import StoredFacts, is_reactive, months_of, reactive_hours
from servicedesk_core.features.profit import Month, Spent, midnight, spent_on_tickets
from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope


class Client(NamedTuple):
    """A client: its source with its name, and the vendor's id."""

    source_id: int
    connection: str
    ref: str


@dataclass(frozen=True, slots=True)
class About:
    """To what a ticket belongs: what it was about, who asked, and about which device."""

    cause: str
    user: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What the tickets of a client took in a period.

    Attributes:
        tickets: Each ticket, with to what it belongs.
        device_months: Devices of the client, times months.
        devices: How many that are: the mean of the beginning and the end.
        reactive_s: Work on incidents that a contract covers.
    """

    tickets: Sequence[tuple[About, TicketCost]]
    device_months: Fraction
    devices: Fraction
    reactive_s: int


def taken(tx: Tx, client: Client, months: Sequence[Month], zone: ZoneInfo) -> Taken:
    """Return what the tickets of a client took in months that are over.

    Args:
        tx: Any transaction.
        client: The client.
        months: The months, one after the other.
        zone: The desk's zone.

    Raises:
        SettingsError: Nobody decided how a month is counted.
        DefinitionsError: A definition does not fit this program.
    """
    period = Period(midnight(months[0].first, zone), midnight(months[-1].next.first, zone))
    facts = StoredFacts(tx, period, Scope(client.connection, companies={client.ref}))
    reactive: Counter[str] = Counter()
    for entry in facts.entries:
        if is_reactive(entry) and entry.ticket is not None:
            reactive[entry.ticket] += entry.worked_s or 0
    spent = spent_on_tickets(tx, client.source_id, client.ref, months, zone)
    about = _about(tx, client.source_id, {*spent, *reactive})
    nothing = Spent()
    rows = [
        (one, TicketCost(of.worked_s, reactive[ref], of.cost, of.uncosted))
        for ref, one in about.items()
        for of in (spent.get(ref, nothing),)
    ]
    device_months = sum((Fraction(case.denominator or 0) for case in reactive_hours(facts)), Fraction(0))
    return Taken(rows, device_months, device_months / months_of(facts), sum(reactive.values()))


def _about(tx: Tx, source_id: int, refs: set[str]) -> Mapping[str, About]:
    query = (
        "SELECT external_id, issue, sub_issue, contact_ref, asset_ref FROM tickets "
        "WHERE source_id = {source} AND external_id IN {values}"
    )
    return {
        ref: About(" / ".join(filter(None, (issue, sub_issue))) or "no issue said", contact, asset)
        for ref, issue, sub_issue, contact, asset in bulk.select_in(tx, query, source_id, refs)
    }


def named_as(tx: Tx, source_id: int, stream: str, refs: Sequence[str]) -> Mapping[str, str]:
    """Return what people call records, by id; a record without a name is called by its id."""
    names = Names(tx)
    for ref in refs:
        names.want(source_id, stream, ref)
    return {ref: names.of(source_id, stream, ref) or ref for ref in refs}
