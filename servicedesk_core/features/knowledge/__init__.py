"""Knowledge: articles that fit tickets, which helped with which, and which nobody ever used."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.knowledge.queries import KnowledgeQueries as KnowledgeQueries
    from servicedesk_core.features.knowledge.tables import fitting as fitting
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="knowledge",
    about="Articles that fit tickets, and which helped.",
    queries=f"{__name__}.queries:KnowledgeQueries",
    actions=f"{__name__}.actions:Knowledge",
    kpis=f"{__name__}.kpis:KPIS",
    jobs=(JobKind("knowledge", "Reads the articles of knowledge bases.", "every 1 hour", f"{__name__}.jobs:read"),),
    needs=("tickets",),
)
