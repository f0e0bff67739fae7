"""What would be billed for some days, client by client."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Desk
from servicedesk_core.features.billing.drafts import Draft
from servicedesk_core.features.billing.kinds import Biller
from servicedesk_core.features.billing.periods.tables import lock_of
from servicedesk_core.features.billing.preview.documents import Made, documents
from servicedesk_core.features.billing.preview.pieces import Judged, Left, Payer, Piece, Why
from servicedesk_core.features.billing.preview.tables.agreed import blocks, unscheduled
from servicedesk_core.features.billing.preview.tables.asked import AT_ONCE, Asked, payers_of
from servicedesk_core.features.billing.preview.tables.billers import biller_of, policy_at
from servicedesk_core.features.billing.preview.tables.goods import goods
from servicedesk_core.features.billing.preview.tables.services import services, units
from servicedesk_core.features.billing.preview.tables.work import work
from servicedesk_core.features.billing.sending.tables import billed_by
from servicedesk_core.features.profit import own_currency
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.checking import named

_LOCKED: Final = (
    "The period takes no new documents: what came since is billed with the next one, all else when reopened."
)

_AS_BEFORE: Final = frozenset({Why.BILLED, Why.NOT_BILLABLE, Why.COVERED})
"""Why something is left out whatever documents of ours bill."""

NOBODY: Final = Payer("", "", "no client")


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be billed.

    Attributes:
        drafts: The documents.
        left: What is on none of them, and why.
    """

    drafts: tuple[Draft, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class ClientPreview:
    """What would be billed to one client.

    Attributes:
        client: The number of the company's record; 0 = nobody knows who pays.
        payer: Who pays.
        pieces: What is billed.
        made: The documents of that, one for each currency, with what each record has of them.
        left: What is on none of them, and why.
    """

    client: int
    payer: Payer
    pieces: tuple[Piece, ...]
    made: tuple[Made, ...]
    left: tuple[Left, ...]


def previewed(
    tx: Tx,
    desk: Desk,
    first: date,
    last: date,
    company: str | None = None,
) -> Preview:
    """Return what would be billed to the clients whose invoices are made here.

    Args:
        tx: Any transaction.
        desk: Whose clock and zone count.
        first: First day.
        last: Last day.
        company: Only to this client, by name or how it begins, or id.

    Raises:
        NotFoundLocallyError: There is no such client.
        DefinitionsError: A definition does not fit this program.
    """
    found = list(by_client(tx, asked_for(tx, desk, first, last, company)))
    return Preview(
        tuple(made.draft for one in found for made in one.made), tuple(left for one in found for left in one.left)
    )


def asked_for(
    tx: Tx,
    desk: Desk,
    first: date,
    last: date,
    company: str | None = None,
    *,
    everybody: bool = False,
    is_whole: bool = False,
) -> Asked:
    """Return what is asked for; see :func:`previewed`.

    Args:
        tx: See there.
        desk: See there.
        first: See there.
        last: See there.
        company: See there.
        everybody: Also clients whose invoices the PSA makes.
        is_whole: Whether also what the PSA has posted counts, as if it were still to be billed.
    """
    zone = ZoneInfo(desk.timezone)
    at = desk.clock.now()
    policy = policy_at(tx, at)
    chosen = None if company is None else named(tx, company=company)
    is_ours = _is_ours(tx, at, everybody=everybody)
    return Asked(
        tx=tx,
        first=first,
        last=last,
        zone=zone,
        policy=policy,
        own=own_currency(tx, at),
        payers={
            number: payer
            for number, (source_id, payer) in payers_of(tx).items()
            if is_ours(payer) and (chosen is None or (source_id, payer.ref) in chosen)
        },
        are_all=chosen is None and (everybody or policy.biller is Biller.SERVICEDESK),
        billed=partial(billed_by, tx),
        is_whole=is_whole,
    )


def _is_ours(tx: Tx, at: datetime, *, everybody: bool) -> Callable[[Payer], bool]:
    biller = biller_of(tx, at)
    return lambda payer: everybody or biller(payer.connection, payer.ref) is Biller.SERVICEDESK


def by_client(tx: Tx, asked: Asked) -> Iterator[ClientPreview]:
    """Yield what would be billed, client by client: only one of them is held at a time."""
    is_locked = lock_of(tx, asked.first, asked.last) is not None and not asked.is_whole
    for client, several in groupby(judged(asked), key=itemgetter(0)):
        payer = asked.payers.get(client)
        if payer is None and not (client == 0 and asked.are_all):
            continue
        pieces: list[Piece] = []
        left: list[Left] = []
        for _, one in several:
            if isinstance(one, Left):
                left.append(replace(one, payer=payer))
            elif payer is None:
                left.append(_not_billed(one, payer, Why.NO_CLIENT, "Nothing says for whom it was."))
            elif is_locked:
                left.append(_not_billed(one, payer, Why.LOCKED, _LOCKED))
            else:
                pieces.append(one)
        days = asked.first, asked.last
        made, nothing = documents(payer, days, pieces) if payer is not None else ([], [])
        yield ClientPreview(client, payer or NOBODY, tuple(pieces), tuple(made), (*left, *nothing))


def judged(asked: Asked) -> Iterator[tuple[int, Judged]]:
    """Yield everything of the days, client by client, and what documents of ours bill as that."""
    readings = (work(asked), goods(asked), blocks(asked), units(asked), services(asked), unscheduled(asked))
    found = merge(*readings, key=itemgetter(0))
    if asked.is_whole:
        yield from found
    while not asked.is_whole and (several := tuple(islice(found, AT_ONCE))):
        billed = asked.billed(
            [one.source for _, one in several if not (isinstance(one, Left) and one.why in _AS_BEFORE)]
        )
        for client, one in several:
            yield client, _billed(one) if one.source in billed else one


def _billed(one: Judged) -> Left:
    says = "A document of ours bills it."
    about = one.about if isinstance(one, Left) else one.description
    return Left(source=one.source, sells=one.sells, why=Why.BILLED, says=says, day=one.day, about=about)


def _not_billed(one: Piece, payer: Payer | None, why: Why, says: str) -> Left:
    return Left(source=one.source, sells=one.sells, why=why, says=says, day=one.day, about=one.description, payer=payer)
