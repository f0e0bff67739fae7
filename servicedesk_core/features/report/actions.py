"""Sending a page again of which nobody knows whether it came."""

from typing import TYPE_CHECKING, Annotated

from servicedesk_core.config.operating import MailChannel
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.report.model import Resent
from servicedesk_core.features.report.queries import Reports

if TYPE_CHECKING:
    from servicedesk_core.features.report.again import MailingDesk


class Reporting(Reports[Manner]):
    """Reports over the store, and sending one again."""

    desk: "MailingDesk"

    @action(
        "report.resend",
        about="What was sent again.",
        needs=Capability.DESK_OPERATE,
        unscoped="the page is of the whole desk",
        asks=lambda **_: "Mail the morning page of today again? Those who have it already get it twice.",
    )
    async def resend(self, *, reason: Annotated[str, Help("Why; it is kept in the audit trail.")]) -> Resent:
        """Mail the morning page of today again, when nobody knows whether it was sent.

        It is as of now, and its subject says that it may be a repetition. A page that was sent is not sent again.

        Raises:
            SettingsError: ``[morning]`` names no mail, the reason is empty, or the page of today is not in doubt.
            OutcomeUnknownError: Nobody knows whether it was sent now either.
            TransientError: The mail server did not take it.
        """
        from servicedesk_core.features.report.again import mail_again  # noqa: PLC0415  # the pages need no mail
        from servicedesk_core.features.report.jobs import morning_mail  # noqa: PLC0415
        from servicedesk_core.outbox.mail import Carrier  # noqa: PLC0415

        settings = self.desk.settings
        name = settings.morning.mail or ""
        channel = settings.alerts.channels.get(name)
        if not isinstance(channel, MailChannel):
            raise SettingsError("Nobody is to be mailed the morning page.", hint="Name a mail in [morning].")
        mail = morning_mail(await Reports.morning.of(self.desk, weeks=True))
        carry = Carrier(channel, name, self.desk.secrets, settings.where, settings.morning.recipients)
        return await mail_again(self.desk, mail, carry, what="the page", reason=reason)
