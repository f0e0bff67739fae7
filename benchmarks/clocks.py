"""Business time and the judging of clocks, over the least that any way to do it costs on this machine, in one run.

The floor of business time is one look-up in a list of openings between the conversions of two instants. The floor of
clocks is to sort the events of each ticket and to walk them once, keeping status and instant.
"""

import random
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import process_time
from typing import Any

from benchmarks.rows import Row, at_least, row
from servicedesk_core.domain import ActorType, EventSource, EventType, Priority, TicketEvent
from servicedesk_core.features.sla import Calendar, Evaluator, Policy, PolicySet, Targets, public_holidays

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFICE = Calendar(
    name="office",
    zone="America/New_York",
    hours={"mon-fri": "08:00-17:30"},
    holidays=public_holidays("US", range(2025, 2028)),
)
ALWAYS = Calendar(name="always", zone="America/New_York", hours={"mon-sun": "00:00-24:00"})


def business_time(*, quick: bool) -> list[Row]:
    """Adding and measuring, one at a time, with instants as callers have them."""
    chosen = random.Random(1)
    starts = [NOW - timedelta(seconds=chosen.randrange(300 * 86_400)) for _ in range(2_000 if quick else 20_000)]
    pairs = [(start, start + timedelta(minutes=chosen.randrange(1, 6_000))) for start in starts]
    openings = [int((NOW - timedelta(days=day) - EPOCH).total_seconds()) for day in reversed(range(1_000))]

    def floor() -> None:
        for start, _ in pairs:
            _ = EPOCH + timedelta(0, openings[bisect_right(openings, (start - EPOCH).total_seconds()) - 1])

    def add() -> None:
        for start, end in pairs:
            OFFICE.add(start, end - start)

    def between() -> None:
        for start, end in pairs:
            OFFICE.between(start, end)

    bare, *ours = _speeds([floor, add, between], len(pairs))
    return [
        row(f"business time: {name}", f"{speed:,.0f} a second", f"{bare:,.0f}", at_least(speed / bare, 0.4))
        for name, speed in zip(("add", "between"), ours, strict=True)
    ]


def clocks(*, quick: bool) -> list[Row]:
    """Judging a year of tickets, seven events each, three clocks each."""
    tickets = tickets_with_history(500 if quick else 5_000)
    minutes = {Priority.P1: (15, 60, 240), Priority.P2: (30, 120, 480), Priority.P3: (60, 240, 1440)}
    targets = {
        priority: Targets(
            triage=timedelta(minutes=triage),
            engagement=timedelta(minutes=engagement),
            completion=timedelta(minutes=completion),
            calendar="always" if priority is Priority.P1 else None,
        )
        for priority, (triage, engagement, completion) in minutes.items()
    }
    policies = PolicySet(policies=(Policy(name="standard", targets=targets),), calendar="office")
    evaluator = Evaluator([policies], [OFFICE, ALWAYS])

    def floor() -> None:
        for events in tickets:
            since, status, spent = NOW, None, timedelta()
            for event in sorted(events, key=lambda one: (one.effective_at, one.source_seq, one.external_id)):
                if status != "waiting_customer":
                    spent += event.effective_at - since
                since, status = event.effective_at, event.after.get("status_category", status)

    def judge() -> None:
        for events in tickets:
            evaluator.ticket(events, NOW)

    bare, ours = _speeds([floor, judge], len(tickets))
    return [row("clocks judged, tickets", f"{ours:,.0f} a second", f"{bare:,.0f}", at_least(ours / bare, 0.15))]


def tickets_with_history(count: int, *, days: int = 300) -> list[list[TicketEvent]]:
    """Return the events of so many tickets of the last days, seven each."""
    chosen = random.Random(2)
    return [_ticket(number, chosen, days) for number in range(count)]


def _ticket(number: int, chosen: random.Random, days: int) -> list[TicketEvent]:
    created = NOW - timedelta(minutes=chosen.randrange(days * 24 * 60))
    placed: dict[str, Any] = {"category": "Network", "queue_ref": "2"}
    steps: list[tuple[int, EventType, ActorType, dict[str, Any]]] = [
        (0, EventType.CREATED, ActorType.CUSTOMER, {"status_category": "new", "priority": chosen.choice(("P1", "P3"))}),
        (20, EventType.STATUS_CHANGED, ActorType.TECHNICIAN, {"status_category": "triaged", **placed}),
        (50, EventType.ASSIGNED, ActorType.TECHNICIAN, {"assignee_ref": "7"}),
        (55, EventType.TIME_ENTRY, ActorType.TECHNICIAN, {}),
        (80, EventType.STATUS_CHANGED, ActorType.TECHNICIAN, {"status_category": "waiting_customer"}),
        (400, EventType.STATUS_CHANGED, ActorType.CUSTOMER, {"status_category": "in_progress"}),
        (520, EventType.STATUS_CHANGED, ActorType.TECHNICIAN, {"status_category": "resolved"}),
    ]
    return [
        TicketEvent(
            external_id=f"{number}:{at}",
            ticket_ref=str(number),
            type=kind,
            source=EventSource.HISTORY,
            effective_at=created + timedelta(minutes=minute),
            source_seq=at,
            actor_type=actor,
            after=after,
        )
        for at, (minute, kind, actor, after) in enumerate(steps)
    ]


def _speeds(works: list[Callable[[], None]], count: int) -> list[float]:
    """Return how many a second of processor time each work does, in interleaved runs."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(6):
        for work, taken in zip(works, times, strict=True):
            began = process_time()
            work()
            taken.append(process_time() - began)
    return [count / median(taken[1:]) for taken in times]
