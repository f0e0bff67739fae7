"""Who took which list: the audit trail has its name, its filter and how many rows it had, and never a row."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from servicedesk_core.errors import StoreError
from servicedesk_core.faces import Desk, Offer, Page
from servicedesk_core.faces.opens import grouped
from servicedesk_core.store import Store, Tx, audit

_log = logging.getLogger("servicedesk.web")

ACTION: Final = "list.exported"
"""What such a record is called."""

AGAIN: Final = timedelta(hours=1)
"""A program that asks for the same list each minute leaves one record an hour."""

_PAGING: Final = frozenset({"limit", "after"})
_FOR_A_RECORD_S: Final = 1.0

Pairs = Iterable[tuple[str, str]]


class ReadDesk(Desk, Protocol):
    """A desk of which somebody takes a list."""

    @property
    def store(self) -> Store:
        """Where the audit trail is."""
        ...


async def keep(desk: ReadDesk, offer: Offer[..., Any], pairs: Pairs, *, rows: int, kind: str) -> None:
    """Keep that somebody took a list; what cannot be kept is logged, because they have it.

    Args:
        desk: The desk as they see it.
        offer: The list.
        pairs: What it was given, as people write it.
        rows: How many rows they got.
        kind: As what: ``csv`` or ``json``.
    """
    named = {one.spelled: one.name for one in offer.parameters}
    filters = {named.get(name, name): [*words] for name, words in grouped(pairs).items() if name not in _PAGING}

    def work(tx: Tx) -> None:
        after = audit.sealed(tx, {"as": kind, "rows": rows, "filter": filters})
        entity = f"list:{offer.name}"
        audit.append(tx, at=desk.clock.now(), actor=str(desk.actor), action=ACTION, entity=entity, after=after)

    try:
        await desk.store.write(work, patience_s=_FOR_A_RECORD_S)
    except StoreError as error:
        _log.warning("The audit trail could not keep that %s took %s: %s", desk.actor, offer.name, error.message)


@dataclass(slots=True)
class Programs:
    """Keeps what programs take: a list that one goes through, or asks for again and again, once an hour."""

    _kept: dict[tuple[str, ...], datetime] = field(default_factory=dict)

    async def keep(self, desk: ReadDesk, offer: Offer[..., Any], pairs: Pairs, found: object) -> None:
        """Keep that a program took a list; see :func:`keep`. Of one that goes on only its first rows are counted."""
        if not isinstance(found, Page):
            return
        now, pairs = desk.clock.now(), [*pairs]
        what = (f"{name}={word}" for name, word in pairs if name not in _PAGING)
        key = (str(desk.actor), offer.name, *sorted(what))
        if (last := self._kept.get(key)) is not None and now - last < AGAIN:
            return
        self._kept = {one: at for one, at in self._kept.items() if now - at < AGAIN} | {key: now}
        await keep(desk, offer, pairs, rows=len(found), kind="json")
