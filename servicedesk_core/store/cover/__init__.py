"""Cover in the store: what each source last said about a device, and how that changed."""

from servicedesk_core.store.cover.answers import Landed, PastAnswer, forget_raws, history, put, raw
from servicedesk_core.store.cover.devices import link
from servicedesk_core.store.cover.facts import (
    all_facts,
    facts,
    facts_of_assets,
    facts_of_devices,
    facts_of_serial,
    psa_fact,
)

__all__ = [
    "Landed",
    "PastAnswer",
    "all_facts",
    "facts",
    "facts_of_assets",
    "facts_of_devices",
    "facts_of_serial",
    "forget_raws",
    "history",
    "link",
    "psa_fact",
    "put",
    "raw",
]
