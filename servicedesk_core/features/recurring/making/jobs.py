"""The job ``recurring``: makes the tickets whose time has come, and keeps what became of each occurrence."""

from typing import Protocol

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.features.recurring.making.automatic import ACTS, drop, suggestions, turns
from servicedesk_core.features.recurring.making.ledger import keep, settle
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.store import Tx
from servicedesk_core.wording import counted


class RecurringJobDesk(JobDesk, ConfiguredDesk, Protocol):
    """A desk whose job makes tickets of plans."""


async def generate(desk: RecurringJobDesk, connection: str | None) -> str:
    """Keep what is skipped, missed and open, and make the tickets that standing approvals cover.

    Whoever is killed at any instant leaves what the next run goes on with: an occurrence has one row, and one write.
    """
    del connection
    await desk.store.write(lambda tx: _decided(tx, desk))
    now = desk.clock.now()
    some = await desk.store.read(lambda tx: [*suggestions(tx, desk, now)])
    if not some:
        return "nothing is to be made"
    done = await desk.outbox.act(ACTS[0], some, send=True)
    await desk.store.write(lambda tx: settle(tx, desk.clock.now()))
    left = sum(done.uncovered.values()) + done.limited + len(done.refused) + len(done.waiting)
    return f"{counted(len(done.approved), 'write')} approved by rules, {left} left to people"


def _decided(tx: Tx, desk: RecurringJobDesk) -> None:
    now = desk.clock.now()
    settle(tx, now)
    drop(tx, now)
    settle(tx, now)
    keep(tx, turns(tx, desk, now))
