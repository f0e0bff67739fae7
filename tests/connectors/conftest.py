"""Small made-up logs in all shapes, and a way to read them without a desk."""

import gzip
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from servicedesk_core.connectors.tabular import Tabular, TabularSettings
from servicedesk_core.domain import Entity, MappingIssue, Ticket, TicketEvent
from servicedesk_core.domain.folding import fold_tickets, in_order
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import PullMode, PullRequest, SourceRecord
from servicedesk_core.testing.context import make_context

COLUMNS = {"ticket_ref": "case", "effective_at": "at", "vendor_word": "step", "actor_ref": "who"}
WORDS = {"open": "new", "work": "in_progress", "wait": "waiting_customer", "solve": "resolved", "close": "closed"}


def write(path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def event_file(path: str | Path, **more: Any) -> dict[str, Any]:
    return {"path": str(path), "layout": "event", "columns": COLUMNS, "words": WORDS, **more}


def tabular(*files: dict[str, Any], **context: Any) -> Tabular:
    return Tabular(make_context(TabularSettings.model_validate({"files": files}), **context))


def from_settings(**settings: Any) -> Tabular:
    return Tabular(make_context(TabularSettings.model_validate(settings)))


@dataclass
class Seen:
    records: list[SourceRecord] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    also: dict[tuple[str, str], Entity] = field(default_factory=dict)
    issues: Counter[MappingIssue] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    tickets: dict[str, Ticket] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        return [record.external_id for record in self.records]

    @property
    def events(self) -> list[TicketEvent]:
        return [entity for entity in self.entities if isinstance(entity, TicketEvent)]


async def read(connector: Tabular, stream: str = "ticket_events", **request: Any) -> Seen:
    seen = Seen()
    async for page in connector.pull(PullRequest(stream, request.pop("mode", PullMode.BACKFILL), **request)):
        seen.records += page.records
        for record in page.records:
            if record.raw is None:
                continue
            try:
                mapped = connector.map_record(stream, record.raw)
            except MappingError as error:
                seen.bad.append(error.message)
                continue
            assert mapped.entity.external_id == record.external_id
            seen.entities.append(mapped.entity)
            seen.issues.update(mapped.issues)
            seen.also.update({(other.stream, other.external_id): other for other in mapped.also})
    capability = connector.describe_capabilities().stream(stream)
    assert capability is not None
    by_ticket: dict[str, list[TicketEvent]] = defaultdict(list)
    for event in seen.events:
        by_ticket[event.ticket_ref].append(event)
    seen.tickets = {
        ref: fold_tickets(ref, in_order(events, capability.event_order), capability.derives)
        for ref, events in by_ticket.items()
    }
    return seen


@pytest.fixture
def logs() -> Any:
    """Return this module: conftest files cannot be imported by name."""
    return sys.modules[__name__]
