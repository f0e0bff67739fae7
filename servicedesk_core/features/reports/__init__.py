"""Reports as they were sent: made by schedule, mailed, and kept."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.reports.queries import SentReports as SentReports
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="reports",
    about="Reports that are mailed, and those that were, as they were sent.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:SentReports",
    actions=f"{__name__}.actions:ReportMails",
    jobs=(
        JobKind(
            "report-mails", "Makes and mails the reports that are due.", "every 5 minutes", f"{__name__}.jobs:mail"
        ),
    ),
    definitions=f"{__name__}.kinds:KINDS",
    needs=("definitions", "report"),
)
