"""``servicedesk writes approve``, ``edit``, ``run``, ``retry``, ``discard``, ``resolve`` and ``revert``."""

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli, RefusedError
from servicedesk_core.cli.writes.options import (
    ConnectionOption,
    More,
    Number,
    Numbers,
    Reason,
    Versions,
    chosen_versions,
)
from servicedesk_core.cli.writes.pages import show_outcomes
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Page
from servicedesk_core.faces.written import pair_of
from servicedesk_core.features.writes import OUTCOMES, Step, exit_code, told
from servicedesk_core.features.writes.pages import write as show_write
from servicedesk_core.outbox.views import WriteView

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from servicedesk_core.desk import ServiceDesk
    from servicedesk_core.outbox.outcomes import SendOutcome

    T = TypeVar("T")
    Decided = Callable[[ServiceDesk], Coroutine[Any, Any, T]]


def approve(
    ctx: typer.Context,
    numbers: Versions,
    *,
    later: Annotated[bool, typer.Option("--later", help='Only queue them; "writes run" or a service sends.')] = False,
    as_json: Json = False,
) -> None:
    """Approve writes and send them. This changes an outside system."""
    cli: Cli = ctx.obj
    chosen, versions = chosen_versions(numbers)
    _end(
        cli,
        "writes.approve",
        lambda desk: desk.writes.approve(chosen, versions=versions, send=not later),
        as_json,
        sent=not later,
    )


def edit(ctx: typer.Context, number: Number, field: More = None, reason: Reason = "", as_json: Json = False) -> None:
    """Give a write other values, while the vendor certainly does not have it. Nothing is sent: it is proposed anew.

    NAME= takes a field out of a new record, and empties it in one that is there.
    """
    cli: Cli = ctx.obj
    fields = dict(pair_of("field", one) for one in field or ())
    if not fields:
        raise SettingsError("Nothing is to be changed.", hint="Say --field NAME=VALUE for each field.")
    _one(cli, "writes.edit", lambda desk: desk.writes.edit(number, fields, reason=reason), as_json=as_json)


def run(
    ctx: typer.Context,
    *,
    connection: ConnectionOption = None,
    allow: Annotated[
        int, typer.Option("--allow", min=0, max=100_000, help="Let so many more go after sending stopped.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Settle doubts and send what was approved. This changes outside systems."""
    cli: Cli = ctx.obj
    outcomes = cli.with_desk(lambda desk: desk.writes.run(connection, allow=allow))
    cli.emit("writes.run", outcomes, as_json=as_json, show=lambda: show_outcomes(cli, outcomes))
    for outcome in outcomes:
        if outcome.error is not None:
            cli.complain(outcome.error, outcome.connection)
    codes = [_code(outcome) for outcome in outcomes]
    if code := max(codes, default=exit_codes.OK):
        raise typer.Exit(code)


def retry(
    ctx: typer.Context,
    numbers: Numbers,
    *,
    later: Annotated[bool, typer.Option("--later", help="Only queue them.")] = False,
    as_json: Json = False,
) -> None:
    """Send refused or waiting writes again, or the rest of one that was applied in part; look again for those in doubt.

    This changes an outside system.

    One that was refused because the record had changed is written over the version that "writes show" shows.
    """
    cli: Cli = ctx.obj
    _end(cli, "writes.retry", lambda desk: desk.writes.retry(numbers, send=not later), as_json, sent=not later)


def discard(ctx: typer.Context, numbers: Numbers, reason: Reason = "", as_json: Json = False) -> None:
    """Decide that writes are not pursued, or the rest of one that was applied in part. Nothing is sent."""
    cli: Cli = ctx.obj
    _end(cli, "writes.discard", lambda desk: desk.writes.discard(numbers, reason=reason), as_json, sent=False)


def resolve(
    ctx: typer.Context,
    number: Number,
    *,
    done: Annotated[bool, typer.Option("--done", help="The vendor has it.")] = False,
    ref: Annotated[str | None, typer.Option("--ref", help="The vendor's id of what was written, with --done.")] = None,
    absent: Annotated[bool, typer.Option("--absent", help="The vendor does not have it: send it again.")] = False,
    leave: Annotated[bool, typer.Option("--leave", help="Whatever became of it, leave it.")] = False,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Settle a doubt after you looked at the vendor: say --done, --absent or --leave.

    With --absent the next run sends it again: this changes an outside system.
    """
    cli: Cli = ctx.obj
    if done + absent + leave != 1:
        found = cli.with_desk(lambda desk: desk.writes.show(number), read_only=True)
        show_write(cli, found.write)
        raise RefusedError("Say what you found at the vendor.", hint="--done [--ref ID], --absent or --leave.")
    outcome = OUTCOMES[Step.DONE if done else Step.ABSENT if absent else Step.LEAVE]
    _one(
        cli,
        "writes.resolve",
        lambda desk: desk.writes.resolve(number, outcome, ref=ref, reason=reason),
        as_json=as_json,
    )


def revert(
    ctx: typer.Context,
    number: Number,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send it at once; else it waits for an approval.")] = False,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Propose the old values again, where the vendor still shows ours. With --yes this changes an outside system."""
    cli: Cli = ctx.obj

    async def work(desk: "ServiceDesk") -> tuple[WriteView, str]:
        back = await desk.writes.revert(number, reason=reason)
        if not as_json:
            show_write(cli, back.write)
        for field in back.left:
            cli.say(f"{field} is left alone: somebody changed it since.")
        cli.say(back.irrevocable)
        write = (await desk.writes.approve([back.write.id], send=True))[0] if yes else back.write
        return write, told(desk, write)

    write, text = cli.with_desk(work)
    cli.emit("writes.revert", write, as_json=as_json, show=lambda: None)
    cli.say(text)
    if yes and (code := exit_code([write])):
        raise typer.Exit(code)


def _one(cli: Cli, schema: str, decided: "Decided[WriteView]", *, as_json: bool) -> None:
    async def work(desk: "ServiceDesk") -> tuple[WriteView, str]:
        write = await decided(desk)
        return write, told(desk, write)

    write, text = cli.with_desk(work)
    cli.emit(schema, write, as_json=as_json, show=lambda: show_write(cli, write))
    cli.say(text)


def _end(cli: Cli, schema: str, decided: "Decided[tuple[WriteView, ...]]", as_json: bool, *, sent: bool) -> None:
    async def work(desk: "ServiceDesk") -> tuple[tuple[WriteView, ...], list[str]]:
        writes = await decided(desk)
        return writes, [told(desk, write) for write in writes]

    writes, texts = cli.with_desk(work)
    cli.emit(schema, Page(writes), as_json=as_json, show=lambda: cli.rows(WriteView, writes))
    if sent:
        for text in texts:
            cli.say(text)
        if code := exit_code(writes):
            raise typer.Exit(code)


def _code(outcome: "SendOutcome") -> int:
    if outcome.error is not None:
        return outcome.error.exit_code
    if outcome.held:
        return exit_codes.REFUSED
    if set(outcome.in_doubt) - set(outcome.settled) or outcome.waiting:
        return exit_codes.VENDOR
    return exit_codes.ERROR if outcome.rejected or outcome.partly else exit_codes.OK
