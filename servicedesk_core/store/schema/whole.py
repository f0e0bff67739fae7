"""The tables as a whole, for what makes, copies, compares or checks all of them."""

from sqlalchemy import MetaData

from servicedesk_core.store.schema import (
    base,
    claiming,
    clocks,
    closing,
    cover,
    defining,
    figuring,
    indexes,
    operating,
    privacy,
    reviewing,
    scoring,
    stocking,
    system,
    webhooks,
    writing,
)

_ROOMS = (
    claiming,
    clocks,
    closing,
    cover,
    defining,
    figuring,
    indexes,
    operating,
    privacy,
    reviewing,
    scoring,
    stocking,
    system,
    webhooks,
    writing,
)  # imported for what they make

metadata: MetaData = base.metadata
"""All tables."""
