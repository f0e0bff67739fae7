"""What held on the days of a period: agreements with clients, and what our people have proved."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from servicedesk_core.features.kpi.cases.facts import ClientFact, TrainedFact
from servicedesk_core.features.kpi.tables.lookup import Local, Lookup
from servicedesk_core.features.skills import qualified
from servicedesk_core.store.schema import RECORDS


def clients(lookup: Lookup) -> tuple[ClientFact, ...]:
    """Return the clients with a contract, and the days on which each contract was in force."""
    t = RECORDS["contracts"].c
    query = select(t.source_id, t.company_ref, t.start_on, t.end_on).where(
        t.gone_at.is_(None), t.company_ref.is_not(None), *lookup.seen("contracts")
    )
    found: dict[Local, list[tuple[date, date]]] = defaultdict(list)
    for source, company, start, end in lookup.tx.execute(query):
        if (source, company) not in lookup.own:
            found[source, company].append((_day(start) or date.min, _day(end) or date.max))
    return tuple(
        ClientFact(lookup.connections[source], lookup.name(source, "companies", ref) or ref, tuple(days))
        for (source, ref), days in found.items()
    )


def trained(lookup: Lookup) -> Iterator[TrainedFact]:
    """Yield our people with the certifications that their job takes and that they lack at the end of the period."""
    at = lookup.period.last
    day = at.astimezone(lookup.period.zone).date()
    for name, one in qualified(lookup.tx, at).items():
        held = {title for title, proof in one.technician.certifications.items() if proof.is_valid(day)}
        lacks = () if one.role is None else tuple(title for title in one.role.certifications if title not in held)
        yield TrainedFact(name, None if one.role is None else one.role.name, lacks)


def _day(stored: Any) -> date | None:
    return date.fromisoformat(stored) if isinstance(stored, str) else stored
