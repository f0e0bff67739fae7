"""How many clients make too many tickets."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from servicedesk_core import Scope
from servicedesk_core.faces import Kpi, Measure
from servicedesk_noisy.tables import by_client

DAYS = 30
MOST = 5
"""New tickets of one client within the days; more are too many."""


def _noisy(tx: Connection, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
    counts = [count for _, count, _ in by_client(tx, at, DAYS, scope)]
    noisy = sum(count > MOST for count in counts)
    return Measure(noisy, noisy, denominator=len(counts), sample=sum(counts))


NOISY = Kpi(
    "noisy-clients",
    f"Clients with more than {MOST} new tickets",
    f"Of the clients with tickets that were created in the last {DAYS} days.",
    _noisy,
    unit="clients",
)

KPIS = (NOISY,)
