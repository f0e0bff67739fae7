"""How long tickets of which nobody said it usually take: the median of what was worked on others of their issue."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from sqlalchemy import func, select

from servicedesk_core.features.kpi import OpenTicket
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.wording import hours

LEAST_SAMPLE: Final = 10
"""A median of fewer tickets says nothing."""

SINCE: Final = timedelta(days=180)
MOST: Final = 5_000
"""Of what was done since then, at most so many tickets are looked at, the newest first."""

_QUARTER_S: Final = 900
_T: Final = RECORDS["tickets"].c
_E: Final = RECORDS["time_entries"].c


@dataclass(frozen=True, slots=True)
class Usual:
    """How long tickets of an issue usually take.

    Attributes:
        work: The median, in whole quarters of an hour, at least one.
        sample: Of how many tickets.
        issue: Of which issue.
    """

    work: timedelta
    sample: int
    issue: str

    @property
    def said(self) -> str:
        """It in words."""
        return f"taken to need {hours(int(self.work.total_seconds()))}, the median of {self.sample} of {self.issue}"


class UsualWork:
    """How long tickets usually take, by issue, and by issue and sub-issue.

    Args:
        worked_s: What was worked on each done ticket, by what it was about.
    """

    def __init__(self, worked_s: Mapping[str, Sequence[int]]) -> None:
        self._worked_s = worked_s

    def of(self, one: OpenTicket) -> Usual | None:
        """Return how long a ticket usually takes: by its sub-issue, else by its issue; ``None`` = too few are known."""
        for name in (one.of.get("sub-issue"), one.of.get("issue")):
            found = self._worked_s.get((name or "").casefold(), ())
            if name is not None and len(found) >= LEAST_SAMPLE:
                quarters = max(1, round(median(found) / _QUARTER_S))
                return Usual(timedelta(seconds=quarters * _QUARTER_S), len(found), name)
        return None


def usual_work(tx: Tx, now: datetime) -> UsualWork:
    """Return how long tickets usually take, by those that were done lately and on which time was recorded."""
    done = (
        select(_T.source_id, _T.external_id, _T.issue, _T.sub_issue)
        .where(_T.resolved_at >= to_us(now - SINCE), _T.resolved_at <= to_us(now))
        .where(_T.gone_at.is_(None), _T.issue.is_not(None))
        .order_by(_T.resolved_at.desc())
        .limit(MOST)
        .subquery()
    )
    total = func.sum(_E.worked_s)
    query = (
        select(done.c.issue, done.c.sub_issue, total)
        .join(RECORDS["time_entries"], (_E.source_id == done.c.source_id) & (_E.ticket_ref == done.c.external_id))
        .where(_E.gone_at.is_(None), _E.worked_s.is_not(None))
        .group_by(done.c.source_id, done.c.external_id, done.c.issue, done.c.sub_issue)
        .having(total > 0)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for issue, sub_issue, seconds in tx.execute(query):
        found[issue.casefold()].append(int(seconds))
        if sub_issue:
            found[f"{issue} / {sub_issue}".casefold()].append(int(seconds))
    return UsualWork(found)
