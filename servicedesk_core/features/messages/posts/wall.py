"""What a client may read of a ticket, in order: public notes and messages, and nothing else."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from servicedesk_core.domain import ActorType, NoteVisibility
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.messages.making.composing import MAIL
from servicedesk_core.features.messages.model import Post
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.schema import RECORDS, client_messages, outbox

MOST: Final = 200
"""So many posts a page shows, the newest."""

_T: Final = RECORDS["tickets"].c
_N: Final = RECORDS["notes"].c


def posts(tx: Tx, source_id: int, tickets: Sequence[ColumnElement[bool]]) -> list[Post]:
    """Return the posts of some tickets, the newest first.

    Args:
        tx: Any transaction.
        source_id: Of which connection the tickets are.
        tickets: Which of them.
    """
    there = (_T.source_id == source_id, _T.gone_at.is_(None), *tickets)
    found = [*_notes(tx, there), *_mails(tx, there)]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST]


def _notes(tx: Tx, there: Sequence[ColumnElement[bool]]) -> Iterator[Post]:
    """Yield notes that say of themselves that clients may read them; what is not known is internal."""
    is_theirs = (_N.source_id == _T.source_id, _N.ticket_ref == _T.external_id)
    is_public = (_N.visibility == NoteVisibility.PUBLIC.value, _N.gone_at.is_(None), _N.is_system.is_not(True))
    columns = (_T.number, _T.external_id, _T.title, _N.created_at, _N.author_type, _N.title.label("head"), _N.body)
    query = select(*columns).where(*there, *is_theirs, *is_public).order_by(_N.created_at.desc()).limit(MOST)
    for row in tx.execute(query):
        if (at := optional_instant(row.created_at)) is not None:
            yield _post(row, at, row.head, row.body, is_yours=row.author_type == ActorType.CUSTOMER.value)


def _mails(tx: Tx, there: Sequence[ColumnElement[bool]]) -> Iterator[Post]:
    """Yield the mails that went out; a message that was a note is among the notes."""
    m, o = client_messages.c, outbox.c
    joined = (m.ticket_id == _T.local_id, o.id == m.write_id, o.kind == MAIL, o.state == WriteState.CONFIRMED)
    columns = (_T.number, _T.external_id, _T.title, o.finished_at, o.new_values)
    for row in tx.execute(select(*columns).where(*there, *joined).order_by(o.id.desc()).limit(MOST)):
        yield _post(row, row.finished_at, row.new_values["subject"], row.new_values["text"], is_yours=False)


def _post(row: Any, at: datetime, head: str | None, text: str | None, *, is_yours: bool) -> Post:
    return Post(row.number or row.external_id, row.title, at, is_yours, head, text or "")
