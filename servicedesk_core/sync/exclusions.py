"""What a connection must never store, as the configuration says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from servicedesk_core.domain import plain_name
from servicedesk_core.sync.names import EVENTS, TICKETS

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What a connection must never store.

    Attributes:
        streams: Kinds of records.
        companies: The vendor's ids of companies.
        fields: By stream, names of the desk or of the payload; a path where something lies inside.
    """

    streams: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()
    fields: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, streams: Iterable[str], companies: Iterable[str], fields: Iterable[str]) -> "Exclusions":
        """Return exclusions from how the configuration writes them."""
        by_stream: dict[str, tuple[Path, ...]] = {}
        for one in sorted(set(fields)):
            stream, *path = one.split(".")
            by_stream[stream] = (*by_stream.get(stream, ()), tuple(path))
        # Ids that are names are kept as they are compared, whatever the configuration was typed on.
        spelled = {spelling for company in companies for spelling in (company, plain_name(company))}
        return cls(frozenset(streams), frozenset(spelled), by_stream)

    @property
    def fingerprint(self) -> str:
        """A short text that changes with them; empty when nothing is excluded."""
        if not (self.streams or self.companies or self.fields):
            return ""
        content = [sorted(self.streams), sorted(self.companies), sorted(self.fields.items())]
        return blake2b(orjson.dumps(content), digest_size=8).hexdigest()

    def mark(self, stream: str) -> str:
        """Return what the mapping's version of a stream gets, so that a changed exclusion is a changed mapping."""
        mine = self._of(stream)
        return f"+x{blake2b(orjson.dumps(mine), digest_size=4).hexdigest()}" if mine else ""

    def filters(self, stream: str) -> dict[str, Any]:
        """Return what decides which records a stream has, beside ``since``."""
        return {"exclude": self._of(stream)} if self._of(stream) else {}

    def _of(self, stream: str) -> list[Any]:
        paths = [*self.fields.get(stream, ()), *(self.fields.get(TICKETS, ()) if stream == EVENTS else ())]
        return [*paths, *([sorted(self.companies)] if self.companies else [])]


NOTHING = Exclusions()
