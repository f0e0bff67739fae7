"""Triage: what a ticket is, how urgent and whose, in one act, beside what is known of its like."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.triage.queries import TriageQueries as TriageQueries
    from servicedesk_core.features.triage.queries import related as related
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="triage",
    about="Say what a ticket is, how urgent and where it goes, and see what is like it.",
    queries=f"{__name__}.queries:TriageQueries",
    actions=f"{__name__}.actions:Triage",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("attention", "definitions", "tickets", "writes"),
)
