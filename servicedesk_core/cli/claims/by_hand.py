"""``servicedesk claims record``: what a person was answered."""

from typing import Annotated

import typer

from servicedesk_core.cli.claims.options import Claim
from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.claims.pages import whole


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
    return_charge: Annotated[
        str | None,
        typer.Option("--return-charge", metavar="AMOUNT:CURRENCY", help="What is charged when it does not come back."),
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
    from servicedesk_core.cli.claims.input import report_of  # noqa: PLC0415

    cli: Cli = ctx.obj
    if not (returned or any((status, word, ref, denial_reason, decision, return_by, return_charge, credit, tracking))):
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
        return_charge=return_charge,
        returned=returned,
        credits_=credit or (),
        shipped=tracking,
    )
    kept = cli.with_desk(lambda desk: desk.claims.record(claim, report))
    cli.emit("claims.record", kept, as_json=as_json, show=lambda: whole(cli, kept))
