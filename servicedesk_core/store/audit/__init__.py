"""The audit trail: one append-only chain of hashes for the desk.

Tamper-evident, not tamper-proof: every change inside the chain shows, but somebody who can write the database can cut
its tail or make all of it again. A :class:`Checkpoint` that is kept elsewhere shows that too.
"""

from servicedesk_core.store.audit.appending import REFUSED, append, take_turn
from servicedesk_core.store.audit.hashing import stamp
from servicedesk_core.store.audit.model import FIRST, AuditProblem, AuditRecord, AuditVerdict, Checkpoint
from servicedesk_core.store.audit.reading import COLUMNS, each, latest, page, read
from servicedesk_core.store.audit.sealing import DIGEST, sealed
from servicedesk_core.store.audit.verifying import checkpoint, verify

__all__ = [
    "COLUMNS",
    "DIGEST",
    "FIRST",
    "REFUSED",
    "AuditProblem",
    "AuditRecord",
    "AuditVerdict",
    "Checkpoint",
    "append",
    "checkpoint",
    "each",
    "latest",
    "page",
    "read",
    "sealed",
    "stamp",
    "take_turn",
    "verify",
]
