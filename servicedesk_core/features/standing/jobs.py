"""The job ``standing``: ends what has expired, and does what standing approvals let."""

import logging
from datetime import datetime
from itertools import islice
from typing import Final

from servicedesk_core.errors import StoreError
from servicedesk_core.faces import AutomaticAct, Suggestion
from servicedesk_core.features.standing import tables
from servicedesk_core.features.standing.rules import Granted, covering
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.outbox.acting import Acted
from servicedesk_core.people import JOBS
from servicedesk_core.store import Tx, audit

_log = logging.getLogger("servicedesk.standing")

_MOST: Final = 2_000
"""So many suggestions of an act that an approval covers are looked at in one run; the most important stand first."""


async def act(desk: JobDesk, connection: str | None) -> str:
    """Do what standing approvals let the automatic acts of all features do; the job ``writes`` sends it.

    An act that breaks keeps none of the others waiting.

    Returns:
        What was done, in a line.
    """
    del connection
    ended = await desk.store.write(lambda tx: _end_expired(tx, desk))
    let = await desk.store.read(lambda tx: {one.approval.act for one in tables.granted(tx)})
    acts = [one for one in tables.acts_of(desk.features).values() if one.by_job and one.name in let]
    done = [await _one(desk, each) for each in acts]
    approved = sum(len(one.approved) for one in done)
    limited, refused = sum(one.limited for one in done), sum(len(one.refused) for one in done)
    return f"{approved} approved by rules, {limited} beyond limits, {refused} could not be proposed, {ended} expired"


async def _one(desk: JobDesk, each: AutomaticAct) -> Acted:
    now = desk.clock.now()
    try:
        found = await desk.store.read(lambda tx: _covered(tx, desk, each, now))
        return await desk.outbox.act(each, found)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001  # perhaps foreign code
        _log.exception("the automatic act %s: this should not have happened", each.name)
        return Acted()


def _covered(tx: Tx, desk: JobDesk, each: AutomaticAct, now: datetime) -> list[Suggestion]:
    """Return the first suggestions that an approval covers; others before them keep none of those waiting."""
    granted = tables.granted(tx)
    covered = (
        one
        for one in each.suggestions(tx, desk, now)
        if isinstance(covering(granted, each.name, one.facts, now), Granted)
    )
    return list(islice(covered, _MOST))


def _end_expired(tx: Tx, desk: JobDesk) -> int:
    """Take away what has expired, so that no clock that is set back makes it hold again."""
    audit.take_turn(tx)
    now = desk.clock.now()
    over = [one for one in tables.granted(tx) if one.ended(now)]
    for one in over:
        tables.end(tx, one.approval.name, now, by=str(JOBS), action="standing.expired", reason="")
    return len(over)
