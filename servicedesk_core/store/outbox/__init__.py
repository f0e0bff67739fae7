"""The outbox: every write that was ever intended, where it stands, and what happened to it.

A row here is the truth about sending. It changes only through :func:`move` and :func:`begin`: each checks the
transition, compares the state and the fence that it expects, and writes the history and the audit record in the same
transaction.

Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.store.outbox.changing import begin as begin
    from servicedesk_core.store.outbox.changing import copied as copied
    from servicedesk_core.store.outbox.changing import move as move
    from servicedesk_core.store.outbox.changing import note as note
    from servicedesk_core.store.outbox.doubting import distrust as distrust
    from servicedesk_core.store.outbox.doubting import expire as expire
    from servicedesk_core.store.outbox.model import SYSTEM as SYSTEM
    from servicedesk_core.store.outbox.model import StoredWrite as StoredWrite
    from servicedesk_core.store.outbox.model import WriteEvent as WriteEvent
    from servicedesk_core.store.outbox.parts import at_place as at_place
    from servicedesk_core.store.outbox.parts import of_parts as of_parts
    from servicedesk_core.store.outbox.past import cause_of as cause_of
    from servicedesk_core.store.outbox.past import doubted_at as doubted_at
    from servicedesk_core.store.outbox.past import earlier as earlier
    from servicedesk_core.store.outbox.past import lately as lately
    from servicedesk_core.store.outbox.past import sent_since as sent_since
    from servicedesk_core.store.outbox.past import taken_refs as taken_refs
    from servicedesk_core.store.outbox.proposing import content_of as content_of
    from servicedesk_core.store.outbox.proposing import propose as propose
    from servicedesk_core.store.outbox.queue import connections_at_work as connections_at_work
    from servicedesk_core.store.outbox.queue import connections_freed as connections_freed
    from servicedesk_core.store.outbox.queue import doubtful as doubtful
    from servicedesk_core.store.outbox.queue import due as due
    from servicedesk_core.store.outbox.queue import following as following
    from servicedesk_core.store.outbox.queue import in_way as in_way
    from servicedesk_core.store.outbox.queue import uncopied as uncopied
    from servicedesk_core.store.outbox.reading import COLUMNS as COLUMNS
    from servicedesk_core.store.outbox.reading import asked_before as asked_before
    from servicedesk_core.store.outbox.reading import asked_before_each as asked_before_each
    from servicedesk_core.store.outbox.reading import by_state as by_state
    from servicedesk_core.store.outbox.reading import connections as connections
    from servicedesk_core.store.outbox.reading import get as get
    from servicedesk_core.store.outbox.reading import history as history
    from servicedesk_core.store.outbox.reading import page as page
    from servicedesk_core.store.outbox.reading import proposers as proposers
    from servicedesk_core.store.outbox.reading import recent as recent
    from servicedesk_core.store.outbox.reading import undecided as undecided
    from servicedesk_core.store.outbox.reading import versions as versions
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
