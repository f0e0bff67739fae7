"""Sending a report again of which nobody knows whether it came."""

from typing import TYPE_CHECKING, Annotated, Any

from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.report import Resent
from servicedesk_core.features.reports import tables
from servicedesk_core.features.reports.queries import NUMBER, OF_ALL, SentReports

if TYPE_CHECKING:
    from servicedesk_core.features.report import MailingDesk


def _asks(number: int, **_: Any) -> str:
    return f"Mail report {number} again? Those who have it already get it twice."


class ReportMails(SentReports[Manner]):
    """Reports that were made to be sent, and sending one again."""

    desk: "MailingDesk"

    @action("reports.resend", about="What was sent again.", needs=Capability.DESK_OPERATE, unscoped=OF_ALL, asks=_asks)
    async def resend(
        self, number: NUMBER, *, reason: Annotated[str, Help("Why; it is kept in the audit trail.")]
    ) -> Resent:
        """Mail a report again, when nobody knows whether it came.

        It is as it was made, and its subject says that it may be a repetition. One that was sent is not sent again.

        Raises:
            NotFoundLocallyError: There is none of that number that you may see.
            SettingsError: The reason is empty, the report is not in doubt, or its mail channel is gone.
            OutcomeUnknownError: Nobody knows whether it was sent now either.
            TransientError: The mail server did not take it.
        """
        from servicedesk_core.features.report import mail_again  # noqa: PLC0415  # the lists need no mail
        from servicedesk_core.features.reports.jobs import carrier_of  # noqa: PLC0415

        leaving = await self.desk.store.read(lambda tx: tables.mail_of(tx, number, self.desk.may))
        carry = carrier_of(self.desk.settings, self.desk.secrets, leaving)
        return await mail_again(self.desk, leaving.mail, carry, what=f"report {number}", reason=reason)
