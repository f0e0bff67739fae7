"""The audit trail: one append-only chain of hashes for the desk.

Tamper-evident, not tamper-proof: every change inside the chain shows, but somebody who can write the database can cut
its tail or make all of it again. A :class:`Checkpoint` that is kept elsewhere shows that too.

Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.store.audit.appending import REFUSED as REFUSED
    from servicedesk_core.store.audit.appending import append as append
    from servicedesk_core.store.audit.appending import take_turn as take_turn
    from servicedesk_core.store.audit.hashing import stamp as stamp
    from servicedesk_core.store.audit.model import FIRST as FIRST
    from servicedesk_core.store.audit.model import AuditProblem as AuditProblem
    from servicedesk_core.store.audit.model import AuditRecord as AuditRecord
    from servicedesk_core.store.audit.model import AuditVerdict as AuditVerdict
    from servicedesk_core.store.audit.model import Checkpoint as Checkpoint
    from servicedesk_core.store.audit.reading import COLUMNS as COLUMNS
    from servicedesk_core.store.audit.reading import each as each
    from servicedesk_core.store.audit.reading import latest as latest
    from servicedesk_core.store.audit.reading import page as page
    from servicedesk_core.store.audit.reading import read as read
    from servicedesk_core.store.audit.sealing import DIGEST as DIGEST
    from servicedesk_core.store.audit.sealing import sealed as sealed
    from servicedesk_core.store.audit.verifying import checkpoint as checkpoint
    from servicedesk_core.store.audit.verifying import verify as verify
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
