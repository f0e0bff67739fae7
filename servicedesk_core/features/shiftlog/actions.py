"""Writing into the shift log."""

from typing import Annotated, Final

from sqlalchemy import insert

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.shiftlog.model import LogLine
from servicedesk_core.features.shiftlog.queries import ShiftLogQueries
from servicedesk_core.features.shiftlog.tables import LINES, line_of
from servicedesk_core.features.tickets import found
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import shift_log

_LONGEST: Final = 4_000


class ShiftLog(ShiftLogQueries[Manner]):
    """What one shift tells the next."""

    @action("shiftlog.add", title="Write into the shift log", about="The line.", needs=Capability.SHIFTLOG)
    async def add(
        self,
        text: Annotated[str, Help("What happened, or what the next shift has to know.", is_long=True)],
        *,
        ticket: Annotated[str | None, Help("The ticket that it is about.", names="tickets.show")] = None,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        scope: Scope | None = None,
    ) -> LogLine:
        """Write a line into the shift log. It stays as it is; what was wrong is put right by another one.

        Raises:
            SettingsError: It says nothing, or too much.
            NotFoundLocallyError: There is no such ticket.
            NotPermittedError: It is about no ticket, and you see a part of the desk only.
        """
        if not text.strip():
            raise SettingsError("The line says nothing.", hint="Say what the next shift has to know.")
        if len(text) > _LONGEST:
            raise SettingsError("The line is too long.", hint=f"It has at most {_LONGEST:,} characters.")
        if ticket is None:  # it is about the whole desk
            self.desk.permitted(Capability.SHIFTLOG, "shiftlog.add", scope, narrows=False)
        now, actor = self.desk.clock.now(), self.desk.actor.name

        def work(tx: Tx) -> LogLine:
            of = None if ticket is None else found(tx, ticket, connection, scope).row.local_id
            line = {"ticket_id": of, "text": text.strip(), "by": actor, "at": now}
            number = tx.execute(insert(shift_log).values(line).returning(shift_log.c.id)).scalar_one()
            made = line_of(tuple(tx.execute(LINES.where(shift_log.c.id == number)).one()))
            audit.append(tx, at=now, actor=str(self.desk.actor), action="shiftlog.added", entity=f"shiftlog:{number}")
            return made

        return await self.desk.store.write(work)
