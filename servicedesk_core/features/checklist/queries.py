"""The steps of a ticket."""

from typing import Annotated, Final

from sqlalchemy import select

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.checklist.model import ChecklistStep
from servicedesk_core.features.tickets import WHERE, WHICH, found
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_I: Final = RECORDS["checklist_items"].c


class ChecklistQueries(Namespace[Manner]):
    """The steps of tickets."""

    desk: ProposingDesk

    @query(
        "checklist.list",
        about="The steps of a ticket.",
        needs=Capability.INTERNAL,
        empty="The ticket has no steps, as of the last sync.",
    )
    def list(
        self,
        tx: Tx,
        ticket: WHICH,
        *,
        undone: Annotated[bool, Help("Only those that are not ticked.")] = False,
        connection: WHERE = None,
        sort: Sort = None,
        limit: Limit = 200,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[ChecklistStep]:
        """List the steps of a ticket in their order. What is written here shows at once, the rest with the next sync.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        row = found(tx, ticket, connection, scope).row
        steps = steps_of(tx, row.connection, row.external_id)
        rows = tuple(one for one in steps if not (undone and one.is_done))
        return piece(Page(rows), ChecklistStep, by="place", sort=sort, after=after, limit=limit)


def steps_of(tx: Tx, connection: str, ticket_ref: str) -> tuple[ChecklistStep, ...]:
    """Return the steps of a ticket, in their order.

    Args:
        tx: Any transaction.
        connection: Where the ticket is.
        ticket_ref: The vendor's id of the ticket.
    """
    source_id = sources.id_of(tx, connection)
    columns = _I.external_id, _I.name, _I.is_important, _I.is_completed, _I.completed_at, _I.completed_by_ref
    query = select(*columns).where(_I.source_id == source_id, _I.ticket_ref == ticket_ref, _I.gone_at.is_(None))
    rows = tx.execute(query.order_by(_I.position.is_(None), _I.position, _I.local_id)).all()
    names = Names(tx)
    for one in rows:
        names.want(source_id, "technicians", one.completed_by_ref)
    return tuple(
        ChecklistStep(
            place=place,
            name=one.name,
            is_important=bool(one.is_important),
            is_done=bool(one.is_completed),
            done_at=optional_instant(one.completed_at),
            done_by=names.of(source_id, "technicians", one.completed_by_ref),
            step=one.external_id,
            connection=connection,
        )
        for place, one in enumerate(rows, 1)
    )
