"""What a filter means for the records behind figures: they are told by what they belong to."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from sqlalchemy import select

from servicedesk_core.domain import Priority, TicketKind
from servicedesk_core.faces import Measure
from servicedesk_core.features.clients import Regions
from servicedesk_core.features.kpi.tables.lookup import Lookup
from servicedesk_core.features.tickets import TicketChoice, begun, has_kind, has_priority
from servicedesk_core.store.queries.names import meant
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c
_NAMED: Final = {
    "client": ("companies", "company"),
    "queue": ("queues", "queue"),
    "technician": ("technicians", "assignee"),
}
_WORDS: Final[Mapping[str, tuple[str, Any, Any, Any]]] = {
    "type": ("kind", TicketKind, has_kind, _T.kind),
    "priority": ("priority", Priority, has_priority, _T.priority),
}


class Among:
    """Which records of figures somebody asks for.

    Args:
        lookup: What all facts share.
        chosen: The filter.
    """

    def __init__(self, lookup: Lookup, chosen: TicketChoice) -> None:
        self._lookup, self._chosen = lookup, chosen

    def narrowed(self, found: Measure) -> Measure:
        """Return a figure of those of its records that are meant; where they do not tell it, that is said."""
        if found.needs or found.how is None:
            return found if found.needs else Measure.missing("the records behind it; without them it has no parts")
        if found.cases and (
            unknown := [name for name in self._wanted if not any(name in one.of for one in found.cases)]
        ):
            return Measure.missing(f"records that tell the {unknown[0]} to which they belong")
        connection = self._chosen.connection
        cases = (
            one
            for one in found.cases
            if connection in {None, one.connection}
            and all(one.of.get(name) in words for name, words in self._wanted.items())
        )
        return Measure.of(cases, found.how, scale=found.scale, final_at=found.final_at, minimum=found.minimum)

    @cached_property
    def _wanted(self) -> Mapping[str, frozenset[str | None]]:
        found = {}
        for name, (stream, field) in _NAMED.items():
            if words := getattr(self._chosen, field):
                found[name] = frozenset(one for word in words for one in self._called(stream, word))
        for name, (field, kinds, has, column) in _WORDS.items():
            if words := getattr(self._chosen, field):
                found[name] = frozenset(one for word in words for one in self._worded(word, kinds, has, column))
        if words := self._chosen.region:
            regions = Regions(self._lookup.tx, self._lookup.period.last)
            found["region"] = frozenset(one for word in words for one in (regions.meant(word) if word else {None}))
        return found

    def _called(self, stream: str, word: str) -> set[str | None]:
        if not word:
            return {None}
        known = meant(self._lookup.tx, stream, word, *self._lookup.nameable(stream), begins=True)
        return {self._lookup.name(one.source_id, stream, one.external_id) for one in known}

    def _worded(self, word: str, kinds: Any, has: Any, column: Any) -> set[str | None]:
        ours = begun(word, kinds) if word else [None]
        if len(ours) == 1:
            return set(ours)
        return set(self._lookup.tx.execute(select(column).where(has(word)).distinct()).scalars())
