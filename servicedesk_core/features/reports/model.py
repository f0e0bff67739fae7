"""Reports that were made to be sent, as people and programs see them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class ReportState(StrEnum):
    """What became of a report that was made to be sent."""

    WAITING = "waiting"
    """It has not gone out yet."""
    SENDING = "sending"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    """Nobody knows whether it came: a person looks, and sends it again or leaves it."""


@dataclass(frozen=True, slots=True)
class SentReport:
    """A report that was made to be sent."""

    id: Annotated[int, Column("Its number.", "No.")]
    report: Annotated[str, Column("Which report.")]
    period: Annotated[str, Column("What time it is about.")]
    state: Annotated[ReportState, Column("What became of it.")]
    made_at: Annotated[datetime, Column("When it was made.", "Made")]
    mailing: Annotated[str, Column("The definition by which it was made.", spare=2)]
    recipients: Annotated[tuple[str, ...], Column("To whom it goes.", "To", wraps=True, spare=1)]
    subject: Annotated[str, Column("Subject of its mail.", shown=False)]
    key: Annotated[str, Column("What its mail is called: the same whenever it is sent.", shown=False)]


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as it was made, with the page that its mail carries."""

    about: Annotated[SentReport, Column("What it is.")]
    text: Annotated[str, Column("What the mail says.")]
    page: Annotated[str, Column("The page that is attached to it.")]
