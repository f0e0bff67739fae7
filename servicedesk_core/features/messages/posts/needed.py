"""Links that messages name, made before these are."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from servicedesk_core.config import DeskSettings
from servicedesk_core.features.messages.posts.links import Shows, make, usable
from servicedesk_core.features.messages.tables import Stored
from servicedesk_core.features.messages.telling import Decided
from servicedesk_core.features.messages.triggers import Trigger
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import SYSTEM
from servicedesk_core.store.schema import RECORDS


def ensure_links(tx: Tx, settings: DeskSettings, due: Sequence[Stored], now: datetime) -> None:
    """Make the links that templates name, where a ticket has none that can still be named.

    Args:
        tx: A write transaction.
        settings: The configuration.
        due: What is to be told.
        now: The present.
    """
    if not settings.public.listen or settings.public.url is None:
        return
    words = " ".join(f"{one.text} {one.html or ''}" for one in Decided(tx, now).templates)
    named = [shows for name, shows in (("page", Shows.TICKET), ("survey", Shows.SURVEY)) if name in words]
    if not named:
        return
    t = RECORDS["tickets"].c
    wanted = {one.ticket_id: one.tells for one in due}
    for row in tx.execute(select(t.local_id, t.source_id, t.external_id).where(t.local_id.in_([*wanted]))).all():
        for shows in named:
            is_asked = shows is not Shows.SURVEY or wanted[row.local_id] is Trigger.RESOLVED
            if is_asked and usable(tx, shows, row.source_id, row.external_id, now) is None:
                make(tx, shows, row.source_id, row.external_id, by=SYSTEM, now=now, days=settings.messages.link_days)
