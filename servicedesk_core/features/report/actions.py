"""Sending a page again of which nobody knows whether it came."""

from typing import Annotated, Protocol

from servicedesk_core.config import Secrets
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.operating import MailChannel
from servicedesk_core.errors import SettingsError, TransientError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.report.model import Resent
from servicedesk_core.features.report.queries import Reports
from servicedesk_core.people import Actor
from servicedesk_core.store import Tx, audit


class MailingDesk(ConfiguredDesk, Protocol):
    """A desk on which somebody acts, and that can mail."""

    actor: Actor
    """Who acts."""

    @property
    def secrets(self) -> Secrets:
        """Where passwords come from."""
        ...


class Reporting(Reports[Manner]):
    """Reports over the store, and sending one again."""

    desk: MailingDesk

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
        from servicedesk_core.features.report.jobs import morning_mail  # noqa: PLC0415  # the pages need no mail
        from servicedesk_core.outbox.mail import Carrier, send_again  # noqa: PLC0415

        settings, clock = self.desk.settings, self.desk.clock
        name = settings.morning.mail or ""
        channel = settings.alerts.channels.get(name)
        if not isinstance(channel, MailChannel):
            raise SettingsError("Nobody is to be mailed the morning page.", hint="Name a mail in [morning].")
        if not reason.strip():
            raise SettingsError("The reason is empty.", hint="Say why, for those who read the audit trail.")
        mail = morning_mail(await Reports.morning.of(self.desk, weeks=True))

        def tell(tx: Tx) -> None:
            audit.append(
                tx,
                at=clock.now(),
                actor=str(self.desk.actor),
                action="mail.sent_again",
                entity=f"mail:{mail.key}",
                after={"about": mail.about},
                reason=reason,
            )

        carry = Carrier(channel, name, self.desk.secrets, settings.where, settings.morning.recipients)
        try:
            await send_again(self.desk.store, clock, mail, carry, tell)
        except OSError as error:
            message = f"The mail server of {name} did not take the page ({type(error).__name__})."
            raise TransientError(message, hint="Send it again when the server is back.") from error
        return Resent(mail.key, mail.about)
