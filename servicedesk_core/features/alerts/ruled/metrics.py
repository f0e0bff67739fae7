"""What alert rules can measure beside the KPIs: what is only known of the present, and what ends soon."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import or_, select

from servicedesk_core.domain import Contract
from servicedesk_core.store import Tx, runs, sources
from servicedesk_core.store.budgets.policies import standings
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.schema import RECORDS

_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """What a figure is.

    Attributes:
        scope: What it is of, such as a client; empty = of all.
        value: What was measured; ``None`` = there is nothing to measure.
        sample: How many records stand behind it.
    """

    scope: str
    value: Fraction | float | None
    sample: int


@dataclass(frozen=True, slots=True)
class Metric:
    """Something that a rule can measure and that is no KPI.

    Attributes:
        about: What it is, with its unit.
        unit: The unit.
        dimension: What it is always divided by; empty = nothing.
        measure: Returns its readings, given a transaction, the desk, the present and the window.
    """

    about: str
    unit: str
    dimension: str
    measure: Callable[[Tx, Any, datetime, timedelta], Iterator[Reading]]


def _sync_lag(tx: Tx, desk: Any, now: datetime, _window: timedelta) -> Iterator[Reading]:
    """Yield for each connection since how many minutes the stream was last read that was read longest ago."""
    for source in sources.all(tx):
        if source.name in desk.settings.connections and (read := runs.last_success(tx, source.id)):
            newest = max(read.values())  # a stream that is swept once a day says nothing of the connection
            yield Reading(source.name, (now - newest) / timedelta(minutes=1), len(read))


def _quota_use(tx: Tx, desk: Any, now: datetime, _window: timedelta) -> Iterator[Reading]:
    there = [one for one in sources.all(tx) if one.name in desk.settings.connections]
    for one in standings(tx, to_us(now)):
        names = sorted(each.name for each in there if (each.vendor, each.account) == (one.key.vendor, one.key.tenant))
        if names and one.use.allowed:
            used = one.use.ours if one.use.total is None else max(one.use.total, one.use.ours)
            yield Reading("+".join(names), Fraction(used * _PERCENT, one.use.allowed), used)


def _contracts_ending(tx: Tx, _desk: Any, now: datetime, window: timedelta) -> Iterator[Reading]:
    c = RECORDS[Contract.stream].c
    ends = c.end_on.between(now.date().isoformat(), (now + window).date().isoformat())
    query = select(c.source_id, c.company_ref).where(c.gone_at.is_(None), or_(c.is_active, c.is_active.is_(None)), ends)
    yield from _by_client(tx, [(row[0], row[1]) for row in tx.execute(query)])


def _covers_ending(tx: Tx, _desk: Any, now: datetime, window: timedelta) -> Iterator[Reading]:
    from servicedesk_core.features.warranty import expiring  # noqa: PLC0415  # only who asks for it waits
    from servicedesk_core.store.cover.assets import AssetFilter  # noqa: PLC0415

    found = expiring(tx, day=now.date(), within_days=window.days, chosen=AssetFilter(), retired=False)
    for client, many in sorted(Counter(one.company or "" for one in found.items).items()):
        yield Reading(client, many, many)


def _by_client(tx: Tx, found: list[tuple[int, str | None]]) -> Iterator[Reading]:
    names = Names(tx)
    for source_id, ref in found:
        names.want(source_id, "companies", ref)
    counted = Counter(names.of(source_id, "companies", ref) or ref or "" for source_id, ref in found)
    for client, many in sorted(counted.items()):
        yield Reading(client, many, many)


METRICS: Final[Mapping[str, Metric]] = {
    "sync-lag": Metric("Minutes since a connection was last read.", "minutes", "connection", _sync_lag),
    "quota-use": Metric("Share of a vendor's requests that all integrations used.", "%", "connection", _quota_use),
    "contracts-ending": Metric("Contracts that end within the window.", "contracts", "client", _contracts_ending),
    "covers-ending": Metric("Devices whose cover ends within the window.", "devices", "client", _covers_ending),
}
"""By the names that rules call them."""
