"""The opportunity of an agreement: one for each term, known by the agreement and the end of its term."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from servicedesk_core.domain.crm import OpportunityState
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import WriteError
from servicedesk_core.features.agreements.model import Offered
from servicedesk_core.features.agreements.signals import Said
from servicedesk_core.features.agreements.tables import Standing
from servicedesk_core.store import Tx, outbox
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.schema import RECORDS

CREATE: Final = "opportunities.create"
_DROPPED: Final = frozenset({WriteState.DISCARDED, WriteState.REJECTED})
_OF_STATE: Final = {
    OpportunityState.OPEN.value: Offered.OPEN,
    OpportunityState.WON.value: Offered.WON,
    OpportunityState.LOST.value: Offered.LOST,
}


class Offer(NamedTuple):
    """The newest opportunity of an agreement's term.

    Attributes:
        key: The request that made it, or would make it.
        again: The request that would make another one.
        offered: Where it stands.
        write: Number of its write.
        ref: The vendor's id.
    """

    key: str
    again: str
    offered: Offered
    write: int | None
    ref: str | None


def key_of(one: Standing) -> str:
    """Return what tells the opportunity of an agreement's term apart."""
    return f"agreements.offer:{one.connection}:{one.ref}:{one.term.end}"


def offer_of(tx: Tx, one: Standing) -> Offer:
    """Return the newest opportunity of an agreement's term, and where it stands."""
    first = key_of(one)
    key = again = first
    number, count = None, 1
    while (found := outbox.asked_before(tx, again)) is not None:
        key, number, count = again, found, count + 1
        again = f"{first}:{count}"
    if number is None:
        return Offer(key, again, Offered.NONE, None, None)
    write = outbox.get(tx, number)
    if write.ref is None:
        offered = Offered.DROPPED if write.state in _DROPPED else Offered.WAITING
    else:
        offered = _at_vendor(tx, one.source_id, write.ref)
    return Offer(key, again, offered, number, write.ref)


def _at_vendor(tx: Tx, source_id: int, ref: str) -> Offered:
    c = RECORDS["opportunities"].c
    row = tx.execute(select(c.state, c.gone_at).where(c.source_id == source_id, c.external_id == ref)).first()
    if row is None:
        return Offered.UNREAD
    return Offered.DELETED if row.gone_at is not None else _OF_STATE[row.state]


def intent_of(tx: Tx, one: Standing, said: Iterable[Said], *, reason: str, request_id: str) -> Intent:
    """Return the intent to make the opportunity of an agreement.

    Args:
        tx: Any transaction.
        one: The agreement.
        said: What speaks for more at its client.
        reason: Why, for people.
        request_id: What tells it apart.

    Raises:
        WriteError: It has no client, or nobody owns the client's account, whose the opportunity would be.
    """
    c, contracts = RECORDS["companies"].c, RECORDS["contracts"].c
    owner = tx.execute(
        select(c.owner_ref).where(c.source_id == one.source_id, c.external_id == (one.company or ""))
    ).scalar_one_or_none()
    if one.company is None or owner is None:
        what = "has no client" if one.company is None else f"is of {one.client}, whose account nobody owns"
        raise WriteError(f"The agreement {one.name} {what}.", hint="Say so in the PSA, sync, and try again.")
    amount = tx.execute(
        select(contracts.estimated_revenue).where(
            contracts.source_id == one.source_id, contracts.external_id == one.ref
        )
    ).scalar_one_or_none()
    lines = [
        f"Agreement {one.ref} ({one.name}) ends on {one.term.end}; notice until {one.term.deadline}.",
        *(f"{each.speaks}: {each.evidence}" for each in said),
    ]
    values: dict[str, Any] = {
        "company_ref": one.company,
        "owner_ref": owner,
        "title": f"Renewal: {one.name}, ends {one.term.end}"[:120],
        "description": "\n".join(lines),
        "expected_on": one.term.deadline.isoformat(),
    }
    if amount:
        values["amount"] = format(from_micro(amount), "f")
    return Intent(
        connection=one.connection,
        kind=CREATE,
        aggregate=f"agreements:{one.ref}:{one.term.end}",
        label=f"{one.client}: {one.name}",
        values=values,
        reason=reason,
        request_id=request_id,
    )
