"""Checklists of tickets: steps that are ticked off."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="checklist",
    about="The steps of a ticket: added, ticked, taken back.",
    queries=f"{__name__}.queries:ChecklistQueries",
    actions=f"{__name__}.actions:Checklist",
    needs=("tickets", "writes"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.checklist.model import ChecklistStep as ChecklistStep
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
