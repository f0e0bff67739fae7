"""Bounces as they are stored."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from servicedesk_core.features.messages.bounces.reports import Report
from servicedesk_core.features.messages.making.composing import MAIL
from servicedesk_core.features.messages.model import BounceRow
from servicedesk_core.store import Tx, upserting
from servicedesk_core.store.schema import mail_bounces, outbox

_B: Final = mail_bounces.c


def keep(tx: Tx, reports: Iterable[Report], by: str, now: datetime) -> Iterator[Report]:
    """Store what reports say of mails of ours, each once; yield those that are new.

    Args:
        tx: A write transaction.
        reports: What was read.
        by: Who read it.
        now: When.
    """
    for one in reports:
        row = {
            "address": one.address, "message_id": one.message_id, "status": one.status, "is_final": one.is_final,
            "told": one.told, "at": now, "by": by,
        }  # fmt: skip
        new = upserting.insert_into(tx, mail_bounces).values(**row).on_conflict_do_nothing().returning(_B.id)
        if tx.execute(new).one_or_none() is not None:
            yield one


def is_ours(tx: Tx, one: Report) -> bool:
    """Whether this desk mailed that very address what a report is about."""
    query = select(outbox.c.new_values).where(outbox.c.key == one.key, outbox.c.kind == MAIL)
    values = tx.execute(query).scalar_one_or_none()
    return values is not None and str(values.get("to", "")).lower() == one.address


def rows(tx: Tx) -> Iterator[BounceRow]:
    """Yield bounces, those that hold first, the newest first."""
    columns = (_B.address, _B.is_final, _B.status, _B.told, _B.at, _B.cleared_at)
    for row in tx.execute(select(*columns).order_by(_B.id.desc())):
        yield BounceRow(*row)


def clear(tx: Tx, address: str, now: datetime) -> int:
    """Let mails go to an address again; return how many bounces stood against it."""
    mine = update(mail_bounces).where(_B.address == address.strip().lower(), _B.cleared_at.is_(None))
    return tx.execute(mine.values(cleared_at=now)).rowcount
