"""What tickets, time and visits belong to: by that figures can be divided."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final, NamedTuple

import orjson
from sqlalchemy import select

from servicedesk_core.domain import AppointmentState
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi.goals import HANDLERS
from servicedesk_core.features.kpi.tables.lookup import Local, Lookup
from servicedesk_core.features.skills import TECHNICIANS, crew
from servicedesk_core.store.schema import RECORDS

Of = Mapping[str, str | None]
"""Values by the names of dimensions."""

US: Final = "us"
ONSITE: Final = "onsite"
REMOTE: Final = "remote"


class About(NamedTuple):
    """What a ticket says of itself: the columns of these names."""

    company_ref: str | None = None
    site_ref: str | None = None
    queue_ref: str | None = None
    kind: str | None = None
    priority: str | None = None
    source: str | None = None
    issue: str | None = None
    sub_issue: str | None = None
    contract_ref: str | None = None


class Dimensions:
    """What records belong to.

    Args:
        lookup: What all facts share.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._people: dict[tuple[int, str | None, str | None], Of] = {}
        self._hands: dict[tuple[int, str | None, str | None, str | None], Of] = {}

    def of_ticket(self, source: int, ref: str | None, who: str | None, about: About) -> Of:
        """Return what a ticket, or work on it, belongs to.

        Args:
            source: The number of its source.
            ref: The vendor's id of the ticket; ``None`` = the work is on none.
            who: Who has it, or worked on it.
            about: What the ticket says.
        """
        place = None
        if ref is not None and self._onsite is not None:
            place = ONSITE if (source, ref) in self._onsite else REMOTE
        return {
            **self._lookup.client(source, about.company_ref, about.site_ref),
            **self._in_hands(source, who, about.queue_ref, place),
            "priority": about.priority,
            "type": about.kind,
            "source": about.source,
            "issue": about.issue,
            "sub-issue": f"{about.issue or ''} / {about.sub_issue}" if about.sub_issue else None,
            "contract": self._lookup.name(source, "contracts", about.contract_ref),
        }

    def _in_hands(self, source: int, who: str | None, queue_ref: str | None, place: str | None) -> Of:
        key = source, who, queue_ref, place  # far fewer than records
        if key not in self._hands:
            queue = self._lookup.name(source, "queues", queue_ref)
            self._hands[key] = {**self.of_person(source, who, queue), "place": place, "queue": queue}
        return self._hands[key]

    def of_person(self, source: int, who: str | None, queue: str | None = None) -> Of:
        """Return who somebody is, to which team they belong, and for whom they work."""
        key = source, who, queue  # far fewer than records
        if key not in self._people:
            self._people[key] = self._person(*key)
        return self._people[key]

    def _person(self, source: int, who: str | None, queue: str | None) -> Of:
        name, team = self._lookup.name(source, "technicians", who), self._teams.get((source, who or ""))
        handlers = (self._handlers.get(word.casefold()) for word in (name, team, queue) if word)
        handler = next(filter(None, handlers), US) if self._handlers and (who or queue) else None
        return {"technician": name, "team": team, "handled-by": handler}

    @cached_property
    def _teams(self) -> Mapping[Local, str]:
        """Teams as the definitions name them, else as the vendor does."""
        t = RECORDS["technicians"].c
        rows = self._lookup.tx.execute(select(t.source_id, t.external_id, t.team).where(t.team.is_not(None)))
        found = {(source, ref): team for source, ref, team in rows}
        said = {one.name: one.team for one in in_force(self._lookup.tx, TECHNICIANS, self._lookup.period.last)}
        names = crew(self._lookup.tx, self._lookup.people).names
        return found | {key: team for key, name in names.items() if (team := said.get(name))}

    @cached_property
    def _handlers(self) -> Mapping[str, str]:
        return next((one.names for one in in_force(self._lookup.tx, HANDLERS, self._lookup.period.last)), {})

    @cached_property
    def _onsite(self) -> frozenset[Local] | None:
        """Tickets with a visit at the client; ``None`` = of no visit it is known where it is."""
        t = RECORDS["appointments"].c
        query = select(t.source_id, t.ticket_refs, t.is_onsite).where(
            t.gone_at.is_(None), t.is_onsite.is_not(None), t.state != AppointmentState.CANCELLED.value
        )
        rows = self._lookup.tx.execute(query).all()
        found = ((source, ref) for source, refs, is_onsite in rows if is_onsite for ref in orjson.loads(refs))
        return frozenset(found) if rows else None
