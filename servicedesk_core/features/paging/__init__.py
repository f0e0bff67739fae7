"""Paging: our own people are told, and rung until somebody takes it on."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.paging.jobs import PagingDesk as PagingDesk
    from servicedesk_core.features.paging.linked import Found as Found
    from servicedesk_core.features.paging.linked import LinkedDesk as LinkedDesk
    from servicedesk_core.features.paging.linked import followed as followed
    from servicedesk_core.features.paging.links import PATH as PATH
    from servicedesk_core.features.paging.model import PageRow as PageRow
    from servicedesk_core.features.paging.queries import PagingQueries as PagingQueries
    from servicedesk_core.features.paging.tables import open_page as open_page
    from servicedesk_core.features.paging.tables import unanswered as unanswered
    from servicedesk_core.features.paging.telling import Teller as Teller
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="paging",
    about="Who of us is told and rung, and what nobody has taken on yet.",
    section=Section.UNATTENDED,
    queries=f"{__name__}.queries:PagingQueries",
    actions=f"{__name__}.actions:Paging",
    jobs=(
        JobKind(
            "paging",
            "Hands messages to our own people over, where nothing serves the desk.",
            "never",
            f"{__name__}.jobs:hand_over",
        ),
    ),
    serves=f"{__name__}.jobs:follow",
    alert_rules=(f"{__name__}.evaluate:unanswered", f"{__name__}.evaluate:undelivered"),
    needs=("oncall", "skills"),
)
