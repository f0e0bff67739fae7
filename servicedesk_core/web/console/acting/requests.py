"""Forms that were sent: one that is sent twice, or gone back to, shows what became of it, and does nothing twice.

What is proposed keeps the id of its form, so that one whose process was killed can be sent again. Of any
other act nothing can tell whether a process that was killed had done it: then its form says so, and a person looks.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, update

from servicedesk_core.processes import has_ended, this_process
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import form_requests
from servicedesk_core.store.schema.forms import FORMS_KEPT
from servicedesk_core.store.upserting import insert_into


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent.

    Attributes:
        id: See :func:`id_of`.
        person: Who sent it.
        call: The act.
        begun_at: When it was sent first.
        begun_by: The process that does it.
        ended_at: When it was done; ``None`` = it is not.
        outcome: What its page shows of it.
    """

    id: str
    person: str
    call: str
    begun_at: datetime
    begun_by: str
    ended_at: datetime | None
    outcome: dict[str, Any] | None

    @property
    def is_lost(self) -> bool:
        """Whether the process that did it has certainly ended, and left no word."""
        return self.ended_at is None and has_ended(self.begun_by)


_ROWS: Final = Rows(Sent, form_requests)
_CHOSEN: Final = "rows"
"""The call under which it is kept which rows a form is about, until the form is sent: an address holds some hundred."""


def id_of(person: str, call: str, request: str) -> str:
    """Return by which id what somebody sent is kept, and proposed: that of a form is worth nothing to anybody else."""
    return hashlib.sha256("\0".join((person, call, request)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def sent(tx: Tx, id: str) -> Sent | None:  # noqa: A002  # what it is called everywhere
    """Return what was sent under an id, if anything was."""
    return _ROWS.one(tx, _ROWS.select().where(form_requests.c.id == id))


def choose(tx: Tx, request: str, person: str, words: Sequence[str], at: datetime) -> None:
    """Keep which rows a form is about.

    Args:
        tx: A write transaction.
        request: The id that the form is made with.
        person: Who chose them, as an actor's name.
        words: What names each.
        at: Now.
    """
    id = id_of(person, _CHOSEN, request)  # noqa: A001  # what it is called everywhere
    begin(tx, id, person, _CHOSEN, at)
    end(tx, id, at, {_CHOSEN: [*words]})


def chosen(tx: Tx, request: str, person: str) -> tuple[str, ...]:
    """Return the rows that somebody chose for a form; nothing where they chose none, or too long ago."""
    found = sent(tx, id_of(person, _CHOSEN, request))
    return tuple((found.outcome or {}).get(_CHOSEN, ())) if found else ()


def begin(tx: Tx, id: str, person: str, call: str, at: datetime) -> Sent | None:  # noqa: A002  # as above
    """Keep that a form was sent, unless it was before: then return that.

    Args:
        tx: A write transaction.
        id: See :func:`id_of`.
        person: Who, as an actor's name.
        call: The act.
        at: Now.
    """
    tx.execute(delete(form_requests).where(form_requests.c.begun_at < at - FORMS_KEPT))
    values = {"id": id, "person": person, "call": call, "begun_at": at, "begun_by": this_process()}
    insert = insert_into(tx, form_requests).values(**values).on_conflict_do_nothing()
    is_first = tx.execute(insert.returning(form_requests.c.id)).first() is not None
    return None if is_first else sent(tx, id)


def end(tx: Tx, id: str, at: datetime, outcome: dict[str, Any] | None) -> None:  # noqa: A002  # as above
    """Keep what became of it."""
    tx.execute(update(form_requests).where(form_requests.c.id == id).values(ended_at=at, outcome=outcome))


def forget(tx: Tx, id: str) -> None:  # noqa: A002  # as above
    """Forget a form whose act was refused, or of which nothing was done: it can be mended and sent again."""
    tx.execute(delete(form_requests).where(form_requests.c.id == id, form_requests.c.ended_at.is_(None)))
