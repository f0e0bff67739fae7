"""What somebody decides about money that is not billed."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.faces.namespace import Desk
from servicedesk_core.features.leakage.model import Judged, LeakDecided
from servicedesk_core.features.leakage.queries import LOOKS_BACK, UNSCOPED, LeakageQueries
from servicedesk_core.features.leakage.tables import kept
from servicedesk_core.features.leakage.tables.leaks import Look, kept_of
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, Tx, audit, sources

_KEY = Annotated[str, Help("Its name, as `leakage list` shows it.", names="leakage.list")]
_REASON = Annotated[str, Help("Why; kept in the audit trail.")]


class DecidingDesk(Desk, Protocol):
    """A desk on which somebody decides."""

    actor: Actor
    """Who acts."""

    @property
    def store(self) -> Store:
        """Where it is kept."""
        ...


class Leakage(LeakageQueries[Manner]):
    """What nobody is billed for, and what somebody decides about it."""

    desk: DecidingDesk

    @action("leakage.accept", about="What was accepted.", needs=Capability.PERIODS_CLOSE, unscoped=UNSCOPED)
    async def accept(self, key: _KEY, *, reason: _REASON) -> LeakDecided:
        """Leave something as it is, such as work that was given away: no list, figure or alert tells of it again.

        A block and units are told of again when they come to more than was accepted.

        Raises:
            NotFoundLocallyError: Nothing of that name is found.
            SettingsError: The reason is empty.
        """
        return await self._decide(key, reason, Judged.ACCEPTED)

    @action("leakage.withdraw", about="What was taken back.", needs=Capability.PERIODS_CLOSE, unscoped=UNSCOPED)
    async def withdraw(self, key: _KEY, *, reason: _REASON) -> LeakDecided:
        """Take back that something was accepted: it is told of again, as long as it is found.

        Raises:
            NotFoundLocallyError: Nothing of that name was accepted.
            SettingsError: The reason is empty.
        """
        return await self._decide(key, reason, Judged.OPEN)

    async def _decide(self, key: str, reason: str, state: Judged) -> LeakDecided:
        if not reason.strip():
            raise SettingsError("The reason is empty.", hint="Say why, for those who look at it later.")
        now, author = self.desk.clock.now(), str(self.desk.actor)
        found = None if state is Judged.OPEN else await self.desk.store.read(lambda tx: self._found(tx, key))

        def work(tx: Tx) -> LeakDecided:
            audit.take_turn(tx)  # whoever looks or decides at the same time sees this
            if found is None:
                said = replace(self._accepted(tx, key), accepted_at=None, author=None, reason=None)
            else:
                since = kept.kept(tx).get(found.key, found).first_found_at
                said = replace(found, first_found_at=since, accepted_at=now, author=author, reason=reason)
            kept.put(tx, said)
            act = "leakage.withdrawn" if state is Judged.OPEN else "leakage.accepted"
            audit.append(tx, at=now, actor=author, action=act, entity=f"leak:{key}", reason=reason)
            return LeakDecided(key, state, now, author, reason)

        return await self.desk.store.write(work)

    def _found(self, tx: Tx, key: str) -> kept.Kept:
        """Return what is found of a name: as far back as lists look, else ever."""
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        names: list[str] = []
        for since in ((now - LOOKS_BACK).astimezone(zone).date(), date.min):
            look = Look(tx, since, now, zone)
            names = [row.key for row in look.rows()]
            if key in names:
                return kept_of(look.found[names.index(key)], now)
        message = f'Nothing that nobody is billed for is called "{key}".{did_you_mean(key, names)}'
        raise NotFoundLocallyError(message, hint="`servicedesk leakage list` shows the names.")

    def _accepted(self, tx: Tx, key: str) -> kept.Kept:
        names = {one.id: one.name for one in sources.all(tx)}
        known = {
            f"{one.leak}:{names[one.source_id]}:{one.ref}": one for one in kept.kept(tx).values() if one.accepted_at
        }
        if key not in known:
            message = f'Nothing called "{key}" was accepted.{did_you_mean(key, known)}'
            raise NotFoundLocallyError(message, hint="`servicedesk leakage list --all` shows what was.")
        return known[key]
