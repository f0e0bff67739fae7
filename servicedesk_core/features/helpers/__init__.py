"""Helpers: who works on a ticket beside its technician, and calls for help."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="helpers",
    about="Who helps with a ticket, and where help is wanted.",
    queries=f"{__name__}.queries:HelperQueries",
    actions=f"{__name__}.actions:Helpers",
    needs=("assign", "kpi", "paging", "tickets", "writes"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.helpers.model import HelpCall as HelpCall
    from servicedesk_core.features.helpers.tables import open_for as open_for
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
