"""Cover in the store: which device an asset is, and what each source last said about it.

Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.store.cover.devices import key_of as key_of
    from servicedesk_core.store.cover.devices import link as link
    from servicedesk_core.store.cover.devices import name_assets as name_assets
    from servicedesk_core.store.cover.devices import respell as respell
    from servicedesk_core.store.cover.devices import stated_device as stated_device
    from servicedesk_core.store.cover.devices import stated_maker as stated_maker
    from servicedesk_core.store.cover.facts import Known as Known
    from servicedesk_core.store.cover.facts import facts_of_assets as facts_of_assets
    from servicedesk_core.store.cover.facts import facts_of_devices as facts_of_devices
    from servicedesk_core.store.cover.facts import facts_of_same as facts_of_same
    from servicedesk_core.store.cover.facts import facts_of_serial as facts_of_serial
    from servicedesk_core.store.cover.facts import known as known
    from servicedesk_core.store.cover.facts import psa_fact as psa_fact
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
