"""What is kept of what nobody is billed for: since when it is known, and what somebody accepted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import delete, insert

from servicedesk_core.features.leakage.model import Leak
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import leaks

GROWING: Final = frozenset({Leak.BLOCK, Leak.UNITS})
"""Kinds that may come to more while they are known."""

Key = tuple[int, str, str]
"""The source, why it is not billed, and the record."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that nobody is billed for.

    Attributes:
        source_id: The source.
        leak: Name of the kind.
        ref: The vendor's id of the record, or a name within the connection.
        amount: What it comes to; ``None`` = nobody knows.
        currency: Its currency; ``None`` = the MSP's own.
        first_found_at: When it was found first.
        accepted_at: When somebody accepted it; ``None`` = nobody did.
        author: Who.
        reason: Why.
    """

    source_id: int
    leak: str
    ref: str
    amount: Decimal | None
    currency: str | None
    first_found_at: datetime
    accepted_at: datetime | None = None
    author: str | None = None
    reason: str | None = None

    @property
    def key(self) -> Key:
        """Which one it is."""
        return self.source_id, self.leak, self.ref

    def accepts(self, now: "Kept") -> bool:
        """Whether somebody accepted it as it is now: what grows, only as far as it came to then."""
        if self.accepted_at is None:
            return False
        is_known = self.amount is not None and now.amount is not None and self.currency == now.currency
        return self.kind not in GROWING or not is_known or (now.amount or 0) <= (self.amount or 0)

    @property
    def kind(self) -> Leak:
        """Why it is not billed, or not enough."""
        return Leak[self.leak.upper()]


_ROWS = Rows(Kept, leaks)


def kept(tx: Tx) -> dict[Key, Kept]:
    """Return what the last look found, and what was accepted."""
    return {one.key: one for one in _ROWS.all(tx, _ROWS.select())}


def keep(tx: Tx, found: Iterable[Kept]) -> tuple[int, int]:
    """Keep what a look found; what was accepted stays so unless it grew, and what is found no more is forgotten.

    Returns:
        How many are there that nobody accepted, and how many of them are new.
    """
    audit.take_turn(tx)  # whoever decides or looks at the same time sees these, or these see what they decided
    before, now = kept(tx), {one.key: one for one in found}
    for key, one in now.items():
        if (there := before.get(key)) is not None:
            found_anew = replace(one, first_found_at=there.first_found_at)
            now[key] = there if there.accepts(one) else found_anew
    stays = {key: one for key, one in before.items() if key not in now and one.accepted_at is not None}
    tx.execute(delete(leaks))
    if rows := [_ROWS.values(one) for one in (*now.values(), *stays.values())]:
        tx.execute(insert(leaks), rows)
    return sum(one.accepted_at is None for one in now.values()), len(now.keys() - before.keys())


def put(tx: Tx, one: Kept) -> None:
    """Keep one, in place of what was kept of it before."""
    same = leaks.c.source_id == one.source_id, leaks.c.leak == one.leak, leaks.c.ref == one.ref
    tx.execute(delete(leaks).where(*same))
    tx.execute(insert(leaks).values(_ROWS.values(one)))
