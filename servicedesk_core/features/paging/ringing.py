"""Goes on with pages: rings whoever is next, and looks whether work has begun."""

from datetime import datetime

from servicedesk_core.features.paging import tables
from servicedesk_core.features.paging.model import PageState
from servicedesk_core.features.paging.rules import WORK_WITHIN, is_exhausted, next_call, whom
from servicedesk_core.features.paging.tables import Ringing
from servicedesk_core.features.paging.telling import Teller
from servicedesk_core.outbox.staff import StaffDesk
from servicedesk_core.store import Fence, Tx, sending


async def go_on(desk: StaffDesk, fence: Fence | None = None) -> int:
    """Go on with each page that is due; return with how many: none of a store that is not adopted yet.

    Args:
        desk: The desk.
        fence: Proof of the lease under which that happens.
    """
    now = desk.clock.now()
    if not await desk.store.read(lambda tx: tables.is_any_due(tx, now) and sending.sending_allowed(tx)):
        return 0

    def work(tx: Tx) -> int:
        found, teller = tables.due(tx, now), Teller(tx, desk.roster, desk.settings, now)
        for page in found:
            _go_on(tx, teller, page, now)
        return len(found)

    return await desk.store.write(work, fence=fence)


def _go_on(tx: Tx, teller: Teller, page: Ringing, now: datetime) -> None:
    if page.ticket_id is not None and tables.is_closed(tx, page.ticket_id):
        _end(tx, page, now, "the ticket was closed")
    elif page.state == PageState.RINGING:
        _ring(tx, teller, page, now)
    elif page.ticket_id is None or tables.has_work(tx, page.ticket_id, page.acknowledged_at or now):
        _end(tx, page, now, "work has begun")
    else:
        why = f"{page.acknowledged_by} took it on, and no work began within {WORK_WITHIN.seconds // 60} minutes"
        again = {"state": PageState.RINGING.value, "rung": 0, "next_at": now, "why": why}
        tables.change(tx, page.id, **again)
        _ring(tx, teller, tables.page_of(tx, page.id, None), now, f"{why}.")


def _ring(tx: Tx, teller: Teller, page: Ringing, now: datetime, why: str = "") -> None:
    people = whom(page.rung, teller.on_call(), teller.reachable)
    if is_exhausted(page.rung):
        why = "Nobody has taken it on so far: everybody who is on call is told now."
    if not people:
        people, why = teller.above(), "Nobody who is on call now can be reached."
    for name in people:
        teller.ring(page, name, why)
    tables.change(tx, page.id, rung=page.rung + 1, next_at=next_call(now))


def _end(tx: Tx, page: Ringing, now: datetime, why: str) -> None:
    tables.change(tx, page.id, state=PageState.OVER.value, over_at=now, next_at=None, why=why)
    tables.drop_calls(tx, page, now, why)
