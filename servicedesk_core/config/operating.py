"""What ``servicedesk.toml`` says about unattended work: schedules, the server, alerts."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from servicedesk_core.addresses import MAIL_ADDRESS
from servicedesk_core.config.values import is_reference
from servicedesk_core.domain import Model

_EVERY = re.compile(r"every\s+(?:(\d{1,5})\s+)?(second|minute|hour|day)s?", re.IGNORECASE)
_CRON_FIELD = re.compile(r"[0-9A-Za-z*/,#?L-]+")
_CRON_FIELDS = 5
_LISTEN = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})|")
_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
NEVER = "never"


def every_s(schedule: str) -> int | None:
    """Return the seconds of ``every 15 minutes``; ``None`` when the text is no such schedule."""
    found = _EVERY.fullmatch(schedule.strip())
    return int(found[1] or 1) * _UNITS[found[2].lower()] if found else None


def _schedule(text: str) -> str:
    text = " ".join(text.split())
    seconds = every_s(text)
    if seconds == 0:
        msg = "a job cannot run every 0 seconds"
        raise ValueError(msg)
    fields = text.split(" ")
    is_cron = len(fields) == _CRON_FIELDS and all(_CRON_FIELD.fullmatch(field) for field in fields)
    if seconds is None and text != NEVER and not is_cron:
        msg = 'write "every 15 minutes", five fields as cron has them such as "30 2 * * *", or "never"'
        raise ValueError(msg)
    return text


def _listen(text: str) -> str:
    found = _LISTEN.fullmatch(text)
    if found is None or int(found[2] or 0) > 65_535:  # noqa: PLR2004  # the highest port
        msg = 'write an address and a port such as "127.0.0.1:9187"; "" = no endpoint'
        raise ValueError(msg)
    return text


def _reference(text: str) -> str:
    if not is_reference(text):
        msg = 'it is a secret, so write where it stands, such as "env:ALERTS_URL" or "file:/etc/servicedesk/alerts"'
        raise ValueError(msg)
    return text


Listen = Annotated[str, AfterValidator(_listen)]
"""An address and a port; an empty text = none."""

Schedule = Annotated[str, AfterValidator(_schedule)]
"""``every 15 minutes``, five fields of cron in the desk's time zone, or ``never``."""

JobName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_-]*(:[A-Za-z0-9_-]+)?$")]
Reference = Annotated[str, AfterValidator(_reference)]


class ServeSection(Model):
    """How ``servicedesk serve`` works: ``[serve]``."""

    listen: Listen = Field(
        default="127.0.0.1:9187",
        description="Where monitoring asks for `/live`, `/ready`, `/health` and `/metrics`; an empty text switches it "
        "off. None shows records or secrets, but connections are named: leave it on loopback, or put it behind a proxy "
        "of yours.",
    )
    jitter_s: int = Field(
        default=10, ge=0, le=3_600, description="Most seconds that a job begins after its due time, by chance."
    )
    catch_up_hours: int = Field(
        default=12,
        ge=0,
        le=8_760,
        description="A due time that was missed is made up for when it is no older; several missed ones make one run.",
    )
    report: str = Field(
        default="desk.html", min_length=1, description="File that the job `reports` writes the desk page to."
    )
    backups: str = Field(
        default="backups", min_length=1, description="Folder that the job `backup` copies the store to."
    )
    keep_backups: int = Field(default=3, ge=1, le=1_000, description="How many of these copies are kept.")
    heartbeat: Reference | None = Field(
        default=None,
        description="Where the address is that is called each minute while it works, such as `env:HEARTBEAT_URL`: a "
        "watch elsewhere then notices when it does no more. Left out = none is.",
    )


class FileChannel(Model):
    """Alerts as lines of JSON in a file."""

    kind: Literal["file"] = Field(description="`file`.")
    path: str = Field(min_length=1, description="The file; a relative path starts at the folder of the configuration.")


class MailChannel(Model):
    """Alerts as mails over SMTP."""

    kind: Literal["smtp"] = Field(description="`smtp`.")
    host: str = Field(min_length=1, description="The mail server.")
    port: int = Field(default=587, ge=1, le=65_535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is secured; `none` for a relay on this machine."
    )
    username: str | None = Field(default=None, description="User at the mail server, if it wants one.")
    password: Reference | None = Field(default=None, description="Where the password is, such as `env:SMTP_PASSWORD`.")
    sender: str = Field(min_length=3, description="Address that the mails come from.")
    recipients: tuple[str, ...] = Field(min_length=1, description="Addresses that they go to.")

    @model_validator(mode="after")
    def _a_password_travels_secured(self) -> Self:
        if self.password is not None and self.security == "none":
            msg = 'a password is not sent over a connection without security; write "starttls" or "tls"'
            raise ValueError(msg)
        return self


class AppriseChannel(Model):
    """Alerts through Apprise, which knows Teams, Slack, ntfy, Pushover and a hundred more (extra ``notify``)."""

    kind: Literal["apprise"] = Field(description="`apprise`.")
    url: Reference = Field(description="Where the Apprise address is, which holds tokens: such as `env:ALERTS_URL`.")


Channel = Annotated[FileChannel | MailChannel | AppriseChannel, Field(discriminator="kind")]
ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]


class AlertsSection(Model):
    """When the desk tells somebody, and whom: ``[alerts]``."""

    failing_after: int = Field(
        default=2, ge=1, le=100, description="A stream or job that failed so many times in a row is told about."
    )
    silent_after: float = Field(
        default=3.0,
        ge=1,
        le=1_000,
        description="A stream is told about when its last complete read is older than so many of its intervals.",
    )
    channels: dict[ChannelName, Channel] = Field(
        default_factory=dict, description="Who is told, beside the log: `[alerts.channels.NAME]`."
    )


class MorningSection(Model):
    """The morning page: ``[morning]``. When it is mailed is the schedule of the job ``morning``."""

    calendar: str | None = Field(
        default=None,
        min_length=1,
        description="The calendar of the definitions whose hours are the desk's; left out = the only one there is, "
        "else Monday to Friday, 08:00 to 18:00.",
    )
    max_age_minutes: int = Field(
        default=60, ge=1, le=10_080, description="When tickets were read longer ago, the page gives no verdict."
    )
    mail: ChannelName | None = Field(
        default=None,
        description="The alert channel of the kind `smtp` through which it is mailed on working days; left out = it is "
        "not mailed.",
    )
    recipients: tuple[str, ...] = Field(
        default=(), description="Addresses that it goes to; empty = those of the channel."
    )


class PagingSection(Model):
    """How our own people are told something: ``[paging]``. Their addresses stand in ``[people.NAME]``."""

    mail: ChannelName | None = Field(
        default=None,
        description="The alert channel of the kind `smtp` over whose server mails to single people go; left out = none "
        "do, and only their addresses for pages are used.",
    )


class MessagesSection(Model):
    """How clients are told something: ``[messages]``. What they are told is decided by definitions."""

    mail: ChannelName | None = Field(
        default=None,
        description="The alert channel of the kind `smtp` over whose server mails to clients go; left out = none do.",
    )
    mailbox: Annotated[str, StringConstraints(pattern=MAIL_ADDRESS)] | None = Field(
        default=None,
        description="The mailbox from which the PSA takes mails in, such as support@example.com. Mails to clients come "
        "from it, so that an answer goes to the ticket.",
    )
    link_days: int = Field(default=30, ge=1, le=366, description="How many days a link in a message leads anywhere.")

    @model_validator(mode="after")
    def _mails_can_be_answered(self) -> Self:
        if self.mail is not None and self.mailbox is None:
            msg = 'write mailbox too, the mailbox from which the PSA takes mails in, such as "support@example.com"'
            raise ValueError(msg)
        return self


def span_of(schedule: str) -> timedelta | None:
    """Return the interval of an ``every …`` schedule; ``None`` for cron and ``never``."""
    seconds = every_s(schedule)
    return None if seconds is None else timedelta(seconds=seconds)
