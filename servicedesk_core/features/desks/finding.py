"""What somebody looks for: a ticket by its number or title, a client, a device by its serial number."""

from collections.abc import Iterator
from typing import Annotated, Final

from sqlalchemy import func, or_, select

from servicedesk_core.domain import plain_name
from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.desks.model import Hit, Kind
from servicedesk_core.features.tickets import TicketFilter, TicketRow, conditions, rows_by_id, ticket_page
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.cover.assets import AssetFilter, asset_pages
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS

_T, _C = RECORDS["tickets"].c, RECORDS["companies"].c
_OF_EACH: Final = 20
"""Of each kind at most so many: who needs more looks through the list of them."""
_SHORTEST: Final = 2
"""Letters: of one nearly everything holds it."""


class Finding(Namespace[Manner]):
    """What somebody looks for."""

    @query(
        "desks.find", about="Tickets, clients and devices that somebody may look for.", empty="Nothing is called so."
    )
    def find(
        self,
        tx: Tx,
        words: Annotated[str, Help("A number, words of a title, a client, or a serial number.", metavar="WORDS")],
        *,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Hit]:
        """Find tickets by number and title, also those that are done, clients by name and devices by serial number.

        What is called just so comes first; of each kind at most 20 are found.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found: dict[tuple[Kind, str, str], Hit] = {}
        if wanted := words.strip():
            for one in _found(tx, wanted, scope):
                found.setdefault((one.kind, one.connection, one.external_id), one)
        hits = tuple(sorted(found.values(), key=lambda one: not one.is_exact))
        return piece(Page(hits), Hit, by="-is_exact", sort=sort, after=after, limit=limit)


def _found(tx: Tx, words: str, scope: Scope | None) -> Iterator[Hit]:
    spelled = [*{words, plain_name(words), words.upper()}]
    own = conditions(tx, TicketFilter(everything=True), scope)
    by_number = select(_T.local_id).where(*own, or_(_T.number.in_(spelled), _T.external_id.in_(spelled)))
    named = tx.execute(by_number.order_by(_T.local_id).limit(_OF_EACH)).scalars().all()
    yield from (_ticket(one, is_exact=True) for one in rows_by_id(tx, named).values())
    yield from _devices(tx, words, scope)
    if len(words) >= _SHORTEST:
        yield from _clients(tx, words, scope)
        for everything in (False, True):  # what is open first
            chosen = TicketFilter(text=words, everything=everything)
            yield from map(_ticket, ticket_page(tx, chosen, limit=_OF_EACH, scope=scope).items)


def _ticket(row: TicketRow, *, is_exact: bool = False) -> Hit:
    return Hit(
        Kind.TICKET,
        row.number or row.external_id,
        row.title,
        row.company,
        row.connection,
        row.external_id,
        is_exact,
        row.is_open,
    )


def _devices(tx: Tx, words: str, scope: Scope | None) -> Iterator[Hit]:
    for one in asset_pages(tx, AssetFilter(serials=(words,), scope=scope), size=_OF_EACH):
        what = " ".join(filter(None, (one.maker, one.model, one.name)))
        yield Hit(
            Kind.DEVICE,
            one.serial_number or words,
            what,
            one.company,
            one.connection or "",
            one.asset_ref or "",
            is_exact=True,
        )


def _clients(tx: Tx, words: str, scope: Scope | None) -> Iterator[Hit]:
    seen = (
        ()
        if scope is None
        else (Sight(tx, scope).nameable("companies"), _C.source_id == sources.id_of(tx, scope.connection))
    )
    names = {one.id: one.name for one in sources.all(tx)}
    called = or_(_C.name.icontains(words, autoescape=True), _C.name.contains(words, autoescape=True))
    query = select(_C.source_id, _C.external_id, _C.name).where(_C.gone_at.is_(None), called, *seen)
    for source, ref, name in tx.execute(query.order_by(func.length(_C.name), _C.local_id).limit(_OF_EACH)):
        is_exact = plain_name(name).casefold() == plain_name(words).casefold()
        yield Hit(Kind.CLIENT, name, None, name, names[source], ref, is_exact)
