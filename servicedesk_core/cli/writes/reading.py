"""``servicedesk writes list`` and ``show``."""

from enum import StrEnum
from typing import Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.writes.options import ConnectionOption, Number
from servicedesk_core.cli.writes.pages import show_list, show_write


class State(StrEnum):
    """States of a write."""

    PROPOSED = "proposed"
    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    IN_DOUBT = "in-doubt"
    DISCARDED = "discarded"


def list_writes(
    ctx: typer.Context,
    *,
    state: Annotated[list[State] | None, typer.Option("--state", help="Only in this state. May be repeated.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    connection: ConnectionOption = None,
    before: Annotated[int | None, typer.Option("--before", help="Only with a smaller number.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """List writes, the newest first. By default those that are not finished, and those that were refused."""
    from servicedesk_core.domain.writing import WriteState  # noqa: PLC0415
    from servicedesk_core.outbox.writes import UNFINISHED  # noqa: PLC0415

    cli: Cli = ctx.obj
    states = tuple(WriteState(one.value.replace("-", "_")) for one in state or ())
    empty = "No such write: nothing was proposed yet, or the filters leave nothing."
    if not states and not everything:
        empty = "No write waits or was refused. Those that are done: servicedesk writes list --all"
        states = (*UNFINISHED, WriteState.REJECTED)
    found = cli.with_desk(
        lambda desk: desk.writes.list(states=states, connection=connection, before=before, limit=limit), read_only=True
    )
    cli.emit("writes.list", found, as_json=as_json, show=lambda: show_list(cli, found, empty=empty))


def show(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """Show one write with both versions and everything that happened to it."""
    cli: Cli = ctx.obj
    found = cli.with_desk(lambda desk: desk.writes.show(number), read_only=True)

    def shown() -> None:
        show_write(cli, found.write)
        rows = [(e.at, e.before, e.after, e.actor, e.attempt or None, e.why) for e in found.history]
        cli.table(("When", "From", "To", "By", "Attempt", "Why"), rows, title="History")

    cli.emit("writes.show", found, as_json=as_json, show=shown)
