"""Makes messages of what happened: proposes them, and sends what standing approvals cover."""

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from servicedesk_core.config import DeskSettings
from servicedesk_core.errors import ServiceDeskError, StoreError, WriteError
from servicedesk_core.features.messages import tables
from servicedesk_core.features.messages.making.automatic import ACTS
from servicedesk_core.features.messages.making.composing import Composed, Composer, Held, Later, Needless
from servicedesk_core.features.messages.making.happening import TOO_OLD
from servicedesk_core.features.messages.making.noticing import notice
from servicedesk_core.features.messages.posts.needed import ensure_links
from servicedesk_core.features.messages.tables import Stored
from servicedesk_core.features.messages.telling import Decided
from servicedesk_core.features.messages.triggers import Trigger
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.ports import Clock, Transactions
from servicedesk_core.store import Tx, outbox, sending
from servicedesk_core.store.holding import held
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.wording import counted

_log = logging.getLogger("servicedesk.messages")

LEASE: Final = "messages"

LIMITED: Final = "Its standing approval has reached its limit: it goes out within a day, or when somebody releases it."

_Wanted = Mapping[str | None, tuple[Stored, Composed]]


class TellingDesk(Protocol):
    """A desk that tells clients something."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""
        ...

    @property
    def store(self) -> Transactions:
        """The desk's own database."""
        ...

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        ...

    @property
    def outbox(self) -> Writes:
        """The outbox."""
        ...


@dataclass(slots=True)
class Made:
    """What became of what there was to tell.

    Attributes:
        proposed: How many messages wait for a person, or are sent under a standing approval.
        sent: How many of them a standing approval let.
        held: How many wait for something that is missing.
        needless: How many nobody wants to hear any more.
        refused: Why one could not even be proposed, by its number.
    """

    proposed: int = 0
    sent: int = 0
    held: int = 0
    needless: int = 0
    refused: dict[int, str] = field(default_factory=dict)


async def tell(desk: JobDesk, connection: str | None) -> str:
    """Read what happened, and make messages of what falls due.

    Raises:
        LeaseHeldError: Somebody else does it.
    """
    del connection
    made = Made()
    async with held(desk.store, LEASE) as fence:
        zone = desk.settings.desk.timezone
        while not (await desk.store.write(lambda tx: notice(tx, zone, desk.clock.now()), fence=fence)).is_all:
            continue
        if await desk.store.read(sending.sending_allowed):
            await _rounds(desk, made)
    return (
        f"{counted(made.proposed, 'message')} made, {made.sent} of them let by a standing approval; "
        f"{made.held} held, {made.needless} not needed any more"
    )


async def _rounds(desk: TellingDesk, made: Made) -> None:
    seen: set[int] = set()
    while True:
        now = desk.clock.now()
        due = await desk.store.read(lambda tx, now=now: tables.due(tx, now, now - TOO_OLD))  # type: ignore[misc]
        new = [one for one in due if one.id not in seen]
        if not new:
            return
        seen |= {one.id for one in new}
        await make(desk, new, made)


async def make(desk: TellingDesk, due: Sequence[Stored], made: Made, *, is_asked: bool = False) -> None:
    """Make messages, or keep why that cannot be.

    Args:
        desk: The desk.
        due: What is to be told.
        made: Is told what became of it.
        is_asked: Whether a person asked for it: then nobody's hours are waited for, and nothing is sent by itself.
    """
    now = desk.clock.now()
    done = await desk.store.write(partial(_carried_before, of=due, templates={}))
    due = [one for one in due if one.id not in done]
    await desk.store.write(lambda tx: ensure_links(tx, desk.settings, due, now))
    results = await desk.store.read(lambda tx: _composed(tx, desk.settings, now, due, is_asked=is_asked))
    await desk.store.write(lambda tx: _settle(tx, results, now))
    counts = Counter(type(result) for _, result in results)
    made.held += counts[Held]
    made.needless += counts[Needless]
    of: _Wanted = {
        result.suggestion.intent.request_id: (one, result) for one, result in results if isinstance(result, Composed)
    }
    if not is_asked:
        of = await _let(desk, of, made, await desk.store.read(lambda tx: Decided(tx, now).let))
    for one, result in of.values():
        await _propose(desk, one, result, made)


async def _let(desk: TellingDesk, of: _Wanted, made: Made, let: Collection[Trigger]) -> _Wanted:
    """Send what standing approvals cover, and return the rest."""
    for act in (one for one in ACTS if one.name in {trigger.act for trigger in let}):
        wanted = {key: (one, result) for key, (one, result) in of.items() if one.tells.act == act.name}
        acted = await desk.outbox.act(act, [result.suggestion for _, result in wanted.values()])
        left = {one.intent.request_id for one in acted.left}
        done = [pair for key, pair in wanted.items() if key not in left]
        names = {one.id: result.template for one, result in done}
        carried = await desk.store.write(partial(_carried_before, of=[one for one, _ in done], templates=names))
        for one, result in done:
            if one.id not in carried:
                label = f"{result.suggestion.intent.label}: "
                found = (said.removeprefix(label) for said in acted.refused if said.startswith(label))
                await _hold(desk, one, next(found, LIMITED), made)
        made.proposed += len(carried)
        made.sent += len(acted.approved)
        if acted.approved:
            await desk.outbox.sending.send(acted.approved)
        of = {key: pair for key, pair in of.items() if key in left or key not in wanted}
    return of


async def _propose(desk: TellingDesk, one: Stored, result: Composed, made: Made) -> None:
    def carry(tx: Tx, write: StoredWrite) -> None:
        if not tables.carry(tx, one.id, write.id, result.template, desk.clock.now()):
            raise WriteError("Somebody decided at this moment that it is not told.")

    try:
        await desk.outbox.propose(result.suggestion.intent, then=result.suggestion.then, also=carry)
    except StoreError:
        raise
    except ServiceDeskError as error:  # one that cannot be proposed keeps none of the others waiting
        made.refused[one.id] = error.message
        await _hold(desk, one, error.message, made)
    else:
        made.proposed += 1


async def _hold(desk: TellingDesk, one: Stored, why: str, made: Made) -> None:
    """Keep why something goes out to nobody now; it is tried again, and logged once."""
    made.held += 1
    if (one.state, one.why) != (tables.HELD, why):
        _log.warning("message %d to a client is held: %s", one.id, why)
        await desk.store.write(partial(tables.hold, number=one.id, why=why))


def _composed(
    tx: Tx, settings: DeskSettings, now: datetime, due: Sequence[Stored], *, is_asked: bool
) -> list[tuple[Stored, Composed | Held | Needless | Later]]:
    composer = Composer(tx, settings, now, due, is_patient=not is_asked)
    return [(one, composer.of(one)) for one in due]


def _settle(tx: Tx, results: Collection[tuple[Stored, object]], now: datetime) -> None:
    for one, result in results:
        if isinstance(result, Held) and (one.state, one.why) != (tables.HELD, result.why):
            tables.hold(tx, one.id, result.why)
        elif isinstance(result, Needless):
            tables.drop(tx, [one.id], result.why, now)
        elif isinstance(result, Later):
            tables.put_off(tx, one.id, result.until)


def _carried_before(tx: Tx, of: Sequence[Stored], templates: Mapping[int, str]) -> set[int]:
    """Note what a write carries already, as whoever made it may have ended before it noted that; return which."""
    asked = outbox.asked_before_each(tx, {one.request_id for one in of})
    found = {one.id: asked[one.request_id] for one in of if one.request_id in asked}
    for number, write in found.items():
        tables.carry(tx, number, write, templates.get(number), outbox.get(tx, write).proposed_at)
    return {*found}
