"""Records of all streams: what is known of them, what comes in, the payloads beside them, and what they lack.

Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.store.records.applying import Applied as Applied
    from servicedesk_core.store.records.applying import Changed as Changed
    from servicedesk_core.store.records.applying import Incoming as Incoming
    from servicedesk_core.store.records.applying import apply as apply
    from servicedesk_core.store.records.applying import mark_gone as mark_gone
    from servicedesk_core.store.records.payloads import RawRow as RawRow
    from servicedesk_core.store.records.payloads import forget_raws as forget_raws
    from servicedesk_core.store.records.payloads import raw_of as raw_of
    from servicedesk_core.store.records.payloads import raws as raws
    from servicedesk_core.store.records.references import dangling as dangling
    from servicedesk_core.store.records.references import unnamed as unnamed
    from servicedesk_core.store.records.revisions import put_revisions as put_revisions
    from servicedesk_core.store.records.revisions import revision_of as revision_of
    from servicedesk_core.store.records.stored import Known as Known
    from servicedesk_core.store.records.stored import counts as counts
    from servicedesk_core.store.records.stored import known as known
    from servicedesk_core.store.records.stored import load as load
    from servicedesk_core.store.records.stored import outdated as outdated
    from servicedesk_core.store.records.stored import parts_of as parts_of
    from servicedesk_core.store.records.stored import table_of as table_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
