"""Contact: what clients were promised to hear by when, and who has heard from nobody for too long."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.contact.model import ClientPromise as ClientPromise
    from servicedesk_core.features.contact.queries import ContactQueries as ContactQueries
    from servicedesk_core.features.contact.tables import awaited_before as awaited_before
    from servicedesk_core.features.contact.tables import awaited_on as awaited_on
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="contact",
    about="What clients were promised to hear by when, and who has heard from nobody.",
    queries=f"{__name__}.queries:ContactQueries",
    actions=f"{__name__}.actions:Contact",
    kpis=f"{__name__}.kpis:KPIS",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("attention", "definitions", "sla", "tickets"),
)
