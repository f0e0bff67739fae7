"""Agreements: which end, until when somebody must decide, and what speaks for more."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.agreements.kinds import policy_at as policy_at
    from servicedesk_core.features.agreements.queries import AgreementQueries as AgreementQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="agreements",
    about="Agreements with clients and vendors: what ends, until when to decide, what speaks for more.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.queries:AgreementQueries",
    actions=f"{__name__}.actions:Agreements",
    automatic=f"{__name__}.automatic:ACTS",
    alert_rules=(f"{__name__}.alerting:deadlines",),
    definitions=f"{__name__}.kinds:KINDS",
    needs=("definitions", "kpi", "leakage", "tickets", "warranty", "writes"),
)
