"""Cover in the store: which device an asset is, and what each source last said about it."""

from servicedesk_core.store.cover.devices import key_of, link, name_assets, respell, stated_device, stated_maker
from servicedesk_core.store.cover.facts import (
    Known,
    facts_of_assets,
    facts_of_devices,
    facts_of_same,
    facts_of_serial,
    known,
    psa_fact,
)

__all__ = [
    "Known",
    "facts_of_assets",
    "facts_of_devices",
    "facts_of_same",
    "facts_of_serial",
    "key_of",
    "known",
    "link",
    "name_assets",
    "psa_fact",
    "respell",
    "stated_device",
    "stated_maker",
]
