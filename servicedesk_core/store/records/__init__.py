"""Records of all streams: what is known of them, what comes in, the payloads beside them, and what they lack."""

from servicedesk_core.store.records.applying import Applied, Changed, Incoming, apply, mark_gone
from servicedesk_core.store.records.payloads import RawRow, forget_raws, raw_of, raws
from servicedesk_core.store.records.references import dangling, unnamed
from servicedesk_core.store.records.stored import Known, counts, known, load, outdated, table_of

__all__ = [
    "Applied",
    "Changed",
    "Incoming",
    "Known",
    "RawRow",
    "apply",
    "counts",
    "dangling",
    "forget_raws",
    "known",
    "load",
    "mark_gone",
    "outdated",
    "raw_of",
    "raws",
    "table_of",
    "unnamed",
]
