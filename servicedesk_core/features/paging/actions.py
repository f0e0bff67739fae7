"""Taking a page on."""

from typing import Annotated

from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.paging import tables
from servicedesk_core.features.paging.model import Acknowledged, PageState
from servicedesk_core.features.paging.queries import PagingQueries
from servicedesk_core.features.paging.rules import WORK_WITHIN
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.queries.scope import Scope

_USER = "user:"


class Paging(PagingQueries[Manner]):
    """What rings, and taking it on."""

    @action("paging.acknowledge", about="How the page stands now.", needs=Capability.PAGES_ACKNOWLEDGE)
    async def acknowledge(
        self,
        number: Annotated[int, Help("Its number, as `paging list` shows it.", names="paging.show")],
        *,
        scope: Scope | None = None,
    ) -> Acknowledged:
        """Take a page on: nobody else is rung. It rings again unless work on the ticket begins within half an hour.

        A page that somebody has taken on already stays theirs; a second time nothing happens.

        Raises:
            NotFoundLocallyError: There is none of that number.
        """
        now, author = self.desk.clock.now(), str(self.desk.actor)
        person = self.desk.actor.name.removeprefix(_USER)

        def work(tx: Tx) -> Acknowledged:
            page = tables.page_of(tx, number, scope)
            if page.state == PageState.RINGING:
                is_about_ticket = page.ticket_id is not None
                values = {
                    "state": (PageState.ACKNOWLEDGED if is_about_ticket else PageState.OVER).value,
                    "acknowledged_at": now,
                    "acknowledged_by": person,
                    "next_at": now + WORK_WITHIN if is_about_ticket else None,
                    "over_at": None if is_about_ticket else now,
                    "why": None,
                }
                tables.change(tx, number, **values)
                tables.drop_calls(tx, page, now, f"{person} took it on")
                audit.append(tx, at=now, actor=author, action="page.acknowledged", entity=f"page:{number}")
            row = tables.row_of(tx, number, scope)
            begins = None if row.state is not PageState.ACKNOWLEDGED else row.next_at
            return Acknowledged(
                number, row.subject, row.ticket, row.state, row.acknowledged_by, row.acknowledged_by == person, begins
            )

        return await self.desk.store.write(work)
