"""Carries mails to clients. They come from the PSA's own mailbox, so that an answer goes to the ticket."""

import asyncio
import smtplib
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from functools import partial
from typing import Final

from servicedesk_core.config import DeskSettings, Secrets
from servicedesk_core.config.operating import MailChannel
from servicedesk_core.errors import RejectedError, SecretError, TransientError
from servicedesk_core.features.messages import tables
from servicedesk_core.features.messages.making.composing import MAIL, MARK, Composer
from servicedesk_core.hooks import Inconclusive
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.writing import FindResult
from servicedesk_core.outbox.mail import Carrier
from servicedesk_core.outbox.senders import Handling, Sent, Settled, Shown
from servicedesk_core.ports import Clock
from servicedesk_core.printing import one_line
from servicedesk_core.store import Store, Tx
from servicedesk_core.store.outbox import StoredWrite

_PERMANENT: Final = 500
_TOO_LARGE: Final = 552
_CODES_OF_US: Final = frozenset({530, 534, 535, 538})
"""Replies that the server lets us in no more (RFC 4954)."""

_STATUSES_OF_US: Final = frozenset({
    "5.1.7", "5.1.8", "5.1.90", "5.4.5", "5.7.57", "5.7.60", "5.7.232", "5.7.233", "5.7.705", "5.7.708",
})  # fmt: skip
"""Codes that are about whoever sends: the address (RFC 3463), and at Microsoft and Google also rights and quotas."""

_TIMEOUT_S: Final = 90.0
"""Longer than a mail server may take for all of its steps together before it counts as silent."""


class MessageSender:
    """Implements :class:`servicedesk_core.outbox.senders.Sender` for mails to clients.

    Args:
        store: Where it is looked whether a message is still wanted.
        clock: The time.
        settings: The configuration, which names the mail server.
        secrets: Resolves the reference to its password.
    """

    def __init__(self, store: Store, clock: Clock, settings: DeskSettings, secrets: Secrets) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._secrets = secrets

    def carries(self, kind: str) -> bool:
        """Whether it is a mail to a client."""
        return kind == MAIL

    def handling(self, calls: ConnectorCalls, kind: str) -> Handling:
        """Say how it is handled: nobody can ask a mail server what it has, so a doubt waits for a person."""
        del calls, kind
        return Handling(timeout_s=_TIMEOUT_S, side_effects="A client is mailed.", visible_to="customer")

    async def check(self, calls: ConnectorCalls, write: StoredWrite) -> Shown | None:
        """Look before sending whether the client still is to hear it, and at this address.

        Raises:
            RejectedError: They are not; nothing was sent.
        """
        del calls
        if (why := await self._store.read(partial(self._unwanted, write=write))) is not None:
            raise RejectedError(f"Not sent: {why}.", hint="`servicedesk messages list` shows what became of it.")
        return None

    async def send(self, calls: ConnectorCalls, write: StoredWrite) -> Sent:
        """Send it, once; see :class:`servicedesk_core.outbox.senders.Sender`."""
        del calls
        message, carrier = self._message(write), self._carrier()
        try:
            await asyncio.to_thread(carrier.hand_over, message)
        except SecretError as error:
            raise TransientError(error.message, hint=error.hint) from error
        except smtplib.SMTPAuthenticationError as error:  # the password can be mended, and the mail is not to blame
            raise TransientError("The mail server does not let us in.", hint="Look at [alerts.channels].") from error
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
            raise refusal(error) from error
        except OSError as error:
            raise TransientError(f"The mail server cannot be used now ({type(error).__name__}).") from error
        return Sent(message["Message-ID"])

    async def find(self, calls: ConnectorCalls, write: StoredWrite, taken: frozenset[str]) -> FindResult:
        """Say that nobody can be asked for a mail whose fate is unknown."""
        del calls, write, taken
        return Inconclusive("A mail server does not say whether it had a mail: ask the client, or look into its log.")

    def settled(self, tx: Tx, write: StoredWrite, result: Settled) -> None:
        """Store nothing: what became of a message is what became of its write."""

    async def confirmed(self, calls: ConnectorCalls, write: StoredWrite, sent: Sent | None) -> bool:
        """Read nothing back."""
        del calls, write, sent
        return True

    def _unwanted(self, tx: Tx, write: StoredWrite) -> str | None:
        return unwanted(tx, self._settings, write, self._clock)

    def _carrier(self) -> Carrier:
        name = self._settings.messages.mail
        channel = self._settings.alerts.channels.get(name or "")
        if name is None or not isinstance(channel, MailChannel):
            raise TransientError("There is no mail server for messages to clients.", hint="Write [messages] mail.")
        return Carrier(channel, name, self._secrets, self._settings.where)

    def _message(self, write: StoredWrite) -> EmailMessage:
        mailbox, said = self._settings.messages.mailbox or "", write.values
        message = EmailMessage()
        message["From"] = formataddr((one_line(self._settings.desk.name), mailbox))
        message["To"] = said["to"]
        message["Subject"] = one_line(said["subject"])
        message["Date"] = format_datetime(write.sent_at or self._clock.now())
        message["Message-ID"] = f"<{write.key}@{mailbox.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message[MARK] = write.key
        message.set_content(said["text"] + "\n")
        if html := said.get("html"):
            message.add_alternative(html, subtype="html")
        return message


def unwanted(tx: Tx, settings: DeskSettings, write: StoredWrite, clock: Clock) -> str | None:
    """Return why a client is not to hear something any more, or not there; ``None`` = they are."""
    one = tables.carried_by(tx, write)
    if one is None:
        return "nothing is kept of what it tells"
    if one.state == tables.DROPPED:
        return one.why
    composer = Composer(tx, settings, clock.now(), [one])
    if (needless := composer.needless(one)) is not None:
        return needless.why
    to = write.values.get("to")
    if write.kind == MAIL and composer.address(one) != to:
        return "the contact has another address by now"
    if write.kind == MAIL and tables.bounced(tx, [str(to).lower()]):
        return f"mail to {to} came back"
    return None


def refusal(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> RejectedError | TransientError:
    """Return what it means that a server refused a mail; what is about us can be mended, and the mail goes out then."""
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    else:
        code, said = error.smtp_code, error.smtp_error
    text = one_line(said.decode(errors="replace") if isinstance(said, bytes) else said)[:200]
    told = f"The mail server refused it: {code} {text}"
    is_of_us = isinstance(error, smtplib.SMTPSenderRefused) and code != _TOO_LARGE
    if is_of_us or code in _CODES_OF_US or text.partition(" ")[0] in _STATUSES_OF_US:
        return TransientError(told, hint="The server refuses this desk: look at the account in [alerts.channels].")
    return RejectedError(told) if code >= _PERMANENT else TransientError(told)
