"""Follows claims at one manufacturer: many in a request, each commit a piece, all within the connection's budget."""

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection as Tx
from sqlalchemy import select, update

from servicedesk_core.domain.warranty import ClaimEvent, ClaimEventKind, ClaimReport, fold, is_overdue
from servicedesk_core.domain.warranty.progress import ALERTS
from servicedesk_core.errors import ClaimStateError, ConnectorError, ServiceDeskError, SettingsError, StoreError
from servicedesk_core.features.claims.model import ClaimAlert, PollOutcome
from servicedesk_core.features.claims.tables import changing, following, reading
from servicedesk_core.features.claims.tables.following import Look
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.features.claims.writes.notes import TicketNotes
from servicedesk_core.features.claims.writes.sender import ClaimSender
from servicedesk_core.hooks import FetchStatus
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.plugins.host import Host
from servicedesk_core.ports import Clock
from servicedesk_core.problem import Problem
from servicedesk_core.store import Store, audit, outbox
from servicedesk_core.store.holding import held
from servicedesk_core.store.schema import claim_returns

POLLS = "claims:"
"""Before the name of a connection: the lease under which its claims are followed."""

PIECE = 200
"""Claims that are asked after and stored together, at least: a killed run loses no more than the last piece."""

_EAGER, _USUAL, _LAZY = timedelta(hours=1), timedelta(hours=6), timedelta(hours=24)
_LIVELY, _QUIET = timedelta(days=7), timedelta(days=60)

Told = Callable[[Tx, StoredClaim, Sequence[ClaimEvent], datetime], object]
"""Does what else follows from news, in the transaction that stores them."""


def next_look(claim: StoredClaim, now: datetime) -> datetime:
    """Return when to ask after a claim again: often while it moves, daily when it has been quiet for long."""
    quiet = now - claim.state_since
    return now + (_EAGER if quiet < _LIVELY else _USUAL if quiet < _QUIET else _LAZY)


async def follow(
    name: str, store: Store, clock: Clock, host: Host, notes: TicketNotes, *, everything: bool
) -> PollOutcome:
    """Follow the claims of one connection, under a lease; what it cannot do is part of the answer.

    Args:
        name: Name of the connection.
        store: The desk's store.
        clock: The time.
        host: Opens connections.
        notes: Leaves notes on tickets.
        everything: Also claims that are not due for a look yet.

    Raises:
        SettingsError: There is no such connection.
        StoreError: The store cannot be used.
    """
    if name not in host.settings.connections:
        raise SettingsError(f'There is no connection "{name}".', hint="Name one of the configuration.")
    try:
        opened = await host.open(name)
        before, outcome = opened.requests_sent, PollOutcome(name)
        async with held(store, f"{POLLS}{name}"):
            await _find_names(opened, store, ClaimSender(store, clock, notes))
            if opened.calls.implements("fetch_claims"):
                outcome = await Poller(store, clock, opened.calls, notes.leave).run(everything=everything)
    except StoreError:
        raise
    except ServiceDeskError as error:
        return PollOutcome(name, error=Problem.of(error))
    outcome.requests = opened.requests_sent - before
    return outcome


async def _find_names(opened: OpenConnection, store: Store, sender: ClaimSender) -> None:
    """Look for the names of claims that the manufacturer accepted without naming them."""
    for _, number in await store.read(lambda tx: following.nameless(tx, opened.name)):
        write = await store.read(lambda tx, number=number: outbox.get(tx, number))  # type: ignore[misc]
        await sender.confirmed(opened.calls, write, None)


class Poller:
    """Follows the open claims of one connection.

    Args:
        store: The desk's store.
        clock: The time.
        calls: The connector.
        told: Called with news, in their transaction.
    """

    def __init__(self, store: Store, clock: Clock, calls: ConnectorCalls, told: Told | None = None) -> None:
        self._store = store
        self._clock = clock
        self._calls = calls
        self._told = told

    async def run(self, *, everything: bool = False) -> PollOutcome:
        """Ask after every claim that is due; what was stored stays, whatever comes after it.

        Args:
            everything: Also those that are not due yet.
        """
        name = self._calls.connection
        report = PollOutcome(name)
        warranty = self._calls.describe_capabilities().warranty
        batch = max(1, warranty.claims_per_request if warranty else 1)
        size = math.ceil(PIECE / batch) * batch
        by = None if everything else self._clock.now()
        after = 0
        while True:
            some = await self._store.read(
                lambda tx, after=after: following.due(tx, name, now=by, after=after, limit=size)  # type: ignore[misc]
            )
            if not some:
                return report
            after = some[-1].id
            try:
                await self._piece(some, report)
            except ConnectorError as error:
                report.error = Problem.of(error)
                report.left = await self._left(by, report)
                return report

    async def _left(self, by: datetime | None, report: PollOutcome) -> int:
        due = await self._store.read(lambda tx: following.count_due(tx, report.connection, now=by))
        return max(0, due - (report.asked if by is None else 0))

    async def _piece(self, some: Sequence[StoredClaim], report: PollOutcome) -> None:
        by_ref = {claim.progress.ref: claim for claim in some if claim.progress.ref is not None}
        outcomes: list[ItemOutcome[ClaimReport]] = []
        try:
            async for outcome in self._calls.fetch_claims(tuple(by_ref)):
                outcomes.append(outcome)  # noqa: PERF401  # what came before a failure is kept
        finally:
            pairs = [(by_ref[outcome.ref], outcome) for outcome in outcomes]
            if pairs:
                now = self._clock.now()
                await self._store.write(lambda tx: self._stored(tx, pairs, now, report))

    def _stored(
        self,
        tx: Tx,
        pairs: Sequence[tuple[StoredClaim, ItemOutcome[ClaimReport]]],
        now: datetime,
        report: PollOutcome,
    ) -> None:
        looks: list[Look] = []
        for claim, outcome in pairs:
            report.asked += 1
            if outcome.status is FetchStatus.FOUND and outcome.item is not None:
                looks.append(Look(claim.id, next_look(claim, now)))
                try:
                    self._one(tx, claim, outcome.item, now, report)
                except ClaimStateError:  # somebody changed it in this moment; the next look folds it again
                    continue
            elif outcome.status is FetchStatus.MISSING:
                report.not_found += 1
                self._missing(tx, claim, now, report)
                looks.append(Look(claim.id, now + _LAZY, following.NOT_KNOWN))
            else:
                report.failed += 1
                looks.append(Look(claim.id, now + _EAGER, outcome.reason or outcome.status.value))
        following.looked(tx, looks, now)

    def _one(self, tx: Tx, claim: StoredClaim, told: ClaimReport, now: datetime, report: PollOutcome) -> None:
        folded = fold(claim.progress, told, claim.draft.lines, now)
        if folded.progress == claim.progress and not folded.events:
            return
        stored = changing.save(tx, claim, now=now, progress=folded.progress, events=folded.events)
        report.changed += bool(folded.events)
        report.alerts += tuple(_alert(claim, event) for event in folded.events if event.kind in ALERTS)
        if self._told is not None and folded.events:
            self._told(tx, stored, folded.events, now)

    def _missing(self, tx: Tx, claim: StoredClaim, now: datetime, report: PollOutcome) -> None:
        if claim.poll_problem is not None:  # told before
            return
        event = ClaimEvent(ClaimEventKind.NOT_FOUND, now)
        changing.remember(tx, claim, (event,), actor=changing.MAKER, now=now)
        report.alerts += (_alert(claim, event),)


def overdue_parts(tx: Tx, *, today: date, now: datetime) -> list[ClaimAlert]:
    """Tell once of every part that should have been back, and remember that it was told.

    Args:
        tx: A write transaction.
        today: The date where the desk is.
        now: When.
    """
    c = claim_returns.c
    late = (
        select(c.claim)
        .distinct()
        .where(
            c.due_on < today,
            c.state.in_(("due", "in_transit", "partly_received", "overdue")),
            c.alerted_for.is_distinct_from(c.due_on),
        )
    )
    audit.take_turn(tx)
    alerts: list[ClaimAlert] = []
    for number in tx.execute(late).scalars().all():
        claim = reading.by_number(tx, number)
        for at, part in enumerate(claim.progress.returns, 1):
            if not is_overdue(part, today) or part.due_on is None:
                continue
            due = part.due_on
            told = (
                update(claim_returns)
                .where(c.claim == number, c.number == at, c.alerted_for.is_distinct_from(due))
                .values(alerted_for=due)
            )
            if tx.execute(told).rowcount == 1:
                event = ClaimEvent(ClaimEventKind.RETURN_OVERDUE, now, detail={"due_on": due.isoformat(), "part": at})
                changing.remember(tx, claim, (event,), actor="system:claims", now=now)
                alerts.append(_alert(claim, event))
    return alerts


def _alert(claim: StoredClaim, event: ClaimEvent) -> ClaimAlert:
    word = f' "{event.vendor_status}"' if event.vendor_status else ""
    texts = {
        ClaimEventKind.UNKNOWN_STATUS: f"says{word}, which has no meaning here; it stays {claim.state.value}",
        ClaimEventKind.WENT_BACK: f"went back to {event.after.value if event.after else '?'} at its maker{word}",
        ClaimEventKind.NOT_FOUND: "is not known to its maker by its id",
        ClaimEventKind.RETURN_OVERDUE: f"has a part that was due back on {event.detail.get('due_on')}",
    }
    return ClaimAlert(claim.claim_id, event.kind, f"Claim {claim.claim_id} {texts[event.kind]}.")
