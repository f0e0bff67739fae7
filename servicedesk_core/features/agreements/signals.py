"""What speaks for more than was agreed with a client, each with what shows it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.features.agreements.model import Speaks
from servicedesk_core.features.agreements.tables import Key
from servicedesk_core.features.kpi import StoredFacts, Work, last, reactive_hours
from servicedesk_core.features.leakage import Leak, Leaked, Look
from servicedesk_core.features.warranty import expiring
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.cover.assets import AssetFilter
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.wording import counted, hours

LOOKS_BACK: Final = timedelta(days=90)
COVERS_WITHIN: Final = 90
MUCH: Final = 0.25
"""Hours of incidents per device and month from which on they are many: one hour for four devices."""
UNAGREED_S: Final = 5 * 3600
"""Work under no agreement, in 90 days, from which on it is worth one."""

_LEAKS: Final = {Leak.UNITS: Speaks.UNITS, Leak.EXCLUDED: Speaks.EXCLUDED, Leak.BLOCK: Speaks.BLOCK}
_UNPAID_BY_ALL: Final = frozenset({Work.TIME_AND_MATERIALS, Work.UNBILLED})


class Said(NamedTuple):
    """Something that speaks for more, with what shows it."""

    speaks: Speaks
    evidence: str


class Signals:
    """What speaks for more, client by client.

    Attributes:
        not_judged: What was not looked for, and why.

    Args:
        tx: Any transaction.
        now: The present instant.
        zone: The desk's zone.
        scope: Only work that it lets through; clients it is not asked about.

    Raises:
        DefinitionsError: A definition does not fit this program.
    """

    def __init__(self, tx: Tx, now: datetime, zone: ZoneInfo, scope: Scope | None = None) -> None:
        self._tx, self._now, self._zone, self._scope = tx, now, zone, scope
        self._connections = {one.id: one.name for one in sources.all(tx)}
        look = Look(tx, (now - LOOKS_BACK).astimezone(zone).date(), now, zone)
        self.not_judged = look.not_judged
        self._leaks: dict[Key, list[Leaked]] = defaultdict(list)
        work = [one.ref for one in look.found if one.leaked.leak is Leak.EXCLUDED]
        seen = Sight(tx, scope).refs("time_entries", work) if scope is not None and scope.queues else None
        for one in look.found:
            if seen is not None and one.leaked.leak is Leak.EXCLUDED and one.ref not in seen:
                continue
            self._leaks[one.source_id, one.company].append(one.leaked)

    def of(self, client: Key) -> Iterator[Said]:
        """Yield what speaks for more at a client.

        Args:
            client: Its source, and the vendor's id.
        """
        yield from self._leaked(client)
        yield from self._worked(client)
        which = AssetFilter(of=(self._connections[client[0]], client[1]))
        today = self._now.astimezone(self._zone).date()
        if ending := expiring(self._tx, day=today, within_days=COVERS_WITHIN, chosen=which, retired=False).ending:
            yield Said(Speaks.COVERS, f"of {counted(ending, 'device')} within {COVERS_WITHIN} days")

    def _leaked(self, client: Key) -> Iterator[Said]:
        for leak, speaks in _LEAKS.items():
            found = [one.evidence for one in self._leaks.get(client, ()) if one.leak is leak]
            if len(found) == 1:
                yield Said(speaks, found[0])
            elif found:
                yield Said(speaks, f"{counted(len(found), 'time')} in {LOOKS_BACK.days} days")

    def _worked(self, client: Key) -> Iterator[Said]:
        scope = Scope(self._connections[client[0]], companies={client[1]})
        scope = scope if self._scope is None else scope.within(self._scope)
        facts = StoredFacts(self._tx, last(LOOKS_BACK, self._zone, self._now), scope)
        unagreed_s = sum(one.worked_s or 0 for one in facts.entries if one.work in _UNPAID_BY_ALL)
        if unagreed_s >= UNAGREED_S:
            yield Said(Speaks.UNAGREED, f"{hours(unagreed_s)} in {LOOKS_BACK.days} days")
        cases = [*reactive_hours(facts)]
        devices = sum(one.denominator or 0 for one in cases)
        if devices and (each := sum(one.numerator for one in cases) / devices / 3600) >= MUCH:
            yield Said(Speaks.REACTIVE, f"{each:.2f} hours per device and month")
