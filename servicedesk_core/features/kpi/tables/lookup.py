"""What all facts of a store share: connections, names, what is our own, and what a scope lets through."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import select

from servicedesk_core.business_time import Calendar
from servicedesk_core.config.people import Colleague
from servicedesk_core.faces import Period
from servicedesk_core.features.clients import Regions
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.sla import CALENDARS, POLICIES
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import name_column
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS

Local = tuple[int, str]
"""Number of the source, and the vendor's id."""


class Lookup:
    """Names and connections, read when one is asked for.

    Args:
        tx: A transaction.
        period: The period of the facts.
        scope: Only what it lets through.
        people: The people of the desk: they say whom a name in the definitions means.
    """

    def __init__(self, tx: Tx, period: Period, scope: Scope | None, people: Mapping[str, Colleague]) -> None:
        self.tx, self.period, self.people = tx, period, people
        self.sight = None if scope is None else Sight(tx, scope)
        self.connections = {one.id: one.name for one in sources.all(tx)}
        self._names: dict[str, Mapping[Local, str]] = {}
        self._said: dict[tuple[int, str | None, str | None], Mapping[str, str | None]] = {}

    @cached_property
    def own(self) -> frozenset[Local]:
        """Companies that are our own."""
        t = RECORDS["companies"].c
        return frozenset(
            (source, ref) for source, ref in self.tx.execute(select(t.source_id, t.external_id).where(t.is_own))
        )

    @cached_property
    def _regions(self) -> Regions:
        return Regions(self.tx, self.period.last)

    @cached_property
    def calendar(self) -> Calendar | None:
        """The desk's calendar; ``None`` = nobody defined one."""
        named = next((one.calendar for one in in_force(self.tx, POLICIES, self.period.last)), None)
        return next((one for one in in_force(self.tx, CALENDARS, self.period.last) if one.name == named), None)

    def client(self, source: int, company: str | None, site: str | None = None) -> Mapping[str, str | None]:
        """Return whose a record is, by the names of the dimensions: the client, and where that, or its site, lies."""
        key = source, company, site  # far fewer than records
        if key not in self._said:
            self._said[key] = {"client": self.name(source, "companies", company), "region": self._regions.of(*key)}
        return self._said[key]

    def name(self, source: int, stream: str, ref: str | None) -> str | None:
        """Return what people call a record, else its id where the scope lets it be seen.

        Where several are called the same, the id stands beside it, so that figures tell them apart.
        """
        if ref is None:
            return None
        if stream not in self._names:
            t, seen = RECORDS[stream].c, self.nameable(stream)
            rows = self.tx.execute(select(t.source_id, t.external_id, name_column(stream)).where(*seen)).all()
            many = Counter(name for *_, name in rows)
            self._names[stream] = {
                (number, one): f"{name} ({self.connections[number]} {one})" if many[name] > 1 else name
                for number, one, name in rows
            }
        named = self._names[stream].get((source, ref))
        return named or (None if self.sight is not None and self.sight.is_limited(stream) else ref)

    def nameable(self, stream: str) -> tuple[Any, ...]:
        """Return the condition that somebody may hear of a record, where the scope limits that."""
        return () if self.sight is None else (self.sight.nameable(stream),)

    def seen(self, stream: str) -> Iterator[Any]:
        """Yield the condition that the scope lets a record through, where there is one."""
        if self.sight is not None:
            yield self.sight.require(stream)
