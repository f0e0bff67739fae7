"""Mails of the store."""

from sqlalchemy import select, true

from servicedesk_core.features.report.model import MailRow
from servicedesk_core.outbox.mail import Fate
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import mails


def rows(tx: Tx, *, doubtful: bool = False) -> tuple[MailRow, ...]:
    """Return the mails, or those of which nobody knows whether they came.

    Args:
        tx: Any transaction.
        doubtful: Whether those that were sent are left out.
    """
    c = mails.c
    query = select(c.key, c.about, c.fate, c.at).where(c.fate != Fate.SENT.value if doubtful else true())
    return tuple(MailRow(*row) for row in tx.execute(query))
