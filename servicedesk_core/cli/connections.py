"""``servicedesk connections``."""

from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain

if TYPE_CHECKING:
    from servicedesk_core.desk import ConnectionCheck, IdentityChange, ServiceDesk
    from servicedesk_core.http import AuthorizationRequest
    from servicedesk_core.machine.requirements import Requirements


_NONE = "No connection is configured: servicedesk init writes a configuration with one."


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The configured connections.", no_args_is_help=True)
    group.command("list")(list_connections)
    group.command("test")(check)
    group.command("authorize")(authorize)
    group.command("accept-identity")(accept_identity)
    group.command("requirements")(show_requirements)
    app.add_typer(group, name="connections")


def list_connections(ctx: typer.Context, as_json: Json = False) -> None:
    """List the configured connections; asks nobody."""
    from servicedesk_core.errors import StoreMissingError  # noqa: PLC0415

    cli: Cli = ctx.obj
    try:
        found = cli.with_reader(lambda desk: desk.connections())
    except StoreMissingError:  # nothing was read yet, and a look must not make a store
        from servicedesk_core.config import load_settings  # noqa: PLC0415
        from servicedesk_core.features.status import connections  # noqa: PLC0415

        found = connections(None, load_settings(cli.config))
    columns = ("Connection", "Connector", "Environment", "Streams", "Tenant", "State")
    rows = [
        (
            c.name,
            c.connector,
            c.environment,
            c.streams or "all",
            c.account_name or c.account,
            c.blocked_reason or "ready",
        )
        for c in found
    ]
    cli.emit("connections.list", found, as_json=as_json, show=lambda: cli.table(columns, rows, empty=_NONE))


def check(
    ctx: typer.Context,
    connection: Annotated[str | None, typer.Argument(help="Name of a connection [default: all of them].")] = None,
    as_json: Json = False,
) -> None:
    """Ask a vendor, harmlessly, what this connection can see. Costs a few requests and changes nothing.

    A connection that was stopped because the vendor rejected its credentials works again after a test that succeeds.
    For this machine see "servicedesk doctor"; for data and jobs see "servicedesk status".
    """
    from servicedesk_core.config.choosing import several_connections  # noqa: PLC0415

    cli: Cli = ctx.obj

    async def work(desk: "ServiceDesk") -> "list[ConnectionCheck]":
        found: list[ConnectionCheck] = []
        for name in several_connections(desk.settings, (connection,) if connection else ()):
            found += await desk.check_all((name,))
            if not as_json:
                _show(cli, found[-1])
            if (error := found[-1].error) is not None:
                cli.complain(error, name)
        return found

    checks = cli.with_desk(work)
    cli.emit("connections.test", checks, as_json=as_json, show=lambda: None)  # shown one by one, as they came
    code = max((check.exit_code for check in checks), default=0)
    if code:
        raise typer.Exit(code)


def _show(cli: Cli, check: "ConnectionCheck") -> None:
    from servicedesk_core.clock import CLOCK_HINT, clock_problem  # noqa: PLC0415

    state = None if check.exit_code else "ok"
    tenant = f"{check.account_name} ({check.account})" if check.account_name else check.account
    cli.facts([("Connection", check.connection), ("Vendor", check.vendor), ("Tenant", tenant), ("State", state)])
    rows = [
        (s.stream, s.readable, "not counted" if s.visible is None else s.visible, s.oldest_at, plain(s.note))
        for s in check.streams
    ]
    if rows:
        cli.table(("Stream", "Readable", "Visible", "Oldest", "What to do"), rows)
    if problem := clock_problem(check.connection, check.clock_ahead_s):
        cli.warn(f"{problem} {CLOCK_HINT}")
    if check.was_blocked and check.error is None:
        cli.say(f"{check.connection} was stopped and works again.")


def authorize(
    ctx: typer.Context,
    connection: Annotated[str | None, typer.Argument(help="Name of a connection [default: the only one].")] = None,
    paste: Annotated[
        bool, typer.Option("--paste", help="Copy the address from the browser yourself, where it runs elsewhere.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Have a person allow the access to a vendor in a browser, and keep what the vendor gives for it.

    Needed once, and again after the access was revoked or not used for long. Then the connection is tested.
    """
    cli: Cli = ctx.obj

    async def work(desk: "ServiceDesk") -> "ConnectionCheck":
        request = await desk.ask_access(connection)
        cli.say("Open this page in a browser, sign in and allow the access:")
        cli.say(request.url)
        for name, value in (await desk.accept_access(request, await _answer(cli, request, paste), connection)).items():
            cli.say(f"The vendor said besides: {plain(name)} {plain(value)}")
        return await desk.check(connection)

    found = cli.with_desk(work)
    cli.emit("connections.authorize", found, as_json=as_json, show=lambda: _show(cli, found))


def accept_identity(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the audit trail.")],
    connection: Annotated[str | None, typer.Argument(help="Name of a connection [default: the only one].")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Answer with yes.")] = False,
    as_json: Json = False,
) -> None:
    """Let a connection stand for another account of its vendor, because its key was replaced.

    The vendor is asked, and what has changed is shown before anything is. Refused where the store holds records of the
    account of before.
    """
    cli: Cli = ctx.obj

    async def work(desk: "ServiceDesk") -> "IdentityChange":
        change = await desk.ask_identity(connection)
        _show_change(cli.aside() if as_json else cli, change)
        cli.confirm(f"Is the account {change.account} right for {change.connection}?", yes=yes)
        return await desk.accept_identity(change.account, reason, connection)

    found = cli.with_desk(work)
    cli.emit(
        "connections.accept-identity", found, as_json=as_json, show=lambda: cli.say("The new account is accepted.")
    )


def _show_change(cli: Cli, change: "IdentityChange") -> None:
    before = change.account_before or "none yet"
    cli.facts(
        [
            ("Connection", change.connection),
            ("Vendor", change.vendor),
            ("Account before", f"{before} {change.account_name_before or ''}".strip()),
            ("Account now", f"{change.account} {change.account_name or ''}".strip()),
        ]
    )


async def _answer(cli: Cli, request: "AuthorizationRequest", paste: bool) -> str:
    from servicedesk_core.cli.shell.running import answer  # noqa: PLC0415
    from servicedesk_core.machine.redirect import can_catch, caught  # noqa: PLC0415

    if paste or not can_catch(request.redirect_uri):
        return answer("Address of the page that the browser ended on: ")
    async with caught(request.redirect_uri, request.state) as redirect:
        typer.launch(request.url)
        cli.say("Waiting for the browser; Ctrl-C ends it, and nothing is changed.")
        return await redirect


def show_requirements(
    ctx: typer.Context,
    connector: Annotated[str, typer.Argument(help="Id of an installed connector, for example autotask.")],
    as_json: Json = False,
) -> None:
    """Say how access to a vendor is obtained, who approves it, and which right each stream and each write needs.

    Works before anything is configured and asks nobody. For the connectors that are installed see "servicedesk plugins
    list".
    """
    from servicedesk_core.machine.requirements import requirements  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = requirements(connector, cli.config)
    cli.emit("connections.requirements", found, as_json=as_json, show=lambda: _show_requirements(cli, found))


def _show_requirements(cli: Cli, found: "Requirements") -> None:
    pairs = [
        ("Connector", f"{found.connector} ({found.distribution})"),
        ("Vendor", found.vendor),
        ("Approved by", found.approved_by or "not said by the connector"),
        ("Lead time", found.lead_time),
        ("Documentation", found.documentation),
    ]
    cli.facts(pairs)
    if found.steps:
        cli.table(("", "How to obtain access"), list(enumerate(found.steps, 1)))
    if found.streams:
        rows = [(one.what, one.right or "not said") for one in found.streams]
        cli.table(("To read", "the API user needs"), rows)
    if found.writes:
        writes = [(one.what, one.right or "not said", one.note) for one in found.writes]
        cli.table(("To write", "the API user needs", "Know before you grant it"), writes)
        cli.say('Nothing is written unless "writes" of the connection grants it.')
    else:
        cli.say("The connector declares nothing that it writes.")
