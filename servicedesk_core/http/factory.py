"""Makes the clients of one connection; used by the host."""

import contextlib
from collections.abc import Sequence
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from servicedesk_core.http.client import HttpClient
from servicedesk_core.http.network import DIRECT, Network
from servicedesk_core.http.policy import HttpProfile
from servicedesk_core.http.tracing import TraceHook
from servicedesk_core.http.vendor_time import VendorTime
from servicedesk_core.ports import BudgetKey, BudgetLedger, BudgetPolicy, Clock
from servicedesk_core.redaction import Redactor

if TYPE_CHECKING:
    from servicedesk_core.http._backend import Transport


class HttpFactory:
    """Called by a connector with a profile; remembers its clients, so that the host can close them.

    Args:
        connection: Name of the connection.
        ledger: Shares the vendor's quota.
        clock: Time.
        grants: What the connection may write.
        redactor: Learns secrets.
        hooks: Told about every exchange of every client.
        network: How vendors are reached.
        transport: For tests: replaces the network.

    Attributes:
        vendor_time: The vendor's time, as the answers to all clients tell it.
    """

    def __init__(
        self,
        *,
        connection: str,
        ledger: BudgetLedger,
        clock: Clock,
        grants: frozenset[str] = frozenset(),
        redactor: Redactor | None = None,
        hooks: Sequence[TraceHook] = (),
        network: Network = DIRECT,
        transport: "Transport | None" = None,
    ) -> None:
        self._grants = grants
        self.vendor_time = VendorTime(clock)
        self._make = partial(
            HttpClient,
            connection=connection,
            ledger=ledger,
            clock=clock,
            grants=grants,
            redactor=redactor or Redactor(),
            hooks=hooks,
            network=network,
            transport=transport,
            vendor_time=self.vendor_time,
        )
        self._clients: list[HttpClient] = []

    def __call__(self, profile: HttpProfile) -> HttpClient:
        """Return a client for a vendor interface. Does no I/O."""
        client = self._make(profile)
        self._clients.append(client)
        return client

    @property
    def grants(self) -> frozenset[str]:
        """What the connection may write."""
        return self._grants

    @property
    def requests_sent(self) -> int:
        """Requests sent by all clients of the connection."""
        return sum(client.requests_sent for client in self._clients)

    @property
    def accounts(self) -> tuple[BudgetKey, ...]:
        """The vendor accounts with a quota that the connection uses; of several windows the one the vendor counts."""
        limited = [c.profile for c in self._clients if c.profile.budget.requests is not None]
        return tuple(dict.fromkeys(BudgetKey(profile.vendor, profile.account) for profile in limited))

    @property
    def budget(self) -> BudgetPolicy:
        """The tightest quota that any client of the connection works under."""
        return min((c.profile.budget for c in self._clients), key=_an_hour, default=BudgetPolicy())

    async def aclose(self) -> None:
        """Close all clients."""
        async with contextlib.AsyncExitStack() as stack:  # closes the others when one fails
            for client in self._clients:
                stack.push_async_callback(client.aclose)


def _an_hour(policy: BudgetPolicy) -> float:
    """Return how many requests the tightest window leaves us in an hour."""
    limited = [one for one in policy.windows() if one.requests is not None]
    return min(((one.requests or 0) * one.share / one.window_s for one in limited), default=inf)
