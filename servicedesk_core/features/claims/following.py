"""Follows the claims of one connection, under a lease."""

from collections.abc import Collection

from servicedesk_core.errors import ServiceDeskError, SettingsError, StoreError
from servicedesk_core.features.claims.model import AlertView, PollOutcome
from servicedesk_core.features.claims.polling import ClaimAlert, Poller
from servicedesk_core.features.claims.tables import following
from servicedesk_core.features.claims.writes.notes import TicketNotes
from servicedesk_core.features.claims.writes.sender import ClaimSender
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.plugins.host import Host
from servicedesk_core.ports import Clock
from servicedesk_core.problem import Problem
from servicedesk_core.store import Store, outbox
from servicedesk_core.store.holding import held

POLLS = "claims:"
"""Before the name of a connection: the lease under which its claims are followed."""

_LEASE_S = 60.0


class Following:
    """Asks manufacturers how claims stand.

    Args:
        store: The desk's store.
        clock: The time.
        host: Opens connections.
        notes: Leaves notes on tickets.
    """

    def __init__(self, store: Store, clock: Clock, host: Host, notes: TicketNotes) -> None:
        self._store = store
        self._clock = clock
        self._host = host
        self._notes = notes

    async def run(self, name: str, *, everything: bool) -> PollOutcome:
        """Follow the claims of one connection; what it cannot do is part of the answer.

        Args:
            name: Name of the connection.
            everything: Also claims that are not due for a look yet.

        Raises:
            SettingsError: There is no such connection.
            StoreError: The store cannot be used.
        """
        if name not in self._host.settings.connections:
            raise SettingsError(f'There is no connection "{name}".', hint="Name one of the configuration.")
        try:
            opened = await self._host.open(name)
            before = opened.requests_sent
            async with held(self._store, f"{POLLS}{name}", _LEASE_S):
                await self._find_names(opened)
                if not opened.calls.implements("fetch_claims"):
                    return PollOutcome(name, requests=opened.requests_sent - before)
                poller = Poller(self._store, self._clock, opened.calls, self._notes.leave)
                report = await poller.run(everything=everything)
        except StoreError:
            raise
        except ServiceDeskError as error:
            return PollOutcome(name, error=Problem.of(error))
        return PollOutcome(
            name,
            asked=report.asked,
            changed=report.changed,
            not_found=report.not_found,
            failed=report.failed,
            left=report.left,
            requests=opened.requests_sent - before,
            alerts=alert_views(report.alerts),
            error=Problem.of(report.error) if report.error else None,
        )

    async def _find_names(self, opened: OpenConnection) -> None:
        """Look for the names of claims that the manufacturer accepted without naming them."""
        sender = ClaimSender(self._store, self._clock, self._notes)
        for _, number in await self._store.read(lambda tx: following.nameless(tx, opened.name)):
            write = await self._store.read(lambda tx, number=number: outbox.get(tx, number))  # type: ignore[misc]
            await sender.confirmed(opened.calls, write, None)


def alert_views(found: Collection[ClaimAlert]) -> tuple[AlertView, ...]:
    """Return alerts for programs."""
    return tuple(AlertView(one.claim_id, one.kind, one.text) for one in found)
