"""What tickets took from stock, with what was given back, charged and claimed: one reading for all who count it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Connection, Text, cast, select

from servicedesk_core.domain.parts.charging import owed
from servicedesk_core.domain.warranty import ClaimState
from servicedesk_core.domain.writing import AT_VENDOR, UNFINISHED, WriteState
from servicedesk_core.store.outbox.model import WRITES, StoredWrite
from servicedesk_core.store.outbox.parts import at_place, of_parts
from servicedesk_core.store.outbox.queue import following
from servicedesk_core.store.schema import RECORDS, claims, outbox, part_claims, part_costs, sources

TAKE: Final = "stock_moves.take"
RETURN: Final = "stock_moves.return"
CHARGE: Final = "charges.create"
"""Kinds of the writes that take a part, give it back, and charge it."""

PURSUED: Final = tuple(state for state in WriteState if state not in {WriteState.REJECTED, WriteState.DISCARDED})
"""States of writes that moved something, or may yet."""

_PIECE: Final = 500
_JSON: Final = JSON().with_variant(Text(), "sqlite")
"""What the values of a write are cast to: SQLite looks into text as it is."""


@dataclass(frozen=True, slots=True)
class OfClaim:
    """The claim that a part is for.

    Attributes:
        number: The desk's number of the claim.
        claim_id: Our id of it.
        state: Where it stands.
        released_by: Who decided that the client pays nevertheless; ``None`` = nobody.
    """

    number: int
    claim_id: str
    state: ClaimState
    released_by: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A part that a ticket took, or is to take.

    Attributes:
        write: The write that takes it.
        returns: Those that give some of it back.
        charges: Those that charge it, or correct that; refused and discarded ones are left out.
        unit_cost: What one cost when it was taken.
        currency: Of the cost.
        claim: The claim that it is for.
    """

    write: StoredWrite
    returns: tuple[StoredWrite, ...]
    charges: tuple[StoredWrite, ...]
    unit_cost: Decimal | None
    currency: str | None
    claim: OfClaim | None

    @property
    def is_taken(self) -> bool:
        """Whether the stock knows of it."""
        return self.write.state in AT_VENDOR

    @property
    def quantity(self) -> Decimal:
        """How many were taken."""
        return quantity_of(self.write)

    @property
    def held(self) -> Decimal:
        """How many the ticket has now."""
        return self.quantity - sum((quantity_of(one) for one in self.returns if one.state in AT_VENDOR), Decimal(0))

    @property
    def charged(self) -> Decimal:
        """How many are charged, or are to be."""
        return sum(map(quantity_of, self.charges), Decimal(0))

    @property
    def unsent(self) -> tuple[StoredWrite, ...]:
        """The charges that the PSA certainly does not have, and may still get."""
        early = WriteState.PROPOSED, WriteState.QUEUED
        return tuple(one for one in self.charges if one.state in early and quantity_of(one) > 0)

    @property
    def due(self) -> Decimal:
        """How many are yet to be charged; below 0 = so many were charged that the client does not owe."""
        left = self.quantity - sum(map(quantity_of, self.returns), Decimal(0))
        claim = self.claim
        return owed(left, claim.state if claim else None, is_released=bool(claim and claim.released_by)) - self.charged

    @property
    def uncharged(self) -> Decimal:
        """How many the PSA has no charge of yet; below 0 = so many were charged that the client does not owe."""
        return self.due if self.due < 0 else self.due + sum(map(quantity_of, self.unsent), Decimal(0))

    @property
    def cost(self) -> Decimal | None:
        """What those cost that the ticket has now."""
        return None if self.unit_cost is None else self.unit_cost * self.held


def done_at(write: StoredWrite) -> datetime:
    """Return when something was moved: when its attempt began; of one that never was, when it was proposed."""
    return write.sent_at or write.finished_at or write.proposed_at


def quantity_of(write: StoredWrite) -> Decimal:
    """Return how many a write moves, or charges."""
    return Decimal(str(write.values.get("quantity") or 0))


def taken(tx: Connection, *only: ColumnElement[bool]) -> Iterator[Taken]:
    """Yield what tickets took, and are to take, the oldest first.

    Args:
        tx: Any transaction.
        only: What must be true of the rows of the outbox that take.
    """
    if not (takes := of_parts(tx, TAKE, PURSUED, *only)):
        return
    back: defaultdict[tuple[str, str], list[StoredWrite]] = defaultdict(list)
    for write in _returns(tx, takes):
        back[write.connection, write.values.get("move_ref") or ""].append(write)
    returns = {one.id: back.get((one.connection, one.ref), []) if one.ref else [] for one in takes}
    charges: defaultdict[int, list[StoredWrite]] = defaultdict(list)
    for write in _charges(tx, (number for take in takes for number in _numbers(take, returns[take.id]))):
        charges[write.after or 0].append(write)
    numbers = [one.id for one in takes] if len(takes) <= _PIECE else None
    costs, linked = _costs(tx, numbers), claims_of(tx, numbers)
    for take in takes:
        unit_cost, currency = costs.get(take.id, (None, None))
        charging = [one for number in _numbers(take, returns[take.id]) for one in charges[number]]
        yield Taken(take, tuple(returns[take.id]), tuple(charging), unit_cost, currency, linked.get(take.id))


def taken_by(tx: Connection, number: int, *only: ColumnElement[bool]) -> Taken | None:
    """Return what the write of a number took, or is to take.

    Args:
        tx: Any transaction.
        number: The number.
        only: What must be true of its row besides.
    """
    return next(taken(tx, outbox.c.id == number, *only), None)


def taken_charged_by(tx: Connection, charge: StoredWrite) -> Taken | None:
    """Return what a charge is for, if it is for a part that was taken."""
    if charge.after is None:
        return None
    first = WRITES.one(tx, WRITES.select().where(outbox.c.id == charge.after))
    if first is not None and first.kind == RETURN:
        return taken_given_back_by(tx, first)
    return None if first is None else taken_by(tx, first.id)


def taken_given_back_by(tx: Connection, back: StoredWrite) -> Taken | None:
    """Return what a write gives back, or some of it."""
    ref = back.values.get("move_ref")
    at = outbox.c.connection == back.connection, outbox.c.aggregate == back.aggregate
    return next(taken(tx, *at, outbox.c.ref == ref), None)


def refused_charges(tx: Connection, part: Taken) -> list[StoredWrite]:
    """Return the charges of a part that were refused, and could be tried again."""
    found = following(tx, _numbers(part.write, part.returns))
    return [one for one in found if one.kind == CHARGE and one.state is WriteState.REJECTED]


def stocks(tx: Connection) -> list[str]:
    """Return the connections that have parts on a shelf."""
    level = RECORDS["stock_levels"].c
    query = select(sources.c.name).where(sources.c.id.in_(select(level.source_id).where(level.gone_at.is_(None))))
    return sorted(tx.execute(query).scalars())


def charges_with_own_cost() -> Any:
    """Return the query for the connection and the vendor's id of charges whose cost is known from what was taken."""
    first, take = outbox.alias("first"), outbox.alias("take")
    given_back = cast(first.c.new_values, _JSON)["move_ref"].as_string()
    same = take.c.connection == first.c.connection, take.c.aggregate == first.c.aggregate, take.c.ref == given_back
    its_take = select(part_costs.c.write_id).join(take, take.c.id == part_costs.c.write_id)
    known = select(part_costs.c.write_id).where(part_costs.c.write_id == first.c.id).exists()
    was_known = its_take.where(first.c.kind == RETURN, take.c.kind == TAKE, *same).correlate(first).exists()
    follows = outbox.c.after_write.is_not(None)  # said, so that its index is used: few of the writes follow others
    return (
        select(outbox.c.connection, outbox.c.ref)
        .join(first, first.c.id == outbox.c.after_write)
        .where(follows, outbox.c.kind == CHARGE, outbox.c.ref.is_not(None), known | was_known)
    )


def claims_of(tx: Connection, numbers: Collection[int] | None = None) -> dict[int, OfClaim]:
    """Return the claims that writes take, or order, something for, by the number of the write.

    Args:
        tx: Any transaction.
        numbers: Only of these writes; ``None`` = of all.
    """
    of = part_claims.c
    sends = outbox.alias("sends")
    query = (
        select(of.write_id, claims.c.id, claims.c.claim_id, claims.c.state, sends.c.state, of.released_by)
        .join(claims, claims.c.id == of.claim)
        .outerjoin(sends, sends.c.id == claims.c.sent_as)
    )
    if numbers is not None:
        query = query.where(of.write_id.in_(numbers))
    return {
        number: OfClaim(claim, claim_id, ClaimState.SUBMITTING if sending in UNFINISHED else state, released_by)
        for number, claim, claim_id, state, sending, released_by in tx.execute(query)
    }


def link(tx: Connection, number: int, claim: int, *, actor: str, at: datetime) -> None:
    """Note that what a write takes, or orders, is for a claim; what was decided about another one is forgotten."""
    unlink(tx, number)
    tx.execute(part_claims.insert().values(write_id=number, claim=claim, linked_by=actor, linked_at=at))


def unlink(tx: Connection, number: int) -> None:
    """Note that what a write takes, or orders, is for no claim."""
    tx.execute(part_claims.delete().where(part_claims.c.write_id == number))


def release(tx: Connection, number: int, *, actor: str, at: datetime, reason: str) -> None:
    """Note that a person decided that the client pays what is for a claim."""
    values = {"released_by": actor, "released_at": at, "reason": reason}
    tx.execute(part_claims.update().where(part_claims.c.write_id == number).values(values))


def _returns(tx: Connection, takes: Sequence[StoredWrite]) -> list[StoredWrite]:
    """Return what gives something back of what was taken, and perhaps more."""
    if len(takes) > _PIECE:
        return of_parts(tx, RETURN, PURSUED, outbox.c.connection.in_({one.connection for one in takes}))
    places: defaultdict[str, set[str]] = defaultdict(set)
    for take in takes:  # what is given back goes where it was taken from
        places[take.connection].add(take.aggregate)
    return [one for stock, there in places.items() for one in at_place(tx, RETURN, PURSUED, stock, there)]


def _numbers(take: StoredWrite, returns: Sequence[StoredWrite]) -> tuple[int, ...]:
    return take.id, *(one.id for one in returns)


def _charges(tx: Connection, numbers: Iterable[int]) -> Iterator[StoredWrite]:
    wanted = list(numbers)
    for at in range(0, len(wanted), _PIECE):
        for write in following(tx, wanted[at : at + _PIECE]):
            if write.kind == CHARGE and write.state in PURSUED:
                yield write


def _costs(tx: Connection, numbers: Sequence[int] | None) -> dict[int, tuple[Decimal, str]]:
    query = select(part_costs.c.write_id, part_costs.c.unit_cost, part_costs.c.currency)
    if numbers is not None:
        query = query.where(part_costs.c.write_id.in_(numbers))
    return {number: (cost, currency) for number, cost, currency in tx.execute(query)}
