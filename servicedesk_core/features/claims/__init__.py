"""Claims against manufacturers: from a broken, covered device to the money back."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.claims.model import ClaimFilter as ClaimFilter
    from servicedesk_core.features.claims.model import ClaimRow as ClaimRow
    from servicedesk_core.features.claims.model import MoneyState as MoneyState
    from servicedesk_core.features.claims.model import Turn as Turn
    from servicedesk_core.features.claims.queries import ClaimQueries as ClaimQueries
    from servicedesk_core.features.claims.tables.counting import ClaimNumbers as ClaimNumbers
    from servicedesk_core.features.claims.tables.counting import numbers as numbers
    from servicedesk_core.features.claims.tables.eligible import EligibleTicket as EligibleTicket
    from servicedesk_core.features.claims.tables.eligible import eligible as eligible
    from servicedesk_core.features.claims.tables.filtering import turn_of as turn_of
    from servicedesk_core.features.claims.tables.listing import rows as rows
    from servicedesk_core.features.claims.tables.money import Days as Days
    from servicedesk_core.features.claims.tables.money import money_sums as money_sums
    from servicedesk_core.features.claims.tables.projecting import AGREED as AGREED
    from servicedesk_core.features.claims.tables.reading import claim_of as claim_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="claims",
    about="Claims against manufacturers, from a broken device to the money back.",
    section=Section.WARRANTY,
    queries=f"{__name__}.queries:ClaimQueries",
    actions=f"{__name__}.actions:Claims",
    jobs=(
        JobKind(
            "claims",
            "Asks manufacturers how claims stand; sends none.",
            "every 1 hour",
            f"{__name__}.jobs:follow_claims",
            applies=lambda settings: bool(settings.connections),
        ),
    ),
    alert_rules=(f"{__name__}.alerting:conditions",),
    needs=("writes",),
)
