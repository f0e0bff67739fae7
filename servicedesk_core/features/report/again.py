"""Sending again what nobody knows whether it came: a person's act, with its reason in the audit trail."""

from typing import Protocol

from servicedesk_core.config import Secrets
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import SettingsError, TransientError
from servicedesk_core.features.report.model import Resent
from servicedesk_core.outbox.mail import Carrier, Mail, send_again
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


async def mail_again(desk: MailingDesk, mail: Mail, carry: Carrier, *, what: str, reason: str) -> Resent:
    """Send a mail that is in doubt; its subject says that it may be a repetition.

    Args:
        desk: The desk, as whoever asks for it acts on it.
        mail: The mail.
        carry: Hands it to the server.
        what: What it is, for errors.
        reason: Why; kept in the audit trail.

    Raises:
        SettingsError: The reason is empty, or the mail is not in doubt.
        OutcomeUnknownError: Nobody knows whether it was sent now either.
        TransientError: The mail server did not take it.
    """
    if not reason.strip():
        raise SettingsError("The reason is empty.", hint="Say why, for those who read the audit trail.")

    def tell(tx: Tx) -> None:
        audit.append(
            tx,
            at=desk.clock.now(),
            actor=str(desk.actor),
            action="mail.sent_again",
            entity=f"mail:{mail.key}",
            after={"about": mail.about},
            reason=reason,
        )

    try:
        await send_again(desk.store, desk.clock, mail, carry, tell)
    except OSError as error:
        message = f"The mail server of {carry.name} did not take {what} ({type(error).__name__})."
        raise TransientError(message, hint="Send it again when the server is back.") from error
    return Resent(mail.key, mail.about)
