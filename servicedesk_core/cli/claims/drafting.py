"""``servicedesk claims new`` and ``edit``: what is claimed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli.claims import pages
from servicedesk_core.cli.claims.options import Claim
from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.claims.pages import whole

if TYPE_CHECKING:
    from servicedesk_core.features.claims.model import ClaimDetail

Force = Annotated[bool, typer.Option("--force", help="Allow a second open claim for the same device and part.")]
Field = typer.Option
Symptom = Annotated[str | None, Field("--symptom", help="What is wrong, in a sentence.")]
Troubleshooting = Annotated[str | None, Field("--troubleshooting", help="What was tried; makers deny without it.")]
Service = Annotated[
    str | None,
    Field("--service", help="parts, on_site, depot, advance_replacement, return_for_credit or reimbursement."),
]
Parts = Annotated[
    list[str] | None,
    Field("--part", metavar="NUMBER[:QUANTITY[:SERIAL]]", help="A failed part; once for each. Replaces all parts."),
]
Sets = Annotated[
    list[str] | None,
    Field("--set", metavar="FIELD=VALUE", help="Any other field, such as contact_name, ship_to_city, failed_on."),
]


def new(
    ctx: typer.Context,
    *,
    ticket: Annotated[list[str] | None, typer.Option("--ticket", help="Ticket to claim for; repeatable.")] = None,
    connection: Annotated[str | None, typer.Option("--connection", help="Where the ticket is.")] = None,
    serial: Annotated[str | None, typer.Option("--serial", help="The device, where there is no ticket.")] = None,
    manufacturer: Annotated[str, typer.Option("--manufacturer", help="Its manufacturer.")] = "",
    through: Annotated[
        str | None, typer.Option("--through", metavar="CONNECTION", help="Through this one, whoever made the device.")
    ] = None,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="A person sends it: claim pack and record.")] = False,
    symptom: Symptom = None,
    troubleshooting: Troubleshooting = None,
    service: Service = None,
    part: Parts = None,
    sets: Sets = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Draft a claim, filled in from ticket, device, contact, site and cover. Sends nothing."""
    from servicedesk_core.domain.warranty import DeviceRef  # noqa: PLC0415

    cli: Cli = ctx.obj
    if not ticket and not serial:
        raise SettingsError("A claim needs a ticket or a device.", hint="Say --ticket, or --serial.")
    device = DeviceRef(manufacturer=manufacturer, serial_number=serial) if serial else None
    changes = _changes(symptom, troubleshooting, service, part, sets)

    async def work(desk: Any) -> "list[ClaimDetail]":
        wanted: list[str | None] = [*ticket] if ticket else [None]
        return [
            await desk.claims.new(
                one,
                connection=connection,
                device=device,
                through=through,
                by_hand=by_hand,
                force=force,
                changes=changes,
            )
            for one in wanted
        ]

    made = cli.with_desk(work)
    cli.emit("claims.new", made, as_json=as_json, show=lambda: pages.drafts(cli, made))


def edit(
    ctx: typer.Context,
    claim: Claim,
    *,
    symptom: Symptom = None,
    troubleshooting: Troubleshooting = None,
    service: Service = None,
    part: Parts = None,
    sets: Sets = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Change what is claimed, while it is not on its way."""
    cli: Cli = ctx.obj
    changes = _changes(symptom, troubleshooting, service, part, sets)
    changed = cli.with_desk(lambda desk: desk.claims.edit(claim, changes, force=force))
    cli.emit("claims.edit", changed, as_json=as_json, show=lambda: whole(cli, changed))


def _changes(
    symptom: str | None,
    troubleshooting: str | None,
    service: str | None,
    parts: list[str] | None,
    sets: list[str] | None,
) -> dict[str, Any]:
    from servicedesk_core.cli.claims.input import changes_of  # noqa: PLC0415

    return changes_of(
        {"symptom": symptom, "troubleshooting": troubleshooting, "service": service}, parts or (), sets or ()
    )
