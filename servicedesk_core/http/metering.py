"""Asks a vendor for its own count of the quota now and then, so that the use of other integrations is known."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from servicedesk_core.errors import ConnectorError, StoreError
from servicedesk_core.ports import BudgetKey, BudgetLedger, BudgetPolicy, BudgetUse, Clock, Permit

_log = logging.getLogger("servicedesk.http")

STALE_S = 900.0
"""Seconds after which the vendor's count is asked for again before the next request."""

LOOK_EVERY = 0.01
"""Part of the quota after which it is asked for again, however quickly it was used."""

FEWEST = 25
"""But not before so many requests: each look is a request itself."""

Usage = Callable[[], Awaitable[BudgetUse | None]]


@dataclass(slots=True)
class _Meter:
    """What is known of one account."""

    usage: Usage
    looked_at: float | None = None
    since_look: int = 0
    looking: bool = False


class MeteredLedger:
    """A ledger that keeps itself corrected; everything else is left to the one behind it.

    The look happens before a request that is about to be sent, so it needs no timer, and a desk that sends nothing asks
    nothing.

    Args:
        ledger: Counts and shares.
        clock: Measures.
    """

    def __init__(self, ledger: BudgetLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._meters: dict[tuple[str, str], _Meter] = {}

    def watch(self, key: BudgetKey, usage: Usage) -> None:
        """Ask this from now on for an account's use.

        Args:
            key: Whose quota; the endpoint does not matter.
            usage: Asks the vendor; the request that it sends is counted like any other.
        """
        meter = self._meters.get((key.vendor, key.account))
        if meter is None:
            self._meters[key.vendor, key.account] = _Meter(usage)
        else:  # another connection on the same account, or the same one opened again
            meter.usage = usage

    def forget(self, usage: Usage) -> None:
        """Do not ask this any more: its connection is closed."""
        self._meters = {key: meter for key, meter in self._meters.items() if meter.usage != usage}

    async def acquire(self, key: BudgetKey, policy: BudgetPolicy, *, reserved: bool = False) -> Permit:
        """See :meth:`servicedesk_core.ports.BudgetLedger.acquire`."""
        meter = self._meters.get((key.vendor, key.account))
        if meter is not None and policy.requests is not None and not meter.looking:
            meter.since_look += 1
            if await self._is_due(meter, key, policy):
                await self._look(meter, key)
        return await self._ledger.acquire(key, policy, reserved=reserved)

    async def note(self, key: BudgetKey, policy: BudgetPolicy) -> None:
        """See :meth:`servicedesk_core.ports.BudgetLedger.note`."""
        await self._ledger.note(key, policy)

    async def correct(self, key: BudgetKey, use: BudgetUse) -> None:
        """See :meth:`servicedesk_core.ports.BudgetLedger.correct`."""
        await self._ledger.correct(key, use)

    async def use(self, key: BudgetKey, policy: BudgetPolicy) -> BudgetUse:
        """See :meth:`servicedesk_core.ports.BudgetLedger.use`."""
        return await self._ledger.use(key, policy)

    async def _is_due(self, meter: _Meter, key: BudgetKey, policy: BudgetPolicy) -> bool:
        now = self._clock.monotonic()
        if meter.looked_at is None:
            meter.looked_at = now
            known = await self._ledger.use(key, policy)  # another process may have looked just now
            if known.as_of is None:
                return True
            meter.looked_at = now - max((self._clock.now() - known.as_of).total_seconds(), 0.0)
        if now - meter.looked_at >= STALE_S:
            return True
        return meter.since_look >= max(FEWEST, (policy.requests or 0) * LOOK_EVERY)

    async def _look(self, meter: _Meter, key: BudgetKey) -> None:
        meter.looking = True
        meter.looked_at, meter.since_look = self._clock.monotonic(), 0
        try:
            use = await meter.usage()
            if use is not None:
                await self._ledger.correct(key, use)
        except (ConnectorError, StoreError) as error:
            # Not worth failing for: the request that comes next meets what is really wrong.
            _log.info("%s did not tell its use of the quota: %s", key.vendor, error.code)
        finally:
            meter.looking = False
