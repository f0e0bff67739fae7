"""Tells whoever may take a page on what nobody has taken on, before the command that they gave."""

from typing import TYPE_CHECKING

from servicedesk_core.capabilities import Capability
from servicedesk_core.store.queries.ringing import is_ringing
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from servicedesk_core.desk.stored import StoredDesk
    from servicedesk_core.store import Tx


async def unanswered_on(desk: "StoredDesk") -> str:
    """Return a line about the pages that everybody was rung for, and nobody has taken on; empty = there is none."""
    if not desk.may(Capability.PAGES_ACKNOWLEDGE):
        return ""

    def look(tx: "Tx") -> str:
        if not is_ringing(tx):
            return ""
        from servicedesk_core.features.paging import unanswered  # noqa: PLC0415  # most of the time nothing rings

        found = unanswered(tx, desk.rights.scope)
        if not found:
            return ""
        first, more = found[0], len(found) - 1
        others = f", and {counted(more, 'other page')}" if more else ""
        what = f"Nobody has taken on page {first.number}: {first.subject}{others}."
        return f"{what} Run: servicedesk paging acknowledge {first.number}"

    return await desk.store.read(look)
