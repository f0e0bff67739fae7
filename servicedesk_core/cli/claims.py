"""``servicedesk claims``."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli import claim_pages as pages
from servicedesk_core.cli.shell.arguments import Json, Yes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from servicedesk_core.runtime.claims.views import ClaimDetail

CHANGES = "\n\nThis can change an outside system: the manufacturer's."

Claim = Annotated[str, typer.Argument(help="Our id (SD-…), its number, or the manufacturer's id.")]
Force = Annotated[bool, typer.Option("--force", help="Allow a second open claim for the same device and part.")]
Uncovered = Annotated[
    bool, typer.Option("--force", help="Send it although the device was not covered that day, as far as we know.")
]
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


class Kind(StrEnum):
    """What a file proves."""

    PROOF_OF_PURCHASE = "proof_of_purchase"
    DIAGNOSTICS = "diagnostics"
    PHOTO = "photo"
    OTHER = "other"


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Claims against manufacturers, from a broken device to the money back.", no_args_is_help=True
    )
    group.command("propose")(propose)
    group.command("new")(new)
    group.command("edit")(edit)
    group.command("check")(check)
    group.command("submit", help=(submit.__doc__ or "") + CHANGES)(submit)
    group.command("show")(show)
    group.command("list")(list_claims)
    group.command("note", help=(note.__doc__ or "") + CHANGES)(note)
    group.command("attach", help=(attach.__doc__ or "") + CHANGES)(attach)
    group.command("resubmit", help=(resubmit.__doc__ or "") + CHANGES)(resubmit)
    group.command("cancel", help=(cancel.__doc__ or "") + CHANGES)(cancel)
    group.command("resolve")(resolve)
    group.command("poll")(poll)
    group.command("pack")(pack)
    group.command("record")(record)
    app.add_typer(group, name="claims")


def propose(
    ctx: typer.Context,
    company: Annotated[str | None, typer.Option("--company", help="Only of this client.")] = None,
    connection: Annotated[str | None, typer.Option("--connection", help="Only tickets of this connection.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also tickets that are done.")] = False,
    as_json: Json = False,
) -> None:
    """List tickets that could be claimed: incidents of the hardware of devices that were covered that day."""
    cli: Cli = ctx.obj
    found = cli.with_desk(
        lambda desk: desk.claims.propose(company=company, connection=connection, everything=everything),
        read_only=True,
    )
    cli.emit("claims.propose", found, as_json=as_json, show=lambda: pages.proposals(cli, found))


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
    cli.emit("claims.edit", changed, as_json=as_json, show=lambda: pages.claim(cli, changed))


def check(ctx: typer.Context, claim: Claim, as_json: Json = False) -> None:
    """Say everything that a claim lacks, and what its manufacturer would refuse. Nothing is sent."""
    cli: Cli = ctx.obj
    checked = cli.with_desk(lambda desk: desk.claims.check(claim))
    cli.emit("claims.check", checked, as_json=as_json, show=lambda: pages.check(cli, checked))
    if not checked.can_be_sent:
        raise typer.Exit(1)


def submit(
    ctx: typer.Context, claim: Claim, *, uncovered: Uncovered = False, yes: Yes = False, as_json: Json = False
) -> None:
    """Send a claim to its manufacturer, once, after showing exactly what leaves and where to."""
    _send(ctx.obj, claim, "submit", force=uncovered, yes=yes, as_json=as_json)


def resubmit(
    ctx: typer.Context, claim: Claim, *, uncovered: Uncovered = False, yes: Yes = False, as_json: Json = False
) -> None:
    """Send a denied claim again, after showing exactly what leaves and where to."""
    _send(ctx.obj, claim, "resubmit", force=uncovered, yes=yes, as_json=as_json)


def show(ctx: typer.Context, claim: Claim, as_json: Json = False) -> None:
    """Show a claim with its decisions, shipments, returns, money, files and history."""
    cli: Cli = ctx.obj
    found = cli.with_desk(lambda desk: desk.claims.get(claim), read_only=True)
    cli.emit("claims.show", found, as_json=as_json, show=lambda: pages.claim(cli, found, whole=True))


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
    from servicedesk_core.store.queries.claims import ClaimFilter  # noqa: PLC0415

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


def note(
    ctx: typer.Context,
    claim: Claim,
    text: Annotated[str, typer.Argument(help="What to say; the manufacturer reads it.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Tell the manufacturer something about a claim."""
    cli: Cli = ctx.obj
    _show_telling(cli, claim, "claims.note", {"text": text}, quiet=as_json and yes)
    cli.confirm("Send this note?", yes=yes)
    told = cli.with_desk(lambda desk: desk.claims.note(claim, text))
    cli.emit("claims.note", told, as_json=as_json, show=lambda: pages.claim(cli, told))


def attach(
    ctx: typer.Context,
    claim: Claim,
    file: Annotated[Path, typer.Argument(help="The file.")],
    *,
    kind: Annotated[Kind, typer.Option("--kind", help="What it proves.")] = Kind.OTHER,
    send: Annotated[
        bool, typer.Option("--send", help="Send it now, for a claim that the manufacturer already has.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Add a file to a claim: it goes with the claim when that is sent, or now with --send."""
    import mimetypes  # noqa: PLC0415

    cli: Cli = ctx.obj
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.", hint="Name a file.") from error
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if send:
        told = {"attachments": [{"name": file.name, "kind": kind.value, "size": len(content)}]}
        _show_telling(cli, claim, "claims.attach", told, quiet=as_json and yes)
        cli.confirm("Send this file?", yes=yes)
    changed = cli.with_desk(
        lambda desk: desk.claims.attach(
            claim, name=file.name, content=content, media_type=media_type, kind=kind.value, send=send
        )
    )
    cli.emit("claims.attach", changed, as_json=as_json, show=lambda: pages.claim(cli, changed))


def cancel(
    ctx: typer.Context,
    claim: Claim,
    reason: Annotated[str, typer.Option("--reason", help="Why; a manufacturer that has the claim reads it.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Withdraw a claim, at the manufacturer if it has it."""
    cli: Cli = ctx.obj
    _show_telling(cli, claim, "claims.cancel", {"reason": reason}, quiet=as_json and yes)
    cli.confirm(f"Withdraw claim {claim}?", yes=yes)
    gone = cli.with_desk(lambda desk: desk.claims.cancel(claim, reason))
    cli.emit("claims.cancel", gone, as_json=as_json, show=lambda: pages.claim(cli, gone))


def resolve(
    ctx: typer.Context,
    claim: Claim,
    *,
    found: Annotated[str | None, typer.Option("--found", metavar="ID", help="The manufacturer has it as ID.")] = None,
    absent: Annotated[bool, typer.Option("--absent", help="It does not: the claim can be sent again.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="How it was found out; kept in the history.")] = "",
    as_json: Json = False,
) -> None:
    """Settle a claim in doubt, after you have looked at the manufacturer. Sends nothing."""
    cli: Cli = ctx.obj
    if (found is None) != absent:
        raise SettingsError("Say either --found ID or --absent.", hint="Look into the manufacturer's portal first.")
    settled = cli.with_desk(lambda desk: desk.claims.resolve(claim, ref=found, reason=reason))
    cli.emit("claims.resolve", settled, as_json=as_json, show=lambda: pages.claim(cli, settled))


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


def pack(
    ctx: typer.Context,
    claim: Claim,
    *,
    to: Annotated[Path, typer.Option("--to", help="Folder that the pack is made in.")] = Path(),
    archive: Annotated[bool, typer.Option("--zip", help="One archive in place of a folder.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="The form as PDF too; needs servicedesk-core[pdf].")] = False,
    as_json: Json = False,
) -> None:
    """Write everything that a person needs to claim by hand: the filled-in form and the documents."""
    cli: Cli = ctx.obj
    made = cli.with_desk(lambda desk: desk.claims.pack(claim, to, archive=archive, pdf=pdf))
    cli.emit("claims.pack", made, as_json=as_json, show=lambda: pages.packed(cli, made))


def record(
    ctx: typer.Context,
    claim: Claim,
    *,
    status: Annotated[str | None, typer.Option("--status", help="Where it stands at the manufacturer.")] = None,
    word: Annotated[str | None, typer.Option("--word", help="The manufacturer's own word for it.")] = None,
    ref: Annotated[str | None, typer.Option("--ref", help="The manufacturer's id of the claim.")] = None,
    denial_reason: Annotated[str | None, typer.Option("--denial-reason", help="Why it was denied.")] = None,
    decision: Annotated[
        list[str] | None,
        typer.Option(
            "--decision",
            metavar="PART:approved|denied[:REASON]",
            help="For one part, by its number: 2:denied:worn out.",
        ),
    ] = None,
    return_by: Annotated[
        str | None, typer.Option("--return-by", metavar="DATE", help="Day by which the defective part must be back.")
    ] = None,
    returned: Annotated[bool, typer.Option("--returned", help="The manufacturer has the defective part.")] = False,
    credit: Annotated[
        list[str] | None,
        typer.Option("--credit", metavar="KIND:STATE:AMOUNT:CURRENCY", help="Money, as parts:approved:120.50:EUR."),
    ] = None,
    tracking: Annotated[
        str | None, typer.Option("--shipped", metavar="CARRIER:TRACKING", help="Parts on their way to you.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Record what a manufacturer answered that no program can ask. The claim moves through the same states."""
    from servicedesk_core.cli.claim_input import report_of  # noqa: PLC0415

    cli: Cli = ctx.obj
    if not (returned or any((status, word, ref, denial_reason, decision, return_by, credit, tracking))):
        raise SettingsError(
            "Nothing was named that is to be recorded.",
            hint="Say what the manufacturer answered: --status, --ref, --word, --credit …",
        )
    report = report_of(
        status=status,
        word=word,
        ref=ref,
        denial_reason=denial_reason,
        decisions=decision or (),
        return_by=return_by,
        returned=returned,
        credits_=credit or (),
        shipped=tracking,
    )
    kept = cli.with_desk(lambda desk: desk.claims.record(claim, report))
    cli.emit("claims.record", kept, as_json=as_json, show=lambda: pages.claim(cli, kept))


def _send(cli: Cli, claim: str, how: str, *, force: bool, yes: bool, as_json: bool) -> None:
    async def looked(desk: Any) -> Any:
        return await desk.claims.departure(claim, again=how == "resubmit", force=force)

    departure = cli.with_desk(looked)
    if not as_json or not yes:
        pages.departure(cli, departure)
    cli.confirm("Send exactly this?", yes=yes)
    sent: ClaimDetail = cli.with_desk(lambda desk: getattr(desk.claims, how)(claim, force=force, shown=departure))
    cli.emit(f"claims.{how}", sent, as_json=as_json, show=lambda: pages.claim(cli, sent))
    pages.after_sending(cli, sent)
    if code := pages.exit_code_of(cli, sent):
        raise typer.Exit(code)


def _show_telling(cli: Cli, claim: str, kind: str, values: dict[str, Any], *, quiet: bool) -> None:
    """Show what would leave and where to, before anybody is asked; refuses what cannot be done."""
    from servicedesk_core.claims.content import ClaimWrite  # noqa: PLC0415

    going = cli.with_desk(lambda desk: desk.claims.telling(claim, ClaimWrite(kind), values))
    if going is None:
        cli.say("Nothing leaves the desk: no manufacturer has this claim from a program.")
    elif not quiet:
        pages.departure(cli, going)


def _changes(
    symptom: str | None,
    troubleshooting: str | None,
    service: str | None,
    parts: list[str] | None,
    sets: list[str] | None,
) -> dict[str, Any]:
    from servicedesk_core.cli.claim_input import changes_of  # noqa: PLC0415

    return changes_of(
        {"symptom": symptom, "troubleshooting": troubleshooting, "service": service}, parts or (), sets or ()
    )


def _state(word: str) -> Any:
    from servicedesk_core.cli.claim_input import one_of  # noqa: PLC0415
    from servicedesk_core.domain.warranty import ClaimState  # noqa: PLC0415

    return one_of(ClaimState, word, "state")
