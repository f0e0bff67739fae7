"""Warranty: what is covered, by whose word, until when."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.warranty.actions import ConnectedDesk as ConnectedDesk
    from servicedesk_core.features.warranty.kpis import MISSED as MISSED
    from servicedesk_core.features.warranty.kpis import RECOVERED as RECOVERED
    from servicedesk_core.features.warranty.kpis import WAITING as WAITING
    from servicedesk_core.features.warranty.lookup.selection import Named as Named
    from servicedesk_core.features.warranty.lookup.selection import OfAssets as OfAssets
    from servicedesk_core.features.warranty.model import TOLD as TOLD
    from servicedesk_core.features.warranty.queries import WarrantyQueries as WarrantyQueries
    from servicedesk_core.features.warranty.tables.lists import expiring as expiring
    from servicedesk_core.features.warranty.tables.standing import Standing as Standing
    from servicedesk_core.features.warranty.tables.standing import chosen_standings as chosen_standings
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="warranty",
    about="Warranty: what is covered, what ends, what was never claimed.",
    section=Section.WARRANTY,
    queries=f"{__name__}.queries:WarrantyQueries",
    actions=f"{__name__}.actions:Warranty",
    kpis=f"{__name__}.kpis:KPIS",
    jobs=(
        JobKind(
            "warranty",
            "Asks manufacturers again what is covered, where the answer is old; changes nothing at your PSA.",
            "15 4 * * *",
            f"{__name__}.jobs:refresh_covers",
            applies=lambda settings: bool(settings.connections),
        ),
    ),
    needs=("claims", "profit", "writes"),
)
