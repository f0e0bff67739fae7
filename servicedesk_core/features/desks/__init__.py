"""The pages of the desk, each made of blocks whose numbers lead to their lists."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.desks.data import DataState as DataState
    from servicedesk_core.features.desks.queries import Desks as Desks
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="desks",
    about="Pages over everything: service, promises, tickets, warranty, parts, billing, figures.",
    queries=f"{__name__}.queries:Desks",
    needs=(
        "alerts",
        "attention",
        "billing",
        "claims",
        "contact",
        "escalate",
        "helpers",
        "incidents",
        "kpi",
        "leakage",
        "next",
        "paging",
        "parts",
        "profit",
        "recurring",
        "report",
        "reports",
        "rota",
        "scorecards",
        "shiftlog",
        "skills",
        "sla",
        "standing",
        "tickets",
        "warranty",
        "writes",
    ),
)
