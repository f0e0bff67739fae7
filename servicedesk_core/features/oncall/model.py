"""Who is on call, and when nobody is, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.features.oncall.rules import Line


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who is on call."""

    list_name: Annotated[str, Column("The on-call list.", "List")]
    line: Annotated[Line, Column("In which place they are rung.", "Rung as")]
    technician: Annotated[str, Column("Their name in the definitions.", leads="tickets.list:technician")]
    email: Annotated[str | None, Column("Their address at the vendor.", spare=1)]
    until: Annotated[datetime | None, Column("Until when; nothing = until somebody decides otherwise.")]
    is_out: Annotated[bool | None, Column("Whether they are out then; nothing = whoever asks may not know.", "Out")]


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Time in which nobody would answer first."""

    list_name: Annotated[str, Column("The on-call list.", "List")]
    starts_at: Annotated[datetime, Column("From when on.", "From")]
    ends_at: Annotated[datetime, Column("Until when, as far as was looked.", "Until")]
    lasts_s: Annotated[int, Column("For how long.", "Hours")]
    why: Annotated[str, Column("Why.", wraps=True)]
