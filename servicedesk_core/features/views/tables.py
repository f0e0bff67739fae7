"""What is kept of views."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, or_

from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import saved_views
from servicedesk_core.store.upserting import put

MOST: Final = 200
"""Views of one person: nobody finds one among more."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A view as it is kept.

    Attributes:
        owner: Whose it is, as an actor's name.
        name: What it is called; no other one of theirs is called so.
        call: Name of the query.
        given: What it is given, each as NAME=VALUE.
        is_shared: Whether others see it.
        is_pinned: Whether its rows are counted.
        saved_at: When it was kept.
    """

    owner: str
    name: str
    call: str
    given: tuple[str, ...]
    is_shared: bool
    is_pinned: bool
    saved_at: datetime


_ROWS: Final = Rows(Kept, saved_views)


def views_of(tx: Tx, owner: str, *, with_shared: bool) -> list[Kept]:
    """Return somebody's views, theirs first, each kind by name.

    Args:
        tx: Any transaction.
        owner: Who, as an actor's name.
        with_shared: Whether those that others share belong to them.
    """
    of = saved_views.c
    seen = or_(of.owner == owner, of.is_shared) if with_shared else of.owner == owner
    return _ROWS.all(tx, _ROWS.select().where(seen).order_by(of.owner != owner, of.name, of.owner))


def keep(tx: Tx, view: Kept) -> None:
    """Keep a view, in place of the one of that name."""
    put(tx, saved_views, _ROWS.values(view))


def remove(tx: Tx, owner: str, name: str) -> bool:
    """Remove a view, and return whether it was there."""
    of = saved_views.c
    return tx.execute(delete(saved_views).where(of.owner == owner, of.name == name)).rowcount > 0
