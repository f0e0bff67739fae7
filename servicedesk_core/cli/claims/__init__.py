"""``servicedesk claims``: what is drafted, sent and recorded; the rest is derived."""

import typer

from servicedesk_core.cli.claims import by_hand, drafting, following, sending

_CHANGES = "\n\nThis can change an outside system: the manufacturer's."


def register(group: typer.Typer) -> None:
    """Add the commands to the group of claims."""
    group.command("new")(drafting.new)
    group.command("edit")(drafting.edit)
    for command in (sending.submit, sending.resubmit, sending.note, sending.attach, sending.cancel):
        group.command(command.__name__, help=(command.__doc__ or "") + _CHANGES)(command)
    group.command("poll")(following.poll)
    group.command("record")(by_hand.record)
