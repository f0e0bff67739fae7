"""Cover in the store: what each source last said about a device, and how that changed."""

from servicedesk_core.store.cover.answers import Landed, PastAnswer, forget_raws, history, put, raw
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
    "Landed",
    "PastAnswer",
    "facts_of_assets",
    "facts_of_devices",
    "facts_of_same",
    "facts_of_serial",
    "forget_raws",
    "history",
    "key_of",
    "known",
    "link",
    "name_assets",
    "psa_fact",
    "put",
    "raw",
    "respell",
    "stated_device",
    "stated_maker",
]
