"""``servicedesk tickets create``, ``update``, ``assign``, ``close``, ``note`` and ``log-time``."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.writes.options import More, fields_given
from servicedesk_core.cli.writes.pages import WARNING, exit_code, show_write, tell
from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk
    from servicedesk_core.outbox.views import WriteView

Ticket = Annotated[str, typer.Argument(help="Ticket number, or the vendor's id.")]
ConnectionOption = Annotated[str | None, typer.Option("--connection", help="Where it is, if several have it.")]
Send = Annotated[bool, typer.Option("--yes", "-y", help="Send it at once; else it waits for an approval.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")]
RequestId = Annotated[str | None, typer.Option("--request-id", help="Your own id: a second call changes nothing.")]
Status = Annotated[str | None, typer.Option("--status", help="The vendor's own word.")]
Priority = Annotated[str | None, typer.Option("--priority", help="P1 to P5, or the vendor's own word.")]
QueueOption = Annotated[str | None, typer.Option("--queue", help="Name or id of a queue.")]
Assignee = Annotated[str | None, typer.Option("--technician", help='Name or id of a technician; "" = nobody.')]
Due = Annotated[str | None, typer.Option("--due", help="Instant with its zone, such as 2026-03-02T17:00-05:00.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group of tickets."""
    group.command("create")(create)
    group.command("update")(update)
    group.command("assign")(assign)
    group.command("close")(close)
    group.command("note")(note)
    group.command("log-time")(log_time)


def create(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="Its title.")],
    company: Annotated[str, typer.Option("--company", help="Name or id of the client.")],
    *,
    connection: Annotated[str | None, typer.Option("--connection", help="Where, if several could have it.")] = None,
    description: Annotated[str | None, typer.Option("--description", help="Its description.")] = None,
    status: Status = None,
    priority: Priority = None,
    queue: QueueOption = None,
    technician: Assignee = None,
    contact: Annotated[str | None, typer.Option("--contact", help="Name or id of a contact.")] = None,
    due: Due = None,
    field: More = None,
    reason: Reason = "",
    request_id: RequestId = None,
    yes: Send = False,
    as_json: Json = False,
) -> None:
    """Propose a new ticket at the vendor. With --yes this changes an outside system."""
    due_at = _instant(due)
    fields = fields_given(field)

    def work(desk: "ServiceDesk") -> Coroutine[Any, Any, "WriteView"]:
        return desk.tickets.create(
            title,
            company=company,
            connection=connection,
            description=description,
            status=status,
            priority=priority,
            queue=queue,
            assignee=technician,
            contact=contact,
            due_at=due_at,
            fields=fields,
            reason=reason,
            request_id=request_id,
        )

    _act(ctx, "tickets.create", work, yes=yes, as_json=as_json)


def update(
    ctx: typer.Context,
    ticket: Ticket,
    *,
    title: Annotated[str | None, typer.Option("--title", help="New title.")] = None,
    description: Annotated[str | None, typer.Option("--description", help="New description.")] = None,
    resolution: Annotated[str | None, typer.Option("--resolution", help="What was done.")] = None,
    status: Status = None,
    priority: Priority = None,
    queue: QueueOption = None,
    technician: Assignee = None,
    due: Due = None,
    field: More = None,
    connection: ConnectionOption = None,
    reason: Reason = "",
    request_id: RequestId = None,
    yes: Send = False,
    as_json: Json = False,
) -> None:
    """Propose to change a ticket at the vendor. With --yes this changes an outside system.

    It is refused, with both versions shown, when somebody changed the same fields since the last sync.
    """
    due_at = _instant(due)
    fields = fields_given(field)

    def work(desk: "ServiceDesk") -> Coroutine[Any, Any, "WriteView"]:
        return desk.tickets.update(
            ticket,
            connection=connection,
            title=title,
            description=description,
            resolution=resolution,
            status=status,
            priority=priority,
            queue=queue,
            assignee=technician,
            due_at=due_at,
            fields=fields,
            reason=reason,
            request_id=request_id,
        )

    _act(ctx, "tickets.update", work, yes=yes, as_json=as_json)


def assign(
    ctx: typer.Context,
    ticket: Ticket,
    technician: Annotated[str, typer.Argument(help='Name or id of a technician; "" = nobody.')],
    *,
    connection: ConnectionOption = None,
    reason: Reason = "",
    request_id: RequestId = None,
    yes: Send = False,
    as_json: Json = False,
) -> None:
    """Propose to give a ticket to a technician. With --yes this changes an outside system."""

    def work(desk: "ServiceDesk") -> Coroutine[Any, Any, "WriteView"]:
        return desk.tickets.assign(ticket, technician, connection=connection, reason=reason, request_id=request_id)

    _act(ctx, "tickets.assign", work, yes=yes, as_json=as_json)


def close(
    ctx: typer.Context,
    ticket: Ticket,
    *,
    status: Annotated[str | None, typer.Option("--status", help="The vendor's own word for it.")] = None,
    resolution: Annotated[str | None, typer.Option("--resolution", help="What was done.")] = None,
    connection: ConnectionOption = None,
    reason: Reason = "",
    request_id: RequestId = None,
    yes: Send = False,
    as_json: Json = False,
) -> None:
    """Propose to close a ticket at the vendor. With --yes this changes an outside system."""

    def work(desk: "ServiceDesk") -> Coroutine[Any, Any, "WriteView"]:
        return desk.tickets.close(
            ticket,
            status=status,
            resolution=resolution,
            connection=connection,
            reason=reason,
            request_id=request_id,
        )

    _act(ctx, "tickets.close", work, yes=yes, as_json=as_json)


def note(
    ctx: typer.Context,
    ticket: Ticket,
    text: Annotated[str, typer.Argument(help="The note.")],
    *,
    title: Annotated[str | None, typer.Option("--title", help="Its title.")] = None,
    public: Annotated[bool, typer.Option("--public", help="The client may read it; else only the staff.")] = False,
    field: More = None,
    connection: ConnectionOption = None,
    reason: Reason = "",
    request_id: RequestId = None,
    yes: Send = False,
    as_json: Json = False,
) -> None:
    """Propose a note on a ticket, internal unless --public is said. With --yes this changes an outside system."""
    fields = fields_given(field)

    def work(desk: "ServiceDesk") -> Coroutine[Any, Any, "WriteView"]:
        return desk.tickets.note(
            ticket,
            text,
            title=title,
            public=public,
            fields=fields,
            connection=connection,
            reason=reason,
            request_id=request_id,
        )

    _act(ctx, "tickets.note", work, yes=yes, as_json=as_json)


def log_time(
    ctx: typer.Context,
    ticket: Ticket,
    hours: Annotated[float, typer.Argument(help="Time worked, in hours, such as 0.25; at most 24.")],
    *,
    technician: Annotated[str, typer.Option("--technician", help="Name or id of who worked.")],
    start: Annotated[str | None, typer.Option("--start", help="When it began, with its zone.")] = None,
    day: Annotated[str | None, typer.Option("--date", "--day", help="On which day; else today.")] = None,
    summary: Annotated[str | None, typer.Option("--summary", help="What was done; the client may see it.")] = None,
    internal: Annotated[str | None, typer.Option("--internal", help="What only the staff may see.")] = None,
    field: More = None,
    connection: ConnectionOption = None,
    reason: Reason = "",
    request_id: RequestId = None,
    yes: Send = False,
    as_json: Json = False,
) -> None:
    """Propose a time entry on a ticket. With --yes this changes an outside system."""
    from datetime import date  # noqa: PLC0415

    from servicedesk_core.outbox.values import worked_seconds  # noqa: PLC0415

    try:
        work_date = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise SettingsError(f'"{day}" is no day.', hint="Write it as 2026-03-02.") from error
    worked_s = worked_seconds(hours)
    start_at = _instant(start)
    fields = fields_given(field)

    def work(desk: "ServiceDesk") -> Coroutine[Any, Any, "WriteView"]:
        return desk.tickets.log_time(
            ticket,
            worked_s=worked_s,
            technician=technician,
            start_at=start_at,
            work_date=work_date,
            summary=summary,
            internal_notes=internal,
            fields=fields,
            connection=connection,
            reason=reason,
            request_id=request_id,
        )

    _act(ctx, "tickets.log-time", work, yes=yes, as_json=as_json)


def _act(
    ctx: typer.Context,
    schema: str,
    proposed: "Callable[[ServiceDesk], Coroutine[Any, Any, WriteView]]",
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Propose, show, and send when that was said."""
    cli: Cli = ctx.obj

    asks_another = False

    async def work(desk: "ServiceDesk") -> "WriteView":
        nonlocal asks_another
        asks_another = desk.writes.asks_another
        write = await proposed(desk)
        if not as_json:
            show_write(cli, write)
        if yes and not asks_another and write.state == "proposed":
            cli.say(WARNING)
            write = (await desk.writes.approve([write.id], send=True))[0]
        return write

    write = cli.with_desk(work)
    cli.emit(schema, write, as_json=as_json, show=lambda: None)
    tell(cli, write, asks_another=asks_another)
    if yes and (code := exit_code([write])):
        raise typer.Exit(code)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f'"{text}" is no instant.', hint="Write it as 2026-03-02T17:00-05:00.") from error
    if instant.tzinfo is None:
        raise SettingsError(f'"{text}" has no time zone.', hint=f"Write it as {text}-05:00, or {text}Z for UTC.")
    return instant
