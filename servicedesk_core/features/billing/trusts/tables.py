"""Whose documents go into a ledger without a look at each: that another person trusts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, update

from servicedesk_core.people import names_in
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import billing_trusts

_T = billing_trusts.c


@dataclass(frozen=True, slots=True)
class Trust:
    """That a client's documents are trusted."""

    trust_id: int
    ledger: str
    psa: str
    company_ref: str
    reason: str
    trusted_by: str
    trusted_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    revoked_because: str | None


_TRUSTS = Rows(Trust, billing_trusts)


def trusts(tx: Tx, ledger: str | None = None) -> list[Trust]:
    """Return the trust that holds, the oldest first.

    Args:
        tx: Any transaction.
        ledger: Only of this one.
    """
    query = _TRUSTS.select().where(_T.revoked_at.is_(None))
    if ledger is not None:
        query = query.where(_T.ledger == ledger)
    return _TRUSTS.all(tx, query.order_by(_T.trust_id))


def trusted(tx: Tx, ledger: str, actor: str) -> set[tuple[str, str]]:
    """Return the clients whose documents another person than the actor trusts, by connection and id."""
    mine = names_in(actor)
    return {(one.psa, one.company_ref) for one in trusts(tx, ledger) if not names_in(one.trusted_by) & mine}


def trust(tx: Tx, ledger: str, company: tuple[str, str], *, reason: str, by: str, at: datetime) -> None:
    """Keep that somebody trusts a client's documents.

    Args:
        tx: A write transaction.
        ledger: Where they go.
        company: Connection and id of the client.
        reason: Why.
        by: Who.
        at: When.
    """
    psa, ref = company
    told = {"ledger": ledger, "psa": psa, "company_ref": ref, "reason": reason, "trusted_by": by, "trusted_at": at}
    tx.execute(insert(billing_trusts).values(told))


def revoke(tx: Tx, found: Sequence[Trust], *, reason: str, by: str, at: datetime) -> None:
    """Keep that trust was taken back."""
    told = {"revoked_by": by, "revoked_at": at, "revoked_because": reason}
    tx.execute(update(billing_trusts).where(_T.trust_id.in_([one.trust_id for one in found])).values(told))
