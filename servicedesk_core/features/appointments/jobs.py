"""Keeping appointments in technicians' own calendars: behind each booking that was sent, and as a job."""

import logging
from collections.abc import Collection

from servicedesk_core.domain.writing import AT_VENDOR
from servicedesk_core.errors import ServiceDeskError, StoreError
from servicedesk_core.faces import Suggestion
from servicedesk_core.features.appointments.events import ACTS, NAME, Which, suggestions, which_of, written_by_us
from servicedesk_core.features.appointments.tables import BOOK, CANCEL, CHANGE
from servicedesk_core.features.standing import held_back
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx
from servicedesk_core.wording import counted

_log = logging.getLogger("servicedesk.appointments")


async def follow(desk: ProposingDesk, connection: str | None) -> str:
    """Have calendars show what is booked: as far as standing approvals cover it, and propose the rest to people.

    Proposed is only what follows from bookings of this desk; of what others book it takes a standing approval.
    """
    del connection
    numbers, refused = await keep(desk)
    for why in refused:
        _log.warning("an event of a calendar cannot be proposed: %s", why)
    return f"{counted(len(numbers), 'event')} written or proposed, {len(refused)} refused"


async def keep(
    desk: ProposingDesk, only: Collection[Which] | None = None, *, approve: bool = False
) -> tuple[list[int], list[str]]:
    """Write into calendars what lacks there of appointments; it is done once, whoever looks and however often.

    Args:
        desk: The desk.
        only: Only of these appointments, which the desk has just written; ``None`` = of all.
        approve: Whether whoever acts approved their bookings, and with them what follows.

    Returns:
        Numbers of the writes, and why something could not be proposed.

    Raises:
        StoreError: The store cannot be used.
    """
    now = desk.clock.now()

    def look(tx: Tx) -> tuple[list[Suggestion], bool, set[Which]]:
        some = [*suggestions(tx, desk, now, only)]
        return some, NAME not in held_back(tx), written_by_us(tx, (BOOK, CHANGE, CANCEL), now) if some else set()

    some, may_propose, ours = await desk.store.read(look)
    if not some:
        return [], []
    done = await desk.outbox.act(ACTS[0], some, send=True)
    proposed, refused = list[WriteView](), [*done.refused]
    for one in done.left if may_propose else ():
        if which_of(one.intent.aggregate) not in ours:
            continue
        try:
            proposed.append(await desk.outbox.propose(one.intent))
        except StoreError:
            raise
        except ServiceDeskError as error:
            refused.append(f"{one.intent.label}: {error.message}")
    numbers = [one.id for one in proposed]
    if approve and numbers:
        await desk.outbox.approve_own(numbers, send=True, agreed=True)
    return [*done.approved, *numbers], refused


async def keep_behind(desk: ProposingDesk, views: Collection[WriteView]) -> None:
    """Have calendars show what was just sent of appointments. What cannot be done now the job does later."""
    sent = {(one.connection, one.ref or one.target or "") for one in views if one.state in AT_VENDOR}
    if not sent:
        return
    try:
        await keep(desk, sent, approve=True)
    except ServiceDeskError as error:
        _log.warning("calendars do not show what was booked yet: %s", error.message)
