"""``servicedesk claims list``, ``show`` and ``poll``: how claims stand."""

from typing import Annotated, Any

import typer

from servicedesk_core.cli.claims import pages
from servicedesk_core.cli.claims.options import Claim
from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli


def list_claims(
    ctx: typer.Context,
    *,
    state: Annotated[list[str] | None, typer.Option("--state", help="Only in this state; repeatable.")] = None,
    maker: Annotated[str | None, typer.Option("--maker", help="Only of this manufacturer.")] = None,
    company: Annotated[str | None, typer.Option("--company", help="Only of this client.")] = None,
    ticket: Annotated[str | None, typer.Option("--ticket", help="Only for this ticket.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only with a part that should have been back.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """List claims, the newest first; only open ones by default."""
    from servicedesk_core.features.claims.tables import ClaimFilter  # noqa: PLC0415

    cli: Cli = ctx.obj
    states = tuple(_state(word) for word in state or ())

    async def work(desk: Any) -> Any:
        chosen = ClaimFilter(
            only_open=not everything and not states and not overdue,
            states=states,
            maker=maker,
            company=company,
            ticket=ticket,
            overdue_on=desk.claims.today() if overdue else None,
        )
        return await desk.claims.list(chosen, limit=limit)

    found = cli.with_desk(work, read_only=True)
    chose = bool(states or maker or company or ticket or overdue)
    ended = "" if everything or states or overdue else "; --all lists also those that are over"
    empty = f"No such claim{ended}." if chose else f"No claim is open{ended}."
    if everything and not chose:
        empty = "No claim was made yet: servicedesk claims propose"
    cli.emit("claims.list", found, as_json=as_json, show=lambda: pages.claims(cli, found, empty=empty))


def show(ctx: typer.Context, claim: Claim, as_json: Json = False) -> None:
    """Show a claim with its decisions, shipments, returns, money, files and history."""
    cli: Cli = ctx.obj
    found = cli.with_desk(lambda desk: desk.claims.get(claim), read_only=True)
    cli.emit("claims.show", found, as_json=as_json, show=lambda: pages.claim(cli, found, whole=True))


def poll(
    ctx: typer.Context,
    connection: Annotated[
        list[str] | None, typer.Argument(help="Connections [default: all that claims go through].")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also claims that are not due for a look yet.")] = False,
    as_json: Json = False,
) -> None:
    """Ask manufacturers how open claims stand, and tell of parts that should have been back. Sends no claim."""
    cli: Cli = ctx.obj
    outcomes = cli.with_desk(lambda desk: desk.claims.poll(tuple(connection or ()), everything=everything))
    cli.emit("claims.poll", outcomes, as_json=as_json, show=lambda: pages.polled(cli, outcomes, everything=everything))
    for outcome in outcomes:
        if outcome.error is not None:
            cli.complain(outcome.error, outcome.connection)
    if failed := [outcome.error for outcome in outcomes if outcome.error is not None]:
        raise typer.Exit(max(error.exit_code for error in failed))


def _state(word: str) -> Any:
    from servicedesk_core.cli.claims.input import one_of  # noqa: PLC0415
    from servicedesk_core.domain.warranty import ClaimState  # noqa: PLC0415

    return one_of(ClaimState, word, "state")
