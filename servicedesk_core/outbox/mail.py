"""Mail: the one way out of the desk, with a stable Message-ID and a fate that is known or in doubt."""

import asyncio
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select, update

from servicedesk_core.config import Secrets
from servicedesk_core.config.operating import MailChannel
from servicedesk_core.errors import OutcomeUnknownError, SettingsError
from servicedesk_core.ports import Clock, Transactions
from servicedesk_core.store import Store, Tx, upserting
from servicedesk_core.store.schema import mails

TIMEOUT_S: Final = 20.0

LEAVING: Final = timedelta(minutes=10)
"""So long somebody may be at a mail; whoever is not done with it then ended in the middle of it."""

REPEATED: Final = "[possibly a repeat]"
"""Stands before the subject of a mail that may have been sent before."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail.

    Attributes:
        key: What it is: of the same mail always the same, and its Message-ID, so that a receiver can drop a repetition.
        subject: One line.
        text: What it says.
        html: The same as a page, which is attached; empty = none is.
        about: What it is, for the list of mails.
        file_name: What the page is called that is attached; empty = as its key.
    """

    key: str
    subject: str
    text: str
    html: str = ""
    about: str = ""
    file_name: str = ""

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return f"<{self.key}@servicedesk.invalid>"


class Fate(StrEnum):
    """What became of a mail."""

    SENDING = "sending"
    """Somebody is at it, or ended in the middle of it."""
    SENT = "sent"
    """The server took it."""
    IN_DOUBT = "in_doubt"
    """The server may have taken it."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Hands mails to a server; blocks.

    Attributes:
        channel: The server, and from whom to whom.
        name: Name of the channel.
        secrets: Resolves the reference to the password, at each use.
        where: How messages call the configuration.
        recipients: To whom instead; empty = to those of the channel.
    """

    channel: MailChannel
    name: str
    secrets: Secrets
    where: str
    recipients: tuple[str, ...] = ()

    def __call__(self, mail: Mail) -> None:
        """Hand a mail to the server.

        Raises:
            SecretError: The password cannot be read.
            OutcomeUnknownError: The connection was lost when the server may have had all of it.
            OSError: The server certainly did not take it.
        """
        message = EmailMessage()
        message["From"], message["To"] = self.channel.sender, ", ".join(self.recipients or self.channel.recipients)
        message["Subject"], message["Message-ID"] = mail.subject, mail.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text + "\n")
        if mail.html:
            message.add_attachment(mail.html, subtype="html", filename=mail.file_name or f"{mail.key}.html")
        self.hand_over(message)

    def hand_over(self, message: EmailMessage) -> None:
        """Hand a mail to the server that somebody put together; raises like calling it."""
        channel, password = self.channel, None
        if channel.username is not None and channel.password is not None:
            key = f"alerts.channels.{self.name}.password"
            password = self.secrets.resolve(channel.password, key=key, where=self.where).get_secret_value()
        _send(channel, message, password)


def _send(channel: MailChannel, message: EmailMessage, password: str | None) -> None:
    """Hand a mail to the server.

    Raises:
        OutcomeUnknownError: The connection was lost when the server may have had all of it.
        OSError: The server certainly did not take it.
    """
    context = ssl.create_default_context()
    secured: dict[str, Any] = {"context": context} if channel.security == "tls" else {}
    server = (_Tls if secured else _Plain)(channel.host, channel.port, timeout=TIMEOUT_S, **secured)
    try:
        if channel.security == "starttls":
            server.starttls(context=context)
        if channel.username is not None and password is not None:
            server.login(channel.username, password)
        server.send_message(message)
    finally:
        with suppress(OSError):  # the mail's fate is known; nothing depends on a farewell
            server.quit()
        server.close()


async def send_once(store: Store, clock: Clock, mail: Mail, carry: Callable[[Mail], None]) -> bool:
    """Send a mail unless it was sent, whoever was asked to and however often.

    A mail whose fate is unknown is never sent again: whoever reads it twice trusts neither.

    Args:
        store: Where it is noted.
        clock: Where the time comes from.
        mail: The mail.
        carry: Hands it to the server.

    Returns:
        Whether it was sent now.

    Raises:
        OutcomeUnknownError: Nobody knows whether it was sent, now or before.
        OSError: The server certainly did not take it; it may be tried again.
    """
    begun = clock.now()
    known = await store.write(lambda tx: _begin(tx, mail, begun))
    if known is Fate.SENT:
        return False
    if known is not None:
        raise _doubtful(mail)
    try:
        await asyncio.to_thread(carry, mail)
    except OutcomeUnknownError:
        await store.write(lambda tx: _note_ours(tx, mail, begun))
        raise
    except Exception:
        await store.write(lambda tx: tx.execute(mails.delete().where(_is_ours(mail, begun))))
        raise
    await store.write(lambda tx: _note(tx, mail, Fate.SENT, clock.now()))
    return True


async def send_again(
    store: Transactions, clock: Clock, mail: Mail, carry: Callable[[Mail], None], tell: Callable[[Tx], None]
) -> None:
    """Send a mail of which nobody knows whether it was sent; its subject says that it may be a repetition.

    Its Message-ID is that of the first one, so that a receiver that has both can drop one.

    Args:
        store: Where it is noted.
        clock: Where the time comes from.
        mail: The mail.
        carry: Hands it to the server.
        tell: Notes who sends it again, in the transaction in which it begins.

    Raises:
        SettingsError: It is not in doubt, or somebody is just at it.
        OutcomeUnknownError: Nobody knows whether it was sent now either.
        OSError: The server certainly did not take it now; whether it did before is in doubt as it was.
    """
    begun = clock.now()

    def begin(tx: Tx) -> None:
        c = mails.c
        row = tx.execute(select(c.fate, c.at).where(c.key == mail.key).with_for_update()).one_or_none()
        what = mail.about or "The mail"
        if row is None or row.fate == Fate.SENT:
            message = f"{what} {'was sent' if row else 'was never sent'}: it is not in doubt."
            raise SettingsError(message, hint="`servicedesk report mails --doubtful` lists those that are.")
        if row.fate == Fate.SENDING and row.at > begun - LEAVING:
            until = f"{row.at + LEAVING:%Y-%m-%dT%H:%M:%SZ}"
            raise SettingsError(
                f"{what} is just leaving.", hint=f"If it is in doubt after {until}, send it again then."
            )
        tell(tx)
        _note(tx, mail, Fate.SENDING, begun)

    await store.write(begin)
    try:
        await asyncio.to_thread(carry, replace(mail, subject=f"{REPEATED} {mail.subject}"))
    except Exception:
        await store.write(lambda tx: _note_ours(tx, mail, begun))
        raise
    await store.write(lambda tx: _note(tx, mail, Fate.SENT, clock.now()))


def _begin(tx: Tx, mail: Mail, now: datetime) -> Fate | None:
    """Note that a mail is on its way, and return what became of it before."""
    c = mails.c
    ended = c.key == mail.key, c.fate == Fate.SENDING.value, c.at <= now - LEAVING
    tx.execute(update(mails).where(*ended).values(fate=Fate.IN_DOUBT.value, at=now))
    row = {"key": mail.key, "fate": Fate.SENDING.value, "at": now, "about": mail.about or None}
    begun = upserting.insert_into(tx, mails).values(**row).on_conflict_do_nothing().returning(c.key)
    if tx.execute(begun).one_or_none() is not None:
        return None
    fate = tx.execute(select(c.fate).where(c.key == mail.key)).scalar_one_or_none()
    return Fate(fate or Fate.SENDING)  # whoever was at it at this moment has not sent it, and may try again


def _note(tx: Tx, mail: Mail, fate: Fate, now: datetime) -> None:
    tx.execute(update(mails).where(mails.c.key == mail.key).values(fate=fate.value, at=now))


def _is_ours(mail: Mail, begun: datetime) -> ColumnElement[bool]:
    """Return that nobody took a mail on meanwhile from whoever began with it at an instant."""
    return and_(mails.c.key == mail.key, mails.c.fate == Fate.SENDING.value, mails.c.at == begun)


def _note_ours(tx: Tx, mail: Mail, begun: datetime) -> None:
    tx.execute(update(mails).where(_is_ours(mail, begun)).values(fate=Fate.IN_DOUBT.value))


def _doubtful(mail: Mail) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"The mail {mail.message_id} may or may not have been sent, and is not sent again.",
        hint="Look into the mailbox; then `servicedesk report resend` or `servicedesk reports resend` mails it again.",
    )


def key_of(*parts: str) -> str:
    """Return a key from what makes a mail what it is, without telling it."""
    return sha256("|".join(parts).encode()).hexdigest()[:24]


class _Known:
    """Tells a mail that was refused from one that the server may have."""

    def data(self, msg: Any) -> Any:
        """Send the text of a mail, the last step of all."""
        try:
            return super().data(msg)  # type: ignore[misc]
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            message = f"The mail server fell silent when it may have had the mail ({type(error).__name__})."
            raise OutcomeUnknownError(message, hint="Look into the mailbox; it is not sent again by itself.") from error


class _Plain(_Known, smtplib.SMTP):
    pass


class _Tls(_Known, smtplib.SMTP_SSL):
    pass
