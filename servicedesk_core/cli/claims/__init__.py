"""``servicedesk claims``: what is drafted, followed and recorded; the rest is derived."""

import typer

from servicedesk_core.cli.claims import by_hand, drafting, following


def register(group: typer.Typer) -> None:
    """Add the commands to the group of claims."""
    group.command("new")(drafting.new)
    group.command("edit")(drafting.edit)
    group.command("poll")(following.poll)
    group.command("record")(by_hand.record)
