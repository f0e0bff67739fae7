"""Which reports are mailed, when, and to whom."""

from collections.abc import Iterable, Sequence
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator

from servicedesk_core.addresses import is_mail_address
from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind, Feature
from servicedesk_core.features.report import REGULAR

_Word = Annotated[str, Field(min_length=1)]


def _one_address(said: str) -> str:
    if not is_mail_address(said):
        msg = "write one plain mail address each, such as manager@example.com"
        raise ValueError(msg)
    return said


_Address = Annotated[str, AfterValidator(_one_address)]


class Weekday(StrEnum):
    """A day of the week, in the order of their numbers."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class ReportMail(Model):
    """A report that is mailed again and again."""

    name: str
    report: _Word = Field(description=f"Which report: {', '.join(REGULAR)}.")
    weekdays: tuple[Weekday, ...] = Field(default=(), description="On which days of the week.")
    month_day: int | None = Field(
        default=None, ge=1, le=31, description="On which day of the month; of a shorter month it is the last one."
    )
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(
        default=(), description="In which months, such as `[1, 4, 7, 10]`; empty = in all of them."
    )
    at: time = Field(description="At what time of the day, in the desk's time zone, such as `07:00`.")
    mail: _Word = Field(description="The alert channel of the kind `smtp` over whose server it goes.")
    recipients: tuple[_Address, ...] = Field(default=(), description="Addresses; empty = those of the channel.")
    effective_from: Instant | None = Field(default=None, description="From when on it holds; nothing = since ever.")

    @model_validator(mode="after")
    def _says_on_which_days(self) -> Self:
        if bool(self.weekdays) == (self.month_day is not None):
            msg = 'say either weekdays, such as ["monday"], or the month_day, such as 1'
            raise ValueError(msg)
        if self.at.tzinfo is not None:
            msg = "write the time without a zone: it is in the desk's"
            raise ValueError(msg)
        return self


def _wrong(one: ReportMail, features: Sequence[Feature]) -> Iterable[tuple[tuple[str, ...], str]]:
    del features
    if one.report not in REGULAR:
        yield ("report",), f'there is no report "{one.report}": write {", ".join(REGULAR)}'


REPORT_MAILS: Final = DefinitionKind("report_mails", "mailed report", ReportMail, check=_wrong)
"""Reports that are mailed by schedule: ``[report_mails.monday]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (REPORT_MAILS,)
