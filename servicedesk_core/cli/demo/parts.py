"""The part of a demo that is about parts: who has one, and one that a ticket takes from our own stock."""

from typing import TYPE_CHECKING

from servicedesk_core.cli.demo.setup import STOCK_NAME
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk

WORDS = "hard drive"
"""On our own shelf there is one to copy data to; each maker lists the one in its device."""


async def take(cli: Cli, desk: "ServiceDesk", ticket: str | None) -> None:
    """Look who has a part for a ticket's device, and take the one on our own shelf onto the ticket.

    Args:
        cli: Prints.
        desk: Its stock is synced.
        ticket: Number of the ticket; ``None``, or one that is closed = any that is open.
    """
    from servicedesk_core.features.parts.model import TakenRow  # noqa: PLC0415
    from servicedesk_core.features.parts.pages import found  # noqa: PLC0415

    shelf = await desk.parts.stock()
    cli.say(f"   {counted(len(shelf.items), 'part')} on our own shelf, as Snipe-IT keeps it.")
    said = f" --for-ticket {ticket}" if ticket else ""
    cli.say(f'   servicedesk parts find "{WORDS}"{said}')
    answer = await desk.parts.find(WORDS, for_ticket=ticket)
    found(cli, answer)
    own = next(one for one in answer.offers if one.connection == STOCK_NAME)
    if ticket is None or not (await desk.tickets.get(ticket)).row.is_open:  # nobody copies data for what is done
        ticket = next(one.ticket for one in (await desk.tickets.list(limit=1)).items)
    write = await desk.parts.take(ticket, own.number, reason="The data are copied before the repair.", send=True)
    cli.say(f"   Onto ticket {ticket}, for its data: write {write.id}, {write.state.value}.")
    await desk.sync_all((STOCK_NAME,))
    taken = await desk.parts.taken(ticket=ticket)
    cli.rows(TakenRow, taken.items, title=f"What the ticket holds (servicedesk parts taken --ticket {ticket})")
