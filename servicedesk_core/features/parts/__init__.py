"""Parts: what is on the shelf, who offers a part, and what was taken for which ticket."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.parts.charging.model import CostOf as CostOf
    from servicedesk_core.features.parts.kpis import KPIS as KPIS
    from servicedesk_core.features.parts.kpis import VALUE as VALUE
    from servicedesk_core.features.parts.kpis import WAITING as WAITING
    from servicedesk_core.features.parts.ordering.promised import promised_days as promised_days
    from servicedesk_core.features.parts.queries import PartsQueries as PartsQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="parts",
    about="Parts: who has one, what is on the shelf, what a ticket took.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.queries:PartsQueries",
    actions=f"{__name__}.actions:Parts",
    kpis=f"{__name__}.kpis:KPIS",
    guards={
        "stock_moves": f"{__name__}.guard:GUARD",
        "charges": f"{__name__}.charging.guard:GUARD",
        "purchase_orders": f"{__name__}.ordering.guard:ORDERS",
        "goods_receipts": f"{__name__}.ordering.guard:RECEIPTS",
    },
    needs=("tickets", "warranty", "writes", "claims"),
)
