"""Cover in the store: what each source last said about a device, and how that changed."""

from servicedesk_core.store.cover.answers import Landed, PastAnswer, forget_raws, history, put, raw
from servicedesk_core.store.cover.devices import DeviceKey, key_of, link
from servicedesk_core.store.cover.facts import (
    Known,
    facts_of_assets,
    facts_of_devices,
    facts_of_serial,
    known,
    psa_fact,
)

__all__ = [
    "DeviceKey",
    "Known",
    "Landed",
    "PastAnswer",
    "facts_of_assets",
    "facts_of_devices",
    "facts_of_serial",
    "forget_raws",
    "history",
    "key_of",
    "known",
    "link",
    "psa_fact",
    "put",
    "raw",
]
