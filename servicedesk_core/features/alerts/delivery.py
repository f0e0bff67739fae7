"""The channels: each takes a message or raises."""

import json
import os
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from servicedesk_core.config import DeskSettings, Secrets
from servicedesk_core.config.operating import AppriseChannel, Channel, FileChannel, MailChannel
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.alerts.messages import Message
from servicedesk_core.printing import escaped

Send = Callable[[Message], None]
"""Takes a message, or raises; blocks."""

TIMEOUT_S = 20.0


def sender_of(channel: Channel, secrets: Secrets, settings: DeskSettings, name: str) -> Send:
    """Return how a channel is told something.

    Args:
        channel: Its settings.
        secrets: Resolves its references, at each use.
        settings: The desk, whose folder relative paths start at.
        name: Name of the channel.
    """
    key = f"alerts.channels.{name}"
    match channel:
        case FileChannel():
            return partial(_to_file, settings.beside(channel.path))
        case MailChannel():
            return partial(_by_mail, channel, secrets, settings.where, key)
        case AppriseChannel():
            return partial(_by_apprise, channel, secrets, settings.where, key)


def _to_file(path: Path, message: Message) -> None:
    lines = "".join(escaped(json.dumps(event, ensure_ascii=False)) + "\n" for event in message.events)
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8", newline="\n") as file:
        file.write(lines)


def _by_mail(channel: MailChannel, secrets: Secrets, where: str, key: str, message: Message) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = channel.sender, ", ".join(channel.recipients)
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<{message.key}@servicedesk.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text + "\n")
    context = ssl.create_default_context()
    make: Any = partial(smtplib.SMTP_SSL, context=context) if channel.security == "tls" else smtplib.SMTP
    with make(channel.host, channel.port, timeout=TIMEOUT_S) as server:
        if channel.security == "starttls":
            server.starttls(context=context)
        if channel.username is not None and channel.password is not None:
            password = secrets.resolve(channel.password, key=f"{key}.password", where=where)
            server.login(channel.username, password.get_secret_value())
        server.send_message(mail)


def _by_apprise(channel: AppriseChannel, secrets: Secrets, where: str, key: str, message: Message) -> None:
    try:
        apprise = import_module("apprise")  # an optional extra
    except ImportError:
        raise SettingsError(
            f"{where}: {key}: Apprise is not installed.", hint="pip install 'servicedesk-core[notify]'"
        ) from None
    url = secrets.resolve(channel.url, key=f"{key}.url", where=where).get_secret_value()
    sender = apprise.Apprise()
    if not sender.add(url):
        raise SettingsError(f"{where}: {key}.url is no address that Apprise understands.", hint="Correct it.")
    if not sender.notify(title=message.subject, body=message.text):
        raise SettingsError(f"{where}: {key}: Apprise could not deliver.", hint="Its log says more, at debug level.")
