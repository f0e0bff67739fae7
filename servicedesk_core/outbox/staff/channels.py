"""The ways to our own people: mail, and whatever Apprise reaches."""

import json
import os
import smtplib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from servicedesk_core.config import DeskSettings, Secrets
from servicedesk_core.config.operating import AppriseChannel, FileChannel, MailChannel
from servicedesk_core.config.people import Colleague
from servicedesk_core.errors import SettingsError
from servicedesk_core.outbox.apprise import notify
from servicedesk_core.outbox.mail import Carrier, Mail
from servicedesk_core.outbox.staff.model import Address, Letter
from servicedesk_core.printing import escaped

CHANNEL: Final = "channel:"
"""How recipients begin that are places of an alert channel."""


def ways_to(
    recipient: str, *, is_urgent: bool, people: Mapping[str, Colleague], settings: DeskSettings, secrets: Secrets
) -> tuple[Address, ...]:
    """Return the ways to a recipient, in the order in which they are tried; none = there is no such recipient any more.

    What is urgent goes over the addresses for pages first, and by mail last; a notice the other way round.

    Args:
        recipient: Whose.
        is_urgent: Whether it is.
        people: The people of the desk.
        settings: The configuration.
        secrets: Resolves references, at each use.
    """
    if recipient.startswith(CHANNEL):
        return _places(recipient.removeprefix(CHANNEL), settings, secrets)
    person = people.get(recipient)
    if person is None:
        return ()
    paged = tuple(
        Address(f"page {number}", _paged(reference, f"people.{recipient}.page", settings, secrets))
        for number, reference in enumerate(person.page, 1)
    )
    server = settings.alerts.channels.get(settings.paging.mail or "")
    mailed: tuple[Address, ...] = ()
    if person.mail is not None and isinstance(server, MailChannel):
        carrier = Carrier(server, settings.paging.mail or "", secrets, settings.where, (person.mail,))
        mailed = (Address("mail", partial(_mail, carrier)),)
    return (*paged, *mailed) if is_urgent else (*mailed, *paged)


def _places(place: str, settings: DeskSettings, secrets: Secrets) -> tuple[Address, ...]:
    name, _, number = place.rpartition("/")
    match settings.alerts.channels.get(name):
        case MailChannel() as channel if int(number) <= len(channel.recipients):
            to = (channel.recipients[int(number) - 1],)
            return (Address("mail", partial(_mail, Carrier(channel, name, secrets, settings.where, to))),)
        case AppriseChannel() as channel:
            key = f"alerts.channels.{name}.url"
            return (Address("channel", _paged(channel.url, key, settings, secrets)),)
        case FileChannel() as channel:
            return (Address("file", partial(_write, str(settings.beside(channel.path)))),)
        case _:
            return ()


def _paged(reference: str, key: str, settings: DeskSettings, secrets: Secrets) -> Callable[[Letter], None]:
    def send(letter: Letter) -> None:
        address = secrets.resolve(reference, key=key, where=settings.where).get_secret_value()
        notify(address, letter.subject, letter.text, key=key, where=settings.where)

    return send


def _mail(carrier: Carrier, letter: Letter) -> None:
    try:
        carrier(Mail(letter.id, letter.subject, letter.text))
    except smtplib.SMTPException as error:  # its text may hold addresses, and what the server says about them
        message = f"The mail server did not take it ({type(error).__name__})."
        raise SettingsError(message, hint="It is tried again by itself.") from error


def _write(path: str, letter: Letter) -> None:
    line = escaped(json.dumps({"id": letter.id, "subject": letter.subject, "text": letter.text}, ensure_ascii=False))
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8", newline="\n") as file:
        file.write(line + "\n")
