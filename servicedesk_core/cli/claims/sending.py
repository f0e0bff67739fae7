"""``servicedesk claims submit``, ``resubmit``, ``note``, ``attach`` and ``cancel``: what a manufacturer is told."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli.claims import pages
from servicedesk_core.cli.claims.options import Claim
from servicedesk_core.cli.shell.arguments import Json, Yes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.claims.pages import brief, whole

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk
    from servicedesk_core.features.claims.model import ClaimDetail
    from servicedesk_core.features.claims.writes.content import ClaimWrite

Uncovered = Annotated[
    bool, typer.Option("--force", help="Send it although the device was not covered that day, as far as we know.")
]


class Kind(StrEnum):
    """What a file proves."""

    PROOF_OF_PURCHASE = "proof_of_purchase"
    DIAGNOSTICS = "diagnostics"
    PHOTO = "photo"
    OTHER = "other"


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


def note(
    ctx: typer.Context,
    claim: Claim,
    text: Annotated[str, typer.Argument(help="What to say; the manufacturer reads it.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Tell the manufacturer something about a claim."""
    from servicedesk_core.features.claims.writes.content import ClaimWrite  # noqa: PLC0415

    cli: Cli = ctx.obj

    async def work(desk: "ServiceDesk") -> "ClaimDetail":
        await _show_update(cli, desk, claim, ClaimWrite.NOTE, {"text": text}, quiet=as_json and yes)
        cli.confirm("Send this note?", yes=yes)
        return await desk.claims.note(claim, text)

    told = cli.with_desk(work)
    cli.emit("claims.note", told, as_json=as_json, show=lambda: brief(cli, told))


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

    from servicedesk_core.features.claims.writes.content import ClaimWrite  # noqa: PLC0415

    cli: Cli = ctx.obj
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.", hint="Name a file.") from error
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    told = {"attachments": [{"name": file.name, "kind": kind.value, "size": len(content)}]}

    async def work(desk: "ServiceDesk") -> "ClaimDetail":
        if send:
            await _show_update(cli, desk, claim, ClaimWrite.ATTACH, told, quiet=as_json and yes)
            cli.confirm("Send this file?", yes=yes)
        return await desk.claims.attach(
            claim, name=file.name, content=content, media_type=media_type, kind=kind.value, send=send
        )

    changed = cli.with_desk(work)
    cli.emit("claims.attach", changed, as_json=as_json, show=lambda: whole(cli, changed))


def cancel(
    ctx: typer.Context,
    claim: Claim,
    reason: Annotated[str, typer.Option("--reason", help="Why; a manufacturer that has the claim reads it.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Withdraw a claim, at the manufacturer if it has it."""
    from servicedesk_core.features.claims.writes.content import ClaimWrite  # noqa: PLC0415

    cli: Cli = ctx.obj

    async def work(desk: "ServiceDesk") -> "ClaimDetail":
        await _show_update(cli, desk, claim, ClaimWrite.CANCEL, {"reason": reason}, quiet=as_json and yes)
        cli.confirm(f"Withdraw claim {claim}?", yes=yes)
        return await desk.claims.cancel(claim, reason)

    gone = cli.with_desk(work)
    cli.emit("claims.cancel", gone, as_json=as_json, show=lambda: brief(cli, gone))


def _send(cli: Cli, claim: str, how: str, *, force: bool, yes: bool, as_json: bool) -> None:
    async def work(desk: "ServiceDesk") -> "tuple[ClaimDetail, int]":
        preview = await desk.claims.preview(claim, again=how == "resubmit", force=force)
        if not as_json or not yes:
            pages.preview(cli, preview)
        cli.confirm("Send exactly this?", yes=yes)
        send = desk.claims.resubmit if how == "resubmit" else desk.claims.submit
        sent = await send(claim, force=force, shown=preview)
        return sent, await pages.exit_code_of(desk, sent)

    sent, code = cli.with_desk(work)
    cli.emit(f"claims.{how}", sent, as_json=as_json, show=lambda: brief(cli, sent))
    pages.after_sending(cli, sent)
    if code:
        raise typer.Exit(code)


async def _show_update(
    cli: Cli, desk: "ServiceDesk", claim: str, kind: "ClaimWrite", values: dict[str, Any], *, quiet: bool
) -> None:
    """Show what would leave and where to, before anybody is asked; refuses what cannot be done."""
    going = await desk.claims.preview_update(claim, kind, values)
    if going is None:
        cli.say("Nothing leaves the desk: no manufacturer has this claim from a program.")
    elif not quiet:
        pages.preview(cli, going)
