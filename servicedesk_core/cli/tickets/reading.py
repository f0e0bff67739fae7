"""``servicedesk tickets list`` and ``show``."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.tickets import pages
from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from datetime import datetime

    from servicedesk_core.runtime import ServiceDesk
    from servicedesk_core.store.queries.tickets import TicketPage

NOBODY = "none"
"""Stands for "has none" in a filter."""


class Watch(StrEnum):
    """Lists that somebody should look at; the desk report shows the same."""

    OVERDUE = "overdue"
    SLA_LATE = "sla-late"
    NEW = "new"
    WAITING = "waiting"
    HOLD_OVERDUE = "hold-overdue"
    UNASSIGNED = "unassigned"
    OVER_ESTIMATE = "over-estimate"


def list_tickets(
    ctx: typer.Context,
    *,
    connection: Annotated[str | None, typer.Option("--connection", help="Only of this connection.")] = None,
    queue: Annotated[str | None, typer.Option("--queue", help='Name of a queue; "none" = in no queue.')] = None,
    status: Annotated[str | None, typer.Option("--status", help='A category such as new; "none" = not mapped.')] = None,
    technician: Annotated[str | None, typer.Option("--technician", help='Who has it; "none" = nobody.')] = None,
    company: Annotated[str | None, typer.Option("--company", help='Name of a client; "none" = of no client.')] = None,
    priority: Annotated[str | None, typer.Option("--priority", help='P1 to P5; "none" = without one.')] = None,
    watch: Annotated[Watch | None, typer.Option("--watch", help="One of the lists of the desk report.")] = None,
    search: Annotated[str | None, typer.Option("--search", help="Part of the title, or the number.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="At most so many.")] = 50,
    after: Annotated[str | None, typer.Option("--after", help='"next" of the page before.')] = None,
    as_json: Json = False,
) -> None:
    """List tickets, the newest first; the lists of the desk report begin with the oldest. Only open ones by default."""
    from servicedesk_core.clock import SystemClock  # noqa: PLC0415
    from servicedesk_core.store.queries.tickets import TicketFilter  # noqa: PLC0415

    cli: Cli = ctx.obj
    given: dict[str, Any] = {
        "connection": connection,
        "only_open": not everything,
        "queue": _or_none(queue),
        "assignee": _or_none(technician),
        "company": _or_none(company),
        "priority": _priority(priority),
        "text": search,
        **_status(status),
    }
    chosen = TicketFilter(**given | (_watched(watch, SystemClock().now()) if watch else {}))

    async def work(desk: "ServiceDesk") -> "TicketPage":
        found = await desk.tickets.list(chosen, after=after, limit=limit, oldest_first=watch is not None)
        if not found.rows:
            await desk.tickets.check(chosen)
        return found

    page = cli.with_desk(work, read_only=True)
    cli.emit("tickets.list", page, as_json=as_json, show=lambda: pages.page(cli, page, everything=everything))


def show(
    ctx: typer.Context,
    ticket: Annotated[str, typer.Argument(help="Ticket number, or the vendor's id.")],
    connection: Annotated[str | None, typer.Option("--connection", help="Where it is, if several have it.")] = None,
    as_json: Json = False,
) -> None:
    """Show one ticket with its notes, time and history. Private notes are shown: it is your own data."""
    cli: Cli = ctx.obj
    found = cli.with_desk(lambda desk: desk.tickets.get(ticket, connection=connection), read_only=True)
    cli.emit("tickets.show", found, as_json=as_json, show=lambda: pages.ticket(cli, found))


def _or_none(value: str | None) -> str | None:
    return "" if value is not None and value.lower() == NOBODY else value


def _priority(word: str | None) -> str | None:
    from servicedesk_core.domain import Priority  # noqa: PLC0415

    if word is None or word.lower() == NOBODY:
        return _or_none(word)
    if word.upper() not in list(Priority):
        raise SettingsError(f'"{word}" is no priority.', hint=f'Priorities are {", ".join(Priority)}, or "none".')
    return word.upper()


def _status(word: str | None) -> dict[str, Any]:
    from servicedesk_core.config.values import did_you_mean  # noqa: PLC0415
    from servicedesk_core.domain import StatusCategory  # noqa: PLC0415

    if word is None:
        return {}
    if word.lower() == NOBODY:
        return {"unmapped_status": True}
    category = word.lower().replace(" ", "_").replace("-", "_")
    if category not in list(StatusCategory):
        raise SettingsError(
            f'"{word}" is no status category.{did_you_mean(category, list(StatusCategory))}',
            hint=f'Categories are {", ".join(StatusCategory)}, or "none" for words that are not mapped.',
        )
    return {"categories": (StatusCategory(category),)}


def _watched(watch: Watch, now: "datetime") -> dict[str, Any]:
    from servicedesk_core.domain import StatusCategory  # noqa: PLC0415
    from servicedesk_core.store.queries.desk import WAITING, WAITING_TOO_LONG  # noqa: PLC0415

    filters: dict[Watch, dict[str, Any]] = {
        Watch.OVERDUE: {"due_before": now},
        Watch.SLA_LATE: {"sla_due_before": now},
        Watch.NEW: {"categories": (StatusCategory.NEW,)},
        Watch.WAITING: {"categories": WAITING, "last_activity_before": now - WAITING_TOO_LONG},
        Watch.HOLD_OVERDUE: {"categories": (StatusCategory.ON_HOLD,), "due_before": now},
        Watch.UNASSIGNED: {"assignee": ""},
        Watch.OVER_ESTIMATE: {"over_estimate": True},
    }
    return filters[watch]
