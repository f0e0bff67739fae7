"""Claims against manufacturers: proposed, drafted, checked, sent through the one write path, followed to the money."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.features.claims.tables import ClaimFilter as ClaimFilter
    from servicedesk_core.features.claims.tables import ClaimNumbers as ClaimNumbers
    from servicedesk_core.features.claims.tables import ClaimRow as ClaimRow
    from servicedesk_core.features.claims.tables import numbers as numbers
    from servicedesk_core.features.claims.tables import rows as rows
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
