"""The job ``assign``: gives tickets away under a standing approval."""

from collections.abc import Sequence
from typing import Protocol

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.features.assign.automatic import ACTS, Given, given, keep_all
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.store import Tx
from servicedesk_core.wording import counted


class AssigningJobDesk(JobDesk, ConfiguredDesk, Protocol):
    """A desk whose job gives tickets away."""


async def give(desk: AssigningJobDesk, connection: str | None) -> str:
    """Give away what the rules are certain of, as far as a standing approval covers it; else nothing is written."""
    del connection
    now = desk.clock.now()

    def work(tx: Tx) -> Sequence[Given]:
        return [*given(tx, desk, now)]

    some = await desk.store.read(work)
    if not some:
        return "nothing is to be given away without a person"
    done = await desk.outbox.act(ACTS[0], [one.suggestion for one in some], send=True)
    if done.approved:
        actor = desk.outbox.actor
        await desk.store.write(lambda tx: keep_all(tx, done, some, actor=actor, now=now))
    left = sum(done.uncovered.values()) + done.limited + len(done.refused) + len(done.waiting)
    return f"{counted(len(done.approved), 'ticket')} given away, {left} left to people"
