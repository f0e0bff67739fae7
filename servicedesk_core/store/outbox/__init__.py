"""The outbox: every write that was ever intended, where it stands, and what happened to it.

A row here is the truth about sending. It changes only through :func:`move` and :func:`begin`: each checks the
transition, compares the state and the fence that it expects, and writes the history and the audit record in the same
transaction.
"""

from servicedesk_core.store.outbox.changing import begin, copied, move, note
from servicedesk_core.store.outbox.doubting import distrust, expire
from servicedesk_core.store.outbox.model import SYSTEM, StoredWrite, WriteEvent
from servicedesk_core.store.outbox.past import cause_of, doubted_at, lately, sent_since, taken_refs
from servicedesk_core.store.outbox.proposing import content_of, propose
from servicedesk_core.store.outbox.queue import connections_at_work, doubtful, due, in_way, uncopied
from servicedesk_core.store.outbox.reading import COLUMNS, asked_before, get, history, page, proposers, recent

__all__ = [
    "COLUMNS",
    "SYSTEM",
    "StoredWrite",
    "WriteEvent",
    "asked_before",
    "begin",
    "cause_of",
    "connections_at_work",
    "content_of",
    "copied",
    "distrust",
    "doubted_at",
    "doubtful",
    "due",
    "expire",
    "get",
    "history",
    "in_way",
    "lately",
    "move",
    "note",
    "page",
    "propose",
    "proposers",
    "recent",
    "sent_since",
    "taken_refs",
    "uncopied",
]
