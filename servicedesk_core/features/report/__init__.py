"""Pages over the store: the desk page, and the morning page."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.report.again import MailingDesk as MailingDesk
    from servicedesk_core.features.report.again import mail_again as mail_again
    from servicedesk_core.features.report.board.lent import lend as lend
    from servicedesk_core.features.report.board.sums import Load as Load
    from servicedesk_core.features.report.board.sums import Sums as Sums
    from servicedesk_core.features.report.board.told import seen as seen
    from servicedesk_core.features.report.model import DeskReport as DeskReport
    from servicedesk_core.features.report.model import Resent as Resent
    from servicedesk_core.features.report.morning.model import Morning as Morning
    from servicedesk_core.features.report.morning.rules import last_working_day_ended as last_working_day_ended
    from servicedesk_core.features.report.morning.tables import LISTED as LISTED
    from servicedesk_core.features.report.morning.tables import Pass as Pass
    from servicedesk_core.features.report.morning.tables import appointments as appointments
    from servicedesk_core.features.report.morning.tables import by_ticket as by_ticket
    from servicedesk_core.features.report.morning.tables import calendar_of as calendar_of
    from servicedesk_core.features.report.morning.tables import due_rows as due_rows
    from servicedesk_core.features.report.morning.tables import upcoming as upcoming
    from servicedesk_core.features.report.pages import html as html
    from servicedesk_core.features.report.pages import text as text
    from servicedesk_core.features.report.queries import Reports as Reports
    from servicedesk_core.features.report.regular.queries import REGULAR as REGULAR
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="report",
    about="Reports over the store.",
    queries=f"{__name__}.queries:Reports",
    actions=f"{__name__}.actions:Reporting",
    jobs=(
        JobKind("reports", "Writes the desk page to a file.", "never", f"{__name__}.jobs:write_reports"),
        JobKind(
            "morning",
            "Mails the morning page on working days.",
            "0 7 * * *",
            f"{__name__}.jobs:mail_morning",
            applies=lambda settings: settings.morning.mail is not None,
        ),
    ),
    needs=(
        "agreements",
        "alerts",
        "attention",
        "billing",
        "claims",
        "contact",
        "definitions",
        "forecast",
        "kpi",
        "parts",
        "profit",
        "quality",
        "shiftlog",
        "sla",
        "tickets",
        "warranty",
    ),
)
