"""``servicedesk claims``: from a draft to the money back."""

import typer

from servicedesk_core.cli.claims import by_hand, drafting, following, sending

_CHANGES = "\n\nThis can change an outside system: the manufacturer's."


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Claims against manufacturers, from a broken device to the money back.", no_args_is_help=True
    )
    group.command("propose")(drafting.propose)
    group.command("new")(drafting.new)
    group.command("edit")(drafting.edit)
    group.command("check")(drafting.check)
    group.command("submit", help=(sending.submit.__doc__ or "") + _CHANGES)(sending.submit)
    group.command("show")(following.show)
    group.command("list")(following.list_claims)
    group.command("note", help=(sending.note.__doc__ or "") + _CHANGES)(sending.note)
    group.command("attach", help=(sending.attach.__doc__ or "") + _CHANGES)(sending.attach)
    group.command("resubmit", help=(sending.resubmit.__doc__ or "") + _CHANGES)(sending.resubmit)
    group.command("cancel", help=(sending.cancel.__doc__ or "") + _CHANGES)(sending.cancel)
    group.command("resolve")(by_hand.resolve)
    group.command("poll")(following.poll)
    group.command("pack")(by_hand.pack)
    group.command("record")(by_hand.record)
    app.add_typer(group, name="claims")
