"""The SDK's reads: what a program is given."""

import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from servicedesk_core import ClaimFilter, ServiceDesk, TicketFilter

Read = Callable[[ServiceDesk], Awaitable[Any]]


async def _export(desk: ServiceDesk) -> str:
    into = io.BytesIO()
    await desk.export("technicians", into, file_format="jsonl")
    return into.getvalue().decode()


async def _audit_export(desk: ServiceDesk) -> str:
    into = io.BytesIO()
    await desk.audit.export(into)
    return into.getvalue().decode()


async def _changes(desk: ServiceDesk) -> list[Any]:
    return [change async for change in desk.changes(include_backfill=True)][:12]


READS: dict[str, Read] = {
    "audit.export": _audit_export,
    "changes": _changes,
    "claims.numbers": lambda desk: desk.claims.numbers(),
    "export": _export,
    "health": lambda desk: desk.health(),
    "tickets.count": lambda desk: desk.tickets.count(TicketFilter()),
    "warranty.date_changes": lambda desk: desk.warranty.date_changes(),
}
"""Reads that have a file of their own."""

SAME: dict[str, tuple[str, Read]] = {
    "alerts.channels": ("alerts channels", lambda desk: desk.alerts.channels()),
    "alerts.list": ("alerts list", lambda desk: desk.alerts.list()),
    "attention.list": ("attention list", lambda desk: desk.attention.list()),
    "audit.list": ("audit list", lambda desk: desk.audit.list()),
    "audit.verify": ("audit verify", lambda desk: desk.audit.verify()),
    "claims.get": ("claims show 1", lambda desk: desk.claims.get("1")),
    "claims.list": ("claims list --all", lambda desk: desk.claims.list(ClaimFilter(everything=True))),
    "claims.propose": ("claims propose", lambda desk: desk.claims.propose()),
    "connections": ("connections list", lambda desk: desk.connections()),
    "explain": ("explain T-ALL", lambda desk: desk.explain("T-ALL")),
    "jobs": ("jobs list", lambda desk: desk.jobs()),
    "quarantine.get": ("quarantine show 1", lambda desk: desk.quarantine.get(1)),
    "quarantine.list": ("quarantine list", lambda desk: desk.quarantine.list()),
    "report.morning": ("report morning", lambda desk: desk.report.morning()),
    "report.desk_page": ("report desk", lambda desk: desk.report.desk_page()),
    "status": ("status", lambda desk: desk.status()),
    "tickets.get": ("tickets show T-ALL", lambda desk: desk.tickets.get("T-ALL")),
    "tickets.list": (
        "tickets list --all --limit 3",
        lambda desk: desk.tickets.list(TicketFilter(everything=True), limit=3),
    ),
    "warranty.expiring": ("warranty expiring", lambda desk: desk.warranty.expiring(within=timedelta(days=90))),
    "warranty.missed": ("warranty missed", lambda desk: desk.warranty.missed()),
    "warranty.report": ("warranty report", lambda desk: desk.warranty.report()),
    "writes.list": ("writes list --all", lambda desk: desk.writes.list(everything=True)),
    "writes.show": ("writes show 1", lambda desk: desk.writes.show(1)),
}
"""Reads that answer what a command prints with ``--json``, and that command."""
