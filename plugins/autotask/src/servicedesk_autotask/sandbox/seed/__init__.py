"""A realistic desk, equal for equal seed and time."""

from datetime import datetime
from random import Random

from servicedesk_autotask.sandbox.options import SandboxOptions
from servicedesk_autotask.sandbox.seed.absences import seed_absences
from servicedesk_autotask.sandbox.seed.activity import ActivityMaker
from servicedesk_autotask.sandbox.seed.back_office import seed_back_office
from servicedesk_autotask.sandbox.seed.base import seed_base
from servicedesk_autotask.sandbox.seed.billing import Ledger
from servicedesk_autotask.sandbox.seed.customers import seed_customers
from servicedesk_autotask.sandbox.seed.files import seed_files
from servicedesk_autotask.sandbox.seed.hostile import add_hostile_rows
from servicedesk_autotask.sandbox.seed.moments import arrivals
from servicedesk_autotask.sandbox.seed.tickets import Rows, TicketMaker, empty_rows
from servicedesk_autotask.sandbox.seed.world import World
from servicedesk_autotask.sandbox.store import Store

FIRST_TICKET = 100_001
_BATCH = 500
_DELETED_SHARE = 0.004


def days_of_past(tickets: int) -> int:
    """How far back a desk with so many tickets goes."""
    return max(120, min(1095, tickets // 12))


def seed_desk(store: Store, options: SandboxOptions, now: datetime) -> None:
    """Fill an empty store.

    Args:
        store: Where the rows go.
        options: Size and seed of the desk.
        now: The desk's present.
    """
    rng = Random(f"desk:{options.seed}")  # noqa: S311  not a secret
    present = int(now.timestamp())
    days = days_of_past(options.tickets)
    with store.transaction():
        seed_base(store, rng, tickets=options.tickets, now=present)
        seed_customers(store, rng, tickets=options.tickets, now=present)
        seed_back_office(store, rng, now=present)
        seed_absences(store, present)
    _tickets(store, rng, options.tickets, present, days)
    with store.transaction():
        seed_files(store)
        if options.hostile:
            add_hostile_rows(store)
        store.set_meta("per_day", options.tickets / days)
        store.index()


def _tickets(store: Store, rng: Random, total: int, now: int, days: int) -> None:
    world = World(store)
    maker = TicketMaker(rng, world, now=now, days=days)
    ledger = Ledger(store, now)
    activity = ActivityMaker(rng, world, ledger, now=now)
    rows = empty_rows()
    number = FIRST_TICKET
    activity.meetings(rows)
    for moment in arrivals(rng, total=total, days=days, now=now):
        if rng.random() < _DELETED_SHARE:
            activity.deleted(number, moment, rows)
            number += 1
        ticket, events = maker.make(number, moment, rows)
        activity.add(ticket, events, rows)
        rows["Tickets"].append(ticket)
        number += 1 + int(rng.random() * 2)
        if len(rows["Tickets"]) >= _BATCH:
            _flush(store, rows)
    _flush(store, rows)
    with store.transaction():
        ledger.close()


def _flush(store: Store, rows: Rows) -> None:
    with store.transaction():
        for entity, batch in rows.items():
            store.put(entity, batch)
            batch.clear()
