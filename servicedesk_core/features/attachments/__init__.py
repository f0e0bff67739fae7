"""Files on tickets: which there are, and their content when somebody asks for it."""

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="attachments",
    about="Files on tickets, their notes and their time.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.queries:AttachmentQueries",
    actions=f"{__name__}.actions:Attachments",
    needs=("tickets", "writes"),
)
